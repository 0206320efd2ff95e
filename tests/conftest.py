"""Profiles of hypothesis: "ci" (the default) is quick and repeatable; "thorough" looks for longer.

HYPOTHESIS_PROFILE=thorough HYPOTHESIS_EXAMPLES=10000 python -m pytest tests/invariants
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

#: The laws that the fuzzer holds are held by tests, too.
sys.path.insert(0, str(Path(__file__).parent.parent))

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]

settings.register_profile(
    "ci", max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=_SLOW
)
settings.register_profile(
    "thorough",
    max_examples=int(os.environ.get("HYPOTHESIS_EXAMPLES", "3000")),
    deadline=None,
    suppress_health_check=_SLOW,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_runtest_teardown() -> None:
    """A command that a test runs in this process sets the log up; the next test begins without."""
    logger = logging.getLogger("dsnparse")
    logger.handlers.clear()
    logger.propagate = True
    logger.setLevel(logging.NOTSET)

"""What a run leaves out, since a server is not installed: said once for each, at the end of the run."""

from __future__ import annotations

from typing import NoReturn

import pytest

_LEFT_OUT = pytest.StashKey[dict[str, int]]()


def leave_out(config: pytest.Config, needs: str) -> NoReturn:
    """Skip this test; `needs` is the sentence that says what to install."""
    counts = config.stash.setdefault(_LEFT_OUT, {})
    counts[needs] = counts.get(needs, 0) + 1
    pytest.skip(needs)


def lines(config: pytest.Config) -> list[str]:
    """For the end of the run."""
    counts = config.stash.get(_LEFT_OUT, {})
    return [f"Left out: {number} test{'s' * (number > 1)}. {needs}" for needs, number in counts.items()]

"""A bounce runner for Mailman 3 that finds the failed addresses with dsnparse. In mailman.cfg:

    [runner.bounces]
    class: dsnparse.adapters.mailman.BounceRunner

Everything else stays Mailman's: VERP, probes, scores, warnings. This module imports Mailman, so only Mailman
imports it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mailman.runners import bounce

from dsnparse.adapters.flufl import all_failures, failures_of_addresses


class BounceRunner(bounce.BounceRunner):  # type: ignore[misc]  # Mailman has no types
    """Scores who failed for good, whatever the reason, as Mailman does."""

    failures: Callable[..., Any] = staticmethod(all_failures)

    def __init__(self, name: str, slice: int | None = None) -> None:  # noqa: A002  (Mailman's name)
        super().__init__(name, slice)
        # A runner is a process of its own, and Mailman's looks the function up here for each message.
        bounce.all_failures = self.failures


class AddressBounceRunner(BounceRunner):
    """Scores nobody for a refusal of the post or of the list's server, such as a block list's or DMARC's."""

    failures = staticmethod(failures_of_addresses)

"""Waiting longer after each failure, so that a server that is down is not run against."""

from __future__ import annotations

import random
import time

from dsnparse.cli.stopping import Stop

FIRST = 1.0
MOST = 300.0


class Backoff:
    """1, 2, 4 … 300 seconds, each a little shorter or longer, so that many workers don't come at once."""

    def __init__(self) -> None:
        self.failures = 0

    def seconds(self) -> float:
        """How long to wait after this failure."""
        self.failures += 1
        return min(FIRST * (1 << min(self.failures - 1, 20)), MOST) * random.uniform(0.8, 1.2)  # noqa: S311

    def reset(self) -> None:
        """It works again."""
        self.failures = 0

    def wait(self, stop: Stop) -> None:
        """Sleep, until a signal comes."""
        seconds = self.seconds()
        stop.pause(lambda: time.sleep(seconds))

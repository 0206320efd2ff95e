"""SIGTERM and Ctrl-C as a wish: what is under way is finished first. A second Ctrl-C does not wait.

SIGHUP, where a command has a use for it, is a wish to begin anew with what its files say.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import suppress
from types import FrameType, TracebackType

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Stop:
    """Whether to stop; use it in a `with` block, in the main thread."""

    def __init__(self, *, anew: bool = False) -> None:
        """`anew`: take SIGHUP for a wish, too."""
        self.signal = 0
        self._signals = (*_SIGNALS, signal.SIGHUP) if anew else _SIGNALS
        self._anew = False
        self._waiting = False
        self._before: dict[int, object] = {}

    def __call__(self) -> bool:
        """Whether a signal has come."""
        return self.signal != 0

    def is_wanted(self) -> bool:
        """Whether a signal has come that is to be obeyed between two batches."""
        return self.signal != 0 or self._anew

    def take_anew(self) -> bool:
        """Whether SIGHUP has come since the last time."""
        anew, self._anew = self._anew, False
        return anew

    @property
    def exit_status(self) -> int:
        """As shells have it: 128 and the number of the signal; 0 without one."""
        return 128 + self.signal if self.signal else 0

    def pause(self, wait: Callable[[], None]) -> None:
        """Run `wait` unless a signal has come; one that comes meanwhile ends it at once."""
        with suppress(_WokenError):
            try:
                self._waiting = True
                if not self.is_wanted():
                    wait()
            finally:
                self._waiting = False

    def _heard(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        if self.signal == number == signal.SIGINT:
            raise KeyboardInterrupt
        if number == signal.SIGHUP:
            self._anew = True
        else:
            self.signal = number
        if self._waiting:
            raise _WokenError

    def __enter__(self) -> Stop:
        for number in self._signals:
            self._before[number] = signal.signal(number, self._heard)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number in self._signals:
            signal.signal(number, self._before[number])  # type: ignore[arg-type]


class _WokenError(Exception):
    """Ends a pause."""

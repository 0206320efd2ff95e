"""A progress bar on stderr for work that takes a while: rate, time left, and lines above it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from types import TracebackType

from dsnparse.render.terminal import fit, terminal_width

#: Seconds of work before a bar appears; short work needs none.
_PATIENCE = 1.0
_REFRESH = 0.1
#: Share of the time that may go into counting what lies ahead.
_COUNTING = 0.005
_BAR = 30
#: To the start of the line, and all of it away.
_CLEAR = "\r\x1b[K"


class Progress:
    """Shows how far the work is, if `wanted` and stderr is a terminal. Use it in a `with` block.

    The total is counted in small steps beside the work, so that even a folder of a million files starts at
    once; the bar has no end until it is known.
    """

    def __init__(self, paths: Iterable[str], *, wanted: bool) -> None:
        self.wanted = wanted and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self.started = self.shown = time.monotonic()
        self.total = 0
        self.counting: Iterator[int] | None = _sizes(list(paths))
        self.line_is_there = False

    def update(self, *, done: int, messages: int) -> None:
        """`done` bytes of the input and `messages` have been read so far."""
        now = time.monotonic()
        if not self.wanted or now - self.started < _PATIENCE:
            return
        if self.counting is not None:
            self._count(now + _COUNTING)
        if now - self.shown < _REFRESH and self.line_is_there:
            return
        self.shown = now
        known = max(self.total, done) if self.counting is None else 0
        line = progress_line(done, known, messages, max(now - self.started, 0.001))
        self._write(_CLEAR + fit(line, terminal_width(file=sys.stderr) - 1))
        self.line_is_there = True

    def line(self, text: str) -> None:
        """Prints a line on stderr, above the bar if there is one."""
        self._clear()
        self._write(text + "\n")

    def _clear(self) -> None:
        if self.line_is_there:
            self._write(_CLEAR)
            self.line_is_there = False

    def _write(self, text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()

    def _count(self, until: float) -> None:
        assert self.counting is not None
        for size in self.counting:
            self.total += size
            if time.monotonic() > until:
                return
        self.counting = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clear()


def progress_line(done: int, total: int, messages: int, seconds: float) -> str:
    """What the bar says: `done` of `total` bytes (0: not known yet) and `messages` in so many seconds."""
    rate = f"{messages:,} messages, {messages / seconds:,.0f} a second"
    if not total:
        return rate
    share = done / total
    filled = int(share * _BAR)
    left = seconds / share * (1 - share) if done else 0
    return f"[{'#' * filled}{'.' * (_BAR - filled)}] {share:.0%}, {_clock(left)} left: {rate}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _sizes(paths: list[str]) -> Iterator[int]:
    """The sizes in bytes of the files that `paths` lead to, without reading any."""
    while paths:
        path = paths.pop()
        with suppress(OSError):
            if not os.path.isdir(path):  # noqa: PTH112
                yield os.stat(path).st_size  # noqa: PTH116
                continue
            with os.scandir(path) as entries:
                for entry in entries:
                    with suppress(OSError):
                        if entry.is_dir(follow_symlinks=False):
                            paths.append(entry.path)
                        elif not entry.name.startswith("."):
                            yield entry.stat().st_size

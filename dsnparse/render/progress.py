"""A progress bar on stderr for work that takes a while: rate, time left, and lines above it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from types import TracebackType
from typing import Any

#: Seconds of work before a bar appears; short work needs none.
_PATIENCE = 1.0
_REFRESH = 0.1
#: Share of the time that may go into counting what lies ahead.
_COUNTING = 0.005


class Progress:
    """Shows how far the work is, if `wanted` and stderr is a terminal. Use it in a `with` block.

    The total is counted in small steps beside the work, so that even a folder of a million files starts at
    once; the bar runs without an end until it is known.
    """

    def __init__(self, paths: Iterable[str], *, wanted: bool) -> None:
        self.wanted = wanted and sys.stderr.isatty()
        self.started = self.shown = time.monotonic()
        self.total = 0
        self.counting: Iterator[int] | None = _sizes(list(paths))
        self.bar: Any = None
        self.task: Any = None

    def update(self, *, done: int, messages: int) -> None:
        """`done` bytes of the input and `messages` have been read so far."""
        now = time.monotonic()
        if not self.wanted or now - self.started < _PATIENCE:
            return
        if self.counting is not None:
            self._count(now + _COUNTING)
        if now - self.shown < _REFRESH and self.bar is not None:
            return
        self.shown = now
        if self.bar is None:
            self._start()
        rate = f"{messages / max(now - self.started, 0.001):,.0f}/s"
        total = max(self.total, done) if self.counting is None and self.total else None
        self.bar.update(self.task, completed=done, total=total, messages=f"{messages:,}", rate=rate)
        self.bar.refresh()

    def line(self, text: str) -> None:
        """Prints a line on stderr, above the bar if there is one."""
        if self.bar is None:
            sys.stderr.write(text + "\n")
        else:
            self.bar.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        self.bar = Bar(
            TextColumn("{task.fields[messages]} messages"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(compact=True),
            TextColumn("left"),
            console=Console(stderr=True),
            transient=True,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self.task = self.bar.add_task("", total=None, messages="0", rate="")
        self.bar.start()

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
        if self.bar is not None:
            self.bar.stop()


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

"""A command of the operator's, run so that it cannot hold us up: a deadline, bounds on its output."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO

#: Bytes that are kept of what a command says on standard error: the last ones.
KEPT = 4096
#: Seconds that standard error is waited for after the command has ended; a process that it left may hold it.
_GRACE = 1.0
#: Seconds between two looks at whether to stop.
_LOOK = 0.1


def run_bounded(
    words: Sequence[str], given: bytes, timeout: float, stopped: Callable[[], bool] = lambda: False
) -> tuple[int, str]:
    """Run a command with `given` on its standard input: its exit status, and the end of its standard error.

    At the deadline, and when `stopped` says so, it is killed with all processes of its group. Raise OSError
    or ValueError when it cannot be started, TimeoutError when it was killed.
    """
    with tempfile.TemporaryFile() as file:
        file.write(given)
        file.seek(0)
        process = subprocess.Popen(  # noqa: S603
            words, stdin=file, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        )
    assert process.stderr is not None
    tail = _Tail(process.stderr)
    deadline = time.monotonic() + timeout
    try:
        while True:
            left = deadline - time.monotonic()
            try:
                status = process.wait(max(0.0, min(_LOOK, left)))
                break
            except subprocess.TimeoutExpired:
                if left <= 0 or stopped():
                    raise TimeoutError from None
    except BaseException:
        _kill_group(process.pid)
        process.wait()
        tail.end()
        raise
    if not tail.end():
        _kill_group(process.pid)
        tail.end()
    return status, tail.text


class _Tail:
    """Reads a pipe to its end in a thread, and keeps the last bytes."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._kept = b""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with suppress(OSError, ValueError), self._pipe:
            while data := os.read(self._pipe.fileno(), 65536):
                self._kept = (self._kept + data)[-KEPT:]

    def end(self) -> bool:
        """Whether the pipe has ended."""
        self._thread.join(_GRACE)
        return not self._thread.is_alive()

    @property
    def text(self) -> str:
        """What was kept."""
        return self._kept.decode("utf-8", "replace")


def _kill_group(leader: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)

"""Where results go: standard output, or a file that appears under its name only when it is complete."""

from __future__ import annotations

import fcntl
import os
import signal
import stat
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import click

from dsnparse.cli.failure import cannot

#: The exit status of a program whose reader has gone, as shells have it: 128 + SIGPIPE.
_READER_GONE = 141
_UNFINISHED = ".part"
#: What becomes of characters that the encoding lacks: backslash escapes, which JSON reads back.
ENCODING_ERRORS = "backslashreplace"


def _unfinished(final: Path) -> tuple[int, str]:
    """A new file beside `final`, locked as long as it is open; those that killed commands left are removed.

    Raise OSError.
    """
    import tempfile

    prefix = f".{final.name}."
    for entry in os.scandir(final.parent):
        if entry.name.startswith(prefix) and entry.name.endswith(_UNFINISHED):
            with suppress(OSError):
                handle = os.open(entry.path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)  # fails while its command lives
                    os.unlink(entry.path)  # noqa: PTH108
                finally:
                    os.close(handle)
    while True:
        handle, name = tempfile.mkstemp(prefix=prefix, suffix=_UNFINISHED, dir=final.parent)
        fcntl.flock(handle, fcntl.LOCK_EX)
        if os.path.exists(name):  # noqa: PTH110  (it was not taken for one that was left)
            return handle, name
        os.close(handle)


def _leave(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


class Output:
    """Use it in a `with` block; the file is put in its place when the block ends without an exception."""

    def __init__(self, path: str | None) -> None:
        self.path = path
        self.final: Path | None = None
        self.temporary: Path | None = None
        self.handler: Any = None
        if path is None or path == "-":
            self.file = sys.stdout.buffer
            return
        try:
            final = Path(path).resolve()
            if final.exists() and not stat.S_ISREG(final.stat().st_mode):
                if final.is_dir():
                    raise IsADirectoryError(21, "is a folder")
                self.file = final.open("wb")  # a device or a pipe is written as it is
                return
            handle, name = _unfinished(final)
        except OSError as error:
            raise click.UsageError(cannot("write", path, error)) from None
        self.final, self.temporary = final, Path(name)
        self.file = os.fdopen(handle, "wb")

    @property
    def on_terminal(self) -> bool:
        """Whether a person watches it grow."""
        return self.file.isatty()

    def write(self, text: str, encoding: str = "utf-8") -> None:
        """Writes at once. Characters that `encoding` lacks are written as backslash escapes."""
        self.write_bytes(text.encode(encoding, ENCODING_ERRORS))

    def write_bytes(self, data: bytes) -> None:
        """Writes at once. Leaves the command when nobody reads any more, or the disk is full."""
        try:
            self.file.write(data)
            self.file.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.file.fileno())
            raise click.exceptions.Exit(_READER_GONE) from None
        except OSError as error:
            name = self.path or "standard output"
            raise click.ClickException(cannot("write", name, error)) from None

    def __enter__(self) -> Output:
        if self.temporary is not None:
            # Ended from outside, it leaves no half file behind either.
            self.handler = signal.signal(signal.SIGTERM, _leave)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.temporary is None or self.final is None:
            return
        signal.signal(signal.SIGTERM, self.handler)
        self.file.close()
        if kind is not None:
            self.temporary.unlink(missing_ok=True)
            return
        mask = os.umask(0)
        os.umask(mask)
        mode = stat.S_IMODE(self.final.stat().st_mode) if self.final.exists() else 0o666 & ~mask
        self.temporary.chmod(mode)
        self.temporary.replace(self.final)

"""The audit log: a line of JSON for each change that came through the API: who, what, when."""

from __future__ import annotations

import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dsnparse.render.cells import to_json


class Audit:
    """Appends to a file; without one, to standard error."""

    def __init__(self, path: str | Path | None = None) -> None:
        """Raise OSError when the file cannot be written."""
        self._lock = threading.Lock()
        self._file = None if path is None else open(path, "a", encoding="utf-8")  # noqa: PTH123, SIM115

    def note(self, who: str, what: str, **more: Any) -> None:
        """One change. `who`: the name of the key; "" without keys. Raise OSError."""
        line = to_json(
            {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "by": who, "did": what, **more}
        )
        with self._lock:
            file = self._file or sys.stderr
            file.write(line + "\n")
            file.flush()

    def __enter__(self) -> Audit:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

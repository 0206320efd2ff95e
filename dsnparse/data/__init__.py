"""The package's data: codes, rules, providers, notice formats, words, pages, policy.

People edit the TOML files; CONTRIBUTING.md says where a line belongs. `make data` compiles each of them into
one JSON file under `compiled/`, since JSON is read many times faster than TOML.
"""

from __future__ import annotations

import json
import os
from functools import cache
from io import FileIO
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
COMPILED = HERE / "compiled"


@cache
def load(name: str) -> Any:
    """The compiled data called `name` as plain dicts and lists; do not change them.

    A name is that of a file ("codes") or of a folder ("rules"): then the names of its files, sorted, lead to
    what each holds. Raises ValueError when there is no such data.
    """
    place = COMPILED / name
    try:
        if place.is_dir():
            with os.scandir(place) as entries:
                files = sorted((entry.name, entry.path) for entry in entries if entry.name.endswith(".json"))
            return {name.removesuffix(".json"): _read(path) for name, path in files}
        return _read(f"{place}.json")
    except FileNotFoundError:
        known = ", ".join(sorted(path.stem for path in COMPILED.iterdir()))
        raise ValueError(f"There is no compiled data called {name!r}; there is: {known}.") from None


def _read(path: str) -> Any:
    with FileIO(path) as file:  # a hundred small files at start-up: no buffers
        return json.loads(file.readall())

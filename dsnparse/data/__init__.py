"""The package's data: codes, phrases, providers and notice formats.

People edit the TOML files. `python -m dsnparse.data` turns each top-level name into one JSON file under
`compiled/`, because reading TOML takes many times as long as reading JSON. A test holds the two together.

A name is a file (`codes.toml` is `codes`) or a folder of files (`rules/*.toml` is `rules`). A folder loads as
one mapping: file name without its ending → content.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
COMPILED = HERE / "compiled"
#: Names whose TOML the classifier checks and prepares; what only readers and tests need stays in the TOML.
PREPARED = frozenset({"rules", "providers"})


@cache
def load(name: str) -> Any:
    """The compiled data called `name` ("rules", "codes", …) as plain dicts and lists; do not change them.

    Raises ValueError when there is no such data.
    """
    try:
        text = (COMPILED / f"{name}.json").read_text("utf-8")
    except FileNotFoundError:
        raise ValueError(
            f"There is no compiled data called {name!r}; there is: {', '.join(names())}."
        ) from None
    return json.loads(text)


def names() -> list[str]:
    """Every name that the TOML files define, sorted."""
    files = {path.stem for path in HERE.glob("*.toml")}
    folders = {path.parent.name for path in HERE.glob("*/*.toml")}
    return sorted(files | folders)


def read_toml(name: str) -> dict[str, Any]:
    """The TOML source of `name`, with everything in it (slow: for the compiler and for tests)."""
    import tomllib

    file = HERE / f"{name}.toml"
    if file.is_file():
        return tomllib.loads(file.read_text("utf-8"))
    files = sorted((HERE / name).glob("*.toml"))
    return {path.stem: tomllib.loads(path.read_text("utf-8")) for path in files}


def compiled(name: str) -> str:
    """The text that `compiled/NAME.json` must have."""
    data: Any = read_toml(name)
    if name in PREPARED:
        from dsnparse.rulebook.files import prepare

        data = prepare(name, data)
    elif name == "formats":
        data = {file: _for_programs(content) for file, content in data.items()}
    return json.dumps(data, ensure_ascii=False, sort_keys=False, separators=(",", ":"), default=str) + "\n"


def _for_programs(content: dict[str, Any]) -> dict[str, Any]:
    """A file of notice formats without what only tests and people read."""
    if "format" not in content:
        return content
    readers = ("example", "seen")
    tables = [{key: value for key, value in one.items() if key not in readers} for one in content["format"]]
    return content | {"format": tables}

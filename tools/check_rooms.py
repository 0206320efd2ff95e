"""Check that imports in dsnparse go down the rooms, and never in a circle.

A room is a folder or a file right in dsnparse/; ROOMS has them from the bottom to the top. Each may import
what stands below it. Read are all imports that the source has: at the start of a file, inside functions, and
those for the type checker alone, which know of a room as much as others do. Names in strings, with which
`__init__.py` loads on demand what it lists for the type checker, are not.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Callable, Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

#: The rooms of dsnparse from the bottom to the top: each may import those before it.
ROOMS = """
    version extras errors wire vocabulary model data reply rulebook classify notice trust read parser compose
    mailboxes understood adapters store explain render scale report __init__ ingest metrics log config
    postfix web cli __main__
""".split()


class Import(NamedTuple):
    """One import, by the files (from the package on) of who imports and what is imported."""

    file: str
    line: int
    target: str


def main(arguments: list[str] | None = None) -> int:
    """Print a sentence for each thing that is wrong. Exit status: 1 when there is one."""
    options = argparse.ArgumentParser(
        prog="python -m tools.check_rooms",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    default = Path(__file__).parent.parent / "dsnparse"
    options.add_argument(
        "folder", nargs="?", type=Path, default=default, help="the package (default: dsnparse)"
    )
    wrong = list(complaints(options.parse_args(arguments).folder))
    for sentence in wrong:
        print(sentence)
    return 1 if wrong else 0


def complaints(package: Path) -> Iterator[str]:
    """What is wrong with the imports of a package, one sentence each."""
    files = {path.relative_to(package).as_posix(): path for path in sorted(package.rglob("*.py"))}
    imports = [
        one
        for file, path in files.items()
        for one in dict.fromkeys(imports_of(package.name, file, path, files))
    ]
    for room in sorted({room_of(file) for file in files} - set(ROOMS)):
        yield f"Room {room} is not in the table ROOMS of tools/check_rooms.py."
    for one in imports:
        room, target = room_of(one.file), room_of(one.target)
        if {room, target} <= set(ROOMS) and ROOMS.index(target) > ROOMS.index(room):
            yield f"{one.file}:{one.line} imports {one.target}: {target} is above {room}."
    inside = [one for one in imports if room_of(one.file) == room_of(one.target)]
    for what, some, node_of in (
        ("rooms", imports, room_of),
        ("folders", inside, folder_of),
        ("files", imports, str),
    ):
        for nodes, made in circles(some, node_of):
            if what != "folders" or not all(node.endswith(".py") for node in nodes):
                places = ", ".join(f"{one.file}:{one.line}" for one in made)
                yield f"Import circle of {what}: {' → '.join(nodes)} ({places})."


def imports_of(package: str, file: str, path: Path, files: dict[str, Path]) -> Iterator[Import]:
    """The imports of files of the package in one of them."""
    for node in ast.walk(ast.parse(path.read_bytes(), str(path))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            home = [package, *file.split("/")][: -node.level] if node.level else []
            start = ".".join([*home, *([node.module] if node.module else [])])
            names = [f"{start}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            target = file_of(name, package, files)
            if target is not None and target != file:
                yield Import(file, node.lineno, target)


def file_of(name: str, package: str, files: dict[str, Path]) -> str | None:
    """The file of a module, or of the module that has this name in it; None outside of the package."""
    first, *parts = name.split(".")
    if first != package:
        return None
    while parts:
        stem = "/".join(parts)
        for file in (f"{stem}.py", f"{stem}/__init__.py"):
            if file in files:
                return file
        parts.pop()
    return "__init__.py"


def room_of(file: str) -> str:
    """The folder or file right in the package that a file is or is in."""
    return file.partition("/")[0].removesuffix(".py")


def folder_of(file: str) -> str:
    """The folder in a room that a file is in; of a file right in a room, the file."""
    return "/".join(file.split("/")[:2])


def circles(imports: list[Import], node_of: Callable[[str], str]) -> Iterator[tuple[list[str], list[Import]]]:
    """Circles of imports between nodes, no step in two of them; and for each step an import that makes it."""
    steps: dict[str, dict[str, Import]] = {}
    for one in imports:
        start, end = node_of(one.file), node_of(one.target)
        if start != end:
            steps.setdefault(start, {}).setdefault(end, one)
    while True:
        try:
            TopologicalSorter(steps).prepare()
            return
        except CycleError as error:
            nodes: list[str] = error.args[1][::-1]  # it names what is imported before who imports it
        yield nodes, [steps[start].pop(end) for start, end in pairwise(nodes)]


if __name__ == "__main__":
    sys.exit(main())

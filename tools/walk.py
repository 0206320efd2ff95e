"""Follow messages through dsnparse: what runs, how often the way changes rooms, how much text is read.

    python -m tools.walk samples/provider/qmail-local-and-dns.eml
    python -m tools.walk --markdown FILE…

Each message is parsed twice. The first time loads modules and tables; then what is remembered of texts (the
caches that have a bound) is forgotten, and the second time is followed. What is counted:

* files, functions, rooms: those of dsnparse that ran. A comprehension belongs to its function.
* moves: how often a function is called, or a generator goes on, in another room than the one before it.
* calls across: calls from a function in one room to a function in another.
* text read: characters and bytes that regular expressions and automata read, as a multiple of the message's
  size. A search counts to the end of what it finds, or of the text; a match in one place counts what it
  matches. What `str.find`, `split` and other packages read does not count.
* replies: texts that were taken apart as SMTP replies (by TAKE_APART), and how often one was at most.
"""

from __future__ import annotations

import argparse
import functools
import gc
import inspect
import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

HOME = str(Path(__file__).resolve().parent.parent / "dsnparse") + "/"
#: The decorator for properties: it belongs to the function that it decorates.
PROPERTY = f"{HOME}wire/once.py"


class Function(NamedTuple):
    """A function of dsnparse: its file, from the package on, and its name."""

    file: str
    name: str

    @property
    def room(self) -> str:
        """The folder or file right in the package that it stands in."""
        return self.file.partition("/")[0].removesuffix(".py")


#: The functions that take a reply apart. The first argument of each is the reply's text.
TAKE_APART = frozenset([Function("reply/reply.py", "_parse")])
COLUMNS = ("message", "files", "functions", "rooms", "moves", "calls across", "text read", "replies")


def main(arguments: list[str] | None = None) -> int:
    """Print what was seen on the way of each message. Exit status: 0."""
    options = argparse.ArgumentParser(
        prog="python -m tools.walk", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--markdown", action="store_true", help="print a table for docs/architecture.md")
    options.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a message")
    given = options.parse_args(arguments)
    reading = Reading()
    reading.watch_patterns()
    rows = [follow(path, reading) for path in given.files]
    if given.markdown:
        for cells in (COLUMNS, ["---"] * len(COLUMNS), *rows):
            print(f"| {' | '.join(cells)} |")
    else:
        for row in rows:
            print(*(f"{name}: {cell}" for name, cell in zip(COLUMNS, row, strict=True)), sep="\n  ")
    return 0


def follow(path: Path, reading: Reading) -> list[str]:
    """The cells of one message's row."""
    from dsnparse import parse_dsn

    data = path.read_bytes()
    parse_dsn(data)
    forget_texts()
    walk = Walk()
    reading.amount = 0
    sys.setprofile(walk)
    try:
        report = parse_dsn(data)
    finally:
        sys.setprofile(None)
    most = max(walk.replies.values(), default=0)
    times = {0: "", 1: ", each once", 2: ", up to twice"}.get(most, f", up to {most} times")
    return [
        f"{path.name} ({report.format})",
        str(len({function.file for function in walk.functions})),
        str(len(walk.functions)),
        str(len({function.room for function in walk.functions})),
        str(walk.moves),
        str(walk.calls_across),
        f"{reading.amount / len(data):.1f} times",
        f"{len(walk.replies)}{times}",
    ]


def forget_texts() -> None:
    """Empties the caches of dsnparse that have a bound: they hold texts. Those without one hold tables."""
    for cache in gc.get_objects():
        if (
            isinstance(cache, functools._lru_cache_wrapper)  # noqa: SLF001 -- its type has no other name
            and cache.__module__.partition(".")[0] == "dsnparse"
            and cache.cache_parameters()["maxsize"] is not None
        ):
            cache.cache_clear()


class Walk:
    """A profile function that takes notes of the calls of functions of dsnparse."""

    def __init__(self) -> None:
        self.functions: set[Function] = set()
        self.replies: Counter[str] = Counter()
        self.moves = 0
        self.calls_across = 0
        self._room = ""

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        here = function_of(frame) if event == "call" else None
        if here is None:
            return
        self.functions.add(here)
        self.moves += self._room not in ("", here.room)
        self._room = here.room
        caller, there = frame.f_back, None
        while caller is not None and there is None:
            there = function_of(caller)
            caller = caller.f_back
        self.calls_across += there is not None and there.room != here.room
        if here in TAKE_APART:
            self.replies[frame.f_locals[frame.f_code.co_varnames[0]]] += 1


def function_of(frame: FrameType) -> Function | None:
    """The function of dsnparse that a frame runs; None for other packages, and for what only asks another."""
    code = frame.f_code
    if not code.co_filename.startswith(HOME) or code.co_filename == PROPERTY:
        return None
    name = re.sub(r"(?:\.<locals>)?\.<(?!locals)\w+>", "", code.co_qualname)
    return Function(code.co_filename.removeprefix(HOME), name)


class Reading:
    """How much text patterns have read."""

    def __init__(self) -> None:
        self.amount = 0

    def watch_patterns(self) -> None:
        """Has all patterns counted that dsnparse makes from now on.

        Raises RuntimeError when it has made some already.
        """
        if "dsnparse" in sys.modules:
            raise RuntimeError("dsnparse has made its patterns already: run this in a process of its own.")
        import ahocorasick_rs
        import re2

        for module, name in (
            (re, "compile"),
            (re2, "compile"),
            (re2.Set, "SearchSet"),
            (ahocorasick_rs, "AhoCorasick"),
        ):
            setattr(module, name, self._counting(getattr(module, name)))

    def _counting(self, make: Callable[..., Any]) -> Callable[..., Any]:
        def made(*args: Any, **options: Any) -> Any:
            frame = inspect.currentframe()
            caller = frame.f_back if frame else None
            pattern = make(*args, **options)
            return Counted(pattern, self) if caller and function_of(caller) else pattern

        return made


class Counted:
    """A pattern or an automaton that says how much its methods have read."""

    def __init__(self, pattern: Any, reading: Reading) -> None:
        self._pattern = pattern
        self._reading = reading

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._pattern, name)
        if name not in COUNTS:
            return method

        def counting(*args: Any, **options: Any) -> Any:
            found = method(*args, **options)
            self._reading.amount += COUNTS[name](found, *args)
            return found

        return counting


def _searched(found: re.Match[str] | None, text: str, start: int = 0, end: int = sys.maxsize) -> int:
    return (found.end() if found else min(end, len(text))) - start


def _matched(found: re.Match[str] | None, *_: object) -> int:
    return found.end() - found.start() if found else 0


def _whole(_: object, text: str, start: int = 0, end: int = sys.maxsize) -> int:
    return min(end, len(text)) - start


def _replaced(_: object, __: object, text: str, *___: object) -> int:
    return len(text)


#: What the methods of patterns have read, by what they found and were given.
COUNTS: dict[str, Callable[..., int]] = {
    "search": _searched,
    "match": _matched,
    "fullmatch": _matched,
    "finditer": _whole,
    "findall": _whole,
    "split": lambda _, text, *__: len(text),
    "sub": _replaced,
    "subn": _replaced,
    "Match": _whole,
    "find_matches_as_indexes": _whole,
}


if __name__ == "__main__":
    sys.exit(main())

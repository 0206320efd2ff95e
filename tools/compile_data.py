"""Check the TOML files of dsnparse/data and write compiled/*.json from them, one row a line.

Each source has one compiled file of its own, which depends on no other source but lists.toml, so that two
branches which add a provider each can be merged.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from dsnparse.data import COMPILED, HERE
from dsnparse.rulebook import more_words, provider, rule, template
from dsnparse.rulebook.errors import RuleError
from dsnparse.rulebook.files import RuleFile, builtin_paths, builtin_sources, read_builtin
from dsnparse.rulebook.needed_words import needed_words
from dsnparse.rulebook.source import read_source
from tools.check_tables import check_of
from tools.without_marks import with_bare_rows, with_bare_words


def main(arguments: list[str] | None = None) -> int:
    """Compile all, or only compare. Exit status: 1 when a file is out of date, 2 for a mistake in a file."""
    options = argparse.ArgumentParser(prog="python -m tools.compile_data", description=__doc__)
    options.add_argument("--check", action="store_true", help="write nothing; exit status 1 when out of date")
    check = options.parse_args(arguments).check
    try:
        builtin_sources()  # refuses what no single file shows
        wanted = {target(path): text(path) for path in sources()}
    except RuleError as error:
        print(str(error).replace(f"{Path.cwd()}/", ""), file=sys.stderr)
        return 2
    there = set(COMPILED.rglob("*.json"))
    stale = [path for path, text in wanted.items() if path not in there or path.read_text("utf-8") != text]
    gone = sorted(there - set(wanted))
    if not check:
        for path in stale:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], "utf-8")
        for path in gone:
            path.unlink()
    verb = "Out of date, run make data" if check else "Compiled"
    for path in [*stale, *gone]:
        print(f"{verb}: {path.relative_to(HERE)}")
    return 1 if check and (stale or gone) else 0


def sources() -> list[Path]:
    """Every TOML file of the package's data."""
    return sorted(HERE.rglob("*.toml"))


def target(source: Path) -> Path:
    """The compiled file of a source: what a provider says of its notices stands beside other providers'."""
    parts = source.relative_to(HERE).with_suffix(".json").parts
    if parts[0] == "providers":
        _, name, kind = parts
        return COMPILED / Path(kind).stem / f"{name}.json"
    return COMPILED.joinpath(*parts[:1], *parts[-1:]) if len(parts) > 1 else COMPILED / parts[0]


def text(source: Path) -> str:
    """What the compiled file of `source` must say. Raises RuleError for a mistake in it."""
    if source in builtin_paths():
        language = source.stem if source.parent.name == "languages" else ""
        return "".join(_lines(_rows(read_builtin(source), language))) + "\n"
    root = read_source(source).root
    if check := check_of(source):
        check(root)
    if source.name == "subjects.toml":
        cues = [word.removeprefix("^") for word in _phrases(root.values)]
        return "".join(_lines({**root.values, "needed": _needed(cues)})) + "\n"
    if source.parent.name == "words":
        words = with_bare_words(root.values, source.stem)
        return "".join(_lines({**words, "needed": _needed(_phrases(words))})) + "\n"
    return "".join(_lines(root.values)) + "\n"


def _rows(file: RuleFile, language: str) -> dict[str, Any]:
    """Rules and formats as programs need them, without what only their readers do."""
    rows: dict[str, Any] = {}
    if file.provider:
        rows["provider"] = provider.to_row(file.provider)
    if file.formats:
        rows = {"formats": [template.to_row(form) for form in file.formats]}
        patterns = [one for form in file.formats for some in form.conditions.values() for one in some]
        return {**rows, "needed": _needed(patterns)}
    rows["rules"] = [rule.to_row(one) for one in file.rules]
    if file.words:
        rows["words"] = [more_words.to_row(one) for one in file.words]
    tables = ("rules", "words") if file.words else ("rules",)
    if language:
        rows |= {name: with_bare_rows(rows[name], language) for name in tables}
    rows["needed"] = _needed(one for name in tables for row in rows[name] for one in row.get("patterns", ()))
    return rows


def _needed(patterns: Iterable[str]) -> dict[str, list[Any]]:
    """The words that each pattern needs, worked out here since it takes time."""
    rows: dict[str, list[Any]] = {}
    for pattern in sorted(set(patterns)):
        needed = needed_words(pattern)
        rows[pattern] = [[sorted(group) for group in needed.groups]]
        if needed.is_all or not needed.groups:
            rows[pattern] += needed[1:]
    return rows


def _phrases(words: Mapping[str, Any]) -> Iterator[str]:
    for lists in words.values():
        for phrases in lists.values():
            yield from phrases


def _lines(content: Mapping[str, Any], depth: int = 2) -> Iterator[str]:
    """JSON with a line for each entry of the tables down to `depth`."""
    ends = [(",\n" if more else "\n") for more in range(len(content) - 1, -1, -1)]
    yield "{\n"
    for (key, value), end in zip(content.items(), ends, strict=True):
        yield f"{_json(key)}: "
        if isinstance(value, dict) and depth > 1 and value:
            yield from _lines(value, depth - 1)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            yield "[\n" + ",\n".join(map(_json, value)) + "\n]"
        else:
            yield _json(value)
        yield end
    yield "}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


if __name__ == "__main__":
    raise SystemExit(main())

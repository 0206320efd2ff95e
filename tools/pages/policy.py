"""`docs/policy.md`: every setting of the suppression policy, with its comment in policy.toml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from dsnparse.data import HERE
from tools.pages import MADE

_TABLE = re.compile(r"\[(\w+)\]\s*(?:# (.*))?$")
_SETTING = re.compile(r"\w+ = ")
_PAGE = re.compile(r"\bdocs/(\w+\.md)")
_NAMED = re.compile(r"\[(\w+)\](?!\()")


class Setting(NamedTuple):
    """Settings that share a comment."""

    lines: list[str]
    comment: list[str]


class Part(NamedTuple):
    """A table of the policy: its name, what it is about, its settings."""

    name: str
    about: str
    settings: list[Setting]


def page() -> str:
    """The page."""
    return "\n".join(_lines(read((HERE / "policy.toml").read_text("utf-8")))) + "\n"


def read(text: str) -> list[Part]:
    """The tables of a policy file with their comments. Raises ValueError for a line that is none of these."""
    parts: list[Part] = []
    comment: list[str] = []
    for line in text.splitlines():
        if found := _TABLE.match(line):
            parts.append(Part(found[1], found[2] or "", []))
            comment = []
        elif line.startswith("#"):
            comment.append(line[1:].removeprefix(" "))
        elif _SETTING.match(line):
            settings = parts[-1].settings
            if comment or not settings:
                settings.append(Setting([], comment))
                comment = []
            settings[-1].lines.append(line)
        elif line and parts:
            raise ValueError(f"policy.toml: {line!r} is no setting, no table and no comment.")
        elif parts and comment and not line:
            # A comment below the heading, before the first setting: of the whole table.
            part = parts[-1]
            parts[-1] = part._replace(about=f"{part.about} {' '.join(comment)}".strip())
            comment = []
    return parts


def _lines(parts: list[Part]) -> Iterator[str]:
    names = {part.name for part in parts}
    yield from ("# The suppression policy", "", MADE, "")
    yield (
        "What a notice does to the address that was mailed. This is the default, as "
        "`dsnparse suppressions policy` prints it. Write the settings that you change into a file, and give "
        "it to every command: `--policy FILE`, or the environment variable `DSNPARSE_POLICY`. What you leave "
        "out stays as it is here; an unknown name is an error. [The store](store.md) explains the words."
    )
    yield from ("", "Durations are a number and `s`, `m`, `h`, `d`, `w` or `y` (365 days).", "")
    yield from ("| table | what it is about |", "|---|---|")
    for part in parts:
        yield f"| [`[{part.name}]`](#{part.name}) | {_linked(part.about, names)} |"
    for part in parts:
        yield from ("", f"## {part.name}", *(["", _linked(part.about, names)] if part.about else []))
        for setting in part.settings:
            keys = ", ".join(line.partition(" = ")[0] for line in setting.lines)
            yield from ("", f"### {part.name}: {keys}", "")
            yield f"Default: {', '.join(f'`{line}`' for line in setting.lines)}"
            yield from (_linked(line, names) for line in _comment(setting.comment))


def _comment(lines: list[str]) -> Iterator[str]:
    """A comment as Markdown: what is set in and begins with a quoted word is a list."""
    in_list = False
    for number, line in enumerate(lines):
        if line.startswith("  ") and line.strip().startswith('"'):
            word, _, said = line.strip().partition('" ')
            yield from ([] if in_list else [""])
            yield f'- `{word}"`: {said.strip()}'
            in_list = True
        elif line.startswith("  ") and in_list:
            yield f"  {line.strip()}"
        else:
            yield from ([""] if in_list or number == 0 else [])
            in_list = False
            yield line.strip()


def _linked(text: str, names: set[str]) -> str:
    text = _PAGE.sub(r"[\1](\1)", text)
    return _NAMED.sub(lambda found: f"[`{found[0]}`](#{found[1]})" if found[1] in names else found[0], text)

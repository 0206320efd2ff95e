"""On which lines the tables and keys of a TOML file stand; tomllib, which reads it, does not tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

#: Where a value stands: ("rule", 2, "phrases"), counted from 0.
Address = tuple[str | int, ...]
#: What a value can go on behind, or end at.
_MARK = re.compile(r"[\"'#\[\]{}\n]")


class Place(NamedTuple):
    """The lines of a table's heading, or of a key and its value, counted from 1."""

    first: int
    last: int


def places(text: str) -> Iterator[tuple[Address, Place]]:
    """The lines of tables and keys, in a text that is TOML."""
    counts: Counter[Address] = Counter()
    here: Address = ()
    line, start = 1, 0
    while start < len(text):
        head = text[start : _line_end(text, start)].strip()
        end = _line_end(text, start) if head.startswith("#") else _end_of_statement(text, start)
        last = line + text.count("\n", start, end)
        if head.startswith("["):
            each = head.startswith("[[")
            here = _resolve(_parts(head.lstrip("[").partition("]")[0]), counts, each=each)
            yield here, Place(line, line)
        elif "=" in head and not head.startswith("#"):
            address = here
            for part in _parts(head.partition("=")[0]):
                address = (*address, part)
                yield address, Place(line, last)
        line, start = last + 1, end + 1


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def _end_of_statement(text: str, position: int) -> int:
    """Where the line end is that ends the statement which starts at `position`."""
    depth = 0
    while found := _MARK.search(text, position):
        mark, position = found[0], found.end()
        if mark == "\n" and depth <= 0:
            return found.start()
        if mark == "#":
            position = _line_end(text, position)
        elif mark in "\"'":
            position = _end_of_string(text, found.start())
        else:
            depth += (mark in "[{") - (mark in "]}")
    return len(text)


def _end_of_string(text: str, start: int) -> int:
    """The place behind the string that starts with a quote at `start`."""
    quote = text[start] * 3 if text.startswith(text[start] * 3, start) else text[start]
    position = start + len(quote)
    while (end := text.find(quote, position)) >= 0:
        slashes = 0
        while quote[0] == '"' and text[end - slashes - 1] == "\\":
            slashes += 1
        if slashes % 2 == 0:
            end += len(quote)
            while len(quote) == 3 and text.startswith(quote[0], end):
                end += 1  # up to two quotes may stand before the last three
            return end
        position = end + 1
    return len(text)


def _resolve(parts: list[str], counts: Counter[Address], *, each: bool) -> Address:
    """The address of a heading: [[format.example]] is the next example of the last format."""
    address: Address = ()
    for number, part in enumerate(parts):
        address = (*address, part)
        if each and number == len(parts) - 1:
            counts[address] += 1
        if counts[address]:
            address = (*address, counts[address] - 1)
    return address


def _parts(heading: str) -> list[str]:
    """The names in a dotted key; "7.30" in quotes is one."""
    parts, quoted = [""], ""
    for sign in heading:
        if sign == quoted:
            quoted = ""
        elif not quoted and sign in "\"'":
            quoted = sign
        elif sign == "." and not quoted:
            parts.append("")
        elif quoted or not sign.isspace():
            parts[-1] += sign
    return parts

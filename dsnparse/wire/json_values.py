"""JSON values out of a stream: one a line, several on one line, one after the other, or in a list.

Providers' files are JSON Lines (Firehose leaves out the line ends), a list, or one object over many lines.
Lines are read one by one where the first one is complete; else the whole stream is. What is no JSON is named
with its line, and reading goes on after it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

#: Bytes of one line, or of a stream that is not made of lines. SNS messages have at most 256 KB.
MAX_BYTES = 256 * 1024 * 1024
#: So many mistakes in one stream, and it is none of JSON.
MAX_MISTAKES = 1000
_DECODER = json.JSONDecoder()
_BETWEEN = re.compile(r"[\s,\]]*\[?[\s,]*")
#: What a JSON text is made of, as far as where its values end; a string is one.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[{}\[\],]', re.DOTALL)
_NEXT = re.compile(r"\n[ \t]*(?=[{\[])")


class Mistake:
    """A place where there is no JSON: the line, and why."""

    def __init__(self, line: int, reason: str) -> None:
        self.line = line
        self.reason = reason


def values(stream: BinaryIO) -> Iterator[tuple[int, Any] | Mistake]:
    """Each value and the line it starts in, or a `Mistake`. Raise OSError."""
    mistakes = 0
    for item in _values(stream):
        yield item
        mistakes += isinstance(item, Mistake)
        if mistakes >= MAX_MISTAKES:
            yield Mistake(item.line if isinstance(item, Mistake) else 0, "this is no JSON; gave up")
            return


def _values(stream: BinaryIO) -> Iterator[tuple[int, Any] | Mistake]:
    number = 0
    while line := stream.readline(MAX_BYTES):
        number += 1
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if not line.strip():
            continue
        text = line.decode("utf-8", "replace")
        found = list(_in_text(text, number))
        if any(isinstance(item, Mistake) for item in found) or _is_open(text):
            # Not complete on its line: a value over many lines, or damage. Both are read from the whole.
            text += stream.read(MAX_BYTES).decode("utf-8", "replace")
            yield from _in_text(text, number)
            return
        yield from found


def _is_open(text: str) -> bool:
    """Whether a list begins on this line and does not end there."""
    return text.lstrip().startswith("[") and not text.rstrip().endswith("]")


def _in_text(text: str, line: int) -> Iterator[tuple[int, Any] | Mistake]:
    place, counted = 0, 0
    while True:
        between = _BETWEEN.match(text, place)
        place = between.end() if between else place
        line += text.count("\n", counted, place)
        counted = place
        if place >= len(text):
            return
        try:
            value, end = _DECODER.raw_decode(text, place)
        except (ValueError, RecursionError) as error:
            yield Mistake(line, _why(error))
            following = _NEXT.search(text, place)
            if following is None:
                return
            place = following.end()
        else:
            yield line, value
            place = end


def _why(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"is no JSON: {error.msg[0].lower()}{error.msg[1:]} (column {error.colno})"
    return "is no JSON that can be read: too many levels within one another"


def closed(text: str) -> str:
    """A JSON value that is cut off, ended behind the last value in it that is whole."""
    opened: list[str] = []
    whole = 0
    for found in _TOKEN.finditer(text):
        char = found[0][0]
        if char in "{[":
            opened.append("}" if char == "{" else "]")
        elif char in "}]" and opened:
            opened.pop()
        if char != '"':
            whole = found.start() if char == "," else found.end()
        if not opened:
            break
    return text[:whole] + "".join(reversed(opened))

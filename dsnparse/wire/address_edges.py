"""What stands around an address in running text, and whether it belongs to it.

Facts:

* An address in brackets may be a piece of another: `<x <a@b.example>@c.example>`, `[a@b.example]@c.example`.
* qmail writes a local part without its quotes: `<a@b.example>: x@c.example>:`.
"""

from __future__ import annotations

import re
from typing import Final

#: What ends a run of characters around an address.
_ENDS: Final = " \t\n<>«»“”„（）［］＜＞【】「」、，。：；"
_END: Final = re.compile(f"[{_ENDS}]")
#: What parts addresses that are written without blanks.
_SEPARATORS: Final = ("", " ", "\n", ",", ";", ">", ")", "]")
#: What closes behind an address.
CLOSING: Final = ">)]}\"'`»”’）］＞】」"
#: The longest run without a blank that is looked at around an address.
REACH: Final = 400


def goes_on(text: str, behind: int) -> bool:
    """Whether what ends at `behind` goes on as an address, so that it is only a piece of it.

    "a@b.example@c.example", "'a@b.example'@c.example", "[a@b.example]@c.example", "a@b.example>x@c.example",
    "<a@b.example>: x@c.example>".
    """
    following = text[behind : behind + REACH]
    if "@" not in following:
        return False
    if following[0] not in _SEPARATORS:
        return "@" in text[behind : run_end(text, behind)]
    rest = following.lstrip(CLOSING)
    if len(rest) == len(following):
        return False
    if rest[:1] == "@" or rest[:1].isalnum():
        ending = _END.search(rest)
        if "@" in (rest if ending is None else rest[: ending.start()]):
            return True
    closes_again, bracket, _ = rest.partition(">")
    if following[0] != ">" or not bracket or "<" in closes_again:
        return False
    return "@" in closes_again.rpartition(" ")[2]


def is_nested(text: str, bracket: int, closing: int) -> bool:
    """Whether brackets stand within others, or go on as an address: `<x <a@b.example>@c.example>`."""
    outer = text.rfind("<", max(0, bracket - REACH), bracket)
    if outer == bracket - 1 >= 0:  # "<<a@b.example>>"
        before, behind = text[max(0, bracket - REACH) : bracket], text[closing + 1 : closing + 1 + REACH]
        return len(before) - len(before.rstrip("<")) != len(behind) - len(behind.lstrip(">"))
    is_open = (
        outer > text.rfind(">", max(0, bracket - REACH), bracket) and text[outer - 1 : outer] != "<"
    )  # "<<<": a transcript
    return is_open or goes_on(text, closing)


def brackets_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the angle brackets stand that enclose a piece of the text; (-1, -1) where none do."""
    bracket = text.rfind("<", max(0, start - REACH), start)
    closing = text.find(">", end, end + REACH) if bracket >= 0 else -1
    if closing < 0 or text.find(">", bracket, start) >= 0 or text.find("<", end, closing) >= 0:
        return -1, -1
    return bracket, closing


def run_around(text: str, start: int, end: int) -> tuple[int, int]:
    """The run of characters around a piece of the text that could belong to one address."""
    least = max(0, start - REACH)
    first = max(least, *(text.rfind(char, least, start) + 1 for char in _ENDS))
    return first, run_end(text, end)


def run_end(text: str, end: int) -> int:
    """Where the run that goes on at `end` ends."""
    most = min(len(text), end + REACH)
    ending = _END.search(text, end, most)
    return ending.start() if ending is not None else most

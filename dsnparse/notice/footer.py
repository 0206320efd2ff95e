"""What lists and scanners add below the mail that they pass on: their own address and words among it."""

from __future__ import annotations

import re
from typing import Final

_RULE: Final = re.compile(r"[_=*-]{20,80}\s{0,3}")
#: "__________ Information from NOD32, revision 1.1856 __________", and what stands below a rule.
_OF_A_SCANNER: Final = re.compile(
    r"_{5,80} .{3,80} _{5,80}\s{0,3}$|virus.free|no virus|"
    r"(?:scanned|checked|analizado|analysiert|geprüft|vérifié|verificat[ao])\b.{0,60}"
    r"\b(?:virus|viren|for all|by|mit|avec|par|por|con)\b",
    re.IGNORECASE,
)
_RULED: Final = frozenset("_=*-")
_OF_A_LIST: Final = re.compile(r"mailing list|listinfo|unsubscribe|list-manager", re.IGNORECASE)
#: Lines below the rule in which a list is named, and how long a footer is.
_NAMED_WITHIN: Final = 5
_LONGEST: Final = 15


def without_footer(lines: list[str]) -> list[str]:
    """`lines` up to the rule above a list's or a scanner's footer."""
    top = max(len(lines) - _LONGEST, 0)
    ruled = [index for index, line in enumerate(lines[top:], top) if line[:1] in _RULED]
    for index in reversed(ruled):
        line = lines[index]
        if line[:5] == "_____" and _OF_A_SCANNER.match(line):
            return lines[:index]
        if _RULE.fullmatch(line):
            below = lines[index + 1 : index + 1 + _NAMED_WITHIN]
            is_footer = any(_OF_A_LIST.search(one) or _OF_A_SCANNER.search(one) for one in below)
            return lines[:index] if is_footer else lines
    return lines

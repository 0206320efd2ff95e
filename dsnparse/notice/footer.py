"""What a mailing list adds below the mail that it passes on: its own address among them."""

from __future__ import annotations

import re

_RULE = re.compile(r"[_=*-]{20,80}\s{0,3}")
_RULED = ("_", "=", "*", "-")
_OF_A_LIST = re.compile(r"mailing list|listinfo|unsubscribe|list-manager", re.IGNORECASE)
#: Lines below the rule in which a list is named, and how long a footer is.
_NAMED_WITHIN = 5
_LONGEST = 15


def without_footer(lines: list[str]) -> list[str]:
    """`lines` up to the rule above a list's footer."""
    for index in range(len(lines) - 1, max(len(lines) - _LONGEST, 0) - 1, -1):
        if lines[index][:1] in _RULED and _RULE.fullmatch(lines[index]):
            below = lines[index + 1 : index + 1 + _NAMED_WITHIN]
            return lines[:index] if any(_OF_A_LIST.search(line) for line in below) else lines
    return lines

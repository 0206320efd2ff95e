"""What a notice says of such problems in general: "Problems are usually due to …"."""

from __future__ import annotations

from dsnparse.notice.words import may_say, says


def without_general(lines: list[str]) -> list[str]:
    """`lines` without the paragraphs that begin so."""
    if not may_say("in_general", lines):
        return lines
    kept: list[str] = []
    is_first, is_general = True, False
    for line in lines:
        if not line or line.isspace():
            is_first, is_general = True, False
        elif is_first:
            is_first, is_general = False, says("in_general", line.strip())
        if not is_general:
            kept.append(line)
    return kept

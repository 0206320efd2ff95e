"""How a mistake in a rules file is told: `file:line: what is wrong. What to write instead.`"""

from __future__ import annotations

from collections.abc import Iterable

from dsnparse.errors import DsnparseError


class RuleError(DsnparseError, ValueError):
    """A rules file that cannot be used. The message names the file, the line, the mistake and the cure."""


def instead(word: object, known: Iterable[str]) -> str:
    """What to write instead of `word`: the nearest of the known names, then all of them."""
    names = list(map(str, known))
    hint = meant(word, names)
    return f"{hint}{' ' if hint else ''}Use one of: {', '.join(names)}."


def meant(word: object, known: Iterable[str]) -> str:
    """A question that names what `word` is near to; "" where nothing is."""
    from difflib import get_close_matches

    names = {name.lower(): name for name in known}
    low = str(word).lower()
    near = get_close_matches(low, names, n=2, cutoff=0.6)
    near = (
        near or [name for name in names if min(len(low), len(name)) > 3 and (low in name or name in low)][:2]
    )
    return f"Did you mean {' or '.join(repr(names[name]) for name in near)}?" if near else ""


def said_by(error: Exception) -> str:
    """What an exception of RE2's says: it says so in bytes."""
    said = error.args[0] if error.args else error
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)

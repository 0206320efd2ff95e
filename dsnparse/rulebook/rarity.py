"""How rare words are in notices and replies: what most of these have tells nothing, however long it is."""

from __future__ import annotations

from typing import Final

#: A text must have one of these.
Group = frozenset[str]

#: Shorter words are in most texts, as parts of others.
SHORTEST: Final = 3
#: Words that about one in ten notices and replies has, and those that about one in fifty has. What is a part
#: of one of them is as common: "he " is in "the ", "poli" in "policy".
_EVERYWHERE: Final = (
    " . : @ ( ) [ ] , - / ' \" < > 550 554 5.7.1 to mail not message the for recipient user host address"
    " error is end you this our rejected from smtp and http in deliver of your please unknown 5.1.1 "
)
_COMMON: Final = (
    " more mailbox email or server spam command rcpt be domain reply has try said https sender ip"
    " delivered information that no remote by following was account recipients been does blocked failed"
    " unavailable service delivery list exceeded see after denied could limit name sending quota sorry action"
    " at access policy reason found again sent data later on due too exist support with connection because an"
    " have requested permanent contact disabled full local content invalid "
)
#: The shares of texts that have such a word; the first two somewhat higher, since each of them is met several
#: times in a text.
_SHARE_EVERYWHERE: Final = 0.5
_SHARE_COMMON: Final = 0.05
_SHARE_SHORT: Final = 5.0


def share(group: Group) -> float:
    """The share of texts that have a word of the group, roughly: to compare groups."""
    return sum(map(_share, group))


def length(word: str) -> int:
    """How long a word is; one letter of other scripts tells as much as two of Latin's."""
    return len(word) - (word == " ") if word.isascii() else 2 * len(word)


def _share(word: str) -> float:
    size = length(word)
    if size < SHORTEST:
        return _SHARE_SHORT / max(size, 0.1)
    if word in _EVERYWHERE:
        return _SHARE_EVERYWHERE
    return _SHARE_COMMON if word in _COMMON else 1 / size**3

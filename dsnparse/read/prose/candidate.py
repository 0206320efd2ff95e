"""All that was observed of a mention, and what it adds up to."""

from __future__ import annotations

from typing import Final, NamedTuple

from dsnparse.read.prose.mention import Mention
from dsnparse.read.prose.observations import MESSAGE_ID, OBSERVATIONS, Observation

#: Names of observations that tell most plainly that an address is one that failed, the plainest first.
_TELLING: Final = ("message-id", "rcpt", "heading", "label", "announced", "alone")


class Candidate(NamedTuple):
    """A mention, and all that was observed of it."""

    mention: Mention
    observed: tuple[Observation, ...]
    score: int

    @property
    def last_resort(self) -> bool:
        """Whether it is taken only where nothing better is found."""
        return any(one.last_resort for one in self.observed)

    @property
    def is_reached(self) -> bool:
        """Whether the message is said to have reached it."""
        return any(one.is_reached for one in self.observed)

    @property
    def why(self) -> str:
        """What says most plainly that it is one that failed: the name of the rule in evidence."""
        names = [one.name for one in self.observed]
        return next((name for name in _TELLING if name in names), "near")

    def explained(self) -> str:
        """All that counted, with its weight: "heading +3, code +2"."""
        return f"{', '.join(f'{one.name} {one.weight:+d}' for one in self.observed)}: {self.score}"


def weigh(mention: Mention) -> Candidate:
    """All that is observed of a mention, and the sum."""
    if MESSAGE_ID.holds(mention):
        return Candidate(mention, (MESSAGE_ID,), MESSAGE_ID.weight)
    observed = tuple([one for one in OBSERVATIONS if one.holds(mention)])
    return Candidate(mention, observed, sum([one.weight for one in observed]))

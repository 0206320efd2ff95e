"""The keys that return paths, Message-IDs and tokens are signed with: several, so that they can be replaced.

A key is a line of text, `ID:DAY:SECRET`, in a file that only its owner reads, or in DSNPARSE_TRUST_KEY:

    a:2026-11-26:RDZBnjBm9Vb0Hq3j2wG1q4kK9sX5mZ6p

ID is one letter that a signature names, DAY the first day of its use (UTC), SECRET at least 16 letters. The
newest one signs; all of them verify. To take one out of use, add another, wait until no mail signed with
the old one can come back, and remove its line.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from dsnparse.trust.letters import LETTERS

VARIABLE = "DSNPARSE_TRUST_KEY"
#: Letters of a secret: 16 of base64 are 96 bits, twice what a signature keeps of them.
_SHORTEST = 16
_NEW_BYTES = 24
_LINE = re.compile(r"([a-z2-7]):(\d{4}-\d\d-\d\d):(\S{1,200})")
_FORM = "a key is ID:DAY:SECRET, such as a:2026-11-26:… ('dsnparse trust init' makes one)"


@dataclass(frozen=True, slots=True)
class Key:
    """One key. Its secret is not shown.

    Attributes:
        id: One of the letters a to z and 2 to 7.
        since: The first day of its use, UTC.
        secret: What only the sender knows.
    """

    id: str
    since: date
    secret: bytes = field(repr=False)

    @classmethod
    def parse(cls, line: str) -> Key:
        """Reads `ID:DAY:SECRET`. Raises ValueError, without the secret in it, when it is no such line."""
        found = _LINE.fullmatch(line.strip())
        if found is None:
            raise ValueError(f"This is no key: {_FORM}.")
        name, day, secret = found.groups()
        try:
            since = date.fromisoformat(day)
        except ValueError:
            raise ValueError(f"Key {name}: {day} is no day of the calendar.") from None
        if len(secret) < _SHORTEST:
            raise ValueError(f"Key {name} is too short: a secret has at least {_SHORTEST} letters.")
        return cls(name, since, secret.encode())

    def line(self) -> str:
        """The key as text, with its secret."""
        return f"{self.id}:{self.since.isoformat()}:{self.secret.decode()}"


class Keys:
    """The keys of a sender, oldest first; there is at least one."""

    def __init__(self, keys: Iterable[Key]) -> None:
        """Raises ValueError when there is none, or when two have one id."""
        self.all = tuple(sorted(keys, key=lambda key: (key.since, key.id)))
        self._by_id = {key.id: key for key in self.all}
        if not self.all:
            raise ValueError(f"There is no key: {_FORM}.")
        if len(self._by_id) < len(self.all):
            raise ValueError("Two keys have the same id: give each a letter of its own.")

    @classmethod
    def parse(cls, text: str) -> Keys:
        """Reads keys parted by blanks; lines that begin with # are left out. Raises ValueError."""
        lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
        return cls(Key.parse(word) for line in lines for word in line.split())

    @property
    def newest(self) -> Key:
        """The one that signs."""
        return self.all[-1]

    @property
    def first_day(self) -> date:
        """Since when there are keys: mail of earlier days cannot be signed."""
        return self.all[0].since

    def find(self, name: str) -> Key | None:
        """The key with this id."""
        return self._by_id.get(name)


def new_key(day: date, taken: Iterable[str] = ()) -> Key:
    """A new key for use from `day` on, with an id not among `taken`. Raises ValueError when all are."""
    used = set(taken)
    free = [letter for letter in LETTERS if letter not in used]
    if not free:
        raise ValueError("Every letter is the id of a key: remove keys that no mail is signed with any more.")
    return Key(free[0], day, secrets.token_urlsafe(_NEW_BYTES).encode())

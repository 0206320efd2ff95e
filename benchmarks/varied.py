"""Messages that nobody has met before: the same wording with other names, addresses, ids and boundaries.

Who reads the same bytes again measures caches: Python's of compiled boundaries, the automata of regular
expressions, remembered lines. So each message is varied each time it is read, always to the same length.
"""

from __future__ import annotations

import random
import re

_ADDRESS = re.compile(rb"([A-Za-z0-9._+=-]{3,60})@[A-Za-z0-9-]{1,60}(?:\.[A-Za-z0-9-]{1,60}){1,8}")
_BOUNDARY = re.compile(rb'boundary="?([^"\s;]{4,70})"?', re.IGNORECASE)
#: Words with digits in them: queue ids, Message-IDs, tokens. Not where they are letters that are encoded.
_ID = re.compile(rb"(?<![=A-Za-z0-9?])[A-Za-z0-9]{6,39}(?![A-Za-z0-9?])")
_DIGIT = re.compile(rb"\d")
#: By these a notice is known.
_DAEMONS = (b"mailer-daemon", b"mailerdaemon", b"mail-daemon", b"postmaster", b"daemon")


def varied(message: bytes, seed: object) -> bytes:
    """`message` with other names, ids and boundaries; the same for the same seed."""
    chance = random.Random(f"{seed} {len(message)} {message[:80]!r}")
    names = {boundary: _other(boundary, chance) for boundary in _found(_BOUNDARY, message)}
    for local in _found(_ADDRESS, message):
        if local.lower() not in _DAEMONS:
            names.setdefault(local, _other(local, chance))
    if names:
        longest_first = sorted(names, key=len, reverse=True)
        every_name = re.compile(b"|".join(map(re.escape, longest_first)))
        message = every_name.sub(lambda found: names[found[0]], message)
    new = set(names.values())
    ids: dict[bytes, bytes] = {}

    def other_id(found: re.Match[bytes]) -> bytes:
        word = found[0]
        if word in new or _DIGIT.search(word) is None:
            return word
        if word not in ids:
            ids[word] = _other(word, chance)
        return ids[word]

    return _ID.sub(other_id, message)


def _found(pattern: re.Pattern[bytes], message: bytes) -> list[bytes]:
    return list(dict.fromkeys(pattern.findall(message)))


def _other(word: bytes, chance: random.Random) -> bytes:
    """A word of the same make: digits for digits, letters for letters."""
    letters = []
    for letter in word:
        for first, last in (b"09", b"az", b"AZ"):
            if first <= letter <= last:
                letter = chance.randint(first, last)
                break
        letters.append(letter)
    return bytes(letters)

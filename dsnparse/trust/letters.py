"""Numbers and digests in letters that no mail server changes: base32 (RFC 4648) in lower case."""

from __future__ import annotations

from datetime import date, timedelta

LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
#: Day 0. Three letters count 32,768 days from here: to September 2109.
_EPOCH = date(2020, 1, 1)
DAY_LETTERS = 3
_DAYS = 32**DAY_LETTERS
MAC_LETTERS = 10
#: Letters of a signature: its day, its key, its digest; and the pattern of one.
LENGTH = DAY_LETTERS + 1 + MAC_LETTERS
FORM = rf"[a-z2-7]{{{LENGTH}}}"


def day_in_letters(day: date) -> str:
    """`day` in three letters. Raises ValueError for a day before 2020 or after September 2109."""
    number = (day - _EPOCH).days
    if not 0 <= number < _DAYS:
        raise ValueError(f"{day} cannot be written in a signature: it is not between 2020 and 2109.")
    return in_letters(number, DAY_LETTERS)


def day_from_letters(text: str) -> date:
    """The day that three of LETTERS stand for."""
    number = 0
    for letter in text:
        number = number * 32 + LETTERS.index(letter)
    return _EPOCH + timedelta(days=number)


def in_letters(number: int, count: int) -> str:
    """The lowest `count` × 5 bits of a number."""
    return "".join([LETTERS[number >> shift & 31] for shift in range(5 * count - 5, -1, -5)])


def digest_in_letters(digest: bytes, count: int) -> str:
    """The first `count` × 5 bits of a digest, which has more."""
    bits = len(digest) * 8
    return in_letters(int.from_bytes(digest) >> (bits - 5 * count), count)

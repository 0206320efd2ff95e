"""Any number of addresses put on the list, taken off it, or compared with it: a transaction for each piece.

All of them are read before the first is written, so that one that is no address leaves everything as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial

from dsnparse.store.address.given import read_address, read_mailbox
from dsnparse.store.lists.compare import compare
from dsnparse.store.lists.entry import Difference, Listed, Suppression
from dsnparse.store.lists.suppressions import lift, succeed, suppress
from dsnparse.store.pieces import in_pieces
from dsnparse.store.policy.terms import Terms
from dsnparse.store.sql.database import Database
from dsnparse.store.sql.dialect import chunks

#: Addresses in one transaction.
_AT_ONCE = 1_000
#: The same of an import.
_IMPORTED_AT_ONCE = 5_000


def suppress_all(database: Database, terms: Terms, wanted: Iterable[Suppression], now: datetime) -> Listed:
    """Put them on the list. Raise NotAnAddress."""
    total = Listed()
    for some in chunks(list(map(_with_address_read, wanted)), _IMPORTED_AT_ONCE):
        total += database.write(partial(suppress, terms=terms, wanted=some, now=now))
    return total


def compare_all(
    database: Database, terms: Terms, wanted: Iterable[Suppression], now: datetime
) -> Iterator[Difference]:
    """What that would do with each, as they come. Raise NotAnAddress."""
    for some in in_pieces(map(_with_address_read, wanted), _IMPORTED_AT_ONCE):
        yield from database.write(partial(compare, terms=terms, wanted=some, now=now))


def lift_all(database: Database, terms: Terms, wanted: Iterable[str], by: str, now: datetime) -> list[str]:
    """Take them off; those that were not active before. Raise NotAnAddress."""
    lifted: list[str] = []
    for some in chunks([read_address(address) for address in wanted], _AT_ONCE):
        lifted += database.write(partial(lift, terms=terms, wanted=some, now=now, by=by))
    return lifted


def succeed_all(database: Database, terms: Terms, wanted: Iterable[str], at: datetime, now: datetime) -> int:
    """The sender reports deliveries; how many of the addresses were known. Raise NotAnAddress."""
    return sum(
        database.write(partial(succeed, terms=terms, wanted=some, at=at, now=now))
        for some in chunks([read_mailbox(address) for address in wanted], _AT_ONCE)
    )


def _with_address_read(one: Suppression) -> Suppression:
    address = read_address(one.address)
    return one if address == one.address else replace(one, address=address)

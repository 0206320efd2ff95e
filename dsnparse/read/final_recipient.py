"""Whom Final-Recipient means where it gives no whole address: what it gives, and what else the notice says.

Facts:

* It may be a program or a file (Exim: "|/usr/bin/filter"); the text says whose mail is handed to it.
* It may be the local part alone ("LOCAL;<kim>", CommuniGate Pro): a mailbox of the system that reports. The
  returned To may have it whole; else it is of the host that reports, and never certain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Final, NamedTuple

from dsnparse.notice.notice import Notice
from dsnparse.read.prose.bare_names import own_domain
from dsnparse.wire.address import LOCAL_TYPES, FieldAddress, field_address, typed_address
from dsnparse.wire.fields import Field

#: What a program's or a file's name begins with; what Exim says before it, and on the line below.
_NO_ADDRESSES: Final = ("|", "/")
_HANDED: Final = re.compile(r"(?:pipe|save|append) to (?=[|/])")
_GENERATED: Final = re.compile(r"\(?(?:ultimately )?generated (?:by|from) ([^\s()]{3,320})\)?$")
#: A local part that is no path, no program and no number of anything.
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9._+-]{1,63}")


class Owner(NamedTuple):
    """Whose mail a program or a file takes, and the line of the text that says so."""

    address: FieldAddress
    line: int


def owners_of_programs(finals: Iterable[str], notice: Notice) -> dict[str, Owner]:
    """The owner of each program and file among values of Final-Recipient, where Exim's text names him."""
    programs = {typed_address(one)[1] for one in finals if "|" in one or "/" in one}
    programs = {one for one in programs if one[:1] in _NO_ADDRESSES}
    found: dict[str, Owner] = {}
    for index, (line, below) in enumerate(pairwise(notice.body.stripped) if programs else ()):
        said = _GENERATED.match(below)
        program = _HANDED.sub("", line) if said is not None else ""
        address = field_address(said[1]) if said is not None and program in programs else None
        if address is not None:
            found.setdefault(program, Owner(address, index + 1))
    return found


def completed(final: Field | None, notice: Notice) -> FieldAddress | None:
    """A recipient given by its local part alone, with the domain that the returned To field gives it.

    Whoever sent the message wrote that field: it proves nothing about the address.
    """
    candidates = notice.mailed_by_local.get(_local_name(final).lower(), {})
    if len(candidates) != 1:
        return None
    return FieldAddress(next(iter(candidates.values())))


def at_own_host(final: Field | None, notice: Notice, host: str) -> FieldAddress | None:
    """The same, a mailbox of the system that reports; the name alone where its domain is not known."""
    name = _local_name(final)
    if final is None or _NAME.fullmatch(name) is None:
        return None
    is_local = typed_address(final.value)[0] in LOCAL_TYPES and "." in host
    domain = host if is_local else own_domain(notice)
    return FieldAddress(f"{name}@{domain}" if domain else name, is_uncertain=True)


def _local_name(final: Field | None) -> str:
    """The local part that a field gives alone; "" where it gives none, or more."""
    name = typed_address(final.value)[1].strip("<>") if final is not None else ""
    return "" if "@" in name or " " in name else name

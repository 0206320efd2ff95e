"""Whom Final-Recipient means where it gives no whole address: what it gives, and what else the notice says.

Facts:

* It may be a program or a file (Exim: "|/usr/bin/filter"); the text says whose mail is handed to it.
* It may be the local part alone ("LOCAL;<kim>", CommuniGate Pro): a mailbox of the system that reports. The
  returned To may have it whole; else it is of the host that reports, and never certain.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from dsnparse.notice.notice import Notice
from dsnparse.read.prose.bare_names import own_domain
from dsnparse.wire.address import LOCAL_TYPES, FieldAddress, field_address, typed_address
from dsnparse.wire.fields import Field

#: What a program's or a file's name begins with, and what Exim says below it.
_NO_ADDRESSES: Final = ("|", "/")
_GENERATED: Final = re.compile(r"\(?(?:ultimately )?generated (?:by|from) ([^\s()]{3,320})\)?$")
#: A local part that is no path, no program and no number of anything.
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9._+-]{1,63}")


def handed_on(final: Field, notice: Notice) -> FieldAddress | None:
    """Whose mail goes to the program or the file that a field names, as Exim's text says below it."""
    program = typed_address(final.value)[1]
    if program[:1] not in _NO_ADDRESSES:
        return None
    lines = notice.body.stripped
    for line, below in pairwise(lines):
        found = _GENERATED.match(below) if line.endswith(program) else None
        if found is not None:
            return field_address(found[1])
    return None


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

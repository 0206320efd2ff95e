"""The address that was mailed, where another one failed: read off the returned message's trace.

Facts:

* A forwarding host sends on to another address; the notice names that one, and without ORCPT (RFC 3461)
  nothing in its fields names the one that the sender mailed.
* The returned message's Received fields do: "for <address>" (RFC 5321 section 4.4), the lowest field first.
* Hosts leave the clause out for several recipients; so it is used for one failed recipient only.
"""

from __future__ import annotations

import re
from typing import Final

from dsnparse.notice.notice import Notice
from dsnparse.read.recipient import Recipient
from dsnparse.vocabulary import Origin
from dsnparse.wire.address import is_address

_FOR: Final = re.compile(r"\bfor\s{1,3}<([^<>\s]{3,320})>")
#: Received fields that are looked at; RFC 5321 section 6.3 expects loops after 100 of them.
MAX_HOPS: Final = 100


def received_for(trace: str) -> str | None:
    """The address that a Received field says the message was for, or None."""
    found = _FOR.search(trace)
    return found[1] if found is not None and is_address(found[1]) else None


def name_mailed_address(notice: Notice, recipient: Recipient) -> None:
    """Fills `original_recipient` of the only recipient of `notice` where the trace names another address."""
    if recipient.original_recipient is not None or notice.roles.returned is None:
        return
    parts = notice.roles.returned.parts()
    if not parts:
        return
    mailed = {address.lower() for address in notice.mailed}
    if recipient.recipient.lower() in mailed:
        return
    fields = [value for name, value in parts[0].raw_items() if name.lower() == "received"][:MAX_HOPS]
    for value in reversed(fields):
        address = received_for(str(value))
        if address is not None:
            if address.lower() != recipient.recipient.lower() and address.lower() in mailed:
                recipient.original_recipient, recipient.original_origin = address, Origin.RETURNED_HEADER
                recipient.note(
                    "original_recipient", parts[0].number, 0, "returned.received-for", f"for <{address}>"
                )
            return

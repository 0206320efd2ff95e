"""Status parts: message/delivery-status (RFC 3464), message/global-delivery-status (RFC 6533), and the same
fields where a notice only writes them into its text.

Facts:

* Final-Recipient names who failed; Original-Recipient (RFC 3461's ORCPT) whom the sender mailed.
* Final-Recipient may be no whole address (`final_recipient.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from dsnparse.model import Evidence
from dsnparse.notice.notice import Notice
from dsnparse.notice.status_fields import StatusFields, StatusGroup, fields_in_parts
from dsnparse.read.final_recipient import Owner, at_own_host, completed, owners_of_programs
from dsnparse.read.prose.context import add_context
from dsnparse.read.prose.mention import heads_in
from dsnparse.read.reading import Reading, kind_of
from dsnparse.read.recipient import Recipient
from dsnparse.read.status_values import derived_action, note, take_codes, take_others
from dsnparse.vocabulary import Action, Kind, Origin
from dsnparse.wire.address import field_address, is_routable, typed_address
from dsnparse.wire.address_spans import addresses_in
from dsnparse.wire.fields import Field

#: What was done, by the kind of notice that follows from it.
_ACTION_OF: Final = {Kind.BOUNCE: Action.FAILED, Kind.DELAY: Action.DELAYED}
_SUCCESS: Final = re.compile(
    r"successfully delivered|expanded to multiple addresses|relayed to|was delivered", re.IGNORECASE
)
_SUCCESS_LINES: Final = 40
#: Where the returned header names who sent the message.
_SENDERS: Final = ("from", "sender", "return-path")


def read_status_part(notice: Notice) -> Reading | None:
    """The recipients of the status parts."""
    if not notice.roles.status or not notice.is_report:
        return None
    if notice.is_passed_on:
        return None
    return _reading(notice, notice.status_fields, "rfc3464")


def read_local_names(notice: Notice) -> Reading | None:
    """The recipients whom the status parts name by their local part alone, where nothing has them whole."""
    if not notice.roles.status or not notice.is_report or notice.is_passed_on:
        return None
    fields = fields_in_parts(notice.roles, notice.limits)  # the first reader let its own go
    reporting = fields.message.get("reporting-mta")
    host = typed_address(reporting.value)[1].lower() if reporting is not None else ""
    return _reading(notice, fields, "rfc3464", host)


def read_status_text(notice: Notice) -> Reading | None:
    """The recipients of status fields that stand in the notice's text."""
    if not notice.signs.is_believed:
        return None
    return _reading(notice, notice.status_fields_in_text, "rfc3464-text")


def read_success(notice: Notice) -> Reading | None:
    """A status part without recipients, in a notice that tells of success in words (Sendmail's to a list)."""
    if not notice.roles.status or not any(
        _SUCCESS.search(line) for line in notice.body.lines[:_SUCCESS_LINES]
    ):
        return None
    return Reading(Kind.DELIVERY, notice.signs.evidence, "rfc3464", fields=notice.status_fields.message)


def _reading(notice: Notice, found: StatusFields, form: str, host: str | None = None) -> Reading | None:
    """`host`: the one that reports: names without a domain are its mailboxes; None: nobody's."""
    recipients = _recipients(notice, found.groups, host)
    if not recipients:
        return None
    if len(recipients) == 1:
        _find_recipient_of_the_senders(recipients[0], notice)
    kind = kind_of(recipients)
    action = _ACTION_OF.get(kind) or recipients[0].action or Action.DELIVERED
    evidence = [Evidence("kind", found.part, 0, f"{form}.action", action.value)]
    if notice.roles.status or len(recipients) == 1:  # else the text is the fields, each beside another's
        add_context(notice, recipients)
    return Reading(kind, evidence, form, recipients, found.message)


def _recipients(notice: Notice, groups: list[StatusGroup], host: str | None) -> list[Recipient]:
    _tell_apart([group.fields for group in groups])
    finals = [group.fields["final-recipient"].value for group in groups if "final-recipient" in group.fields]
    owners = owners_of_programs(finals, notice)
    recipients: list[Recipient] = []
    places: dict[str, int] = {}
    groups.reverse()
    while groups:
        if len(recipients) >= notice.limits.recipients:
            notice.warn("limit.recipients", most=notice.limits.recipients)
            break
        # Each is let go once it is read: the collector looks at all there is, again and again.
        recipient = _recipient(groups.pop(), notice, host, owners)
        if recipient is None:
            continue
        at = places.setdefault(recipient.recipient.lower(), len(recipients))
        if at == len(recipients):
            recipients.append(recipient)
        elif recipients[at].action is not Action.FAILED and recipient.action is Action.FAILED:
            recipients[at] = recipient
    return recipients


def _tell_apart(recipients: list[dict[str, Field]]) -> None:
    """Where several groups name one alias as Final-Recipient, the members that failed take its place.

    Sendmail says who in X-Actual-Recipient, Exim only within the reply that it quotes.
    """
    named = [fields["final-recipient"].value.lower() for fields in recipients if "final-recipient" in fields]
    if len(set(named)) == len(named):
        return
    finals: dict[str, list[dict[str, Field]]] = {}
    for fields in recipients:
        if "final-recipient" in fields:
            finals.setdefault(fields["final-recipient"].value.lower(), []).append(fields)
    for alias, groups in finals.items():
        if len(groups) < 2 or alias.count("@") != 1:
            continue
        for fields in groups:
            final = fields["final-recipient"]
            member = fields.get("x-actual-recipient") or _quoted_recipient(fields.get("diagnostic-code"))
            if member is not None and member.value.lower() != alias:
                fields.setdefault("original-recipient", final)
                fields["final-recipient"] = Field("final-recipient", member.value, member.line)


def _quoted_recipient(diagnostic: Field | None) -> Field | None:
    found = addresses_in(diagnostic.value) if diagnostic else []
    return (
        Field("final-recipient", found[0], diagnostic.line) if diagnostic and len(set(found)) == 1 else None
    )


def _recipient(
    group: StatusGroup, notice: Notice, host: str | None, owners: Mapping[str, Owner]
) -> Recipient | None:
    fields = group.fields
    final, original = fields.get("final-recipient"), fields.get("original-recipient")
    actual = fields.get("x-actual-recipient")
    address = field_address(final.value) if final else None
    mailed = field_address(_from_xtext(original.value)) if original else None
    named, origin = final, Origin.STATED
    if address is not None and mailed is not None and not is_routable(address.text):
        # X.400 gateways and local stores ("user@ims-ms-daemon") name a place inside; nobody can mail that.
        address = None
    if address is None and actual is not None:
        # "Final-Recipient: rfc822; tom": the local part alone; another field may have it whole.
        address, named = field_address(actual.value), actual
    if address is None and mailed is not None:
        # Whom the sender mailed, by his own word: it proves nothing about that address.
        is_named = final is None and bool(heads_in(notice, {mailed.text.lower()}))
        address, named = mailed, original
        origin = Origin.STATED if is_named else Origin.ORCPT
    owner = owners.get(typed_address(final.value)[1]) if owners and final and address is None else None
    if owner is not None:
        address = owner.address
    if address is None:
        address, named, origin = completed(final, notice), final, Origin.RETURNED_HEADER
    if address is None and host is not None:
        address, origin = at_own_host(final, notice, host), Origin.AMBIGUOUS
    if address is None or named is None:
        return None
    recipient = Recipient(address.text, origin, is_uncertain=address.is_uncertain)
    note(recipient, "recipient", group, named, f"rfc3464.{named.name}")
    if owner is not None:
        said = notice.body.stripped[owner.line]
        recipient.note("recipient", *notice.body.place(owner.line), "text.generated-by", said)
    if mailed and original and mailed.text.lower() != address.text.lower():
        recipient.original_recipient, recipient.original_origin = mailed.text, Origin.ORCPT
        note(recipient, "original_recipient", group, original)
    forwarded = field_address(actual.value) if actual is not None and named is not actual else None
    if actual is not None and forwarded is not None and forwarded.text != address.text:
        recipient.actual_recipient = forwarded.text
        note(recipient, "actual_recipient", group, actual)
    take_codes(recipient, group, notice)
    take_others(recipient, group)
    if recipient.action is None:
        recipient.action = derived_action(recipient, notice)
        recipient.note("action", group.part, 0, "rfc3464.action-derived", recipient.status or "")
    return recipient


def _find_recipient_of_the_senders(recipient: Recipient, notice: Notice) -> None:
    """Where a gateway names the sender as failed, whom the message went to takes his place.

    The notice goes to the sender, and a field of the returned header names him as its author or sender, or as
    its return path; somebody who mails himself is in To as well. Original-Recipient may name the same as To.
    The sender wrote both, so it is not certain unless a line of the notice's own text names him; of several
    in To and Cc, it is the one whom a line names.
    """
    key = recipient.recipient.lower()
    if key not in notice.head.first.get("to", "").lower() or key not in notice.ours:
        return
    if not any(key in notice.original.get(name, "").lower() for name in _SENDERS):
        return
    mailed = {address.lower(): address for address in notice.mailed}
    if key in mailed or not mailed:
        return
    named = heads_in(notice, set(mailed))
    others = named if len(mailed) > 1 else mailed
    if len(others) != 1:
        recipient.recipient_origin = Origin.AMBIGUOUS  # whoever it went to, but who was that?
        return
    (other,) = others
    if recipient.original_recipient is not None and recipient.original_recipient.lower() != other:
        return
    recipient.recipient, recipient.original_recipient = mailed[other], None
    recipient.original_origin = None
    head = named.get(other)
    if head is None:
        recipient.recipient_origin = Origin.RETURNED_HEADER
        recipient.note("recipient", "", 0, "returned.to", notice.original.get("to", ""))
    else:
        recipient.recipient_origin = Origin.STATED
        recipient.note("recipient", *notice.body.place(head.line), "text.head", head.page.lines[head.line])


def _from_xtext(value: str) -> str:
    """ORCPT in xtext (RFC 3461 section 4) whose "+" and "=" the reporting MTA left encoded."""
    return value.replace("+2B", "+").replace("+3D", "=") if "+2B" in value or "+3D" in value else value

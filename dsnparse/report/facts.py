"""What the report needs to know of one record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address

from dsnparse.explain.provider_pages import provider_of_code
from dsnparse.render.masked import mask
from dsnparse.store.queries.records import StoredRecord
from dsnparse.understood import GOOD_NEWS, LOW_CONFIDENCE
from dsnparse.vocabulary import BounceType, Kind, Reason

#: Header fields of the returned message that name the campaign, where a sender has one of them.
CAMPAIGN_HEADERS = ("x-campaign", "x-campaign-id", "x-campaignid", "x-mailing-id", "x-job")
#: Fields in which mail services say which of their addresses sent a message: the address alone, or behind the
#: date ("2026.11.26-192.0.2.10").
IP_HEADERS = ("x-mailgun-sending-ip", "x-ses-outgoing")
#: Who failed where the address has no domain.
NOBODY = "no domain"
COMPLAINT = "complaint"

_LONGEST_NAME = 120
_LONGEST_DIAGNOSTIC = 400
#: Words with capitals and digits: "S3150", "TSS04", "OFR_506", "HM08".
_CODE = re.compile(
    r"(?<![\w.@/-])[A-Z]{1,4}(?:[0-9]{1,3}[_-])?[_:-]?[A-Z]{0,3}[0-9]{1,4}(?![\w@-])", re.ASCII
)
_MOST_CODES = 8
#: Distinct words that are looked up in all: queue ids look like codes, too.
_MOST_LOOKED_UP = 4_000
#: An IP address that is not the one in "mx.example.com[192.0.2.1]", the host that speaks.
_IP = re.compile(
    r"(?<![\w.:-])(?<![\w.-]\[)(?<!\w\()((?:[0-9]{1,3}\.){3}[0-9]{1,3}|[0-9A-Fa-f]{1,4}:[0-9A-Fa-f:.]{4,41})"
    r"(?![\w:-]|\.[0-9])"
)
_HOST_BEFORE = re.compile(r"[A-Za-z0-9-]\.[A-Za-z][A-Za-z0-9-]{0,62} \[$")
_MOST_IPS = 4


@dataclass(slots=True)
class Codes:
    """Finds codes of providers' own ("S3150") in replies, and remembers which words are none."""

    _known: dict[str, str | None] = field(default_factory=dict)

    def find(self, diagnostic: str, provider: str | None) -> str | None:
        """The first such code of this provider in a reply."""
        for number, found in enumerate(_CODE.finditer(diagnostic)):
            if number >= _MOST_CODES:
                break
            if provider is not None and self._provider(found[0]) == provider:
                return found[0]
        return None

    def _provider(self, code: str) -> str | None:
        if code not in self._known:
            if len(self._known) >= _MOST_LOOKED_UP:
                return None
            self._known[code] = provider_of_code(code)
        return self._known[code]


@dataclass(frozen=True, slots=True)
class Fact:
    """One record, as the report counts it.

    Attributes:
        receiver: The provider that refused, else the domain.
        type: A BounceType, or "complaint".
        code: A code of the provider's own, such as "S3150".
        ip: The IP address that the reply names as the sender's, or the returned message (IP_HEADERS).
        list, feedback, campaign: What the returned message says it belongs to.
        understood: Whether a person need not look at it.
    """

    record: StoredRecord
    receiver: str
    is_provider: bool
    type: str
    reason: str
    domain: str
    diagnostic: str
    code: str | None
    ip: str | None
    list: str | None
    feedback: str | None
    campaign: str | None
    understood: bool


@dataclass(slots=True)
class Reader:
    """Makes facts of records. `masked`: without mailboxes; `headers`: those that name a campaign, in lower
    case."""

    masked: bool = False
    headers: tuple[str, ...] = CAMPAIGN_HEADERS
    _codes: Codes = field(default_factory=Codes)

    def fact(self, record: StoredRecord) -> Fact:
        """One record as the report counts it."""
        diagnostic = (record.diagnostic or "")[:_LONGEST_DIAGNOSTIC]
        code = self._codes.find(diagnostic, record.provider)
        original = record.original
        headers = original.get("x_headers") or {}
        ip = sender_ip(diagnostic, record.remote_mta) or _stated_ip(headers)
        campaign = next((headers[name] for name in self.headers if headers.get(name)), None)
        is_complaint = record.kind == Kind.COMPLAINT
        if is_complaint and not diagnostic:
            diagnostic = (record.feedback_type or "")[:_LONGEST_NAME]  # of which type it is: nobody said more
        if self.masked:
            diagnostic = mask(
                diagnostic, record.recipient, record.original_recipient, record.actual_recipient
            )
        return Fact(
            record,
            receiver=record.provider or record.domain or NOBODY,
            is_provider=record.provider is not None,
            type=COMPLAINT if is_complaint else record.bounce_type,
            reason=COMPLAINT if is_complaint else record.reason,
            domain=record.domain or NOBODY,
            diagnostic=diagnostic,
            code=code,
            ip=ip,
            list=self._name(original.get("list_id")),
            feedback=self._name(original.get("feedback_id")),
            campaign=self._name(campaign),
            understood=is_complaint
            or (record.reason != Reason.UNDEFINED and record.confidence >= LOW_CONFIDENCE),
        )

    def shown(self, text: str) -> str:
        """A text as the report shows it."""
        return mask(text) if self.masked else text

    def _name(self, value: object) -> str | None:
        text = str(value or "").strip()[:_LONGEST_NAME]
        return self.shown(text) or None


def is_failure(record: StoredRecord) -> bool:
    """Whether a record counts as a failure: one of a bounce, and not of a recipient who got the message."""
    return record.kind == Kind.BOUNCE and record.action not in GOOD_NEWS


def is_delivered(record: StoredRecord) -> bool:
    """Whether a record tells of a delivery."""
    return record.action in GOOD_NEWS


def sender_ip(diagnostic: str, host: str | None) -> str | None:
    """The first IP address in a reply that is not the refusing host's: the one that it took the mail from."""
    for number, found in enumerate(_IP.finditer(diagnostic)):
        if number >= _MOST_IPS:
            break
        text = found[1].rstrip(".:")
        if _HOST_BEFORE.search(diagnostic, max(0, found.start() - 80), found.start()) or text in (host or ""):
            continue
        address = _public(text)
        if address is not None:
            return address
    return None


def _stated_ip(headers: Mapping[str, str]) -> str | None:
    stated = next((headers[name] for name in IP_HEADERS if headers.get(name)), "")
    return _public(str(stated).rpartition("-")[2].strip())


def _public(text: str) -> str | None:
    """An IP address in its usual spelling; None for what is none, or is a host's own."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return None if address.is_loopback or address.is_unspecified else str(address)


#: The types in the order in which they are shown.
TYPES = (BounceType.BLOCK.value, BounceType.HARD.value, BounceType.SOFT.value, BounceType.UNDETERMINED.value)

"""Complaints in XARF: a JSON part beside words for people, which RFC 9477 allows in place of ARF.

Facts:

* RFC 9477: who takes complaints says so in his mail (`CFBL-Address: fbl@example.com; report=xarf`), with an
  id of his own (`CFBL-Feedback-ID`), which comes back in the reported message's header.
* XARF 3: `{"Version": "3", "ReporterInfo": …, "Report": {"ReportType": "Spam", "SmtpRcptToAddress": …,
  "Samples": [{"ContentType": "message/rfc822", "Payload": …, "Base64Encoded": true}]}}`. XARF 4:
  `{"xarf_version": "4.0.0", "category": "messaging", "type": "spam", "smtp_to": …, "evidence":
  [{"content_type": …, "payload": …}]}` (both from memory of the published schemas).
* The header of such mail has `X-XARF`, or the part is called xarf.json.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from typing import Any

from dsnparse.model import Evidence
from dsnparse.notice.notice import Notice
from dsnparse.notice.returned import parse_header_lines
from dsnparse.read.reading import Reading
from dsnparse.read.recipient import Recipient
from dsnparse.vocabulary import Kind
from dsnparse.wire.address import address_in_field
from dsnparse.wire.address_spans import addresses_in
from dsnparse.wire.mime import Part
from dsnparse.wire.text import body_text

_NAME = "xarf"
#: What a recipient reports with the button "this is spam"; all else is about somebody's machines.
_SPAM = frozenset(["spam", "fbl", "complaint", "unsolicited", "bulk_messaging"])
#: Samples of one report that are looked at, and the bytes of one's header.
_MOST_SAMPLES = 10
_HEAD_BYTES = 64 * 1024
#: Header fields of the reported message that name whoever it was delivered to.
_MAILED = ("x-original-to", "delivered-to", "to")


def read_xarf_part(notice: Notice) -> Reading | None:
    """A complaint whose report is a JSON part."""
    part = notice.roles.report_json
    if part is None or not _says_xarf(notice, part):
        return None
    report = _report(body_text(part, notice.limits.text_bytes))
    if report is None:
        return None
    kind = str(report.get("type") or report.get("ReportType") or "").lower()
    if kind not in _SPAM:
        return None
    reading = Reading(Kind.COMPLAINT, [Evidence("kind", part.number, 0, "xarf", kind)], "xarf")
    reading.feedback_type = "abuse"
    header = next(_headers(report), None)
    if header:
        reading.original = parse_header_lines(header.split("\n"))
    recipient = _recipient(report, reading, notice, part)
    reading.recipients = [recipient] if recipient is not None else []
    return reading


def _says_xarf(notice: Notice, part: Part) -> bool:
    names = part.first.get("content-type", "") + part.first.get("content-disposition", "")
    return "x-xarf" in notice.head.first or _NAME in names.lower()


def _report(text: str) -> dict[str, Any] | None:
    """The object with the report's own fields, of either version."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    if "xarf_version" in value:
        return value
    inner = value.get("Report")
    return inner if isinstance(inner, dict) else None


def _headers(report: dict[str, Any]) -> Iterator[str]:
    """The headers of the messages that a report holds."""
    samples = report.get("evidence") or report.get("Samples")
    for sample in samples[:_MOST_SAMPLES] if isinstance(samples, list) else ():
        if not isinstance(sample, dict):
            continue
        kind = str(sample.get("content_type") or sample.get("ContentType") or "").lower()
        payload = sample.get("payload") or sample.get("Payload")
        if not isinstance(payload, str) or "rfc822" not in kind:
            continue
        is_encoded = "payload" in sample or sample.get("Base64Encoded") is True
        text = _decoded(payload) if is_encoded else payload
        yield text[:_HEAD_BYTES].replace("\r\n", "\n").partition("\n\n")[0]


def _decoded(payload: str) -> str:
    """Text in base64, as much as a header takes; the text itself where it is none."""
    try:
        raw = base64.b64decode(payload[: _HEAD_BYTES * 4 // 3 // 4 * 4], validate=True)
        return raw.decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return payload


def _recipient(report: dict[str, Any], reading: Reading, notice: Notice, part: Part) -> Recipient | None:
    """Who complained: by the report's own field, or by the one address that the message was sent to."""
    for name in ("smtp_to", "SmtpRcptToAddress"):
        stated = report.get(name)
        address = address_in_field(stated) if isinstance(stated, str) else None
        if address is not None and isinstance(stated, str):
            recipient = Recipient(address.text, is_uncertain=address.is_uncertain)
            recipient.note("recipient", part.number, 0, f"xarf.{name}", stated)
            return recipient
    header = reading.original if reading.original is not None else notice.original
    for name in _MAILED:
        found = addresses_in(header.get(name, ""))
        if len(found) == 1:
            recipient = Recipient(found[0])
            recipient.note("recipient", part.number, 0, f"returned.{name}", header[name])
            return recipient
    return None

"""The message that came back: its header fields, whom it was sent to, and itself where it is a notice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dsnparse.notice.body import Body
from dsnparse.notice.returned import from_first_field, parse_header_lines
from dsnparse.wire.address_spans import addresses_in
from dsnparse.wire.header import raw_bytes
from dsnparse.wire.mime import Buffer, Part, read_message
from dsnparse.wire.text import body_text, header_text

_WHOLE: Final = ("message/rfc822", "message/global")
_MAILED: Final = ("to", "cc", "bcc", "x-original-to", "x-receiver")


def original_header(returned: Part | None, body: Body) -> Mapping[str, str]:
    """Header fields of the returned message by name in lower case, undecoded; {} when it was not returned.

    `returned`: the part that it came back in; None when at most the text in `body` quotes it.
    """
    if returned is None:
        return parse_header_lines(body.quoted) if body.quoted else {}
    inner = _message_in(returned)
    if inner is not None and inner.first:
        return inner.first
    if returned.type == "text/rfc822-headers" and "content-transfer-encoding" not in returned.first:
        start, end = returned.body_start, returned.body_end
        return Part(returned.buffer, start, end, returned.depth + 1, returned.number, "text/plain").first
    return parse_header_lines(body_text(returned, returned.buffer.limits.text_bytes).split("\n"))


def mailed_addresses(original: Mapping[str, str], buffer: Buffer) -> list[str]:
    """The addresses that the returned message was sent to, as its header gives them."""
    values = [original[name] for name in _MAILED if original.get(name)]
    return [address for value in values for address in addresses_in(header_text(value, buffer))]


def returned_message(returned: Part | None, body: Body) -> Part | None:
    """The returned message, ready to be read like a notice; None when it was not returned whole."""
    if returned is not None:
        return _message_in(returned)
    if not body.quoted:
        return None
    text = "\n".join(from_first_field(body.quoted))
    return read_message(raw_bytes(text), body.buffer.limits)


def _message_in(returned: Part) -> Part | None:
    parts = returned.parts() if returned.type in _WHOLE else []
    return parts[0] if parts else None

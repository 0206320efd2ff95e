"""What a report warns of: a code for programs, and a sentence for people."""

from __future__ import annotations

from dataclasses import dataclass

from dsnparse.wire.plain import Plain

#: The code of a mistake of ours.
INTERNAL_ERROR = "internal.error"
#: Every code and its sentence. A code never changes; its sentence may. `limit.NAME` is about `Limits.NAME`.
WARNINGS = {
    "limit.message_bytes": "Only the first {most} of {size} bytes were read.",
    "limit.header_bytes": "Only the first {most} bytes of a header block were read.",
    "limit.header_fields": "Header fields beyond the first {most} were not read.",
    "limit.depth": "Parts nested deeper than {most} levels were not read.",
    "limit.parts": "Parts beyond the first {most} were not read.",
    "limit.recipients": "Recipients beyond the first {most} were not read.",
    "limit.status_bytes": "Only the first {most} bytes of a status part were read.",
    "limit.text_bytes": "Only the first {most} bytes of a text part were read.",
    "limit.text_parts": "Further text parts were not read.",
    "limit.text_lines": "Lines of text beyond the first {most} were not read.",
    "limit.text_addresses": "Addresses beyond the first {most} in the text were not read.",
    "limit.html_tags": "HTML beyond the first {most} tags was not read.",
    "limit.diagnostic_chars": "Characters of a diagnostic beyond the first {most} were not kept.",
    "limit.encoded_words": "Encoded words beyond the first {most} of a header field were not decoded.",
    "limit.warnings": "There were more warnings than are kept.",
    "repair.boundary": "The boundary of a multipart was missing or wrong; it was read off the body.",
    "repair.second_hand": "The notice names nobody; its recipients come from a notice attached to it.",
    "other.dmarc_report": "This is a DMARC aggregate report, about no recipient: for another tool.",
    "other.tls_report": "This is a TLS report, about no recipient: for another tool.",
    "internal.error": "The message was not read, by a mistake in dsnparse: please report it ({error}).",
    "address.invisible_characters": "The recipient {address} has invisible characters in its address.",
}


@dataclass(frozen=True, slots=True)
class ParseWarning(Plain):
    """A limit that was hit, a repair that was made, or something odd about an address; `str()` is its text.

    Attributes:
        code: What it is about, for programs: "limit.parts", "repair.boundary", …
        text: The same for people: one sentence, with its numbers.
    """

    code: str
    text: str

    def __str__(self) -> str:
        return self.text


def make_warning(code: str, **values: object) -> ParseWarning:
    """The warning of a code of `WARNINGS`, its sentence filled with `values`."""
    return ParseWarning(code, WARNINGS[code].format(**values))

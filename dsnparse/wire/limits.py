"""How much of a message is looked at. Each limit is adjustable, and says in `warnings` when it was hit."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds for one message; what lies beyond is left unread, never an error.

    Attributes:
        message_bytes: Bytes of one message. Exchange Online's largest setting is 150 MB, Gmail's 50 MB.
        header_bytes: Bytes of one header block. Exim's header_maxsize is 1 MB, Postfix's header_size_limit
            100 KB.
        header_fields: Fields of one header block. Real bounces stay under 200; Go's net/textproto stops at
            10,000.
        depth: Multiparts and messages inside one another. Postfix's mime_nesting_limit is 100.
        parts: Parts of one message. Dovecot's and ClamAV's (MaxFiles) default is 10,000.
        recipients: Recipients of one notice. Exim's recipients_max is 50,000.
        status_bytes: Bytes of a delivery-status part: 50,000 recipients of some 300 bytes each.
        text_bytes: Bytes of notice text that are decoded and read. Postfix's bounce_size_limit is 50,000.
        text_lines: Lines of notice text that are read. 256 KB of lines of 65 characters.
        text_addresses: Addresses in the text that are weighed. Postfix names 100 in a notice, Exim all.
        html_tags: Tags of an HTML notice. The longest seen has 700; parsers of HTML need the square of the
            nesting.
        diagnostic_chars: Characters of a diagnostic that are kept. RFC 5321 allows 512 a line; Microsoft
            fills several.
        encoded_words: Encoded words of one header value. A 2,000-byte subject in base64 has about 40.

    Raises ValueError when a limit is not a positive whole number.
    """

    message_bytes: int = 150 * 1024 * 1024
    header_bytes: int = 1024 * 1024
    header_fields: int = 10_000
    depth: int = 100
    parts: int = 10_000
    recipients: int = 50_000
    status_bytes: int = 16 * 1024 * 1024
    text_bytes: int = 256 * 1024
    text_lines: int = 4000
    text_addresses: int = 2000
    html_tags: int = 5000
    diagnostic_chars: int = 4096
    encoded_words: int = 200

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ValueError(f"Limits.{item.name} must be a whole number of 1 or more, not {value!r}.")


DEFAULT_LIMITS = Limits()

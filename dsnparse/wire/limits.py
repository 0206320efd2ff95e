"""How much of a message is looked at. Each limit is adjustable, and says in `warnings` when it was hit."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds for one message; what lies beyond is left unread, never an error.

    Raises ValueError when a limit is not a positive whole number.
    """

    #: Bytes of one message. Exchange Online's largest setting is 150 MB; Gmail receives 50 MB.
    message_bytes: int = 150 * 1024 * 1024
    #: Bytes of one header block. Exim's header_maxsize is 1 MB, Postfix's header_size_limit 100 KB.
    header_bytes: int = 1024 * 1024
    #: Fields of one header block. Real bounces stay under 200; Go's net/textproto stops at 10,000.
    header_fields: int = 10_000
    #: Multiparts and messages inside one another. Postfix's mime_nesting_limit is 100.
    depth: int = 100
    #: Parts of one message. Dovecot's and ClamAV's (MaxFiles) default is 10,000.
    parts: int = 10_000
    #: Recipients of one notice. Exim's recipients_max is 50,000.
    recipients: int = 50_000
    #: Bytes of a delivery-status part: 50,000 recipients of some 300 bytes each.
    status_bytes: int = 16 * 1024 * 1024
    #: Bytes of notice text that are decoded and read. Postfix's bounce_size_limit is 50,000.
    text_bytes: int = 256 * 1024
    #: Lines of notice text that are read. 256 KB of lines of 65 characters.
    text_lines: int = 4000
    #: Addresses in the notice text that are weighed. Postfix names 100 in a notice, Exim all of them.
    text_addresses: int = 2000
    #: Tags of an HTML notice. The longest seen has 700; parsers of HTML need the square of the nesting.
    html_tags: int = 5000
    #: Characters of a diagnostic that are kept. RFC 5321 allows 512 a line; Microsoft fills several.
    diagnostic_chars: int = 4096
    #: Encoded words of one header value. A 2,000-byte subject in base64 has about 40.
    encoded_words: int = 200

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ValueError(f"Limits.{item.name} must be a whole number of 1 or more, not {value!r}.")


DEFAULT_LIMITS = Limits()

"""One message in one file."""

from __future__ import annotations

import re

from dsnparse.wire.header import header_end, header_lines

#: How far into a file a header field is looked for.
_HEAD_BYTES = 64 * 1024
_FIELD = re.compile(rb"[A-Za-z][A-Za-z0-9_-]{0,76}[ \t]?:")
_UNSAFE = re.compile(r"[^A-Za-z0-9._@+-]{1,200}")


def looks_like_message(data: bytes) -> bool:
    """Whether the first block of lines has a header field (`Name:`), as every message has (RFC 5322, 2.2)."""
    head = data[:_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n\t ")
    end, _ = header_end(head, 0, len(head))
    return b"\0" not in head[: min(end, 512)] and any(
        _FIELD.match(line) for line in header_lines(head, 0, end)
    )


def save_name(name: str, data: bytes) -> str:
    """A file name for a copy of a message: safe in any folder, the same on every run, different per content.

    `name` is the message's identity; only letters, digits and `._@+-` of its last component survive.
    """
    import hashlib

    stem = _UNSAFE.sub("_", name.rstrip("/").rpartition("/")[2])[-80:].strip("._") or "message"
    digest = hashlib.sha256(data).hexdigest()[:12]
    return f"{stem.removesuffix('.eml')}.{digest}.eml"

"""What is this? Known by the first bytes of a file, or by its name where that says enough."""

from __future__ import annotations

import re

#: How many first bytes the functions here want to see.
HEAD_BYTES = 1024
#: Files with these endings hold notes about messages (labels, expected results, listings).
NOTES = (".json", ".jsonl", ".csv", ".tsv", ".md", ".toml", ".py", ".sh")

_MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
)
_FIRST_LINE = rb"From [^\r\n]{1,800}\d:\d\d[^\r\n]{0,80}\r?\n"
_OCTAL = rb"[ 0-7]{5,8}\0? ?"


def is_mbox(head: bytes) -> bool:
    """Whether a file that begins with `head` is an mbox: a "From " line with a time of day."""
    return head.startswith(b"From ") and re.match(_FIRST_LINE, head) is not None


def archive_kind(head: bytes) -> str | None:
    """Which archive begins with `head`: gzip, bzip2, xz, zstd, zip or tar; None when it is none."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    return "tar" if head[257:262] == b"ustar" or _is_old_tar(head) else None


def _is_old_tar(head: bytes) -> bool:
    # A tar of before POSIX has no magic: only the checksum in its header shows it.
    if len(head) < 512 or re.fullmatch(_OCTAL, head[148:156]) is None:
        return False
    from dsnparse.mailboxes.archive import checksum_ok

    return checksum_ok(head[:512])

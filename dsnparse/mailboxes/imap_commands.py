"""What an IMAP server is told to do with messages of the open folder, and what it says of them.

Facts (RFC 3501, MOVE: RFC 6851, UIDPLUS: RFC 4315): UIDs are sent as a set, "1,5:7"; an answer may lack what
is gone meanwhile, and may have its UID before or behind the body.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dsnparse.wire.dates import parse_date

#: UID, size and date of arrival of a message.
Listed = tuple[int, int, datetime | None]
_UID = re.compile(rb"\bUID (\d{1,10})")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,12})")
_DATE = re.compile(rb'\bINTERNALDATE "([^"]{1,40})"')


def sizes(box: Any, uids: Sequence[int]) -> list[Listed]:
    """Those messages that are still there, by UID."""
    _, answer = box.client.uid("FETCH", ",".join(map(str, uids)), "(UID RFC822.SIZE INTERNALDATE)")
    return sorted(
        (int(uid[1]), int(size[1]), _arrived(line))
        for line in answer
        if isinstance(line, bytes) and (uid := _UID.search(line)) and (size := _SIZE.search(line))
    )


def bodies(box: Any, some: Sequence[Listed], limit: int) -> dict[int, bytes]:
    """The messages by UID, as much of each as `limit` bytes, flags unchanged; b"" for one that fails."""
    uids = ",".join(str(uid) for uid, _, _ in some)
    status, answer = box.client.uid("FETCH", uids, f"(UID BODY.PEEK[]<0.{limit}>)")
    found: dict[int, bytes] = {}
    for index, entry in enumerate(answer):
        if isinstance(entry, tuple):
            after = answer[index + 1] if index + 1 < len(answer) else b""
            uid = _UID.search(entry[0]) or _UID.search(after if isinstance(after, bytes) else b"")
            if uid:
                found[int(uid[1])] = entry[1]
    if status != "OK":
        # One that the server cannot read must not hide the others.
        if len(some) > 1:
            return {uid: data for one in some for uid, data in bodies(box, [one], limit).items()}
        return {some[0][0]: found.get(some[0][0], b"")}
    return found


def flag(box: Any, uids: str) -> str:
    """Flag messages as seen; what the server said when it did not."""
    # Not imap-tools' flag(), which expunges what others have marked as deleted.
    status, answer = box.client.uid("STORE", uids, "+FLAGS.SILENT", r"(\Seen)")
    return "" if status == "OK" else _text(answer)


def move(box: Any, uids: str, folder: str) -> str:
    """Move messages to a folder; what the server said when it did not."""
    from imap_tools.utils import encode_folder

    client = box.client
    if "MOVE" in client.capabilities:
        status, answer = client.uid("MOVE", uids, encode_folder(folder))
        return "" if status == "OK" else _text(answer)
    status, answer = client.uid("COPY", uids, encode_folder(folder))
    if status == "OK":
        status, answer = client.uid("STORE", uids, "+FLAGS.SILENT", r"(\Seen \Deleted)")
    if status == "OK" and "UIDPLUS" in client.capabilities:
        status, answer = client.uid("EXPUNGE", uids)  # only these, not what others have deleted
    return "" if status == "OK" else _text(answer)


def said_last(box: Any, word: str) -> bytes | None:
    """What the server said last with a word, beside its answers to commands, since this was asked."""
    said: bytes | None = box.client.response(word)[1][-1]
    return said


def _arrived(line: bytes) -> datetime | None:
    """INTERNALDATE: "17-Jul-1996 02:44:25 -0700" (RFC 3501 section 9)."""
    found = _DATE.search(line)
    date = parse_date(found[1].decode("ascii", "replace").strip().replace("-", " ", 2)) if found else None
    return date if isinstance(date, datetime) else None


def _text(answer: Sequence[Any]) -> str:
    words = b" ".join(part for part in answer if isinstance(part, bytes))
    return words.decode("utf-8", "replace")[:300] or "the server said no"

"""Mail by systems, and about mail, that is no notice: it makes nobody hard, and is no bounce.

Most of it looks like a machine's: a null or tagged return path, a postmaster's or mailer's From, words of
failure and addresses in the text. It stands in no_notices.txt, each below a line "==== what it is".
"""

from __future__ import annotations

from pathlib import Path

import pytest

from dsnparse import BounceType, Kind, parse_dsn

_BLOCKS = (Path(__file__).parent / "no_notices.txt").read_text("utf-8").split("==== ")[1:]
NO_NOTICES = dict([block.split("\n", 1) for block in _BLOCKS])
_REST = "To: kim@example.com\nDate: Tue, 14 Oct 2025 11:10:00 +0200\nMessage-ID: <1@x.example>\n"


@pytest.mark.parametrize("what", NO_NOTICES)
def test_mail_that_is_no_notice_makes_nobody_hard(what: str) -> None:
    report = parse_dsn(f"{_REST}{NO_NOTICES[what]}".encode())
    assert [record.recipient for record in report if record.bounce_type is BounceType.HARD] == []
    assert report.kind in (Kind.OTHER, Kind.AUTO_REPLY)

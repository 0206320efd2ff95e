"""People forward notices, answer them, and ask on lists about them: none of that bounces anybody."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsnparse import Kind, parse_dsn
from dsnparse.notice.notice import Notice
from dsnparse.rulebook.template_matcher import load_formats
from dsnparse.wire.mime import read_message

SAMPLES = Path(__file__).parent.parent / "samples"
FOLDERS = ("mta", "provider", "localised")
NOTICES = sorted(path for folder in FOLDERS for path in (SAMPLES / folder).glob("*.eml"))
PERSON = "Joe Doe <joe@person.example>"

#: Further header fields, what stands before the subject, and the text around the notice.
WAYS = {
    "forwarded in line": ("", "Fwd: ", "Please help.\n\n-------- Original Message --------\n{text}"),
    "asked on a list, quoted": (
        "List-Id: <users.example.net>\n",
        "",
        "Hi,\n\nI get this:\n\n{quoted}\n\nJoe",
    ),
    "asked on an old list": (
        "Sender: owner-users@example.net\nPrecedence: bulk\n",
        "",
        "Hi,\n\nwhy?\n\n{quoted}",
    ),
    "asked on a list, pasted bare": ("List-Id: <users.example.net>\n", "", "{text}"),
    "written with a mail program": (
        "User-Agent: Mozilla Thunderbird\n",
        "",
        "Hello,\n\nI got this:\n\n{text}",
    ),
    "answered": ("In-Reply-To: <1@example.net>\n", "Re: ", "{quoted}"),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_notice_that_a_person_passes_on_bounces_nobody(way: str) -> None:
    fields, prefix, frame = WAYS[way]
    taken = []
    for path in NOTICES:
        notice = Notice(read_message(path.read_bytes()), load_formats(only=()))
        text = "\n".join(notice.body.lines)
        quoted = "\n".join(f"> {line}" for line in notice.body.lines)
        body = frame.replace("{text}", text).replace("{quoted}", quoted)
        message = (
            f"From: {PERSON}\nTo: help@example.com\nDate: Thu, 1 Jan 2009 00:00:00 +0000\n{fields}"
            f"Message-ID: <1@person.example>\nSubject: {prefix}{notice.head.subject}\n"
            f"Content-Type: text/plain; charset=utf-8\n\n{body}\n"
        )
        report = parse_dsn(message.encode("utf-8", "surrogateescape"))
        if report.kind in (Kind.BOUNCE, Kind.DELAY):
            taken.append(path.name)
    assert taken == []
    assert len(NOTICES) > 150

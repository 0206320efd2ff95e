"""Messages that Outlook saved (.msg): both ways in which it keeps a notice, letters, and what is damaged."""

from __future__ import annotations

import random
import shutil
import struct
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from dsnparse import BounceType, Kind, Parser, Reason, parse_dsn, parse_file, parse_many
from dsnparse.cli import group
from dsnparse.mailboxes import outlook
from dsnparse.mailboxes.items import OUTLOOK
from dsnparse.mailboxes.outlook import OutlookError, as_message
from dsnparse.web.parsing import NotRead, parse

from .msg_writer import Compound, Message, Value

STATUS = b"""\
Reporting-MTA: dns; mail.example.net

Final-Recipient: rfc822; tom.beck@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown
"""
HEADERS = """\
Received: from mail.example.net (192.0.2.1) by mx.example.com; Tue, 14 Oct 2025 11:10:00 +0200\r
From: MAILER-DAEMON@mail.example.net\r
To: nora.lind@example.com\r
Subject: Undelivered Mail Returned to Sender\r
Content-Type: {};\r
\tboundary="a"\r
Content-Transfer-Encoding: 7bit\r
MIME-Version: 1.0\r
Message-ID: <notice.1@mail.example.net>\r
\r
"""
RETURNED = Message({
    0x001A: "IPM.Note", 0x0037: "Minutes of the March meeting", 0x1000: "Dear all,",
    0x1035: "<7731@desk.example.com>", 0x0C1A: "Nora Lind", 0x0C1F: "nora.lind@example.com",
    0x0E04: "tom.beck@example.org",
    0x0039: datetime(2025, 10, 14, 9, 9, 12, tzinfo=UTC),
})  # fmt: skip


def notice(
    content_type: str = "multipart/report", name: str = "details.txt", mime: str = "message/delivery-status"
) -> Message:
    """A notice that is kept as it came, with its parts as attachments."""
    return Message(
        {0x001A: "IPM.Note", 0x0037: "Undelivered Mail", 0x007D: HEADERS.format(content_type),
         0x1000: "This is the mail system. I could not deliver your message."},
        attachments=[{0x3705: 1, 0x3701: STATUS, 0x370E: mime, 0x3707: name}, {0x3705: 5, 0x3701: RETURNED}],
    )  # fmt: skip


def exchange(*recipients: dict[int, Value], kind: str = "REPORT.IPM.Note.NDR", **options: Any) -> Message:
    """A report that Exchange made of a notice, with its recipients as properties."""
    return Message(
        {0x001A: kind, 0x0037: "Undeliverable: Minutes", 0x0C1A: "Microsoft Outlook",
         0x0C1F: "MicrosoftExchange329e71ec@example.com", 0x0E04: "Nora Lind", 0x6820: "ex16.example.com",
         0x0E06: datetime(2025, 10, 14, 9, 10, tzinfo=UTC), 0x1000: "Delivery has failed to these people.",
         0x0049: "Minutes of the March meeting", 0x1046: "<7731@desk.example.com>"},
        recipients, **options,
    )  # fmt: skip


UNKNOWN: dict[int, Value] = {
    0x3001: "Tom Beck", 0x3002: "SMTP", 0x3003: "tom.beck@example.org",
    0x0C1B: "<mx.example.org #5.1.1 smtp;550 5.1.1 User unknown>",
}  # fmt: skip
FULL: dict[int, Value] = {0x3001: "Kim", 0x3002: "EX", 0x3003: "/O=ORG/CN=KIM", 0x39FE: "kim.oh@example.com",
                          0x0C1B: "<ex16.example.com #5.2.2 smtp;554 5.2.2 mailbox full>"}  # fmt: skip


@pytest.mark.parametrize("name", ["details.txt", "ATT00001.dat"])
@pytest.mark.parametrize("mime", ["message/delivery-status", "", "text/plain"])
def test_a_notice_that_is_kept_with_its_parts_is_read_as_the_mail_that_it_was(name: str, mime: str) -> None:
    report = parse_dsn(as_message(notice(name=name, mime=mime).data()))
    (record,) = report
    assert (report.kind, report.format, report.reporting_mta) == (Kind.BOUNCE, "rfc3464", "mail.example.net")
    assert (record.recipient, record.status, record.reason) == (
        "tom.beck@example.org",
        "5.1.1",
        Reason.USER_UNKNOWN,
    )
    assert record.bounce_type is BounceType.HARD
    assert report.original.message_id == "<7731@desk.example.com>"
    assert report.original.from_ == "Nora Lind <nora.lind@example.com>"
    assert report.original.date == datetime(2025, 10, 14, 9, 9, 12, tzinfo=UTC)


def test_the_recipients_of_a_report_that_exchange_made_are_its_properties() -> None:
    report = parse_dsn(as_message(exchange(UNKNOWN, FULL).data()))
    assert [(one.recipient, one.status, one.reason, one.bounce_type, one.remote_mta) for one in report] == [
        ("tom.beck@example.org", "5.1.1", Reason.USER_UNKNOWN, BounceType.HARD, "mx.example.org"),
        ("kim.oh@example.com", "5.2.2", Reason.MAILBOX_FULL, BounceType.SOFT, "ex16.example.com"),
    ]
    assert (report.kind, report.reporting_mta) == (Kind.BOUNCE, "ex16.example.com")
    assert report.original.subject == "Minutes of the March meeting"
    assert report.original.message_id == "<7731@desk.example.com>"


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("REPORT.IPM.Note.NDR", Kind.BOUNCE),
        ("Report.IPM.Note.Ndr", Kind.BOUNCE),
        ("REPORT.IPM.Schedule.Meeting.Request.NDR", Kind.BOUNCE),
        ("REPORT.IPM.Note.DELAYED.DR", Kind.DELAY),
        ("REPORT.IPM.Note.DR", Kind.DELIVERY),
        ("REPORT.IPM.Note.Relayed.DR", Kind.DELIVERY),
        ("REPORT.IPM.Note.Expanded.DR", Kind.DELIVERY),
        ("IPM.Note", Kind.OTHER),
    ],
)
def test_what_was_done_for_the_recipients_stands_in_the_class(kind: str, wanted: Kind) -> None:
    report = parse_dsn(as_message(exchange({0x3003: "tom.beck@example.org", 0x0C04: 1}, kind=kind).data()))
    assert report.kind is wanted
    if wanted is not Kind.BOUNCE:
        assert not any(record.bounce_type is BounceType.HARD for record in report)


def test_text_in_an_old_code_page_is_read() -> None:
    said = "<mx.example.org #5.1.1 smtp;550 5.1.1 Empfänger unbekannt: Benutzer existiert nicht>"
    message = exchange({**UNKNOWN, 0x0C1B: said}, text8=True)
    (record,) = parse_dsn(as_message(message.data()))
    assert record.diagnostic == "550 5.1.1 Empfänger unbekannt: Benutzer existiert nicht"


def test_words_alone_do_where_exchange_says_no_more() -> None:
    recipient: dict[int, Value] = {0x39FE: "tom.beck@example.org", 0x1001: "550 5.1.1 User unknown"}
    (record,) = parse_dsn(as_message(exchange(recipient).data()))
    assert (record.reason, record.remote_mta) == (Reason.USER_UNKNOWN, None)


@pytest.mark.parametrize(
    "recipient", [{}, {0x3001: "Tom Beck"}, {0x3003: "/O=ORG/CN=TOM", 0x3001: "Tom"}, {0x39FE: "a b@c d"}]
)
def test_nobody_is_named_who_has_no_address(recipient: dict[int, Value]) -> None:
    report = parse_dsn(as_message(exchange({**recipient, 0x0C04: 1}).data()))
    assert list(report) == []


@pytest.mark.parametrize(
    "value",
    ["x>\r\nFinal-Recipient: rfc822; victim@example.org\r\nAction: failed", "a\r\n\r\nb", "a\x00b", "\ud83d"],
)
@pytest.mark.parametrize("name", [0x0C1B, 0x1001, 0x0C21])
def test_no_property_makes_a_line_of_its_own(name: int, value: str) -> None:
    content = value.encode("utf-16-le", "surrogatepass")
    message = exchange({0x39FE: "tom.beck@example.org", 0x0C05: -1})
    tree = dict(message.tree())
    inner = tree["__recip_version1.0_#00000000"]
    assert not isinstance(inner, bytes)
    tree["__recip_version1.0_#00000000"] = {**inner, f"__substg1.0_{name:04X}001F": content}
    report = parse_dsn(as_message(Compound(tree).data()))
    assert {record.recipient for record in report} == {"tom.beck@example.org"}


@pytest.mark.parametrize("content_type", ["multipart/mixed", "text/plain", "x-multipart/report"])
def test_a_letter_with_a_status_part_attached_stays_a_letter(content_type: str) -> None:
    message = notice(content_type)
    headers = str(message.properties[0x007D]).replace("MAILER-DAEMON@mail.example.net", "jo@example.net")
    message.properties = {
        **message.properties,
        0x007D: headers.replace("Undelivered Mail Returned to Sender", "Look"),
    }
    report = parse_dsn(as_message(message.data()))
    assert not any(record.bounce_type is BounceType.HARD for record in report)
    assert report.kind is Kind.OTHER


def test_whom_a_report_went_to_is_nobody_who_failed() -> None:
    report = parse_dsn(as_message(exchange({0x39FE: "nora.lind@example.com", 0x0C15: 1}, UNKNOWN).data()))
    assert [record.recipient for record in report] == ["tom.beck@example.org"]


def test_messages_within_messages_are_opened_to_a_depth() -> None:
    inner = RETURNED
    for _ in range(20):
        inner = Message({0x001A: "IPM.Note", 0x0037: "one more"}, attachments=[{0x3705: 5, 0x3701: inner}])
    assert as_message(inner.data()).count(b"message/rfc822") == outlook._DEPTH


def test_the_same_file_gives_the_same_message() -> None:
    assert as_message(notice().data()) == as_message(notice().data())


def test_files_folders_and_the_command_read_it(tmp_path: Path) -> None:
    file = tmp_path / "bounce.msg"
    file.write_bytes(notice().data())
    (tmp_path / "report.msg").write_bytes(exchange(UNKNOWN).data())
    assert [record.recipient for record in parse_file(file)] == ["tom.beck@example.org"]
    assert [one.report.kind for one in parse_many(tmp_path) if one.report] == [Kind.BOUNCE] * 2
    for words in (
        ["parse", "--format", "csv", str(file)],
        ["ingest", "--db", str(tmp_path / "b.db"), str(file)],
    ):
        done = CliRunner().invoke(group, words, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        assert "1 message (1 bounce); 1 record" in done.output


def test_without_the_extra_a_sentence_says_what_to_install(tmp_path: Path) -> None:
    file = tmp_path / "bounce.msg"
    file.write_bytes(notice().data())
    code = (
        "import sys; sys.modules['olefile'] = None\n"
        "from dsnparse import *; import dsnparse\n"
        f"print([one.problem for one in dsnparse.parse_many({str(file)!r})][0])\n"
        f"try: parse_file({str(file)!r})\n"
        "except DsnparseError as error: print(error)\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert len(said.splitlines()) == 2
    for line in said.splitlines():
        assert line.startswith("is an Outlook message (.msg): pip install 'mail-dsnparse[msg]' reads it;")


def test_what_is_no_message_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.msg").write_bytes(OUTLOOK + b"x" * 2000)
    (tmp_path / "b.msg").write_bytes(exchange(UNKNOWN).data())
    first, second = parse_many(tmp_path)
    assert "is damaged or something else" in first.problem
    assert second.report is not None
    with pytest.raises(OutlookError, match="damaged"):
        parse_file(tmp_path / "a.msg")


def test_the_service_says_what_it_is_and_what_reads_it() -> None:
    with pytest.raises(NotRead, match="an Outlook message"):
        parse(Parser(), notice().data())


def test_what_is_larger_than_a_message_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    data = notice().data()
    monkeypatch.setattr(outlook, "MOST_BYTES", len(data) - 1)
    with pytest.raises(OutlookError, match=r"save it as \.eml"):
        as_message(data)


def test_what_would_give_more_than_the_file_has_is_not_read() -> None:
    # Many streams that share the same sectors: a small file that would give hundreds of megabytes.
    shared = b"x" * 1_000_000
    tree = {
        f"__attach_version1.0_#{n:08X}": {
            "__substg1.0_37010102": b"y" * 4096,
            "__substg1.0_370E001F": "text/plain".encode("utf-16-le"),
        }
        for n in range(99)
    }
    data = bytearray(Compound({"__substg1.0_1000001F": shared, **tree}).data())
    place = data.index("__substg1.0_1000001F".encode("utf-16-le"))
    start, size = data[place + 116 : place + 120], struct.pack("<Q", len(shared))
    at = 0
    while (at := data.find("__substg1.0_37010102".encode("utf-16-le"), at)) >= 0:
        data[at + 116 : at + 120], data[at + 120 : at + 128] = start, size
        at += 128
    with pytest.raises(OutlookError, match="more than it can"):
        as_message(bytes(data))


DATA = exchange(UNKNOWN, FULL).data()


@given(
    st.lists(st.tuples(st.integers(0, len(DATA) - 1), st.integers(0, 255)), min_size=1, max_size=40),
    st.integers(0, len(DATA)),
)
def test_a_damaged_file_is_read_or_told_and_never_raises_otherwise(
    changes: list[tuple[int, int]], end: int
) -> None:
    data = bytearray(DATA)
    for place, value in changes:
        data[place] = value
    with suppress(OutlookError):
        parse_dsn(as_message(bytes(data[: max(end, 600)])))


def test_a_file_whose_chains_go_in_circles_ends() -> None:
    numbers = random.Random(3)
    for _ in range(60):
        data = bytearray(DATA)
        for _ in range(8):
            # Anything that can be a sector or an entry, pointed elsewhere.
            place = numbers.randrange(128, len(data) // 4) * 4
            data[place : place + 4] = struct.pack("<I", numbers.randrange(0, 60))
        with suppress(OutlookError):
            as_message(bytes(data))


def test_another_reader_reads_what_the_tests_write(tmp_path: Path) -> None:
    if shutil.which("msgconvert") is None:
        pytest.skip("no msgconvert: apt-get install libemail-outlook-message-perl libemail-address-perl")
    (tmp_path / "a.msg").write_bytes(notice().data())
    subprocess.run(
        ["msgconvert", "--outfile", "a.eml", "a.msg"], cwd=tmp_path, check=True, capture_output=True
    )
    said = (tmp_path / "a.eml").read_text()
    assert "message/delivery-status" in said
    assert "Subject: Undelivered Mail Returned to Sender" in said

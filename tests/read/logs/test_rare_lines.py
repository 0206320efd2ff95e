"""Lines that come seldom: what is broken tells of nobody, and what is written otherwise tells the same."""

from __future__ import annotations

import json

import pytest

from dsnparse.read.logs.line import log_lines
from dsnparse.read.logs.outcome import OpenMessages

from .test_outcomes import _AT, _MX, _TO, CLOCK, EXCHANGE, EXIM, QMAIL, records

_HARAKA = "Nov  5 18:21:32 mx1 haraka[9]: [NOTICE] [A0-B1.1.1] [outbound] "
_FAILED = "delivery 812: failure: Remote_host_said:_550_5.1.1_User_unknown/"
_LABEL = "@4000000065f1c0de1a2b3c4d "


@pytest.mark.parametrize(
    ("log", "text", "told"),
    [
        # The sender stands in a line of pickup's, for mail that was handed over here.
        ("postfix", ("Nov  5 18:21:31 mx1 postfix/pickup[90]: 844EF30E6A1: uid=0 from=<news@example.org>\n"
         f"{_TO}{_MX}dsn=5.1.1, status=bounced (said: 550 5.1.1 User unknown)"), ["kay@example.net failed"]),
        ("qmail", f"{QMAIL}{_LABEL}{_FAILED}", ["kay@example.net failed"]),
        ("qmail", QMAIL.replace(_LABEL, "1762366892.123456 ") + f"1762366893.123456 {_FAILED}",
         ["kay@example.net failed"]),
        ("qmail", QMAIL.replace(_LABEL, "@ffffffffffffffffffffffff ") + _FAILED, ["kay@example.net failed"]),
        ("qmail", f"{QMAIL}{_LABEL}end msg 4711\n{_LABEL}{_FAILED}", []),
        ("qmail", f"{QMAIL}{_LABEL}delivery 813: failure: Remote_host_said:_550_5.1.1_User_unknown/", []),
        ("qmail", f"{QMAIL}{_LABEL}delivery 812: deferral: Remote_host_said:_451_later/", []),
        ("haraka", json.dumps({"uuid": "A0-B1.1.1", "message": "recipient <kay@example.net> rejected: 550 5.1.1 no"}),
         ["kay@example.net failed"]),
        ("haraka", f"{_HARAKA}recipient <kay@example.net> deferred: 451 later", []),
        ("haraka", (f"{_HARAKA}recipient <kay@example.net> deferred: 451 later\n"
         f"{_HARAKA}bouncing mail: Too many failures (451 later)"), ["kay@example.net failed"]),
        ("haraka", f"{_HARAKA}Double bounce: recipient <kay@example.net> rejected: 550 5.1.1 no", []),
        ("haraka", "Nov  5 18:21:32 mx1 haraka[9]: ready", []),
        ("exim", f"{EXIM}2026-11-05 18:20:20 1xWHbP-00000C-0k ** |/usr/bin/filter R=pipe T=address_pipe: no", []),
        ("exim", (f"{EXIM}2026-11-05 18:20:20 1xWHbP-00000C-0k ** kay@example.net (ops@example.org) "
         "<ops@example.org> R=dnslookup T=remote_smtp: 550 5.1.1 User unknown"), ["kay@example.net failed"]),
        # A cut-through delivery is told before the arrival; one of a notice is none.
        ("exim", f"2026-11-05 18:20:19 1xWHbP-00000C-0k >> kay@example.net R=dnslookup T=remote_smtp H=mx [192.0.2.10]\n{EXIM}",
         ["kay@example.net delivered"]),
        ("exim", ("2026-11-05 18:20:19 1xWHbP-00000C-0k >> kay@example.net R=dnslookup T=remote_smtp H=mx [192.0.2.10]\n"
         "2026-11-05 18:20:19 1xWHbP-00000C-0k <= <> R=1xWHbP-00000B-0k U=exim P=local S=71"), []),
        ("exchange-tracking", f"{EXCHANGE}{_AT}STOREDRIVER,SEND,<m1@example.org>,kay@example.net,,news@example.org", []),
        ("exchange-tracking", (f"{EXCHANGE}{_AT}SMTP,FAIL,<m1@example.org>,kay@example.net;lee@example.net,"
         "550 5.1.1 User unknown;452 4.2.2 Mailbox full,news@example.org"),
         ["kay@example.net failed", "lee@example.net failed"]),
        ("sendmail", "Nov  5 18:21:33 mx1 sm-mta[41]: 6B5ILXF4000041: to=<kay@example.net>, delay=00:00:00", []),
    ],
)  # fmt: skip
def test_a_rare_line_tells_of_whom_it_names(log: str, text: str, told: list[str]) -> None:
    assert [f"{record.recipient} {record.action}" for record in records(log, text)] == told


@pytest.mark.parametrize(
    "text",
    [
        "Feb 30 18:21:32 mx1 postfix/qmgr[97]: text",
        "Nov  5 25:21:32 mx1 postfix/qmgr[97]: text",
        "2026-13-05T18:21:32Z mx1 postfix/qmgr[97]: text",
        json.dumps({"MESSAGE": "text", "__REALTIME_TIMESTAMP": "soon"}),
        json.dumps({"MESSAGE": "text", "__REALTIME_TIMESTAMP": "9" * 40}),
    ],
)
def test_a_line_whose_date_is_none_has_its_text_and_no_time(text: str) -> None:
    (line,) = log_lines([text.encode()], CLOCK)
    assert (line.text, line.time) == ("text", None)


def test_a_message_of_the_journal_that_is_no_text_is_empty() -> None:
    for message in ([300], ["a"], {"a": 1}, None):
        (line,) = log_lines([json.dumps({"MESSAGE": message}).encode()], CLOCK)
        assert line.text == ""


def test_marks_of_a_container_within_one_another_are_taken_off_once() -> None:
    mark = "2026-11-05T18:21:32Z stdout F "
    (line,) = log_lines([(mark * 2_000).encode()], CLOCK)
    assert line.text == (mark * 1_999)


def test_of_messages_under_way_the_oldest_are_forgotten() -> None:
    messages = OpenMessages(most=2)
    for key in "abc":
        messages.get(key).sender = key
    assert messages.get("c").is_known
    assert not messages.get("a").is_known

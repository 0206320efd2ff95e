"""Invariant 2: twice the text is at most about twice the work, in calls of functions: no clock is asked."""

from __future__ import annotations

import sys
from types import FrameType

import pytest

from dsnparse import parse_dsn

_HEAD = (
    b"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.com\nTo: nora@example.net\nSubject: failure notice\n"
)
_INTRO = b"Your message could not be delivered to:\n\n"
_FAILED = b"<tom@example.org>: 550 5.1.1 User unknown\n"
_DIAGNOSTIC = b"Diagnostic-Code: smtp; 550"
_STATUS = b"Final-Recipient: rfc822; tom@example.org\nAction: failed\nStatus: 5.1.1\n"
_REPORT = (
    _HEAD + b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
    b"--b\nContent-Type: text/plain\n\n" + _INTRO + b"\n--b\nContent-Type: message/delivery-status\n\n"
    b"Reporting-MTA: dns; mx.example.com\n\n"
)
_TEXT = _HEAD + b"\n"

#: How a text begins: the addresses below are announced, stand beside one that failed, or are only there.
_BEGINNINGS = {"announced": _INTRO, "beside": _INTRO + _FAILED + b"\n", "alone": b"Hello.\n\n"}
#: What is repeated in it ("#" is its number).
_BLOCKS = {
    "addresses on one line": b" u#@example.org",
    "addresses of a list": b" <u#@example.org>,",
    "the sender's own address": b" nora@example.net",
    "sentences with an address": b" We could not deliver your mail to u#@example.org. ",
    "a line for each": b"<u#@example.org>\n",
    "a line and its reply for each": b"<u#@example.org>: 550 5.1.1 unknown\n",
    "a paragraph for each": b"<u#@example.org>:\nRemote host said: 550 5.1.1 unknown\n\n",
    "blank lines": b"\n",
    "lines of blanks": b"   \t  \n",
    "quoted lines": b"> u#@example.org wrote:\n",
    "letters": b"Dear u#@example.org,\n\n",
    "greetings": b"Dear Kim,\n\n",
    "signatures": b"--\n",
    "labels": b"Recipient: u#@example.org\nReason: unknown user\n",
    "columns": b"u#@example.org    550 5.1.1    failed\n",
    "a transcript": b">>> RCPT TO:<u#@example.org>\n<<< 550 5.1.1 unknown\n",
    "headers": b"To: u#@example.org\nSubject: news\n",
    "codes": b"550 5.1.1 ",
    "sentences": b"It was not delivered. ",
}
#: What stands before, what is repeated, and what stands behind.
_ELSEWHERE = {
    "groups of a status part": (_REPORT, _STATUS.replace(b"tom", b"u#") + b"\n", b"--b--\n"),
    "words of a diagnostic": (_REPORT + _STATUS + _DIAGNOSTIC, b" user unknown", b"\n\n--b--\n"),
    "lines of a diagnostic": (_REPORT + _STATUS + _DIAGNOSTIC + b"-", b"\n 550-no", b"\n\n--b--\n"),
    "addresses in a diagnostic": (_REPORT + _STATUS + _DIAGNOSTIC, b" u#@a.example", b"\n\n--b--\n"),
    "parts": (_HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n", b"--b\n\nsorry\n", b"--b--\n"),
    "fields of the header": (b"", b"X-Field-#: value\n", _TEXT + _INTRO + _FAILED),
    "lines of one field": (b"Subject: failure", b"\n notice", b"\n" + _TEXT + _INTRO + _FAILED),
    "tags": (_HEAD + b"Content-Type: text/html\n\n", b"<p>u#@example.org<br>", b"<p>550 unknown"),
}
CASES = _ELSEWHERE | {
    f"{what}, {how}": (_TEXT + beginning, block, b"\n\n" + _FAILED)
    for how, beginning in _BEGINNINGS.items()
    for what, block in _BLOCKS.items()
}
_TIMES = 150
#: Twice the work, and some that is looked at from both sides.
_AT_MOST = 2.4


@pytest.mark.parametrize("name", CASES)
def test_twice_the_text_is_twice_the_work(name: str) -> None:
    before, block, behind = CASES[name]
    small, large = (
        before
        + b"".join([block.replace(b"#", b"%d" % number) for number in range(1000, 1000 + times)])
        + behind
        for times in (_TIMES, 2 * _TIMES)
    )
    parse_dsn(small)  # what is loaded or remembered at the first message
    assert _calls(large) <= _AT_MOST * _calls(small)


def _calls(data: bytes) -> int:
    """How many functions, ours and Python's own, are called to read `data`."""
    count = 0

    def counted(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        parse_dsn(data)
    finally:
        sys.setprofile(None)
    return count

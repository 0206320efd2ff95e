"""Where our MIME reader deliberately gives something else than `email.message_from_bytes`, and why."""

from __future__ import annotations

import ast
import email
from collections.abc import Callable
from email.message import Message
from pathlib import Path
from typing import NamedTuple

import pytest
from mime_trees import our_tree, standard_tree

import dsnparse
from dsnparse.wire.limits import Limits
from dsnparse.wire.mime import read_message


class Difference(NamedTuple):
    """One difference: why, a message that shows it, what to look at, and what we make of it."""

    reason: str
    data: bytes
    look: Callable[[Message], object]
    ours: object


def types(message: Message) -> list[str]:
    return [part.get_content_type() for part in message.walk()]


def payload(message: Message) -> object:
    return message.get_payload()


GMAIL_STATUS = (
    "Action: failed\nDiagnostic-Code: smtp; 550-5.1.1 The address\n550 5.1.1 does not exist\nStatus: 5.1.1\n"
)
REPORT = b"""\
Content-Type: multipart/report; boundary=b

--b
Content-Type: text/plain

Text
--b
Content-Type: message/delivery-status

Action: failed
--b--
"""
REPORT_TYPES = ["multipart/report", "text/plain", "message/delivery-status"]
MIXED = b"Content-Type: multipart/mixed; boundary=b\n\n"

DIFFERENCES = {
    "status fields": Difference(
        "They stay one text: the standard parser splits at blank lines and loses what is no field, such as "
        "the diagnostics that Gmail continues in column one.",
        b"Content-Type: message/delivery-status\n\n" + GMAIL_STATUS.encode(),
        payload,
        GMAIL_STATUS,
    ),
    "lone carriage returns": Difference(
        "Where a message has no other line ends near its start, they are read as LF, in payloads too.",
        b"Subject: x\r\rone\rtwo\r",
        payload,
        "one\ntwo\n",
    ),
    "doubled carriage returns": Difference(
        "CR CR LF, made by gateways that translate twice, is one line end, not two.",
        REPORT.replace(b"\n", b"\r\r\n"),
        types,
        REPORT_TYPES,
    ),
    "folded values": Difference(
        "Their lines are parted by LF, so that no reader has to think of CR.",
        b"Subject: one\r\n two\r\n\r\n",
        lambda message: message["Subject"],
        "one\n two",
    ),
    "leading blank lines": Difference(
        "They are skipped: files are saved with them. For the standard parser all behind them is body.",
        b"\n\n" + REPORT,
        types,
        REPORT_TYPES,
    ),
    "stray lines": Difference(
        "A line amid the fields that is none is skipped where a field follows. The standard parser has the "
        "body start there, and loses the structure of a message for one lost indentation.",
        b"MIME-Version: 1.0\nan unindented continuation\n" + REPORT,
        types,
        REPORT_TYPES,
    ),
    "quoted mbox line": Difference(
        "'>From ' before a header is skipped like 'From ': mbox writers quote it within returned messages.",
        b">From a@b.example Mon Jan  1 00:00:00 2024\n" + REPORT,
        types,
        REPORT_TYPES,
    ),
    "mbox line at the end": Difference(
        "A 'From ' line that ends a header block starts the body; the standard parser drops the blank line.",
        b"Subject: x\nFrom nobody\n\ntext",
        payload,
        "From nobody\n\ntext",
    ),
    "blank before the colon": Difference(
        "RFC 5322 section 4.5 allows it in old mail; the standard parser starts the body there.",
        b"Subject : x\nContent-Type\t: text/html\n\ntext",
        lambda message: (message["Subject"], message.get_content_type()),
        ("x", "text/html"),
    ),
    "missing boundary": Difference(
        "It is read off the delimiter lines in the body.",
        REPORT.replace(b"; boundary=b", b""),
        types,
        REPORT_TYPES,
    ),
    "wrong boundary": Difference(
        "Where no line has it, it is read off the delimiter lines in the body.",
        REPORT.replace(b"=b\n", b"=B\n"),
        types,
        REPORT_TYPES,
    ),
    "missing type": Difference(
        "Gateways lose Content-Type: a message is a multipart where its body begins as one.",
        b"From: a@b.example\n\nThis is a MIME-encapsulated message\n\n" + REPORT.partition(b"\n\n")[2],
        types,
        ["text/plain", *REPORT_TYPES[1:]],
    ),
    "empty boundary": Difference(
        "It is no boundary: a line of two dashes starts a signature.",
        b'Content-Type: multipart/mixed; boundary=""\n\ntext\n--\nsignature\n',
        payload,
        "text\n--\nsignature\n",
    ),
    "8-bit boundary": Difference(
        "Raw bytes match themselves; the standard parser looks for U+FFFD.",
        "Content-Type: multipart/mixed; boundary=é\n\n--é\nContent-Type: text/html\n\nx\n--é--\n".encode(),
        types,
        ["multipart/mixed", "text/html"],
    ),
    "closed at once": Difference(
        "A closing delimiter right behind another delimiter closes; the standard parser takes no notice, and "
        "reads the epilogue as a part.",
        MIXED + b"--b\n--b--\nContent-Type: text/html\n\nepilogue\n",
        types,
        ["multipart/mixed"],
    ),
    "multipart without parts": Difference(
        "Its whole body is the payload; the standard parser leaves out what follows a closing delimiter.",
        MIXED + b"before\n--b--\nbehind\n",
        payload,
        "before\n--b--\nbehind\n",
    ),
    "preamble and epilogue": Difference(
        "They are not kept: no reader of mail shows them, so no verdict may come from them.",
        MIXED + b"before\n--b\n\nx\n--b--\nbehind\n",
        lambda message: (message.preamble, message.epilogue),
        (None, None),
    ),
    "defects": Difference(
        "They are not kept: what was repaired is said in the warnings of the report.",
        MIXED + b"--b\n\nx\n",
        lambda message: message.defects,
        [],
    ),
}


#: Off the source: a compiled module has no docstring.
_DOCUMENTATION = (
    ast.get_docstring(ast.parse((Path(dsnparse.__file__).parent / "wire" / "mime.py").read_text("utf-8")))
    or ""
)


@pytest.mark.parametrize("name", DIFFERENCES)
def test_a_deliberate_difference_is_there_and_in_the_documentation(name: str) -> None:
    difference = DIFFERENCES[name]
    assert difference.look(read_message(difference.data)) == difference.ours
    assert difference.look(email.message_from_bytes(difference.data)) != difference.ours
    assert f"* {name}:" in _DOCUMENTATION


@pytest.mark.parametrize("boundary", [b"b", b"----=_NextPart_000_0001", b"b.1/mx.example.net", b"=_x y"])
def test_a_lost_boundary_of_any_shape_is_found(boundary: bytes) -> None:
    data = REPORT.replace(b"--b", b"--" + boundary).replace(b"; boundary=b", b"")
    assert types(read_message(data)) == REPORT_TYPES
    assert types(read_message(data.replace(b"\n", b"\r\n"))) == REPORT_TYPES


def test_beyond_a_limit_nothing_is_split() -> None:
    deep = REPORT.replace(b"message/delivery-status\n\nAction: failed", b"message/rfc822\n\n" + REPORT)
    assert len(standard_tree(deep).parts[1].parts) == 1
    assert our_tree(deep).parts[1].parts == standard_tree(deep).parts[1].parts
    assert read_message(deep, Limits(depth=1)).parts()[1].parts() == []

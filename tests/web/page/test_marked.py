"""A message with its evidence marked: what is marked is what the evidence says, and nothing breaks it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from messages import group, report
from mutations import ANY_BYTES, SAMPLES, mutated

from dsnparse import Limits, Parser, parse_dsn
from dsnparse.render.terminal import visible
from dsnparse.web import marked as limits
from dsnparse.web.explained import explained
from dsnparse.web.marked import Marked, marked
from dsnparse.web.places import squeezed
from dsnparse.web.shown import MOST_SECTIONS, read_sections

ROOT = Path(__file__).parents[3]
IDS = [f"{path.parent.name}/{path.stem}" for path in SAMPLES]
TOM = "tom.beck@example.org"
_SPELLED = re.compile(r"<U\+[0-9A-F]{4,6}>")


def marks_of(found: Marked) -> dict[str, str]:
    """Field → the text that its first mark covers; of the first recipient."""
    texts: dict[str, str] = {}
    for number, mark in enumerate(found.marks):
        if mark.is_shown and mark.record in (None, 0):
            texts.setdefault(mark.field, text_of(found, number))
    return texts


def text_of(found: Marked, number: int) -> str:
    lines = (
        "".join(piece.text for piece in line.pieces if number in piece.marks)
        for part in found.parts
        for line in part.lines
    )
    return " / ".join(line for line in lines if line)


def pieces_of(found: Marked) -> Iterator[str]:
    return (piece.text for part in found.parts for line in part.lines for piece in line.pieces)


def check(data: bytes) -> Marked:
    """All that holds for any message."""
    result = parse_dsn(data)
    found = marked(data, result)
    json.dumps(found.to_dict()).encode()
    json.dumps(explained(result)).encode()
    assert all(text.isprintable() for text in pieces_of(found))
    used = {
        number for part in found.parts for line in part.lines for one in line.pieces for number in one.marks
    }
    assert used == {number for number, mark in enumerate(found.marks) if mark.is_shown}
    for part, section in zip(
        found.parts, read_sections(data, {one.part for one in found.parts}), strict=False
    ):
        for line in part.lines:
            shown = "".join(piece.text for piece in line.pieces)
            if line.line and len(section.lines[line.line - 1]) <= limits.MOST_LINE_CHARS:
                assert shown == visible(section.lines[line.line - 1])
    return found


@given(ANY_BYTES)
def test_any_bytes_can_be_shown(data: bytes) -> None:
    check(data)


@given(mutated())
def test_a_mutated_sample_can_be_shown(data: bytes) -> None:
    check(data)


@pytest.mark.parametrize("path", SAMPLES, ids=IDS)
def test_what_is_marked_is_what_the_evidence_says(path: Path) -> None:
    found = check(path.read_bytes())
    for number, mark in enumerate(found.marks):
        if not mark.is_shown or mark.rule == "kind.format":  # its text is the format's name
            continue
        said, shown = (squeezed(_SPELLED.sub("", text)) for text in (mark.text, text_of(found, number)))
        if mark.rule.endswith(".action"):
            shown = shown.removeprefix("action")
        assert said[:24].startswith(shown[:24]) or shown.startswith(said[:24]), (mark, shown)


def test_evidence_that_names_a_line_is_marked_in_all_samples() -> None:
    missing = []
    for path in SAMPLES:
        data = path.read_bytes()
        result = parse_dsn(data)
        found = marked(data, result)
        entries = [*result.evidence, *(entry for one in result.records for entry in one.evidence)]
        missing += [
            (path.name, entry)
            for entry, mark in zip(entries, found.marks, strict=True)
            if entry.line and not mark.is_shown and entry.rule != "text.weighed"
        ]
    assert missing == []


WHERE = {
    "provider/outlook-com-blocked-s3140": {
        "recipient": f"rfc822; {TOM}",
        "status": "5.7.1",
        "reply_code": "550",
        "reason": "part of / their network is on our block list",
        "remote_mta": "dns; outlook-com.olc.protection.outlook.com",
        "action": "failed",
    },
    "provider/qmail-user-unknown": {
        "recipient": f"<{TOM}>:",
        "reply_code": "550",
        "reason": "User unknown in local recipient table",
    },
    "localised/japanese-domino": {"reason": "ディレクトリには見つかりません"},
    "rfc/3464-base64-status-part": {"recipient": f"rfc822; {TOM}", "action": "failed"},
    "text/nobody-named-but-in-our-return-path": {
        "recipient": "bounces+tom.beck=example.org@news.example.com"
    },
    "complaint/fraud": {"recipient": TOM},
}


@pytest.mark.parametrize("name", WHERE)
def test_fields_are_marked_where_the_message_says_them(name: str) -> None:
    found = marks_of(check((ROOT / "samples" / f"{name}.eml").read_bytes()))
    assert {field: found.get(field) for field in WHERE[name]} == WHERE[name]


def test_a_returned_message_shows_its_header_and_names_the_rest_unread() -> None:
    data = (ROOT / "samples/forged/planted-in-returned-body.eml").read_bytes()
    last = check(data).parts[-1]
    assert last.title == "The message that came back: its text"
    assert [piece.text for line in last.lines for piece in line.pieces] == [last.lines[0].pieces[0].text]
    assert last.lines[0].line == 0
    assert last.lines[0].pieces[0].text.endswith("bytes, which dsnparse does not read.")


def test_characters_that_hide_or_turn_text_are_spelled_out() -> None:
    said = f"550 5.1.1 <{TOM}>: \u202eevil\u202c user\x1b[31m unknown\u200b"
    text_type = b"Content-Type: text/plain; charset=utf-8\n"
    data = HEAD + text_type + f"\nDelivery failed:\n\n<{TOM}>: {said}\n".encode()
    text = "".join(pieces_of(check(data)))
    assert "<U+202E>evil<U+202C>" in text
    assert "<U+001B>[31m" in text
    assert "<U+200B>" in text


HEAD = b"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net\nSubject: Undelivered Mail\n"
FAILURE = f"\nYour message could not be delivered:\n\n<{TOM}>:\n550 5.1.1 No such user\n".encode()
_ANNOUNCED = HEAD + b"\nDelivery failed:\n\n"
_MANY = b" ".join(b"<u%d@example.org>" % at for at in range(3_000))
_GROUPS = [group(f"u{at}@example.org") for at in range(1_000)]
HOSTILE = {
    "a line of 10 MB": HEAD + FAILURE + b"x" * 10_000_000,
    "a reply of 1 MB": _ANNOUNCED + f"<{TOM}>: 550 ".encode() + b"no such user " * 80_000,
    "a million lines": HEAD + FAILURE + b"a\n" * 1_000_000,
    "100,000 header fields": HEAD + b"X-A: b\n" * 100_000 + FAILURE,
    "a header of 10 MB": HEAD + b"X-A: " + b"b" * 10_000_000 + b"\n" + FAILURE,
    "5,000 parts": HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\na\n" * 5_000,
    "1,000 multiparts in one another": HEAD
    + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (at, at) for at in range(1_000)),
    "1,000 messages in one another": HEAD + b"Content-Type: message/rfc822\n\n" * 1_000,
    "3,000 recipients on one line": _ANNOUNCED + _MANY + b": 550 no such user\n",
    "a report on 1,000 recipients": report(*_GROUPS),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_shown_of_a_hostile_message_is_bounded(name: str) -> None:
    found = check(HOSTILE[name])
    lines = [line for part in found.parts for line in part.lines]
    assert len(found.parts) <= MOST_SECTIONS + 1
    assert len(lines) <= limits.MOST_LINES + 3 * len(found.parts) + 2 * limits.MOST_MARKS
    assert sum(1 for line in lines if line.line) <= limits.MOST_LINES
    assert len(json.dumps(found.to_dict())) < 8_000_000
    assert all(len(piece.marks) <= limits.MOST_MARKS_OF_LINE for line in lines for piece in line.pieces)


CUT = {
    "a line of 10 MB": "more characters",
    "a million lines": "lines not shown.",
    "100,000 header fields": "header fields not shown.",
    "5,000 parts": "Further parts of the message are not shown.",
}


@pytest.mark.parametrize("name", CUT)
def test_what_is_cut_is_said(name: str) -> None:
    assert any(text.endswith(CUT[name]) for text in pieces_of(check(HOSTILE[name])))


def test_lines_with_evidence_stay_where_a_long_text_is_cut() -> None:
    words = b"".join(b"line %d of the transcript\n" % number for number in range(1_000))
    data = (
        HEAD
        + b"\nYour message could not be delivered:\n"
        + words
        + f"\n<{TOM}>: 550 5.1.1 No such user\n".encode()
    )
    assert marks_of(check(data))["status"] == "5.1.1"


def test_the_limits_of_the_parser_count() -> None:
    parser = Parser(limits=Limits(text_bytes=60))
    data = HEAD + b"\n" + b"a\n" * 100
    found = marked(data, parser.parse(data), parser.limits)
    assert [piece.text for piece in found.parts[1].lines[-1].pieces] == ["Another 140 bytes are not read."]


@pytest.mark.parametrize("path", SAMPLES, ids=IDS)
def test_every_reason_and_rule_is_explained(path: Path) -> None:
    data = path.read_bytes()
    result = parse_dsn(data)
    said = explained(result)
    assert all(said["reasons"][one.reason]["fix"] for one in result.records)
    assert all(mark.meaning for mark in marked(data, result).marks)

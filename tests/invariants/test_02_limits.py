"""Invariant 2: every limit is adjustable and shows in `warnings` when hit; returned bodies cost no memory."""

from __future__ import annotations

import tracemalloc
from dataclasses import fields
from typing import NamedTuple

import pytest
from messages import RETURNED, group, notice, report
from strategies import multipart

from dsnparse import Limits, Parser, ParseWarning, Report, parse_dsn

TOM = "tom.beck@example.org"
FAILURE = "Your message could not be delivered"
FAILED = [f"user{number}@example.org" for number in range(6)]


class Case(NamedTuple):
    """A limit that `data` hits, what is said then, and the recipients that are still found."""

    limit: int
    data: bytes
    sentence: str
    recipients: list[str]


def nested(levels: int) -> bytes:
    entity = b"Content-Type: text/plain\n\ndeep\n"
    for level in range(levels):
        entity = multipart("mixed", f"b{level}x", [entity])
    return b"From: x@example.org\n" + entity


CASES = {
    "message_bytes": Case(
        900, report(group(TOM)), "Only the first 900 of 1154 bytes were read.", [TOM]
    ),
    "header_bytes": Case(
        400,
        report(group(TOM)).replace(b"\nMIME-Version", b"\nX-A: " + b"x" * 400 + b"\nMIME-Version"),
        "Only the first 400 bytes of a header block were read.",
        [TOM],
    ),
    "header_fields": Case(
        8,
        report(group(TOM)).replace(b"\n\n", b"\n" + b"X-More: x\n" * 20 + b"\n", 1),
        "Header fields beyond the first 8 were not read.",
        [TOM],
    ),
    "depth": Case(3, nested(5), "Parts nested deeper than 3 levels were not read.", []),
    "parts": Case(
        2, report(group(TOM)), "Parts beyond the first 2 were not read.", [TOM]
    ),
    "recipients": Case(
        2,
        report(*[group(address) for address in FAILED]),
        "Recipients beyond the first 2 were not read.",
        FAILED[:2],
    ),
    "status_bytes": Case(
        300,
        report(*[group(address) for address in FAILED]),
        "Only the first 300 bytes of a status part were read.",
        FAILED[:2],
    ),
    "text_bytes": Case(
        80,
        notice(f"{FAILURE}:\n<{TOM}>: 550 No such user\n" + "x" * 100),
        "Only the first 80 bytes of a text part were read.",
        [TOM],
    ),
    "text_lines": Case(
        3,
        notice(f"{FAILURE}:\n<{TOM}>: 550 No such user\n<b@example.org>: 550 No\nx\n"),
        "Lines of text beyond the first 3 were not read.",
        [TOM, "b@example.org"],
    ),
    "text_addresses": Case(
        2,
        notice(f"{FAILURE}:\n\n" + "".join(f"<{a}>: 550 No such user\n\n" for a in FAILED)),
        "Addresses beyond the first 2 in the text were not read.",
        FAILED[:2],
    ),
    "html_tags": Case(
        4,
        notice(
            f"<html><body><p>{FAILURE} to {TOM}: 550 No such user</p>" + "<p>x</p>" * 9,
            content_type="text/html",
        ),
        "HTML beyond the first 4 tags was not read.",
        [TOM],
    ),
    "diagnostic_chars": Case(
        10,
        report(group(TOM, diagnostic="smtp; 550 5.1.1 No such user here")),
        "Characters of a diagnostic beyond the first 10 were not kept.",
        [TOM],
    ),
    "encoded_words": Case(
        1,
        report(group(TOM)).replace(b"Subject: U", b"Subject: =?utf-8?q?a?= =?utf-8?q?b?= U"),
        "Encoded words beyond the first 1 of a header field were not decoded.",
        [TOM],
    ),
}  # fmt: skip


def recipients(found: Report) -> list[str]:
    return [record.recipient for record in found]


def test_every_limit_has_a_case() -> None:
    assert list(CASES) == [field.name for field in fields(Limits)]


@pytest.mark.parametrize("name", CASES)
def test_a_limit_that_is_hit_shows_in_the_warnings(name: str) -> None:
    case = CASES[name]
    found = Parser(limits=Limits(**{name: case.limit})).parse(case.data)
    assert ParseWarning(f"limit.{name}", case.sentence) in found.warnings
    assert recipients(found) == case.recipients


@pytest.mark.parametrize("name", CASES)
def test_a_limit_that_is_not_hit_says_nothing(name: str) -> None:
    assert parse_dsn(CASES[name].data).warnings == ()


@pytest.mark.parametrize("name", [field.name for field in fields(Limits)])
@pytest.mark.parametrize("wrong", [0, -1, 1.5, True, "10", None])
def test_a_limit_that_is_no_number_is_refused_with_a_sentence(name: str, wrong: object) -> None:
    with pytest.raises(ValueError, match=f"Limits.{name} must be a whole number of 1 or more, not "):
        Limits(**{name: wrong})  # type: ignore[arg-type]


def test_limits_of_another_type_are_refused_with_a_sentence() -> None:
    with pytest.raises(TypeError, match=r"limits must be a dsnparse\.Limits, not dict"):
        Parser(limits={"parts": 1})  # type: ignore[arg-type]


def test_warnings_themselves_are_limited() -> None:
    hidden = [group(f"a\u200b{number}@example.org") for number in range(200)]
    found = parse_dsn(report(*hidden))
    assert len(found) == 200
    assert len(found.warnings) == 50
    assert str(found.warnings[-1]) == "There were more warnings than are kept."


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_a_returned_attachment_of_25_mb_takes_no_memory(ending: bytes) -> None:
    encoded = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3\n"
    inner = multipart(
        "mixed",
        "inner",
        [
            b"Content-Type: text/plain\n\nhello\n",
            b"Content-Type: image/jpeg\nContent-Transfer-Encoding: base64\n\n" + encoded * 320_000,
        ],
    )
    data = report(group(TOM), returned=RETURNED.partition("\n\n")[0] + "\n" + inner.decode())
    data = data.replace(b"\n", ending)
    assert len(data) > 25_000_000
    parse_dsn(report(group(TOM)))  # what is loaded once does not count
    tracemalloc.start()
    found = parse_dsn(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert recipients(found) == [TOM]
    assert found.original.subject == "Minutes of the March meeting"
    assert peak < 1_000_000

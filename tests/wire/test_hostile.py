"""Messages made to hurt: each gives a report with the true recipient, and says what was left out."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from messages import group, notice, report
from strategies import multipart

from benchmarks.laws import broken_law
from dsnparse import Kind, Report, parse_dsn

TOM = "tom.beck@example.org"
FAILURE = f"Your message could not be delivered:\n\n<{TOM}>:\n550 5.1.1 No such user\n"
HEAD = (
    b"Return-Path: <>\nFrom: MAILER-DAEMON@mail.example.net\nTo: nora.lind@example.com\n"
    b"Subject: Undelivered Mail Returned to Sender\n"
)
NESTED = "Parts nested deeper than 100 levels were not read."
HEADER = "Only the first 1048576 bytes of a header block were read."
FIELDS = "Header fields beyond the first 10000 were not read."
PARTS = "Parts beyond the first 10000 were not read."
TEXT = "Only the first 262144 bytes of a text part were read."
LINES = "Lines of text beyond the first 4000 were not read."
TAGS = "HTML beyond the first 5000 tags was not read."


class Hostile(NamedTuple):
    """A message, whether it names Tom in spite of all, and the warnings that must be among its own."""

    data: bytes
    names_tom: bool = True
    warnings: tuple[str, ...] = ()


def text(words: str, header: str = "", body: bytes = b"") -> bytes:
    return HEAD + header.encode() + b"\n" + words.encode() + body


def cases() -> Iterator[tuple[str, Hostile]]:
    """Every attack that the issue on hostile input names, and some more."""
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%06d\n\n--b%06d\n" % (level, level)
        for level in range(100_000)
    )
    yield "100,000 multiparts in one another", Hostile(HEAD + nested, False, (NESTED,))
    messages = b"Content-Type: message/rfc822\n\n" * 100_000
    yield "100,000 messages in one another", Hostile(multipart_head(messages), True)
    yield "a nested bounce behind 100,000 levels", Hostile(HEAD + messages + report(group(TOM)), False)
    digests = b"Content-Type: multipart/digest; boundary=b\n\n--b\n\n" * 50_000
    yield "digests of one boundary", Hostile(HEAD + digests, False)
    yield (
        "a million header lines",
        Hostile(HEAD + b"X-A: b\n" * 1_000_000 + b"\n" + FAILURE.encode(), True, (HEADER, FIELDS)),
    )
    yield (
        "a million folded lines",
        Hostile(HEAD + b"X-A: b\n" + b" c\n" * 1_000_000 + b"\n" + FAILURE.encode(), True, (HEADER,)),
    )
    yield "stray lines in a header", Hostile(HEAD + b"X-A: b\nno field\n" * 1000 + b"\n" + FAILURE.encode())
    yield "a header without an end", Hostile(HEAD + b"X-A: b\n" * 20_000, False, (FIELDS,))
    yield (
        "100,000 parts",
        Hostile(
            HEAD
            + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n"
            + FAILURE.encode()
            + b"--b\n\nx\n" * 100_000,
            True,
            (PARTS,),
        ),
    )
    prefix = multipart("mixed", "b", [b"Content-Type: multipart/report; boundary=bb\n\n" + report_body("bb")])
    yield "a boundary that is a prefix of another", Hostile(HEAD + prefix)
    yield (
        "a boundary that another is a prefix of",
        Hostile(
            HEAD
            + multipart("mixed", "bb", [b"Content-Type: multipart/report; boundary=b\n\n" + report_body("b")])
        ),
    )
    yield "no boundary", Hostile(HEAD + b"Content-Type: multipart/report\n\n" + report_body("b"))
    yield (
        "an empty boundary",
        Hostile(HEAD + b'Content-Type: multipart/report; boundary=""\n\n' + report_body("b")),
    )
    yield (
        "a boundary of blanks",
        Hostile(HEAD + b'Content-Type: multipart/report; boundary="  "\n\n' + report_body("b")),
    )
    yield (
        "a boundary of a million characters",
        Hostile(
            HEAD
            + b"Content-Type: multipart/report; boundary="
            + b"b" * 1_000_000
            + b"\n\n"
            + FAILURE.encode()
        ),
    )
    yield (
        "a million semicolons",
        Hostile(
            HEAD
            + b"Content-Type: multipart/report"
            + b";" * 1_000_000
            + b"boundary=b\n\n"
            + report_body("b"),
            True,
        ),
    )
    yield (
        "a million quotes",
        Hostile(
            HEAD
            + b"Content-Type: multipart/report;"
            + b'";' * 400_000
            + b"boundary=b\n\n"
            + report_body("b"),
            True,
        ),
    )
    continued = b"".join(b'\n boundary*%d="b";' % number for number in range(10_000))
    yield (
        "continued parameters gone wild",
        Hostile(HEAD + b"Content-Type: multipart/report;" + continued + b"\n\n" + report_body("b")),
    )
    yield "4 MB on one line", Hostile(text(FAILURE, body=b"x" * 4_000_000), True, (TEXT,))
    yield "4 MB on one header line", Hostile(b"x" * 4_000_000, False)
    yield (
        "a subject of 4 MB",
        Hostile(HEAD.replace(b"Sender", b"Sender " * 600_000) + b"\n" + FAILURE.encode(), True, (HEADER,)),
    )
    yield "NUL bytes", Hostile(text(FAILURE).replace(b" ", b" \0").replace(b"\n", b"\0\n"), True)
    yield "nothing but NUL bytes", Hostile(b"\0" * 100_000, False)
    yield "lone CR", Hostile(text(FAILURE).replace(b"\n", b"\r"))
    yield "mixed line ends", Hostile(text(FAILURE).replace(b"\n<", b"\r\n<").replace(b"\n550", b"\r550"))
    yield "CR CR LF", Hostile(report(group(TOM)).replace(b"\n", b"\r\r\n"))
    yield "a million blank lines", Hostile(text(FAILURE, body=b"\n" * 1_000_000), True, (TEXT, LINES))
    yield (
        "invalid UTF-8",
        Hostile(text(FAILURE, "Content-Type: text/plain; charset=utf-8\n", b"\xff\xfe\xc3\x28" * 1000)),
    )
    yield (
        "invalid UTF-7",
        Hostile(text(FAILURE, "Content-Type: text/plain; charset=utf-7\n", b"+AGE-+2AA-+" * 1000)),
    )
    yield (
        "invalid UTF-16",
        Hostile(
            HEAD
            + b"Content-Type: text/plain; charset=utf-16\n\n"
            + FAILURE.encode("utf-16")
            + b"\x00\xd8\x41" * 999
        ),
    )
    for charset in (
        "idna",
        "rot13",
        "hex",
        "zlib",
        "unicode_escape",
        "punycode",
        "bz2",
        "undefined",
        "x" * 2000,
    ):
        yield (
            f"charset={charset:.20}",
            Hostile(text(FAILURE, f"Content-Type: text/plain; charset={charset}\n", b"\xe9")),
        )
    words = "=?utf-8?q?=3D=3Futf-8=3Fq=3Fa=3F=3D?= " * 5000
    yield (
        "encoded words in encoded words",
        Hostile(
            HEAD.replace(b"Subject: ", b"Subject: Undeliverable " + words.encode())
            + b"\n"
            + FAILURE.encode(),
            True,
            ("Encoded words beyond the first 200 of a header field were not decoded.",),
        ),
    )
    yield (
        "unfinished encoded words",
        Hostile(HEAD.replace(b"Sender", b"Sender " + b"=?utf-8?q?" * 5000) + b"\n" + FAILURE.encode()),
    )
    encoded = base64.encodebytes(FAILURE.encode())
    yield (
        "base64 that is cut off",
        Hostile(text("", "Content-Transfer-Encoding: base64\n", encoded[:-7]), True),
    )
    yield "base64 that is none", Hostile(text(FAILURE, "Content-Transfer-Encoding: base64\n"), False)
    yield (
        "base64 of nothing but padding",
        Hostile(text("", "Content-Transfer-Encoding: base64\n", b"=" * 100_000), False),
    )
    yield (
        "quoted-printable that lies",
        Hostile(text(FAILURE, "Content-Transfer-Encoding: quoted-printable\n", b"=ZZ==\n= =\t\n" * 1000)),
    )
    yield (
        "uuencode",
        Hostile(
            text("", "Content-Transfer-Encoding: x-uuencode\n", b"begin 644 x\n" + uu(FAILURE) + b"end\n")
        ),
    )
    yield (
        "uuencode that lies",
        Hostile(text("", "Content-Transfer-Encoding: x-uuencode\n", b"M\n" * 100_000), False),
    )
    yield (
        "yEnc",
        Hostile(text(FAILURE, body=b"=ybegin line=128 size=9 name=x\n" + bytes(range(1, 256)) * 100)),
    )
    tnef = b"\x78\x9f\x3e\x22" + bytes(1000)
    yield (
        "TNEF",
        Hostile(
            HEAD
            + multipart(
                "mixed", "t", [b"\n" + FAILURE.encode(), b"Content-Type: application/ms-tnef\n\n" + tnef]
            )
        ),
    )
    html = f"<html><p>Your message could not be delivered to {TOM}: 550 5.1.1 No such user</p>"
    for name, tag in (
        ("flat", "<b></b>"),
        ("nested", "<div>"),
        ("unclosed", "<p><i><table><td>"),
        ("open", "<a href="),
    ):
        yield (
            f"HTML with {name} tags",
            Hostile(text(html, "Content-Type: text/html\n", tag.encode() * 30_000), True, (TAGS,)),
        )
    yield (
        "HTML with attributes",
        Hostile(
            text(
                html,
                "Content-Type: text/html\n",
                b"<b " + b"".join(b"a%d=x " % n for n in range(20_000)) + b">x</b>",
            )
        ),
    )
    for name, address in (
        ("nested", "(" * 500 + "x" + ")" * 500 + TOM),
        ("open", "(" * 400 + f" {TOM}"),
        ("named", f'"x (y" ((z)) <{TOM}> (((a)b)c)'),
    ):
        yield f"comments, {name}", Hostile(report(group(address)))
    escapes = "550 5.1.1 \x1b[2J\x1b]0;owned\x07 No \x9b31m such \x00user\x08\x7f"
    yield "terminal escapes in a diagnostic", Hostile(report(group(TOM, diagnostic=f"smtp; {escapes}")))
    yield "terminal escapes in the text", Hostile(text(FAILURE.replace("No such user", escapes)))
    yield (
        "a diagnostic of 1 MB",
        Hostile(
            report(group(TOM, diagnostic="smtp; " + "550-5.1.1 no\n " * 80_000)),
            True,
            ("Characters of a diagnostic beyond the first 4096 were not kept.",),
        ),
    )
    yield (
        "100,000 addresses on one line",
        Hostile(
            text(FAILURE, body=b" ".join(b"a%d@b.example" % number for number in range(100_000))),
            True,
            (TEXT,),
        ),
    )
    yield "nothing but at signs", Hostile(text(FAILURE, body=b"@" * 200_000))
    yield "quotes without end", Hostile(text(FAILURE, body=b'"aaaaaaaaaaaaaaaaaaaa' * 10_000))


def multipart_head(messages: bytes) -> bytes:
    return report(group(TOM), returned=messages.decode())


def report_body(boundary: str) -> bytes:
    """The parts of a report, without its header."""
    whole = report(group(TOM)).replace(b"=_b", boundary.encode())
    return whole[whole.index(b"\n--" + boundary.encode()) + 1 :]


def uu(words: str) -> bytes:
    import binascii

    data = words.encode()
    return b"".join(binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45))


CASES = dict(cases())


@pytest.mark.parametrize("name", CASES)
def test_what_is_made_to_hurt_is_read_within_limits(name: str) -> None:
    case = CASES[name]
    found = parse_dsn(case.data)
    assert all(TOM in record.recipient for record in found) or "addresses" in name
    assert any(TOM in record.recipient for record in found) is case.names_tom
    assert set(case.warnings) <= {*map(str, found.warnings)}
    assert without_controls(found)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if len(case.data) < 500_000])
def test_what_is_made_to_hurt_keeps_the_laws(name: str) -> None:
    assert broken_law(CASES[name].data) is None


def without_controls(found: Report) -> bool:
    values = [str(value) for record in found for value in record.to_dict().values()]
    return not any(char < " " or "\x7f" <= char <= "\x9f" for value in values for char in value)


def test_fifty_thousand_recipients_are_all_read() -> None:
    names = [f"user{number}@example.org" for number in range(50_001)]
    fields = "\n\n".join(f"Final-Recipient: rfc822; {name}\nAction: delivered" for name in names)
    found = parse_dsn(report(fields))
    assert [record.recipient for record in found] == names[:-1]
    assert tuple(map(str, found.warnings)) == ("Recipients beyond the first 50000 were not read.",)
    assert found.kind is Kind.DELIVERY


def test_an_empty_message_is_read() -> None:
    for data in (b"", b"\n", b"\r\n\r\n", b" ", b":", b"\0", b"From "):
        assert parse_dsn(data) == Report(Kind.OTHER)


def test_a_notice_in_the_text_of_ordinary_mail_is_not_searched() -> None:
    assert (
        parse_dsn(notice(FAILURE * 1000, sender="kim@example.org", subject="hello", header="")).records == ()
    )

"""Invariant 1, where a stranger names a codec of Python's: in a charset, a parameter, an encoded word."""

from __future__ import annotations

import encodings
import pkgutil
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.laws import broken_law

CODECS = sorted(
    {module.name for module in pkgutil.iter_modules(encodings.__path__)}
    | {"", "no-such-charset", "\u0000", "..", "x" * 300}
)
PARAMETERS = ("boundary", "charset", "report-type", "filename")
#: Lone surrogates in UTF-7, escapes that become some, an IDNA label, compressed bytes, half characters.
VALUES = (
    b"+2x0-",
    b"+2D0-",
    b"\\udc80\\ud83d",
    b"xn--a-\xff.",
    b"x\x9c+\xce",
    b"\xff\xfe\x00\xd8",
    b"\x1b$B~~",
    b"",
)


def with_parameter(codec: str, name: str, value: bytes) -> bytes:
    """A notice whose Content-Types have a parameter as RFC 2231 encodes it, plain, and in a piece."""
    text = quote_from_bytes(value)
    raw = value.decode("latin-1").replace("\0", "").replace("\n", "").replace('"', "")
    head = (
        f"From: MAILER-DAEMON@example.org\nSubject: =?{codec}?Q?{raw}?= =?{codec}?B?K1gtL9g=?=\n"
        f"Content-Type: multipart/report; report-type=delivery-status; {name}*={codec}''{text}\n\n"
    ).encode("utf-8", "replace")
    inner = (
        f"--{raw}\nContent-Type: text/plain; charset={codec}; {name}*0*={codec}''{text}; {name}*1={raw}\n"
        f"Content-Disposition: attachment; {name}*={codec}'en'{text}\n\n"
    ).encode("utf-8", "replace")
    status = (
        f"\n--{raw}\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; a\n\n"
        "Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.1.1\n"
        f"Diagnostic-Code: smtp; 550 =?{codec}?Q?{text.replace('%', '=')}?=\n"
    ).encode("utf-8", "replace")
    return head + inner + value + status


@pytest.mark.parametrize("codec", CODECS)
def test_every_codec_in_every_parameter_gives_a_report_that_keeps_the_laws(codec: str) -> None:
    broken = {
        (name, value): law
        for name in PARAMETERS
        for value in VALUES
        if (law := broken_law(with_parameter(codec, name, value))) is not None
    }
    assert broken == {}


@given(st.sampled_from(CODECS), st.sampled_from(PARAMETERS), st.binary(max_size=60))
def test_any_value_of_any_parameter_gives_a_report_that_keeps_the_laws(
    codec: str, name: str, value: bytes
) -> None:
    assert broken_law(with_parameter(codec, name, value)) is None

"""Invariant 1: `parse_dsn` never raises on any bytes, and never logs or prints."""

from __future__ import annotations

import email
import gc
import io
import logging
import warnings
from email.message import EmailMessage, Message
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from messages import group, report
from mutations import ANY_BYTES, SAMPLES, mutated

from benchmarks.laws import broken_law
from dsnparse import Kind, Parser, parse_dsn


@given(ANY_BYTES)
def test_any_bytes_give_a_report_that_keeps_the_laws(data: bytes) -> None:
    assert broken_law(data) is None


@given(mutated())
def test_a_mutated_sample_gives_a_report_that_keeps_the_laws(data: bytes) -> None:
    assert broken_law(data) is None


def test_nothing_is_printed_logged_or_warned_of(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    gc.collect()  # what other tests left open is warned of now, not in the middle of this one
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for path in SAMPLES:
            data = path.read_bytes()
            parse_dsn(data)
            parse_dsn(data[: len(data) // 2])
        for address in ("a b@c@d", '"', "(", "<<a@b>>", "a@b (c", "\\", "@:;,", "é <é@é", "x" * 300):
            parse_dsn(report(group(address)))
    assert capfd.readouterr() == ("", "")
    assert [record.getMessage() for record in caplog.records] == []
    assert [str(warning.message) for warning in warned] == []


@pytest.mark.parametrize("wanted", [bytearray, memoryview])
def test_bytes_of_any_type_are_read(wanted: type[bytearray | memoryview]) -> None:
    data = SAMPLES[0].read_bytes()
    assert parse_dsn(wanted(data)) == parse_dsn(data)


@pytest.mark.parametrize("path", SAMPLES[::7], ids=lambda path: path.stem)
def test_messages_of_the_standard_library_are_read(path: Path) -> None:
    data = path.read_bytes()
    wanted = [record.recipient for record in parse_dsn(data)]
    messages: list[Message] = [
        email.message_from_bytes(data),
        email.message_from_bytes(data, _class=EmailMessage),
    ]
    for message in messages:
        assert [record.recipient for record in parse_dsn(message)] == wanted


def odd_messages() -> dict[str, Message]:
    """Messages that the standard library itself cannot turn into bytes."""
    charset = email.message_from_string("Content-Type: text/plain; charset=bogus\n\ntext")
    charset.set_payload("\udce9 é")
    pieces = Message()
    pieces.set_payload(["no", "messages"])
    deep = inner = Message()
    for _ in range(5000):
        inner["Content-Type"] = "message/rfc822"
        following = Message()
        inner.set_payload([following])
        inner = following
    header: Message = Message()
    header["Subject"] = "\ud800"
    return {"unknown charset": charset, "wrong pieces": pieces, "deep": deep, "surrogate": header}


@pytest.mark.parametrize("name", odd_messages())
def test_a_message_object_that_cannot_be_written_is_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(ValueError, match=r"cannot be written as bytes \(\w+: .*: pass the bytes that it was"):
        parse_dsn(odd_messages()[name])


def test_message_objects_of_text_are_read() -> None:
    assert parse_dsn(email.message_from_string("Subject: Grüße\n\nGrüße")).kind is Kind.OTHER
    assert parse_dsn(Message()).kind is Kind.OTHER


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"rules": "mine.toml"}, "rules is a list of paths: write rules="),
        ({"formats": "qmail"}, "formats is a list of names: write formats="),
        ({"limits": 5}, "limits must be a dsnparse.Limits, not int"),
    ],
    ids=["rules", "formats", "limits"],
)
def test_options_of_another_type_are_refused_with_a_sentence(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(TypeError, match=sentence):
        Parser(**options)


@pytest.mark.parametrize(
    ("wrong", "cure"),
    [
        ("text", "if it is a path, parse_file"),
        (Path("bounce.eml"), "parse_file"),
        (io.StringIO("text"), "open the file with mode 'rb'"),
        (io.BytesIO(b"bytes"), "open the file with mode 'rb'"),
        (None, "pass bytes, or an email.message.Message"),
        (5, "pass bytes"),
        (["a"], "pass bytes"),
        (object(), "pass bytes"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_message_is_refused_with_a_sentence_that_says_what_to_do(wrong: object, cure: str) -> None:
    with pytest.raises(TypeError, match=rf"reads the raw bytes of a message, not \w+: {cure}"):
        parse_dsn(wrong)  # type: ignore[arg-type]

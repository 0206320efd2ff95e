"""Named notice formats: every example that a format carries, and what must hold for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsnparse import Kind, parse_dsn
from dsnparse.data import load
from dsnparse.parser import Parser
from dsnparse.rulebook.examples import complaints, message_of
from dsnparse.rulebook.files import builtin_sources
from dsnparse.rulebook.template import Format
from dsnparse.rulebook.template_matcher import default_formats, load_formats

FORMATS = builtin_sources()[1]
PARSER = Parser()
BY_ID: dict[str, Mapping[str, Any]] = {
    f"{form.name}-{number}.{place}": example
    for number, form in enumerate(FORMATS)
    for place, (example, _) in enumerate(form.examples, 1)
}
EXAMPLES = [pytest.param(example, id=name) for name, example in BY_ID.items()]
FORMAT_IDS = [f"{form.name}-{number}" for number, form in enumerate(FORMATS)]
NAMES = sorted({form.name for form in FORMATS})


@pytest.mark.parametrize("form", FORMATS, ids=FORMAT_IDS)
def test_the_examples_of_a_format_are_read_as_they_say(form: Format) -> None:
    assert list(complaints(form, PARSER)) == []


@pytest.mark.parametrize("form", FORMATS, ids=FORMAT_IDS)
def test_a_format_carries_an_example_and_where_it_was_seen(form: Format) -> None:
    assert form.examples
    assert len(form.seen) > 10


@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.parametrize("ending", [b"\r\n", b"\r"], ids=["CRLF", "CR"])
def test_line_endings_change_nothing(example: Mapping[str, Any], ending: bytes) -> None:
    raw = message_of(example)
    with_lf, otherwise = PARSER.parse(raw), PARSER.parse(raw.replace(b"\n", ending))
    assert (otherwise.kind, otherwise.format) == (with_lf.kind, with_lf.format)
    assert [record.recipient for record in otherwise] == [record.recipient for record in with_lf]


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_person_who_forwards_a_notice_sends_no_notice(example: Mapping[str, Any]) -> None:
    quoted = "Look what I got:\n\n" + "\n".join(f"> {line}" for line in example.get("text", "").splitlines())
    forwarded = {"from": "Kim <kim@example.com>", "subject": "Fwd: this came back", "text": quoted}
    assert PARSER.parse(message_of(forwarded)).kind is not Kind.BOUNCE


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_sender_is_never_blamed(example: Mapping[str, Any]) -> None:
    sender = example.get("to", "sender@example.net")
    assert sender not in [record.recipient for record in PARSER.parse(message_of(example))]


def test_every_format_has_an_example_of_its_own() -> None:
    read = Counter(PARSER.parse(message_of(example)).format for example in BY_ID.values())
    assert [name for name in NAMES if not read[name]] == []


def test_what_only_readers_need_is_not_compiled() -> None:
    tables = [*load("formats").values(), *load("notices").values()]
    keys = {key for table in tables for row in table["formats"] for key in row}
    assert keys.isdisjoint({"examples", "seen", "where"})
    assert "recipient" in keys


QMAIL = message_of(
    {
        "from": "MAILER-DAEMON@mail.example.org",
        "subject": "Undeliverable mail",
        "text": "Hi. This is the qmail-send program at x.example.\n\n<kim@example.com>:\n550 no such user\n",
    }
)


@pytest.mark.parametrize(
    ("formats", "name"),
    [
        (None, "qmail"),
        (["qmail"], "qmail"),
        (["exim", "qmail"], "qmail"),
        (["exim"], "generic"),
        ((), "generic"),
    ],
)
def test_the_caller_says_which_formats_are_known(formats: Any, name: str) -> None:
    report = Parser(formats=formats).parse(QMAIL)
    assert (report.format, [record.recipient for record in report]) == (name, ["kim@example.com"])


def test_an_unknown_name_is_refused_with_those_that_exist() -> None:
    with pytest.raises(ValueError, match=r"There is no notice format 'quail'\. Did you mean 'qmail'"):
        Parser(formats=["qmail", "quail"])


def test_one_name_as_text_is_refused_with_what_to_write() -> None:
    with pytest.raises(TypeError, match=r"write formats=\['qmail'\]"):
        Parser(formats="qmail")


def test_the_format_is_named_in_the_evidence_with_the_words_and_their_line() -> None:
    report = parse_dsn(QMAIL)
    entry = next(entry for entry in report.evidence if entry.rule == "format.qmail")
    assert (entry.part, entry.line) == ("1", 1)
    assert entry.text == "Hi. This is the qmail-send program at"
    found = next(entry for entry in report.records[0].evidence if entry.field == "recipient")
    assert (found.rule, found.part, found.line, found.text) == ("format.qmail", "1", 3, "<kim@example.com>:")


GROUPWISE = """The message that you sent was undeliverable to the following:
        lee (user not found)
"""


def _groupwise(**more: Any) -> bytes:
    return message_of(
        {
            "from": "Mailer-Daemon@gw.example.org",
            "subject": "Message status - undeliverable",
            "text": GROUPWISE,
        }
        | more
    )


def test_a_local_part_is_completed_only_by_the_message_itself() -> None:
    report = parse_dsn(_groupwise(returned="From: sender@example.net\nTo: Lee@Example.com, kim@example.com"))
    assert [record.recipient for record in report] == ["Lee@Example.com"]
    texts = [entry.text for entry in report.records[0].evidence if entry.rule == "format.groupwise.domain"]
    assert texts == ["lee: completed from the returned message's To and Cc"]


@pytest.mark.parametrize("returned", ["To: lee@example.com, lee@example.org", ""])
def test_a_local_part_that_fits_two_addresses_or_none_stays_local_and_is_never_hard(returned: str) -> None:
    (record,) = parse_dsn(_groupwise(returned=returned)).records
    assert (record.recipient, record.recipient_origin) == ("lee", "ambiguous")
    assert record.bounce_type == "undetermined"


def test_a_format_outweighs_a_support_address_nearer_than_the_failed_one() -> None:
    text = (
        "Delivery has failed to these recipients or groups:\n\nWrite to helpdesk@example.org for help.\n\n"
        "kim@example.com\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n"
    )
    report = parse_dsn(
        message_of({"from": "postmaster@example.org", "subject": "Undeliverable: x", "text": text})
    )
    assert [record.recipient for record in report] == ["kim@example.com"]


@pytest.mark.parametrize(
    ("sender", "subject", "text"),
    [
        ("kim@libero.it", "Delivery failure of your parcel", "Ask lee@example.com, it failed."),
        ("kim@qq.com", "退信", "lee@example.com"),
        ("posta-certificata@pec.example.it", "POSTA CERTIFICATA: piano", "da kim@example.com"),
        ("no-reply@shop.example.jp", "お知らせ", "Could not be delivered to: <lee@example.com>"),
        ("mailman-owner@lists.example.org", "ezmlm warning", "Messages to you seem to have been bouncing."),
    ],
)
def test_mail_that_shares_a_sign_with_a_format_stays_mail(sender: str, subject: str, text: str) -> None:
    report = parse_dsn(message_of({"from": sender, "subject": subject, "text": text}))
    assert (report.kind, report.records) == (Kind.OTHER, ())


def test_the_returned_messages_text_is_not_searched_for_a_format() -> None:
    inside = (
        "Received: from x\nMessage-ID: <a@b>\nFrom: a@b.example\n\nHi. This is the qmail-send program at x.\n"
    )
    text = f"<kim@example.com>: 550 no such user\n\n--- Below this line is a copy of the message.\n\n{inside}"
    report = parse_dsn(
        message_of({"from": "MAILER-DAEMON@x.example", "subject": "Undeliverable", "text": text})
    )
    assert report.format == "generic"


MARKS = [
    line
    for form in FORMATS
    for example, _ in form.examples
    for line in example.get("text", "").splitlines()
    if line.strip()
]
FROM = sorted({example.get("from", "") for example in BY_ID.values()})


@given(
    sender=st.sampled_from(FROM),
    subject=st.text(max_size=40),
    lines=st.lists(st.one_of(st.sampled_from(MARKS), st.text(max_size=60)), max_size=25),
)
@settings(max_examples=150, deadline=None)
def test_any_mixture_of_notices_gives_a_report_twice_the_same(
    sender: str, subject: str, lines: list[str]
) -> None:
    raw = message_of({"from": sender, "subject": subject.replace("\n", " ").replace("\r", " "), "text": " "})
    head = raw.partition(b"\n\n")[0].replace(b"base64", b"8bit")
    message = head + b"\n\n" + "\n".join(lines).encode("utf-8", "replace")
    assert PARSER.parse(message) == PARSER.parse(message)


def test_header_values_that_are_no_text_are_no_problem() -> None:
    formats = default_formats()
    header = {"x-mailer": "<SMTP32 v\udc80\ud800"}
    assert formats.recognise(header, lambda: "", suspected=True) is not None
    text = "\ud800\nHi. This is the Haraka Mailer program at x"
    assert formats.recognise({}, lambda: text, suspected=True) is not None


def test_no_formats_recognise_nothing() -> None:
    formats = load_formats(only=())
    assert len(formats) == 0
    assert formats.recognise({}, lambda: "x", suspected=True) is None

"""What the words of a notice say by themselves, where there is no part for machines."""

from __future__ import annotations

from pathlib import Path

import pytest
from messages import notice

from benchmarks.accuracy import without_status_parts
from dsnparse import Kind, Origin, parse_dsn

SAMPLES = Path(__file__).parent.parent.parent / "samples"
#: Their words name others than their status parts.
OTHERS = {"120-recipients.eml", "exim-fwd-remote-bad.eml"}
TOM = "tom.beck@example.org"
SUCCESSES = {
    "Postfix": "Your message was successfully delivered to the destination(s)\nlisted below.\n\n<{}>: ok",
    "Sendmail": "The following addresses had successful delivery notifications\n<{}> (delivered)",
    "OpenSMTPD": "    Your message was relayed to these recipients.\n\n{}:",
    "Exchange, German": "Ihre Nachricht wurde erfolgreich zugestellt:\n\n{}",
    "some other": "Your mail has been successfully delivered to {}: 250 2.0.0 Ok",
}  # fmt: skip
FAILURES = {
    "denied": f"Your mail was not successfully delivered to {TOM}.\n",
    "with a code": f"Your mail was successfully delivered to a gateway.\n\n<{TOM}>: 550 5.1.1 no user\n",
    "given up": f"Some mail was successfully delivered.\n{TOM}: could not be delivered, fatal error\n",
}


@pytest.mark.parametrize("system", SUCCESSES)
def test_a_success_told_in_words_is_a_delivery(system: str) -> None:
    report = parse_dsn(notice(SUCCESSES[system].format(TOM), subject="Delivery Status Notification"))
    assert report.kind is Kind.DELIVERY
    assert [(record.recipient, record.bounce_type) for record in report] == [(TOM, "undetermined")]


@pytest.mark.parametrize("way", FAILURES)
def test_a_failure_is_no_success_whatever_else_is_told(way: str) -> None:
    report = parse_dsn(notice(FAILURES[way]))
    assert (report.kind, [record.recipient for record in report]) == (Kind.BOUNCE, [TOM])


@pytest.mark.parametrize("layout", ["{}\n", "  <{}>\n", "- {}\n", "{}\n\n", "{},\n", "{}, "])
def test_a_long_list_of_failed_addresses_is_read_to_its_end(layout: str) -> None:
    failed = [f"u{number}@example.org" for number in range(60)]
    text = "Your message could not be delivered to:\n\n" + "".join([layout.format(one) for one in failed])
    report = parse_dsn(notice(f"{text}\n\nQuestions? Write to help@example.net.\n"))
    assert [record.recipient for record in report] == failed


def test_each_of_a_list_in_a_sentence_has_the_words_around_the_list() -> None:
    report = parse_dsn(
        notice(f"Your message to a@example.org, b@example.org and {TOM} was refused as spam.\n")
    )
    assert [record.recipient for record in report] == ["a@example.org", "b@example.org", TOM]
    assert {record.reason for record in report} == {"spam_content"}
    assert report.records[2].diagnostic == f"Your message to <{TOM}> was refused as spam."


def test_what_sendmail_makes_of_any_refusal_is_not_what_the_host_said() -> None:
    text = (
        "   ----- Transcript of session follows -----\n... while talking to mx.example.org.:\n"
        f">>> RCPT To:<{TOM}>\n<<< 554 5.7.1 your address is on our block list\n"
        f"550 5.1.1 <{TOM}>... User unknown\n"
    )
    (record,) = parse_dsn(notice(text)).records
    assert "User unknown" not in (record.diagnostic or "")
    assert record.reason != "user_unknown"


@pytest.mark.parametrize(
    "footer",
    [
        "__________ Information from NOD32, version 1.1856 __________\n\nScanned by NOD32 antivirus.\n",
        "________________________________________\nThis mail has been scanned for all viruses by MailCare.\n",
    ],
)
def test_a_scanners_footer_is_no_reason(footer: str) -> None:
    text = f"Delivery to the following recipients failed.\n\n  {TOM}\n\n{footer}"
    (record,) = parse_dsn(notice(text)).records
    assert (record.recipient, record.reason) == (TOM, "undefined")


def test_a_report_whose_words_are_lost_names_whom_its_message_went_to() -> None:
    message = notice(
        "--b\n\n????\n--b\nContent-Type: message/rfc822\n\n"
        f"From: nora.lind@example.com\nTo: {TOM}\nSubject: hi\nMessage-ID: <1@x>\n\nhi\n--b--\n",
        content_type="multipart/report; report-type=delivery-status; boundary=b",
    )
    (record,) = parse_dsn(message).records
    assert (record.recipient, record.recipient_origin) == (TOM, Origin.RETURNED_HEADER)
    assert record.bounce_type != "hard"


def test_without_their_status_parts_the_words_of_samples_blame_nobody_else() -> None:
    wrong, cut = [], 0
    for path in sorted(SAMPLES.glob("*/*.eml")):
        data = path.read_bytes()
        less = without_status_parts(data)
        report = parse_dsn(data)
        is_apart = path.parent.name in ("forged", "stranger", "delivery") or path.name in OTHERS
        if less == data or report.format != "rfc3464" or is_apart:
            continue
        cut += 1
        named = {
            address.lower()
            for record in report
            for address in (record.recipient, record.original_recipient, record.actual_recipient)
            if address
        }
        wrong += [
            (path.name, record.recipient)
            for record in parse_dsn(less)
            if record.recipient_origin is Origin.STATED and record.recipient.lower() not in named
        ]
    assert wrong == []
    assert cut > 100


@pytest.mark.parametrize("words", ["This is a permanent error; I've given up. Sorry it didn't work out."])
def test_what_a_program_always_says_is_no_reason(words: str) -> None:
    (record,) = parse_dsn(
        notice(f"I couldn't deliver your message to these addresses.\n{words}\n\n<{TOM}>:\n")
    ).records
    assert (record.recipient, record.reason) == (TOM, "undefined")


def test_an_offer_of_help_below_an_address_is_no_diagnostic() -> None:
    text = f"The following recipients did not receive your message:\n\n  <{TOM}>\n\n"
    (record,) = parse_dsn(
        notice(f"{text}Please reply to help@mx.example if you feel this to be in error.")
    ).records
    assert (record.recipient, record.diagnostic) == (TOM, None)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (
            f"Nobody here takes what you wrote for {TOM}.\n\nQuestions? Write to help@example.net\n",
            "text.only",
        ),
        (f"Nobody takes it.\n\nFrom: nora@example.com\nTo: {TOM}\nSubject: hi\n", "text.to-line"),
    ],
)
def test_whom_no_words_call_failed_is_found_at_the_line_that_evidence_names(text: str, rule: str) -> None:
    (record,) = parse_dsn(notice(text)).records
    (found,) = [entry for entry in record.evidence if entry.field == "recipient"]
    assert (found.rule, found.part) == (rule, "1")
    assert found.text == text.splitlines()[found.line - 1]
    assert TOM in found.text


@pytest.mark.parametrize(
    ("header", "subject", "named"),
    [
        ("", f"mail for {TOM}", [TOM]),
        ("", f"mail for {TOM} and kay@example.net", []),
        ("Return-Path: <kay@example.net>\nFrom: Kay Holm <kay@example.net>\n", f"mail for {TOM}", []),
    ],
)
def test_what_has_no_sender_and_no_return_path_may_name_who_failed_in_its_subject(
    header: str, subject: str, named: list[str]
) -> None:
    text = "Sorry, there is nobody here by that name. Your mail was thrown away.\n"
    found = parse_dsn(f"{header}To: nora.lind@example.com\nSubject: {subject}\n\n{text}".encode())
    assert [one.recipient for one in found] == named
    assert all(one.bounce_type == "undetermined" for one in found)

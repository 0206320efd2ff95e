"""What users of bounce parsers asked for or complained of, as far as it is not about reasons.

(Those about reasons are in classify/test_demands.py.) Each test names one wish or complaint.
"""

from __future__ import annotations

import base64
import json

import pytest
from messages import RETURNED, group, notice, report

from dsnparse import Action, Kind, Report, parse_dsn
from dsnparse.vocabulary import BounceType, Reason

TOM = "tom.beck@example.org"
NORA = "nora.lind@example.com"


def recipients(result: Report) -> list[str]:
    return [record.recipient for record in result]


# -- recipients and correlation ------------------------------------------------------------------------


def test_every_recipient_of_a_report_is_given_not_only_the_first() -> None:
    names = [f"user{number}@example.org" for number in range(40)]
    assert recipients(parse_dsn(report(*[group(name) for name in names]))) == names


def test_only_those_recipients_failed_whose_fields_say_so() -> None:
    result = parse_dsn(report(group(TOM), group("kim@example.org", action="delivered", status="2.0.0")))
    assert [(record.recipient, record.action) for record in result] == [
        (TOM, Action.FAILED),
        ("kim@example.org", Action.DELIVERED),
    ]
    assert [record.bounce_type for record in result] == [BounceType.HARD, BounceType.UNDETERMINED]


def test_a_reply_that_names_another_recipient_silences_nobody_else() -> None:
    """nullmailer gives one recipient's refusal as the reason of all, also of those that were accepted."""
    refusal = f"smtp; 550 5.1.1 <{TOM}>: Recipient address rejected: User unknown in virtual mailbox table"
    result = parse_dsn(report(group(TOM, diagnostic=refusal), group("kim@example.org", diagnostic=refusal)))
    assert [record.bounce_type for record in result] == [BounceType.HARD, BounceType.UNDETERMINED]


def test_a_forwarded_mailbox_gives_the_mailed_and_the_final_address() -> None:
    fields = group("t.beck@example.net", more=f"\nOriginal-Recipient: rfc822;{TOM}")
    record = parse_dsn(report(fields)).records[0]
    assert (record.recipient, record.original_recipient) == ("t.beck@example.net", TOM)
    rules = {entry.field: entry.rule for entry in record.evidence}
    assert rules["recipient"] == "rfc3464.final-recipient"
    assert rules["original_recipient"] == "rfc3464.original-recipient"


def test_a_forward_that_no_field_tells_of_is_read_off_the_received_lines_of_the_returned_message() -> None:
    record = parse_dsn(report(group("t.beck@example.net"))).records[0]
    assert (record.recipient, record.original_recipient) == ("t.beck@example.net", TOM)
    assert any(entry.rule == "returned.received-for" for entry in record.evidence)


def test_a_forwarding_host_gives_where_it_forwarded_to_as_well() -> None:
    fields = group(TOM, more="\nX-Actual-Recipient: rfc822; t.beck@example.net")
    record = parse_dsn(report(fields)).records[0]
    assert (record.recipient, record.actual_recipient) == (TOM, "t.beck@example.net")


def test_members_of_an_alias_are_told_apart_where_the_alias_failed_for_several() -> None:
    first = group("team@example.org", more="\nX-Actual-Recipient: rfc822; a@example.net")
    second = group("team@example.org", more="\nX-Actual-Recipient: rfc822; b@example.net")
    result = parse_dsn(report(first, second))
    assert recipients(result) == ["a@example.net", "b@example.net"]
    assert {record.original_recipient for record in result} == {"team@example.org"}


def test_exims_undisclosed_address_is_given_by_what_it_was_generated_from() -> None:
    text = (
        "This message was created automatically by mail delivery software.\n\nA message that you sent could "
        "not be delivered to one or more of its\nrecipients. This is a permanent error. The following "
        f"address(es) failed:\n\n  an undisclosed address\n    (generated from {TOM})\n    mailbox is full\n"
    )
    assert recipients(parse_dsn(notice(text))) == [TOM]


def test_x_failed_recipients_alone_is_enough() -> None:
    text = "Your message was not delivered. We are sorry.\n"
    header = f"Return-Path: <>\nX-Failed-Recipients: {TOM}, kim@example.org\n"
    assert recipients(parse_dsn(notice(text, header=header))) == [TOM, "kim@example.org"]


def test_the_sender_is_not_blamed_where_the_text_names_him() -> None:
    text = (
        f"A message sent by\n\n  <{NORA}>\n\ncould not be delivered. The following address(es) failed:\n\n"
        f"  {TOM}\n    550 5.1.1 No such user\n\n------ This is a copy of the message ------\n\n{RETURNED}"
    )
    assert recipients(parse_dsn(notice(text))) == [TOM]


@pytest.mark.parametrize(
    "line",
    [
        "For further assistance, please send mail to <postmaster@example.net>.",
        "If you believe that this is an error, contact support@example.net.",
        "Please forward this notice to unblock@provider.example to be removed from the list.",
    ],
)
def test_an_address_to_ask_is_not_blamed(line: str) -> None:
    text = f"I could not deliver your message.\n{line}\n\n<{TOM}>:\n550 5.1.1 No such user\n"
    assert recipients(parse_dsn(notice(text))) == [TOM]


def test_the_new_address_of_somebody_who_moved_is_not_blamed() -> None:
    text = f"<{TOM}>:\n551 5.1.6 User has moved; please try <tom@elsewhere.example>\n"
    assert recipients(parse_dsn(notice(text))) == [TOM]


def test_a_sender_who_mails_himself_can_fail() -> None:
    result = parse_dsn(report(group(NORA), returned=RETURNED.replace(TOM, NORA)))
    assert recipients(result) == [NORA]


def test_the_same_notice_twice_gives_equal_reports_so_that_nothing_is_scored_twice() -> None:
    message = report(group(TOM))
    assert parse_dsn(message) == parse_dsn(message)


def test_message_id_and_x_fields_and_feedback_id_of_the_original_are_given() -> None:
    original = parse_dsn(report(group(TOM))).original
    assert original.message_id == "<20251014.7731@desk.example.com>"
    assert original.x_headers == {"x-campaign": "minutes-3"}
    assert original.feedback_id == "3:minutes:example"
    assert original.list_id == "Board <board.example.com>"


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers", "message/global-headers"])
def test_the_returned_part_is_read_in_each_of_its_types(kind: str) -> None:
    original = parse_dsn(report(group(TOM), returned_type=kind)).original
    assert (original.subject, original.to) == ("Minutes of the March meeting", TOM)


def test_headers_quoted_at_the_end_of_the_text_are_the_original() -> None:
    text = f"I could not deliver your message.\n\n<{TOM}>:\n550 No such user\n\n{RETURNED}"
    assert parse_dsn(notice(text)).original.message_id == "<20251014.7731@desk.example.com>"


# -- what is not a bounce --------------------------------------------------------------------------------


def test_a_delay_is_no_failure() -> None:
    diagnostic = "smtp; 451 4.7.1 Greylisted"
    result = parse_dsn(report(group(TOM, action="delayed", status="4.7.1", diagnostic=diagnostic)))
    assert result.kind is Kind.DELAY
    assert not result


def test_an_absence_note_is_no_bounce_even_if_it_quotes_one() -> None:
    text = f"I am out of the office.\n\n> <{TOM}>: 550 5.1.1 user unknown\n"
    header = "Auto-Submitted: auto-replied\nReturn-Path: <>\n"
    message = notice(text, sender=f"Tom Beck <{TOM}>", subject="Automatic reply: Minutes", header=header)
    assert parse_dsn(message).kind is Kind.AUTO_REPLY


def test_exims_auto_replied_bounce_is_a_bounce() -> None:
    text = (
        "A message that you sent could not be delivered to one or more of its\nrecipients. The following "
        f"address(es) failed:\n\n  {TOM}\n    Unrouteable address\n"
    )
    header = f"Return-Path: <>\nX-Failed-Recipients: {TOM}\nAuto-Submitted: auto-replied\n"
    assert parse_dsn(notice(text, header=header)).kind is Kind.BOUNCE


def test_a_null_return_path_alone_is_no_proof() -> None:
    message = notice("The backup is done.\n", sender="Backup <backup@example.com>", subject="Backup report")
    assert parse_dsn(message).kind is Kind.OTHER


def test_a_read_receipt_is_no_bounce() -> None:
    disposition = "Disposition: manual-action/MDN-sent-manually; displayed"
    body = (
        "--b\nContent-Type: text/plain\n\nRead.\n--b\nContent-Type: message/disposition-notification\n\n"
        f"Final-Recipient: rfc822;{TOM}\n{disposition}\n--b--\n"
    )
    kind = "multipart/report; report-type=disposition-notification; boundary=b"
    result = parse_dsn(notice(body, content_type=kind, subject="Read: Minutes", sender=f"<{TOM}>"))
    assert (result.kind, result.disposition) == (Kind.RECEIPT, "displayed")


def test_a_complaint_is_of_its_own_kind_and_fills_only_what_it_says() -> None:
    body = (
        "--b\nContent-Type: text/plain\n\nA complaint.\n--b\nContent-Type: message/feedback-report\n\n"
        "Feedback-Type: abuse\nUser-Agent: Some/1.0\nVersion: 1\n\n--b--\n"
    )
    kind = "multipart/report; report-type=feedback-report; boundary=b"
    result = parse_dsn(notice(body, content_type=kind, sender="<fbl@provider.example>", subject="complaint"))
    assert (result.kind, result.feedback_type, result.records) == (Kind.COMPLAINT, "abuse", ())


def test_a_list_member_who_quotes_a_bounce_bounces_nobody() -> None:
    text = f"Hi,\n\nsince Monday I get this:\n\n> <{TOM}>:\n> 550 5.1.1 user unknown\n\nAny idea?\nKim\n"
    header = "List-Id: <exim-users.example.net>\nIn-Reply-To: <1@example.org>\n"
    message = notice(text, sender="Kim Oh <kim@example.org>", subject="Undelivered mail", header=header)
    assert parse_dsn(message).kind is Kind.OTHER


def test_a_bounce_that_somebody_forwards_bounces_nobody() -> None:
    inner = report(group(TOM)).decode()
    question = "Content-Type: text/plain\n\nWhat is this?"
    body = f"--x\n{question}\n--x\nContent-Type: message/rfc822\n\n{inner}\n--x--\n"
    message = notice(
        body, sender="Kim Oh <kim@example.org>", subject="Fwd: Undelivered Mail Returned to Sender",
        header="", content_type="multipart/mixed; boundary=x",
    )  # fmt: skip
    assert parse_dsn(message).kind is Kind.OTHER


# -- encodings, languages, formats -------------------------------------------------------------------------


def test_invalid_bytes_stop_nothing() -> None:
    message = report(group(TOM, diagnostic="smtp; 550 5.1.1 \ufffd unbekannt")).replace(
        "\ufffd".encode(), b"\xff\xfe\xe4"
    )
    assert recipients(parse_dsn(message)) == [TOM]


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_encoded_status_parts_are_decoded(encoding: str) -> None:
    fields = f"Reporting-MTA: dns; mail.example.net\n\n{group(TOM)}\n"
    encoded = base64.encodebytes(fields.encode()).decode() if encoding == "base64" else fields
    body = (
        "--b\nContent-Type: text/plain\n\nIt failed.\n--b\nContent-Type: message/delivery-status\n"
        f"Content-Transfer-Encoding: {encoding}\n\n{encoded}\n--b--\n"
    )
    kind = "multipart/report; report-type=delivery-status; boundary=b"
    record = parse_dsn(notice(body, content_type=kind)).records[0]
    assert (record.recipient, record.status, record.reason) == (TOM, "5.1.1", Reason.USER_UNKNOWN)


@pytest.mark.parametrize("kind", ["MULTIPART/REPORT", "Multipart/Report", "multipart/report"])
def test_mime_types_are_read_in_any_case(kind: str) -> None:
    message = report(group(TOM)).replace(b"multipart/report", kind.encode())
    message = message.replace(b"message/delivery-status", b"Message/Delivery-Status")
    assert recipients(parse_dsn(message)) == [TOM]


@pytest.mark.parametrize(
    "written",
    ["utf-8; dokim\\x{ED}@example.org", "utf-8; dokimí@example.org"],
    ids=["escaped", "plain"],
)
def test_internationalised_addresses_are_read_in_their_encodings(written: str) -> None:
    fields = f"Final-Recipient: {written}\nAction: failed\nStatus: 5.1.1"
    message = report(fields, status_type="message/global-delivery-status")
    assert recipients(parse_dsn(message)) == ["dokimí@example.org"]


def test_gmails_unindented_diagnostic_does_not_swallow_the_fields_behind_it() -> None:
    fields = (
        f"Final-Recipient: rfc822; {TOM}\nAction: failed\n"
        "Diagnostic-Code: smtp; 550-5.1.1 The account does not exist. Please try\n"
        "550-5.1.1 double-checking, see\n550 5.1.1 https://support.google.com/mail/?p=NoSuchUser - gsmtp\n"
        "Status: 5.1.1\nLast-Attempt-Date: Tue, 14 Oct 2025 02:01:05 -0700 (PDT)"
    )
    record = parse_dsn(report(fields)).records[0]
    assert record.status == "5.1.1"
    assert record.diagnostic is not None
    assert "double-checking" in record.diagnostic
    assert record.last_attempt_date is not None


def test_carriage_returns_alone_end_lines_as_well() -> None:
    message = report(group(TOM))
    old_mac = message.replace(b"\n", b"\r")
    assert parse_dsn(old_mac).records == parse_dsn(message).records


# -- operation ---------------------------------------------------------------------------------------------


def test_a_report_fits_one_line_of_json() -> None:
    line = json.dumps(parse_dsn(report(group(TOM))).to_dict())
    assert "\n" not in line
    assert json.loads(line)["records"][0]["recipient"] == TOM


def test_what_was_not_understood_is_an_outcome_of_its_own() -> None:
    result = parse_dsn(report(group(TOM, status="5.0.0", diagnostic="smtp; 550 qwertz")))
    record = result.records[0]
    assert (record.reason, record.bounce_type) == (Reason.UNDEFINED, BounceType.UNDETERMINED)


def test_each_value_says_where_it_comes_from() -> None:
    record = parse_dsn(report(group(TOM))).records[0]
    explained = {entry.field for entry in record.evidence}
    assert {"recipient", "action", "status", "diagnostic", "reply_code", "reason"} <= explained
    assert all(entry.rule and entry.part for entry in record.evidence)


def test_text_is_refused_with_a_sentence_that_helps() -> None:
    with pytest.raises(TypeError, match="open the file with mode 'rb'"):
        parse_dsn("From: a@b")  # type: ignore[arg-type]

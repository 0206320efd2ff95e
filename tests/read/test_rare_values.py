"""Values that come seldom, each where a notice may have it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from messages import RETURNED, notice, report

from dsnparse import BounceType, Kind, Origin, parse_dsn

_KAY = "Final-Recipient: rfc822; kay@example.net\n"
_DELAYED = "Action: delayed\nStatus: 4.4.1\n"
_SAID = "Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n"


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        # Tried again and again, then given up: each is told of, the last counts.
        ([f"{_KAY}{_DELAYED}", f"{_KAY}Action: failed\n{_SAID}"], "kay@example.net failed 5.1.1"),
        ([f"{_KAY}Action: failed\n{_SAID}", f"{_KAY}{_DELAYED}"], "kay@example.net failed 5.1.1"),
        # The local part alone; another field has the address whole.
        (["Final-Recipient: rfc822; kay\nX-Actual-Recipient: rfc822; kay@example.net\nAction: failed\n"
          + _SAID],
         "kay@example.net failed 5.1.1"),
        # Without an Action the status says what was done.
        ([f"{_KAY}Status: 2.0.0\n"], "kay@example.net delivered 2.0.0"),
        ([f"{_KAY}Status: 5.0.0\n"], "kay@example.net failed 5.0.0"),
    ],
)  # fmt: skip
def test_a_status_part_that_says_it_otherwise_tells_of_one_recipient(groups: list[str], told: str) -> None:
    (record,) = parse_dsn(report(*groups)).records
    assert f"{record.recipient} {record.action} {record.status}" == told


@pytest.mark.parametrize("command", ["|/usr/bin/desk --in", "/var/spool/desk.mbox"])
def test_a_program_or_file_behind_an_alias_is_nobody_whom_one_can_mail(command: str) -> None:
    final = f'Final-Recipient: rfc822; "{command}"@example.net\n'
    alias = "Original-Recipient: rfc822;desk@example.net\n"
    (record,) = parse_dsn(report(f"{final}{alias}Action: failed\nStatus: 5.3.0\n")).records
    assert record.recipient == "desk@example.net"
    (record,) = parse_dsn(report(f"{final}Action: failed\nStatus: 5.3.0\n")).records
    assert record.recipient == f'"{command}"@example.net'


def test_without_an_action_the_words_say_that_it_is_still_tried() -> None:
    text = "This is a warning message only. You do not need to resend your message. Delivery is delayed."
    (record,) = parse_dsn(report(f"{_KAY}Status: 4.4.1\n", text=text)).records
    assert record.action == "delayed"


@pytest.mark.parametrize(
    ("field", "rule"),
    [
        ("Precedence: auto_reply", "kind.precedence"),
        ("Precedence: AutoReply", "kind.precedence"),
        ("X-POST-MessageClass: 9; Autoresponder", "kind.x-post-messageclass"),
    ],
)
def test_an_old_field_says_that_an_answer_is_automatic(field: str, rule: str) -> None:
    message = notice(
        "Thank you for your letter.", sender="kay@example.net", subject="Hello", header=f"{field}\n"
    )
    found = parse_dsn(message)
    assert (found.kind, [one.rule for one in found.evidence]) == (Kind.AUTO_REPLY, [rule])


@pytest.mark.parametrize("quotes", ['""', "“”", "«»", "''", "「」"])
@pytest.mark.parametrize("rest", ["", " could not be delivered to <kay@example.net>."])
def test_a_subject_in_quotes_names_nobody(quotes: str, rest: str) -> None:
    line = f"The message with the subject {quotes[0]}550 no such user <lee@example.net>{quotes[1]}{rest}"
    text = f"Delivery failed.\n\n{line}\n\n<kay@example.net>: 550 5.1.1 User unknown\n"
    assert [record.recipient for record in parse_dsn(notice(text))] == ["kay@example.net"]


@pytest.mark.parametrize(
    "text",
    [
        "{", "{}", "[]", '{"notificationType": "Nonsense"}', '{"notificationType": "Bounce"',
        '{"notificationType": "Bounce", "bounce": {"bouncedRecipients": [{"emailAddress": "nobody"}]}}',
        '{"a":' * 10_000, "Sincerely, the notification service",
    ],
)  # fmt: skip
def test_a_notification_by_mail_that_is_broken_names_nobody(text: str) -> None:
    message = notice(text, sender="no-reply@sns.amazonaws.com", subject="AWS Notification Message")
    assert parse_dsn(message).records == ()


def xarf(body: str) -> bytes:
    parts = [
        "Content-Type: text/plain\n\nA report.\n",
        f'Content-Type: application/json; name="xarf.json"\n\n{body}\n',
    ]
    joined = "".join(f"--b\n{part}" for part in parts) + "--b--\n"
    header = "X-XARF: PLAIN\nReturn-Path: <>\n"
    return notice(joined, header=header, content_type='multipart/mixed; boundary="b"', subject="Abuse report")


_HEADER = "From: news@example.com\nTo: kay@example.net\nSubject: News\n\nHello\n"
_V4: dict[str, Any] = {"xarf_version": "4.0.0", "category": "messaging", "type": "spam"}


@pytest.mark.parametrize(
    ("body", "recipients"),
    [
        (json.dumps({**_V4, "smtp_to": "kay@example.net"}), ["kay@example.net"]),
        (json.dumps({**_V4, "evidence": [{"content_type": "message/rfc822",
                                          "payload": base64.b64encode(_HEADER.encode()).decode()}]}),
         ["kay@example.net"]),
        (json.dumps({"Report": {"ReportType": "Spam", "Samples": [
            1, {"ContentType": "image/png", "Payload": "x"},
            {"ContentType": "message/rfc822", "Payload": _HEADER}]}}),
         ["kay@example.net"]),
        # In no base64, though the field is for it.
        (json.dumps({**_V4, "evidence": [{"content_type": "message/rfc822", "payload": _HEADER}]}),
         ["kay@example.net"]),
        (json.dumps({**_V4, "smtp_to": 5, "evidence": "none"}), []),
        (json.dumps({**_V4, "type": "malware", "smtp_to": "kay@example.net"}), []),
        (json.dumps([_V4]), []),
        (json.dumps({"Report": []}), []),
        ("{", []),
        ('{"a":' * 5_000, []),
    ],
)  # fmt: skip
def test_an_xarf_report_names_who_complained_or_nobody(body: str, recipients: list[str]) -> None:
    assert [record.recipient for record in parse_dsn(xarf(body)).records] == recipients


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("From: reports@isp.example\n", Kind.COMPLAINT),
        ("From: Nora Lind <nora@isp.example>\n", Kind.OTHER),
        ("From: reports@isp.example\nList-Id: <abuse.isp.example>\n", Kind.OTHER),
        ("From: reports@isp.example\nReferences: <1@isp.example>\n", Kind.OTHER),
    ],
)
def test_a_complaint_in_multipart_mixed_counts_where_a_program_sent_it(header: str, kind: Kind) -> None:
    message = (
        f"{header}Subject: A report\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
        "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\n\n--b--\n"
    )
    assert parse_dsn(message.encode()).kind is kind


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Your message was refused, since it was classified as spam.", "spam_content"),
        ("Ask kim@example.net: it was classified as spam.", "policy_violation"),
        (
            "Your message was refused. "
            + "We tell you what may be the matter. " * 6
            + "It was classified as spam.",
            "policy_violation",
        ),
    ],
)
def test_a_sentence_or_two_that_name_nobody_are_about_the_only_recipient(text: str, reason: str) -> None:
    (record,) = parse_dsn(report(f"{_KAY}Action: failed\nStatus: 5.7.1\n", text=text)).records
    assert record.reason == reason


@pytest.mark.parametrize(
    ("final", "reporting", "recipient"),
    [
        ("LOCAL;<tom>", "mail.example.org", "tom@mail.example.org"),
        ("rfc822; tom", "mail.example.org", "tom"),
        ("rfc822; tom", "mail.example.org\nX-Of: example.org", "tom"),
        ("LOCAL;<tom>", "mailhost", "tom"),
    ],
)
def test_a_local_part_alone_is_a_mailbox_of_the_host_that_reports(
    final: str, reporting: str, recipient: str
) -> None:
    group = f"Final-Recipient: {final}\nAction: failed\n{_SAID}"
    message = report(
        group, text="A message failed.", message=f"Reporting-MTA: dns; {reporting}", returned=None
    )
    message = message.replace(b"MAILER-DAEMON@mail.example.net", b"MAILER-DAEMON@mail.example.org")
    (record,) = parse_dsn(message).records
    assert (record.recipient, record.recipient_origin, record.bounce_type) == (
        recipient,
        Origin.AMBIGUOUS,
        BounceType.UNDETERMINED,
    )


@pytest.mark.parametrize("final", ["|/bin/desk", "a b", "5", "<>"])
def test_a_path_a_program_or_a_number_is_no_local_part(final: str) -> None:
    group = f"Final-Recipient: rfc822; {final}\nAction: failed\n{_SAID}"
    assert parse_dsn(report(group, text="A message failed.", returned=None)).records == ()


def receipt(text: str, fields: str) -> bytes:
    body = (
        f"--b\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
        "--b\nContent-Type: message/disposition-notification\n\n"
        f"Final-Recipient: rfc822; kay@example.net\n{fields}\n--b--\n"
    )
    kind = "multipart/report; report-type=disposition-notification; boundary=b"
    return notice(body, subject="About your message", content_type=kind)


_FAILED = "Disposition: automatic-action/MDN-sent-automatically; failed\n"


@pytest.mark.parametrize(
    ("text", "fields", "kind"),
    [
        ("Respinto.", f"{_FAILED}Failure: Over quota\n", Kind.BOUNCE),
        ("Your message was rejected: the mailbox is full.", _FAILED, Kind.BOUNCE),
        ("A receipt for your message was not made.", f"{_FAILED}Failure: bad Options\n", Kind.RECEIPT),
        ("It was read.", "Disposition: manual-action/MDN-sent-manually; failed\nFailure: Over quota\n",
         Kind.RECEIPT),
    ],
)  # fmt: skip
def test_a_receipt_that_failed_is_a_bounce_where_its_words_refuse_mail(
    text: str, fields: str, kind: Kind
) -> None:
    report = parse_dsn(receipt(text, fields))
    (record,) = report.records
    assert (report.kind, record.recipient) == (kind, "kay@example.net")
    assert kind is Kind.RECEIPT or record.reason == "mailbox_full"


@pytest.mark.parametrize("more", ["", "Original-Recipient: rfc822; tom.beck@example.org\n"])
def test_where_a_gateway_names_the_sender_whom_the_message_went_to_failed(more: str) -> None:
    group = f"Final-Recipient: rfc822; nora.lind@example.com\n{more}Action: failed\n{_SAID}"
    (record,) = parse_dsn(report(group)).records
    assert (record.recipient, record.recipient_origin) == ("tom.beck@example.org", Origin.RETURNED_HEADER)
    assert record.bounce_type is BounceType.UNDETERMINED


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("These failed:\ntom.beck@example.org\n", ("tom.beck@example.org", "hard")),
        ("Your message could not be delivered.\n", ("nora.lind@example.com", "undetermined")),
    ],
)
def test_of_several_whom_it_went_to_the_text_names_the_one_who_failed_else_nobody_is_hard(
    text: str, told: tuple[str, str]
) -> None:
    returned = RETURNED.replace("To: tom.beck@example.org", "To: tom.beck@example.org, kay@example.net")
    group = f"Final-Recipient: rfc822; nora.lind@example.com\nAction: failed\n{_SAID}"
    (record,) = parse_dsn(report(group, text=text, returned=returned)).records
    assert (record.recipient, record.bounce_type) == told


@pytest.mark.parametrize("command", ["|/usr/bin/desk --in", "/srv/desk/mbox"])
@pytest.mark.parametrize(
    "said", ["generated by desk@example.net", "(ultimately generated from desk@example.net)"]
)
def test_a_program_or_a_file_of_exims_is_whose_mail_it_takes(command: str, said: str) -> None:
    text = (
        f"This is a permanent error. The following address(es) failed:\n\n  pipe to {command}\n    {said}\n"
    )
    group = f"Final-Recipient: rfc822;{command}\nAction: failed\nStatus: 5.0.0\n"
    (record,) = parse_dsn(report(group, text=f"{text}    local delivery failed\n")).records
    assert (record.recipient, record.reason) == ("desk@example.net", "system_error")
    (record,) = parse_dsn(report(group)).records
    assert (record.recipient, record.recipient_origin) == ("tom.beck@example.org", Origin.RETURNED_HEADER)


def test_what_a_server_replies_gives_a_program_no_owner() -> None:
    command = "|/usr/bin/desk --in"
    text = f"These failed:\n\n  lee@example.org\n    550 {command}\n    generated by kay@example.net\n"
    group = f"Final-Recipient: rfc822;{command}\nAction: failed\nStatus: 5.0.0\n"
    assert "kay@example.net" not in [one.recipient for one in parse_dsn(report(group, text=text))]


def test_what_a_notice_says_of_such_problems_in_general_is_no_cause() -> None:
    text = (
        "Your message has not yet been delivered to:\n\n  tom.beck@example.org (queue: smtp)\n\n"
        "Such delays are usually due to a full mailbox or a host that does not\nanswer.\n"
    )
    report = parse_dsn(notice(text, subject="Waiting mail"))
    (record,) = report.records
    assert (report.kind, record.recipient, record.reason) == (Kind.DELAY, "tom.beck@example.org", "undefined")


@pytest.mark.parametrize(
    "line",
    ["The user 'unknown' was not found.", "Recipient: mailbox", "Host 'example.net' refused it.",
     "Error: tom2", "The mail 'news' could not be sent."],
)  # fmt: skip
def test_words_that_stand_where_a_name_may_are_none(line: str) -> None:
    text = f"Your mail was not delivered.\n\n{line}\n"
    message = notice(text, to="news@example.com", sender="MAILER-DAEMON@example.net")
    assert parse_dsn(message).records == ()


def test_encoded_words_in_a_diagnostic_are_read_and_an_address_in_one_stays() -> None:
    said = "Status: 5.0.0\nDiagnostic-Code: smtp; 550 =?iso-8859-1?q?bo=EEte_pleine?=\n"
    record = parse_dsn(report(f"{_KAY}Action: failed\n{said}")).records[0]
    assert (record.diagnostic, record.reason) == ("550 boîte pleine", "mailbox_full")
    said = "Status: 5.1.1\nDiagnostic-Code: smtp; 550 <=?utf-8?b?a2F5?=@example.net>... User unknown\n"
    record = parse_dsn(report(f"{_KAY}Action: failed\n{said}")).records[0]
    assert record.diagnostic == "550 <=?utf-8?b?a2F5?=@example.net>... User unknown"


def test_a_copys_line_names_nobody_who_failed() -> None:
    said = "Your message was refused and cannot be delivered.\n\n"
    header = "From: Nora <nora@example.com>\nSubject: x\n"
    for name, failed in (("To", ["kim@example.org"]), ("Cc", [])):
        raw = notice(f"{said}{header}{name}: kim@example.org\n")
        assert [one.recipient for one in parse_dsn(raw)] == failed, name

"""Events of the providers, as reports."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse import Parser, Reason, parse_dsn
from dsnparse.data import load
from dsnparse.mailboxes.event_files import EventSource
from dsnparse.mailboxes.events import Event, read_events
from dsnparse.mailboxes.items import PassedOver, Problem
from dsnparse.read.events.tables import providers
from dsnparse.vocabulary import BounceType
from dsnparse.wire.json_values import values

DATA = Path(__file__).parent / "data"
PARSER = Parser()


def read(provider: str, data: bytes) -> list[Event | Problem | PassedOver]:
    return list(read_events(provider, io.BytesIO(data), "file", parser=PARSER))


def lines(provider: str, data: bytes) -> list[str]:
    """Each event in short."""
    found = []
    for item in read(provider, data):
        if isinstance(item, Event):
            report = item.report
            if report.kind in ("bounce", "delay"):
                found += [f"{report.kind} {r.recipient} {r.reason} {r.bounce_type}" for r in report]
            else:
                found.append(" ".join([report.kind, *(r.recipient for r in report)]))
        else:
            found.append(item.reason if isinstance(item, Problem) else "-")
    return found


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ses-sns", ["bounce jane@example.com user_unknown hard"]),
        ("ses-raw", ["bounce jane@example.com user_unknown hard"]),
        ("ses-eventbridge", ["bounce jane@example.com user_unknown hard"]),
        ("ses-received", ["bounce gone@example.com user_unknown hard"]),
        ("ses-firehose", [
            "bounce full@example.com mailbox_full soft",
            "bounce old@example.com suppressed block",
            "bounce silent@example.com undefined undetermined",
            "complaint angry@example.com",
            "delivery ok@example.com",
            "delay slow@example.com network_error soft",
            "-",
            "bounce jane@example.com virus_detected block",
        ]),
        ("ses-refused", [
            "says that a received message was put into S3: fetch that object, and ingest it as a message",
            "is the confirmation of an SNS subscription, not an event: open its SubscribeURL once",
            "says that a message was put into S3: fetch that object, and ingest it as a message",
        ]),
        ("sendgrid", [
            "bounce jane@example.com user_unknown hard",
            "bounce blocked@example.com blocklisted block",
            "bounce drop@example.com suppressed block",
            "delay later@example.com mailbox_full soft",
            "delivery ok@example.com",
            "complaint angry@example.com",
            "-",
            "bounce vague@example.com undefined undetermined",
        ]),
        ("mailgun", [
            "bounce jane@example.com user_unknown hard",
            "bounce drop@example.com suppressed block",
            "delay grey@example.com greylisted soft",
            "delivery ok@example.com",
            "complaint angry@example.com",
            "-",
            "bounce old@example.com expired soft",
        ]),
        ("postmark", [
            "bounce jane@example.com user_unknown hard",
            "bounce vague@example.com undefined soft",
            "auto_reply",
            "complaint angry@example.com",
            "delivery ok@example.com",
            "-",
            "bounce policy@example.com auth_failed block",
            "-",
            "bounce nobody@nodomain.example host_unknown soft",
        ]),
        ("sparkpost", [
            "bounce Jane@example.com user_unknown hard",
            "bounce vague@example.com mailbox_full soft",
            "auto_reply",
            "bounce drop@example.com suppressed block",
            "delay slow@example.com network_error soft",
            "delivery ok@example.com",
            "complaint angry@example.com",
            "-",
        ]),
        ("postal", [
            "bounce jane@example.com user_unknown hard",
            "delay full@example.com mailbox_full soft",
            "bounce old@example.com suppressed block",
            "-",
            "bounce vague@example.com undefined undetermined",
            "bounce spammy@example.com spam_content block",
            "delivery ok@example.com",
            "-",
        ]),
        ("resend", [
            "bounce jane@example.com user_unknown hard",
            "bounce full@example.com mailbox_full soft",
            "bounce old@example.com suppressed block",
            "bounce stopped@example.com suppressed block",
            "bounce kim@example.com undefined undetermined",
            "bounce lee@example.com undefined undetermined",
            "delay slow@example.com undefined soft",
            "delivery ok@example.com",
            "complaint angry@example.com",
            "-",
        ]),
        ("brevo", [
            "bounce jane@example.com user_unknown hard",
            "bounce full@example.com mailbox_full soft",
            "bounce silent@example.com undefined undetermined",
            "bounce old@example.com suppressed block",
            "bounce no.one@example.com bad_address_syntax undetermined",
            "delay slow@example.com undefined soft",
            "delivery ok@example.com",
            "complaint angry@example.com",
            "-",
        ]),
        ("mailjet", [
            "bounce jane@example.com user_unknown hard",
            "bounce vague@example.com user_unknown undetermined",
            "bounce full@example.com mailbox_full soft",
            "delay grey@example.com greylisted soft",
            "bounce old@example.com suppressed block",
            "complaint angry@example.com",
            "delivery ok@example.com",
            "-",
            "bounce sender@example.com blocklisted block",
        ]),
        ("mandrill", [
            "bounce jane@example.com user_unknown hard",
            "bounce full@example.com mailbox_full soft",
            "delay slow@example.com system_error soft",
            "bounce old@example.com suppressed block",
            "complaint angry@example.com",
            "delivery ok@example.com",
            "-",
            "-",
        ]),
        ("mailersend", [
            "bounce jane@example.com user_unknown hard",
            "bounce vague@example.com undefined undetermined",
            "bounce full@example.com mailbox_full soft",
            "delivery ok@example.com",
            "complaint angry@example.com",
            "-",
        ]),
        ("elastic_email", [
            "bounce jane@example.com user_unknown undetermined",
            "bounce spammy@example.com spam_content block",
            "bounce slow@example.com rate_limited soft",
            "bounce dns@nodomain.example host_unknown soft",
            "bounce vague@example.com undefined undetermined",
            "-",
            "delivery ok@example.com",
            "complaint angry@example.com",
            "-",
        ]),
        ("zeptomail", [
            "bounce jane@example.com user_unknown hard",
            "bounce full@example.com mailbox_full soft",
            "bounce vague@example.com undefined undetermined",
            "-",
        ]),
        ("mailtrap", [
            "bounce jane@example.com user_unknown hard",
            "delay full@example.com mailbox_full soft",
            "bounce vague@example.com undefined hard",
            "bounce old@example.com suppressed block",
            "bounce rejected@example.com suppressed block",
            "delivery ok@example.com",
            "complaint angry@example.com",
            "-",
        ]),
        ("azure", [
            "bounce jane@example.com user_unknown hard",
            "bounce vague@example.com undefined undetermined",
            "bounce old@example.com suppressed block",
            "bounce spammy@example.com spam_content block",
            "bounce held@example.com spam_content block",
            "bounce slow@example.com network_error soft",
            "delivery ok@example.com",
            "-",
            "-",
        ]),
        ("scaleway", [
            "bounce jane@example.com user_unknown hard",
            "bounce vague@example.com user_unknown undetermined",
            "bounce full@example.com mailbox_full soft",
            "delay slow@example.com system_error soft",
            "bounce spammy@example.com spam_content block",
            "bounce old@example.com suppressed block",
            "delivery ok@example.com",
            "-",
        ]),
        ("unione", [
            "bounce jane@example.com user_unknown hard",
            "bounce gone@example.com mailbox_disabled undetermined",
            "bounce full@example.com mailbox_full soft",
            "delay slow@example.com system_error soft",
            "bounce spammy@example.com spam_content block",
            "bounce old@example.com suppressed block",
            "complaint angry@example.com",
            "delivery ok@example.com",
            "-",
        ]),
        ("forward_email", [
            "bounce jane@example.com user_unknown hard",
            "bounce spammy@example.com spam_content block",
            "bounce blocked@example.com policy_violation block",
            "delay grey@example.com greylisted soft",
            "bounce virus@example.com virus_detected block",
        ]),
    ],
)  # fmt: skip
def test_what_a_provider_sends_is_read(name: str, expected: list[str]) -> None:
    assert lines(name.partition("-")[0], (DATA / f"{name}.json").read_bytes()) == expected


def test_a_record_has_all_that_the_event_says_and_where_it_stood() -> None:
    (event,) = read("ses", (DATA / "ses-raw.json").read_bytes())
    assert isinstance(event, Event)
    assert event.happened == datetime(2025, 3, 1, 12, 0, 5, tzinfo=UTC)
    report, (record,) = event.report, event.report.records
    assert (report.format, report.reporting_mta) == ("amazon-ses", "a8-50.smtp-out.ses.example")
    assert (report.original.message_id, report.original.subject) == ("<n1@sender.example>", "Our spring list")
    assert (record.status, record.reply_code, record.remote_mta) == ("5.1.1", 550, "192.0.2.7")
    assert record.diagnostic == "550 5.1.1 <jane@example.com>: Recipient address rejected: User unknown"
    assert [(e.field, e.rule) for e in record.evidence][:3] == [
        ("recipient", "amazon-ses.emailAddress"), ("action", "amazon-ses.action"),
        ("status", "amazon-ses.status"),
    ]  # fmt: skip


def test_the_same_event_in_any_wrapping_has_one_identity() -> None:
    names = ("ses-sns", "ses-raw", "ses-eventbridge")
    found = [read("ses", (DATA / f"{name}.json").read_bytes())[0] for name in names]
    assert len({event.identity for event in found if isinstance(event, Event)}) == 1


def test_every_event_has_an_identity_of_its_own() -> None:
    for provider in providers():
        for path in DATA.glob(f"{provider}*.json"):
            found = [item.identity for item in read(provider, path.read_bytes()) if isinstance(item, Event)]
            assert len(set(found)) == len(found), path


def test_a_notification_that_comes_as_mail_says_the_same() -> None:
    data = (DATA / "ses-raw.json").read_bytes()
    (event,) = read("ses", data)
    assert isinstance(event, Event)
    head = (
        b"From: AWS Notifications <no-reply@sns.amazonaws.com>\r\nSubject: AWS Notification Message\r\n\r\n"
    )
    (mailed,) = parse_dsn(head + data + b"\r\n--\r\nTo stop these, unsubscribe.\r\n").records
    (record,) = event.report.records
    for name in ("recipient", "status", "reply_code", "diagnostic", "reason", "bounce_type"):
        assert getattr(mailed, name) == getattr(record, name)


OK, ALSO = "delivery ok@example.com", "delivery also@example.com"
ONE = {"event": "delivered", "email": "ok@example.com", "timestamp": 1, "sg_event_id": "1"}
TWO = ONE | {"email": "also@example.com", "sg_event_id": "2"}


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("a list", json.dumps([ONE, TWO]), [OK, ALSO]),
        ("a list over many lines", json.dumps([ONE, TWO], indent=2), [OK, ALSO]),
        ("lines", f"{json.dumps(ONE)}\n\n{json.dumps(TWO)}\n", [OK, ALSO]),
        ("one after the other", json.dumps(ONE) + json.dumps(TWO), [OK, ALSO]),
        ("objects over many lines", json.dumps(ONE, indent=1) + json.dumps(TWO, indent=1),
         [OK, ALSO]),
        ("a byte order mark", "\ufeff" + json.dumps(ONE), [OK]),
        ("a mistake between", f"{json.dumps(ONE)}\n{{oops\n{json.dumps(TWO)}\n", [
            OK,
            "is no JSON: expecting property name enclosed in double quotes (column 2)",
            ALSO,
        ]),
        ("cut off", json.dumps([ONE, TWO])[:-10], [
            OK, "is no JSON: unterminated string starting at (column 157)",
        ]),
        ("no JSON", "email,event\nok@example.com,delivered\n", ["is no JSON: expecting value (column 1)"]),
        ("too deep", "[" * 100_000, ["is no JSON that can be read: too many levels within one another"]),
        ("no object", "[1, null, \"x\"]", ["is no JSON object"] * 3),
        ("no name", "{}", ["is no event: it has no name (SendGrid)"]),
        ("an unknown name", '{"event": "zzz"}', ["is an event 'zzz', which is not known (SendGrid)"]),
        ("no recipient", '{"event": "bounce"}', ["names no recipient (SendGrid bounce)"]),
        ("an odd recipient", '{"event": "bounce", "email": {}}', ["names no recipient (SendGrid bounce)"]),
        ("nothing", "", []),
    ],
)  # fmt: skip
def test_json_in_any_arrangement(title: str, text: str, expected: list[str]) -> None:
    found = lines("sendgrid", text.encode())
    assert found == expected, title


def test_a_mistake_is_named_with_its_line() -> None:
    (_, problem, _) = read("sendgrid", f"{json.dumps(ONE)}\n\nnonsense\n{json.dumps(TWO)}".encode())
    assert isinstance(problem, Problem)
    assert problem.name == "file:3"


def test_files_and_folders_and_compressed_ones(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b/2.gz").write_bytes(gzip.compress(json.dumps(TWO).encode()))
    (tmp_path / "a.json").write_text(json.dumps(ONE))
    (tmp_path / "c.json").write_text("")
    found = list(EventSource("sendgrid", [tmp_path, tmp_path / "none"], PARSER).take())
    shown = [item.identity if isinstance(item, Event) else getattr(item, "reason", "-") for item in found]
    assert shown[1::2] == ["is empty", "does not exist"]
    assert len(set(shown)) == 4


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2025-03-01T12:00:05.907Z", 12),
        ("2025-03-01T12:00:05 +0000", 12),
        ("2025-03-01T12:00:05.1234567+02:00", 10),
        ("2025-03-01 12:00:05", 12),
        ("Sat, 01 Mar 2025 12:00:05 +0100", 11),
        ("1740830405", 12),
        (1740830405.5, 12),
        (1740830405500, 12),
        ("soon", None),
        ("", None),
        (True, None),
        ([], None),
    ],
)
def test_times_in_all_the_forms_that_services_use(text: object, hour: int | None) -> None:
    data = {"event": "delivered", "email": "kim@example.com", "timestamp": text}
    (event,) = read("sendgrid", json.dumps(data).encode())
    assert isinstance(event, Event)
    found = event.happened.astimezone(UTC) if event.happened else None
    assert (found.hour if found else None) == hour


def test_another_provider_is_refused() -> None:
    with pytest.raises(ValueError, match=r"There is no provider 'acme'; there is: .*mailgun, "):
        read("acme", b"{}")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, inner in entries:
        found += _paths(inner, (*path, key))
    return found


def _replaced(value: Any, path: tuple[Any, ...], change: Callable[[], Any]) -> Any:
    if not path:
        return change()
    key, *rest = path
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[key] = _replaced(value[key], tuple(rest), change)
    return copy


@given(st.data())
def test_nothing_in_an_event_makes_the_reader_fail(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(DATA.glob("*.json"))))
    provider = path.stem.partition("-")[0]
    items = [item[1] for item in values(path.open("rb")) if isinstance(item, tuple)]
    value = data.draw(st.sampled_from(items))
    broken = _replaced(value, data.draw(st.sampled_from(_paths(value))), lambda: data.draw(JSON))
    for item in read(provider, json.dumps(broken).encode()):
        assert not (isinstance(item, Problem) and "please report" in item.reason), item


@given(st.binary(max_size=200), st.sampled_from(providers()))
def test_no_bytes_make_the_reader_fail(data: bytes, provider: str) -> None:
    for item in read(provider, data):
        assert not (isinstance(item, Problem) and "please report" in item.reason), item


def test_whom_an_event_does_not_single_out_is_a_candidate() -> None:
    def origins(provider: str, event: dict[str, Any]) -> list[tuple[str, str]]:
        (found,) = read(provider, json.dumps(event).encode())
        assert isinstance(found, Event)
        return [(record.recipient, record.recipient_origin) for record in found.report.records]

    def complaint(*who: str) -> dict[str, Any]:
        listed = [{"emailAddress": one} for one in who]
        return {"eventType": "Complaint", "complaint": {"complainedRecipients": listed, "feedbackId": "1"}}

    def rejected(to: str) -> dict[str, Any]:
        return {
            "event": "rejected",
            "id": "1",
            "reject": {"reason": "Virus"},
            "message": {"headers": {"to": to}},
        }

    both = [("kim@example.com", "ambiguous"), ("lee@example.com", "ambiguous")]
    assert origins("ses", complaint("kim@example.com")) == [("kim@example.com", "stated")]
    assert origins("ses", complaint("kim@example.com", "lee@example.com")) == both
    assert origins("mailgun", rejected("Kim <kim@example.com>")) == [("kim@example.com", "stated")]
    assert origins("mailgun", rejected("Kim <kim@example.com>, lee@example.com")) == both


def test_faults_that_were_mended_stay_mended() -> None:
    complaint = {"complainedRecipients": [{"emailAddress": "kim@example.com"}]}
    not_sent = complaint | {"complaintSubType": "OnAccountSuppressionList"}
    for said, expected in (
        (not_sent, "bounce kim@example.com suppressed block"),
        (complaint | {"complaintFeedbackType": "not-spam"}, "-"),
        (complaint | {"complaintFeedbackType": "abuse"}, "complaint kim@example.com"),
    ):
        assert lines("ses", json.dumps({"eventType": "Complaint", "complaint": said}).encode()) == [expected]
    old: dict[str, Any] = {
        "event": "failed",
        "severity": "permanent",
        "reason": "old",
        "recipient": "kim@example.com",
        "id": "1",
    }
    old["delivery-status"] = {
        "code": 602,
        "message": "Too old",
        "last-code": 452,
        "last-message": "4.2.2 Full",
    }
    assert lines("mailgun", json.dumps(old).encode()) == ["bounce kim@example.com mailbox_full soft"]
    assert lines("sendgrid", b'{"event": "account_status_change"}') == ["-"]
    event = {
        "type": "bounce",
        "rcpt_to": "kim@example.com",
        "ip_address": "192.0.2.3",
        "raw_reason": "550 no",
    }
    (found,) = read("sparkpost", json.dumps({"msys": {"message_event": event}}).encode())
    assert isinstance(found, Event)
    assert found.report.records[0].remote_mta == "192.0.2.3"


def test_an_id_that_several_recipients_of_a_message_share_makes_each_an_event_of_its_own() -> None:
    """Postmark's MessageID and Forward Email's email_id are the message's: the second one was lost."""
    delivered = {"RecordType": "Delivery", "MessageID": "u1", "DeliveredAt": "2025-03-01T12:00:05Z"}
    rejected = {"email_id": "e1", "response": "550 5.1.1 no such user", "bounce": {"action": "reject"}}
    for provider, field, event in (
        ("postmark", "Recipient", delivered),
        ("forward_email", "recipient", rejected),
    ):
        told = [event | {field: f"{who}@example.com"} for who in ("kim", "lee", "kim")]
        found = [
            item.identity for item in read(provider, json.dumps(told).encode()) if isinstance(item, Event)
        ]
        assert found[0] == found[2]
        assert len(set(found)) == 2


SPARKPOST = {"type": "bounce", "rcpt_to": "kim@example.com", "event_id": "1"}
SUPPRESSED = "554 5.7.1 recipient address was suppressed due to {} policy"
LEGACY = {"event": "dropped", "recipient": "kim@example.com", "timestamp": "1740830405", "token": "t"}
ROUTED = {"message": {"direction": "incoming", "to": "route@example.org"}, "output": "550 no"}
WHY = {"delivery_report": {"delivery_status": "err_mailbox_full"}}
RECORD = {"email": "kim@example.com", "status": "hard_bounced", "event_time": "2025-03-01 12:00:05"}
SES = {
    "eventType": "Bounce",
    "bounce": {"bounceType": "Transient", "bouncedRecipients": [{"emailAddress": "kim@example.com"}]},
}


@pytest.mark.parametrize(
    ("provider", "event", "expected"),
    [
        # A new type of a record is no failure; an entry of the API has a type only.
        (
            "postmark",
            {"RecordType": "Queued", "Email": "kim@example.com"},
            ["is an event 'queued', which is not known (Postmark)"],
        ),
        (
            "postmark",
            {"Type": "HardBounce", "Details": "smtp;550 5.1.1 unknown user", "Email": "kim@example.com"},
            ["bounce kim@example.com user_unknown hard"],
        ),
        (
            "postmark",
            {"Type": "ManualSuppression", "Email": "kim@example.com"},
            ["bounce kim@example.com suppressed block"],
        ),
        ("postmark", {"RecordType": "Bounce", "Type": "Unsubscribe", "Email": "kim@example.com"}, ["-"]),
        (
            "postmark",
            {
                "RecordType": "SubscriptionChange",
                "Recipient": "kim@example.com",
                "SuppressSending": True,
                "SuppressionReason": "HardBounce",
            },
            ["-"],
        ),
        ("sparkpost", [{"msys": {}}], []),
        (
            "sparkpost",
            {
                "msys": {
                    "message_event": SPARKPOST
                    | {"bounce_class": "25", "raw_reason": SUPPRESSED.format("customer")}
                }
            },
            ["bounce kim@example.com suppressed block"],
        ),
        (
            "ses",
            {"Messages": [{"Body": json.dumps({"Type": "Notification", "Message": json.dumps(SES)})}]},
            ["bounce kim@example.com undefined soft"],
        ),
        ("ses", {"Records": [{"body": json.dumps(SES)}]}, ["bounce kim@example.com undefined soft"]),
        (
            "ses",
            {
                "Type": "Notification",
                "TopicArn": "arn:aws:sns:eu-west-1:1:b",
                "Message": "You have subscribed.",
            },
            ["is a message of SNS that holds no event (the first one of a topic is a greeting)"],
        ),
        (
            "mailgun",
            LEGACY | {"code": "605", "reason": "hardfail"},
            ["bounce kim@example.com suppressed block"],
        ),
        (
            "mailgun",
            LEGACY | {"event": "bounced", "code": "550", "error": "5.1.1 No such user"},
            ["bounce kim@example.com user_unknown hard"],
        ),
        (
            "mailgun",
            {
                "event": "failed",
                "severity": "permanent",
                "reason": "blacklisted",
                "recipient": "kim@example.com",
            },
            ["bounce kim@example.com blocklisted block"],
        ),
        ("postal", {"event": "MessageDeliveryFailed", "uuid": "1", "payload": ROUTED}, ["-"]),
        ("mandrill", [{"event": "inbound", "msg": {"email": "kim@example.com"}}], ["-"]),
        (
            "sendgrid",
            ONE
            | {"event": "bounce", "type": "blocked", "bounce_classification": "Frequency/Volume Too High"},
            ["bounce ok@example.com rate_limited soft"],
        ),
        (
            "unione",
            {"records_by_user": [{"records": [{"record_data": RECORD | WHY}]}]},
            ["bounce kim@example.com mailbox_full soft"],
        ),
        (
            "unione",
            {"event_name": "transactional_spam_block", "event_data": {"block_type": "one_smtp"}},
            ["-"],
        ),
    ],
)
def test_what_services_send_seldom_is_read_for_what_it_is(
    provider: str, event: Any, expected: list[str]
) -> None:
    assert lines(provider, json.dumps(event).encode()) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("title = 'x'", ":1: has no format"),
        ("title = 'x'\nformat = 'x'\nname = 'type'", ":3: name must be a list"),
        ("title = 'x'\nformat = 'x'\nname = ['a']\n[events.b]\nkind = 'bounse'", "Did you mean 'bounce'"),
        ("title = 'x'\nformat = 'x'\nname = ['a']\n[events.b]\nkind = 'bounce'", "[fields] must say"),
        ("title = ", "is not valid TOML"),
    ],
)
def test_a_mistake_in_a_table_of_ones_own_is_told_with_its_line(
    text: str, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(ValueError) as caught:
        read(str(path), b"{}")
    assert words in str(caught.value)


def test_the_tables_name_only_what_exists() -> None:
    tables = load("events")
    assert tuple(tables) == providers()
    for table in tables.values():
        assert {"title", "format", "name", "events", "fields"} <= set(table)
        for entry in table["classes"]:
            conditions = [*entry.get("when", {}).values(), *entry.get("contains", {}).values()]
            assert conditions
            assert all(value == value.lower() for values in conditions for value in values)
            assert entry.get("reason", "undefined") in set(Reason)
            assert entry.get("type", "soft") in set(BounceType)
            assert {"reason", "kind"} & set(entry)


@pytest.mark.parametrize(
    ("action", "status", "diagnostic", "kind", "hard"),
    [
        ("delayed", "4.0.0", "smtp; 450 4.7.1 try again later", "delay", False),
        ("failed", "4.4.7", "smtp; 450 4.7.1 try again later", "bounce", False),
        ("failed", "5.1.1", "smtp; 550 5.1.1 user unknown", "bounce", True),
        ("failed", "5.0.0", "smtp; 550 xyzzy", "bounce", True),
        ("failed", "", "", "bounce", False),
    ],
)
def test_an_event_called_permanent_is_hard_only_where_a_code_says_so_too(
    action: str, status: str, diagnostic: str, kind: str, hard: bool
) -> None:
    recipient = {"emailAddress": "kim@example.com", "action": action}
    recipient |= {"status": status, "diagnosticCode": diagnostic}
    bounce = {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [recipient]}
    (event,) = read("ses", json.dumps({"notificationType": "Bounce", "bounce": bounce}).encode())
    assert isinstance(event, Event)
    (record,) = event.report.records
    assert (event.report.kind, record.bounce_type is BounceType.HARD) == (kind, hard)

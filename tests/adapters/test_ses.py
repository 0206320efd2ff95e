"""`to_ses_events`: what our own reader of Amazon SES and django-anymail's make of them."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from anymail.signals import EventType
from anymail.webhooks.amazon_ses import AmazonSESTrackingWebhookView
from hypothesis import given
from strategies import Dsn, dsns

from dsnparse import Action, BounceRecord, BounceType, Kind, Reason, Report, parse_dsn
from dsnparse.adapters import to_ses_events
from dsnparse.mailboxes.events import Event, read_events

from .samples import reports

GOOD_NEWS = (Action.DELIVERED, Action.RELAYED, Action.EXPANDED)
RECORD = BounceRecord(
    "kim@example.org", action=Action.FAILED, status="5.1.1", diagnostic_type="smtp",
    diagnostic="550 5.1.1 User unknown", reason=Reason.USER_UNKNOWN, bounce_type=BounceType.HARD,
)  # fmt: skip


def read_back(event: dict[str, Any]) -> list[Report]:
    read = list(read_events("ses", io.BytesIO(json.dumps(event).encode()), "x"))
    return [one.report for one in read if isinstance(one, Event)]


def check_round_trip(report: Report) -> None:
    """Whom and what an event names comes back the same, and nobody harder than he was."""
    sent = {record.recipient: record for record in report}
    for event in to_ses_events(report):
        for again in read_back(event):
            for record in again:
                before = sent[record.recipient]
                if report.kind is Kind.COMPLAINT or before.action in GOOD_NEWS:
                    continue
                assert record.action == (before.action or (Action.FAILED if report else Action.DELAYED))
                assert record.status == before.status or (
                    record.status is None and before.bounce_type is not BounceType.HARD
                )
                if record.bounce_type is BounceType.HARD:
                    assert before.bounce_type is BounceType.HARD


def test_what_is_read_of_a_sample_comes_back_the_same_and_never_harder() -> None:
    for report in reports().values():
        check_round_trip(report)


@given(dsns())
def test_what_is_read_of_any_notice_comes_back_the_same_and_never_harder(dsn: Dsn) -> None:
    check_round_trip(parse_dsn(dsn.data))


def test_nobody_of_the_samples_is_lost_on_the_way() -> None:
    for name, report in reports().items():
        if report.kind not in (Kind.BOUNCE, Kind.DELAY, Kind.DELIVERY):
            continue
        back = [
            record.recipient for event in to_ses_events(report) for one in read_back(event) for record in one
        ]
        # SES has no way to write what is no mail address.
        missing = {record.recipient for record in report} - set(back)
        assert all("/" in one or "@" not in one for one in missing), name


def test_an_event_is_what_amazon_documents() -> None:
    (event,) = to_ses_events(reports()["provider/gmail-user-unknown.eml"])
    bounce, mail = event["bounce"], event["mail"]
    assert event["notificationType"] == "Bounce"
    assert (bounce["bounceType"], bounce["bounceSubType"]) == ("Permanent", "NoEmail")
    (recipient,) = bounce["bouncedRecipients"]
    assert (recipient["emailAddress"], recipient["action"]) == ("tom.beck@example.org", "failed")
    assert recipient["status"] == "5.1.1"
    assert recipient["diagnosticCode"].startswith("smtp; 550-5.1.1 The email account that you tried to reach")
    assert bounce["timestamp"].endswith("Z")
    assert bounce["reportingMTA"] == "dns; googlemail.com"
    assert mail["destination"] == ["tom.beck@example.org"]


def test_recipients_of_different_types_never_share_a_notification() -> None:
    report = Report(
        Kind.BOUNCE,
        (
            RECORD,
            replace(RECORD, recipient="lee@example.org", status="4.2.2", diagnostic="452 4.2.2 Mailbox full",
                    reason=Reason.MAILBOX_FULL, bounce_type=BounceType.SOFT),
            replace(RECORD, recipient="max@example.org", action=Action.DELAYED, bounce_type=BounceType.SOFT),
            replace(RECORD, recipient="mia@example.org", action=Action.RELAYED,
                    bounce_type=BounceType.UNDETERMINED),
            replace(RECORD, recipient="tom@example.org"),
        ),
    )  # fmt: skip
    said = [
        (event.get("notificationType") or event["eventType"], json.dumps(event).count("emailAddress"))
        for event in to_ses_events(report)
    ]
    assert said == [("Bounce", 2), ("Bounce", 1), ("DeliveryDelay", 1), ("Delivery", 0)]


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("kind", BounceType)
def test_only_a_hard_failure_and_the_services_own_list_are_permanent(
    reason: Reason, kind: BounceType
) -> None:
    record = replace(RECORD, reason=reason, bounce_type=kind)
    (event,) = to_ses_events(Report(Kind.BOUNCE, (record,)))
    is_permanent = event["bounce"]["bounceType"] == "Permanent"
    assert is_permanent == (kind is BounceType.HARD or reason is Reason.SUPPRESSED)
    if reason is Reason.SUPPRESSED:
        assert event["bounce"]["bounceSubType"] == "OnAccountSuppressionList"
    elif is_permanent:
        assert event["bounce"]["bounceSubType"] in ("General", "NoEmail")


def test_words_that_would_make_somebody_hard_who_is_not_are_left_out() -> None:
    in_doubt = replace(RECORD, bounce_type=BounceType.UNDETERMINED)
    (event,) = to_ses_events(Report(Kind.BOUNCE, (in_doubt,)))
    assert event["bounce"]["bouncedRecipients"] == [{"emailAddress": "kim@example.org", "action": "failed"}]
    assert event["bounce"]["bounceType"] == "Undetermined"


def test_what_is_not_known_is_left_out() -> None:
    (event,) = to_ses_events(Report(Kind.BOUNCE, (replace(RECORD, status=None, diagnostic=None),)))
    assert event == {
        "notificationType": "Bounce",
        "bounce": {
            "bounceType": "Permanent",
            "bounceSubType": "NoEmail",
            "bouncedRecipients": [{"emailAddress": "kim@example.org", "action": "failed"}],
        },
        "mail": {"destination": ["kim@example.org"]},
    }
    (event,) = to_ses_events(Report(Kind.BOUNCE, (RECORD,)), received=datetime(2026, 11, 26, 9, tzinfo=UTC))
    assert event["bounce"]["timestamp"] == "2026-11-26T09:00:00.000Z"


def test_a_complaint_names_its_type_also_where_it_names_nobody() -> None:
    (event,) = to_ses_events(reports()["complaint/abuse.eml"])
    assert event["complaint"]["complainedRecipients"] == [{"emailAddress": "tom.beck@example.org"}]
    assert event["complaint"]["complaintFeedbackType"] == "abuse"
    (event,) = to_ses_events(Report(Kind.COMPLAINT, feedback_type="abuse"))
    assert event["complaint"] == {"complainedRecipients": [], "complaintFeedbackType": "abuse"}


def test_other_reports_give_none_and_what_is_no_report_is_told() -> None:
    for kind in (Kind.AUTO_REPLY, Kind.RECEIPT, Kind.OTHER):
        assert to_ses_events(Report(kind, (RECORD,))) == []
    with pytest.raises(TypeError, match="takes a Report, not dict"):
        to_ses_events({})  # type: ignore[arg-type]


WORDS = {"Bounce": EventType.BOUNCED, "Complaint": EventType.COMPLAINED, "Delivery": EventType.DELIVERED}


def test_django_anymail_reads_them_as_those_of_amazon() -> None:
    count = 0
    for report in reports().values():
        for event in to_ses_events(report):
            name = event.get("notificationType")
            if name is None:
                continue  # Anymail does not know DeliveryDelay
            read = AmazonSESTrackingWebhookView.esp_to_anymail_events(None, event, {})
            assert {one.event_type for one in read} <= {WORDS[name]}
            assert {one.recipient for one in read} <= {record.recipient for record in report}
            count += len(read)
    assert count > 450

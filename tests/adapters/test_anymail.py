"""`to_anymail_events`, sent through the signal of the real django-anymail."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking

from dsnparse import Action, BounceRecord, BounceType, Kind, Reason, Report
from dsnparse.adapters import to_anymail_events

from .samples import reports

EVENT_TYPES = {value for name, value in vars(EventType).items() if name.isupper()}
REJECT_REASONS = {value for name, value in vars(RejectReason).items() if name.isupper()}


def failed(reason: Reason, kind: BounceType | None = None) -> Report:
    kind = reason.bounce_type if kind is None else kind
    record = BounceRecord("kim@example.org", action=Action.FAILED, reason=reason, bounce_type=kind)
    return Report(Kind.BOUNCE, (record,))


def test_a_receiver_of_the_signal_hears_of_a_bounce_by_mail() -> None:
    heard: list[tuple[AnymailTrackingEvent, str]] = []

    def hear(sender: Any, event: AnymailTrackingEvent, esp_name: str, **_: Any) -> None:
        heard.append((event, esp_name))

    report = reports()["provider/gmail-user-unknown.eml"]
    tracking.connect(hear)
    for event in to_anymail_events(report):
        tracking.send(sender=None, event=event, esp_name="dsnparse")
    tracking.disconnect(hear)
    ((event, name),) = heard
    assert name == "dsnparse"
    assert event.event_type == EventType.BOUNCED
    assert event.reject_reason == RejectReason.BOUNCED
    assert event.recipient == "tom.beck@example.org"
    assert event.mta_response == report.records[0].diagnostic
    assert event.description == "user_unknown: The domain takes mail, but has no such mailbox."
    assert event.message_id == report.original.message_id
    assert event.timestamp is not None
    assert event.timestamp.tzinfo is not None
    assert event.esp_event["advice"] == "suppress"
    rest = (event.metadata, event.tags, event.click_url, event.user_agent, event.event_id)
    assert rest == (
        {},
        [],
        None,
        None,
        None,
    )


def test_every_event_of_the_samples_has_words_that_anymail_knows() -> None:
    count = 0
    for report in reports().values():
        for event in to_anymail_events(report):
            assert event.event_type in EVENT_TYPES - {EventType.UNKNOWN}
            assert event.reject_reason in REJECT_REASONS | {None}
            assert (event.reject_reason is not None) == (
                event.event_type
                in (EventType.BOUNCED, EventType.REJECTED, EventType.COMPLAINED, EventType.UNSUBSCRIBED)
            )
            count += 1
    assert count > 500


@pytest.mark.parametrize(
    ("report", "event_type", "reject_reason"),
    [
        *[(failed(reason), EventType.BOUNCED, RejectReason.BOUNCED)
          for reason in (Reason.USER_UNKNOWN, Reason.HOST_UNKNOWN, Reason.MAILBOX_FULL, Reason.SYSTEM_ERROR)],
        *[(failed(reason), EventType.BOUNCED, RejectReason.BLOCKED)
          for reason in (Reason.BLOCKLISTED, Reason.AUTH_FAILED, Reason.VIRUS_DETECTED)],
        (failed(Reason.SPAM_CONTENT), EventType.BOUNCED, RejectReason.SPAM),
        (failed(Reason.BAD_ADDRESS_SYNTAX), EventType.BOUNCED, RejectReason.INVALID),
        (failed(Reason.EXPIRED), EventType.BOUNCED, RejectReason.TIMED_OUT),
        (failed(Reason.SUPPRESSED), EventType.REJECTED, RejectReason.BLOCKED),
        (failed(Reason.UNDEFINED), EventType.BOUNCED, RejectReason.OTHER),
        (failed(Reason.USER_UNKNOWN, BounceType.UNDETERMINED), EventType.BOUNCED, RejectReason.OTHER),
        (Report(Kind.COMPLAINT, feedback_type="abuse"), EventType.COMPLAINED, RejectReason.SPAM),
        (Report(Kind.COMPLAINT), EventType.COMPLAINED, RejectReason.SPAM),
        (Report(Kind.COMPLAINT, feedback_type="opt-out"), EventType.UNSUBSCRIBED, RejectReason.UNSUBSCRIBED),
        (Report(Kind.AUTO_REPLY), EventType.AUTORESPONDED, None),
        (reports()["delay/postfix-temp-grey.eml"], EventType.DEFERRED, None),
        (reports()["delivery/postfix-dsn-success-local.eml"], EventType.DELIVERED, None),
    ],
)  # fmt: skip
def test_what_happened_and_why(report: Report, event_type: str, reject_reason: str | None) -> None:
    (event,) = to_anymail_events(report)
    assert (event.event_type, event.reject_reason) == (event_type, reject_reason)


@pytest.mark.parametrize("feedback", ["not-spam", "auth-failure", "virus"])
def test_feedback_that_is_no_complaint_gives_no_event(feedback: str) -> None:
    record = BounceRecord("kim@example.org")
    assert to_anymail_events(Report(Kind.COMPLAINT, (record,), feedback_type=feedback)) == []


def test_receipts_and_other_mail_give_no_event() -> None:
    for kind in (Kind.RECEIPT, Kind.OTHER):
        assert to_anymail_events(Report(kind)) == []


def test_the_time_of_the_last_attempt_goes_before_that_of_the_notice() -> None:
    report = failed(Reason.USER_UNKNOWN)
    noon, one = datetime(2026, 11, 26, 12, tzinfo=UTC), datetime(2026, 11, 26, 13, tzinfo=UTC)
    (event,) = to_anymail_events(report)
    assert event.timestamp is None
    (event,) = to_anymail_events(report, received=one)
    assert event.timestamp == one
    tried = replace(report, records=(replace(report.records[0], last_attempt_date=noon),))
    (event,) = to_anymail_events(tried, received=one)
    assert event.timestamp == noon


def test_what_is_no_report_is_told() -> None:
    with pytest.raises(TypeError, match="takes a Report, not str"):
        to_anymail_events("x")  # type: ignore[arg-type]


def test_without_anymail_a_sentence_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['anymail'] = None\n"
        "from dsnparse import Kind, Report\n"
        "from dsnparse.adapters import to_anymail_events\n"
        "try: to_anymail_events(Report(Kind.BOUNCE))\n"
        "except ModuleNotFoundError as error: print(error)\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
    assert said.endswith("which is not installed: pip install django-anymail\n")

"""Batches: what they write, once, and what follows from them, in SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import select

from dsnparse import Action, BounceRecord, BounceType, Evidence, Kind, OriginalMessage, Reason, Report
from dsnparse.store import Answer, Policy, Seen, Store, StoreError
from dsnparse.store.sql.schema import alerts, journal, messages, records

from .reports import NOW, START, bounce, complaint, day, delivery, of_kind, record, seen

JANE = "jane@example.com"
KNOWN = '[hard]\nconfirm = ["known_message"]'


def status(store: Store, address: str = JANE, now: datetime = NOW) -> str:
    return store.check(address, now=now).status


def test_a_hard_bounce_suppresses_with_its_reason_and_evidence(store: Store) -> None:
    result = store.add([bounce("1")], now=NOW)
    assert (result.added, result.duplicates, result.records) == (1, 0, 1)
    decision = store.check("jane@EXAMPLE.com", now=NOW)
    assert not decision
    assert decision.answer is Answer.DONT
    assert (decision.reason, decision.since, decision.until) == ("user_unknown", START, None)
    assert decision.evidence["diagnostic"].startswith("550 5.1.1 <jane@example.com>")
    assert decision.evidence["original_message_id"] == "<1@sender.example>"


def test_an_unknown_address_may_be_mailed(store: Store) -> None:
    decision = store.check("nobody@example.com", now=NOW)
    assert decision
    assert decision.status == "unknown"


def test_the_same_message_counts_once_from_wherever_it_comes(store: Store) -> None:
    first = bounce("1", reason=Reason.NETWORK_ERROR)
    again = replace(first, source="imaps://elsewhere")
    assert store.add([first, again], now=NOW).duplicates == 1
    result = store.add([again], now=NOW)
    assert (result.added, result.duplicates, result.records, result.changes) == (0, 1, 0, ())
    assert [one.detail["notice"] for one in store.history(JANE) if one.detail] == [first.digest]


def test_every_field_of_a_record_is_kept(store: Store) -> None:
    full = BounceRecord(
        recipient="jane@example.com",
        original_recipient="alias@example.org",
        actual_recipient="target@example.net",
        action=Action.FAILED,
        status="5.1.1",
        effective_status="5.1.1",
        reply_code=550,
        diagnostic="550 5.1.1 no\x00such\udc80user",
        diagnostic_type="smtp",
        remote_mta="mx.example.com",
        reason=Reason.USER_UNKNOWN,
        bounce_type=BounceType.HARD,
        advice=Reason.USER_UNKNOWN.advice,
        last_attempt_date=START,
        will_retry_until="next week",
        final_log_id="A1B2",
        smtp_command="RCPT",
        provider="google",
        confidence=0.9,
        evidence=(Evidence("status", "2", 4, "rfc3464.status", "Status: 5.1.1 \x00\udc80"),),
    )
    report = Report(Kind.BOUNCE, (full,), original=OriginalMessage(subject="Hi\x00", x_headers={"x-a": "1"}))
    store.add([seen(report, "1")], now=NOW)
    with store.database.read() as connection:
        row = connection.execute(select(records)).mappings().one()
        message = connection.execute(select(messages)).mappings().one()
    expected = full.to_dict()
    expected["diagnostic"] = "550 5.1.1 no\ufffdsuch?user"
    expected["evidence"][0]["text"] = "Status: 5.1.1 \ufffd?"
    for field in fields(BounceRecord):
        kept = row[field.name] if field.name in row else (row["extra"] or {}).get(field.name)
        assert kept == (expected[field.name] or None), field.name
    assert message["original"] == {"subject": "Hi\ufffd", "x_headers": {"x-a": "1"}}


@pytest.mark.parametrize("kind", [Kind.DELAY, Kind.AUTO_REPLY, Kind.RECEIPT, Kind.OTHER])
def test_what_is_no_failure_changes_nothing_whatever_its_records_say(store: Store, kind: Kind) -> None:
    result = store.add([of_kind(kind, str(n)) for n in range(9)], now=NOW)
    assert result.changes == ()
    assert status(store) == "active"


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (Action.FAILED, "suppressed"),
        (None, "suppressed"),
        (Action.DELAYED, "active"),
        (Action.RELAYED, "active"),
        (Action.EXPANDED, "active"),
        (Action.DELIVERED, "active"),
    ],
)
def test_only_failed_recipients_of_a_bounce_count(store: Store, action: Action | None, expected: str) -> None:
    store.add([bounce("1", action=action)], now=NOW)
    assert status(store) == expected


@pytest.mark.parametrize(
    ("feedback", "expected"),
    [
        ("abuse", "suppressed"),
        ("fraud", "suppressed"),
        ("opt-out", "suppressed"),
        ("ABUSE", "suppressed"),
        (None, "suppressed"),
        ("other", "review"),
        ("not-spam", "active"),
        ("auth-failure", "active"),
        ("virus", "active"),
    ],
)
def test_complaints_count_by_their_feedback_type(store: Store, feedback: str | None, expected: str) -> None:
    store.add([complaint("1", feedback=feedback)], now=NOW)
    decision = store.check(JANE, now=NOW)
    assert decision.status == expected
    if expected == "suppressed":
        assert (decision.reason, decision.source, decision.until) == ("complaint", "complaint", None)


@pytest.mark.parametrize("form", ["arf", "amazon-sns", "xarf", "kumomta-log", "of the future"])
def test_a_complaint_by_mail_needs_a_second_one(store: Store, form: str) -> None:
    def by_mail(name: str, at: datetime) -> Seen:
        original = OriginalMessage(message_id=f"<{name}@sender.example>")
        who = (BounceRecord(JANE),)
        report = Report(Kind.COMPLAINT, who, feedback_type="abuse", format=form, original=original)
        return seen(report, name, at)

    store.add([by_mail("1", day(0))], now=NOW)
    assert status(store) == "review"
    store.add([by_mail("2", day(1))], now=day(2))
    assert status(store, now=day(2)) == "suppressed"


def test_a_complaint_by_mail_is_believed_when_the_look_up_knows_who_was_mailed(url: str) -> None:
    original = OriginalMessage(message_id="<1@sender.example>")
    who = (BounceRecord(JANE),)
    report = Report(Kind.COMPLAINT, who, feedback_type="abuse", format="arf", original=original)
    with Store.open(url, knows_message=lambda one, to: (one, to) == ("1@sender.example", JANE)) as store:
        store.add([seen(report, "1")], now=NOW)
        assert status(store) == "suppressed"


def test_a_complaint_that_names_several_suppresses_none_of_them(store: Store) -> None:
    report = Report(
        Kind.COMPLAINT, (BounceRecord(JANE), BounceRecord("joe@example.com")), feedback_type="abuse"
    )
    store.add([seen(report, "1")], now=NOW)
    assert {status(store), status(store, "joe@example.com")} == {"review"}


def test_a_complaint_without_an_address_alerts_the_sender(store: Store) -> None:
    report = Report(Kind.COMPLAINT, (), feedback_type="abuse", reporting_mta="fbl.example.net")
    (change,) = store.add([seen(report, "1")], now=NOW).changes
    assert (change.event, change.reason, change.detail["receiver"]) == (
        "sender.alert",
        "complaint",
        "fbl.example.net",
    )


@pytest.mark.parametrize("reason", [one for one in Reason if one.bounce_type is BounceType.BLOCK])
def test_a_block_never_touches_the_address(store: Store, reason: Reason) -> None:
    store.add([bounce(str(n), reason=reason, at=day(n)) for n in range(9)], now=day(9))
    assert status(store, now=day(9)) == ("review" if reason is Reason.SUPPRESSED else "active")


def test_a_block_alerts_the_sender_once_a_day(store: Store) -> None:
    refused = [bounce(str(n), f"{n}@example.com", Reason.BLOCKLISTED) for n in range(5)]
    later = bounce("later", reason=Reason.BLOCKLISTED, at=day(1))
    changes = store.add(refused, now=NOW).changes + store.add([*refused, later], now=NOW).changes
    assert [change.event for change in changes] == ["sender.alert", "sender.alert"]
    assert [change.detail["day"] for change in changes] == ["2025-01-01", "2025-01-02"]
    assert changes[0].detail["sender"] == "sender.example"
    with store.database.read() as connection:
        counts = connection.execute(select(alerts.c.day, alerts.c.count).order_by(alerts.c.day)).all()
    assert counts == [("2025-01-01", 5), ("2025-01-02", 1)]


def test_an_alert_waits_for_its_threshold_over_batches(url: str) -> None:
    policy = Policy.from_toml("[block]\nalert_after = 3")
    refused = [bounce(str(n), f"{n}@example.com", Reason.SPAM_CONTENT) for n in range(5)]
    with Store.open(url, policy=policy) as store:
        assert store.add(refused[:2], now=NOW).changes == ()
        (change,) = store.add(refused[2:], now=NOW).changes
        assert change.detail["count"] == 3
        assert "2@example.com" in change.detail["diagnostic"]


def test_what_is_not_certain_is_put_up_for_review_and_may_be_mailed(store: Store) -> None:
    store.add([bounce("1", confidence=0.4), bounce("2", "joe@example.com", Reason.UNDEFINED)], now=NOW)
    for address in (JANE, "joe@example.com"):
        decision = store.check(address, now=NOW)
        assert decision
        assert decision.status == "review"


def test_soft_failures_pause_and_a_reported_success_resets(store: Store) -> None:
    soft = [bounce(str(n), reason=Reason.NETWORK_ERROR, at=day(n)) for n in range(5)]
    store.add(soft, now=day(4))
    decision = store.check(JANE, now=day(4))
    assert (decision.answer, decision.until) == (Answer.WAIT, day(5))
    assert store.check(JANE, now=day(5))
    assert store.delivered([JANE, "never.seen@example.com"], at=day(4.5), now=day(4.5)) == 1
    assert status(store, now=day(4.5)) == "active"
    assert status(store, "never.seen@example.com") == "unknown"


def test_states_are_counted_as_they_are_now_each_address_once(store: Store) -> None:
    soft = [bounce(str(n), reason=Reason.NETWORK_ERROR, at=day(n)) for n in range(5)]
    once = bounce("once", "joe@example.com", reason=Reason.NETWORK_ERROR, at=day(4))
    gone = [bounce(name, f"{name}@example.com", at=day(4)) for name in ("gone", "left", "away")]
    store.add([*soft, once, *gone], now=day(4))
    for now, wanted in (
        (day(4), [("suppressed", 3), ("active", 1), ("paused", 1)]),
        (day(6), [("suppressed", 3), ("active", 2)]),
    ):
        assert [(one.name, one.count) for one in store.stats("state", now=now)] == wanted


def test_a_notice_of_delivery_is_a_success(store: Store) -> None:
    soft = [bounce(str(n), reason=Reason.NETWORK_ERROR, at=day(n)) for n in range(5)]
    store.add([*soft, delivery("good", at=day(4.5))], now=day(5))
    assert status(store, now=day(4.6)) == "active"


def test_the_address_that_was_refused_is_suppressed_and_the_one_that_was_mailed_put_up_for_review(
    store: Store,
) -> None:
    store.add([bounce("1", "target@elsewhere.example", original_recipient="alias@example.com")], now=NOW)
    assert status(store, "target@elsewhere.example") == "suppressed"
    decision = store.check("alias@example.com", now=NOW)
    assert decision.status == "review"
    assert decision
    assert decision.evidence["recipient"] == "target@elsewhere.example"


@pytest.mark.parametrize(("policy", "refused"), [("", "suppressed"), (KNOWN, "review")])
def test_the_one_that_was_mailed_is_suppressed_when_the_look_up_knows_that_it_was(
    url: str, policy: str, refused: str
) -> None:
    forwarded = bounce("1", "target@elsewhere.example", original_recipient=JANE)
    rules = Policy.from_toml(policy)
    with Store.open(url, policy=rules, knows_message=lambda _, to: to == JANE) as store:
        store.add([forwarded], now=NOW)
        assert status(store) == "suppressed"
        assert status(store, "target@elsewhere.example") == refused


@pytest.mark.parametrize(
    ("reason", "more", "expected"),
    [
        (Reason.USER_UNKNOWN, {"confidence": 0.5}, "review"),
        (Reason.USER_UNKNOWN, {"bounce_type": BounceType.UNDETERMINED}, "review"),
        (Reason.NETWORK_ERROR, {}, "active"),
        (Reason.MAILBOX_FULL, {}, "active"),
        (Reason.SPAM_CONTENT, {}, "active"),
    ],
)
def test_a_failure_that_is_not_hard_by_itself_never_suppresses_the_one_that_was_mailed(
    url: str, reason: Reason, more: dict[str, Any], expected: str
) -> None:
    policy = Policy.from_toml('[forwarded]\nhard = "same"')
    fields: dict[str, Any] = {"original_recipient": JANE, **more}
    refused = [bounce(str(n), "target@elsewhere.example", reason, at=day(n), **fields) for n in range(40)]
    with Store.open(url, policy=policy, knows_message=lambda *_: True) as store:
        store.add(refused, now=day(40))
        assert status(store, now=day(40)) == expected


def test_the_history_of_both_has_the_notice(store: Store) -> None:
    store.add([bounce("1", "target@elsewhere.example", original_recipient=JANE)], now=NOW)
    for address in (JANE, "target@elsewhere.example"):
        assert [one.what for one in store.history(address)] == ["notice", "change"]


def test_a_delivery_to_where_it_was_forwarded_is_one_to_the_address_that_was_mailed(store: Store) -> None:
    soft = [bounce(str(n), reason=Reason.NETWORK_ERROR, at=day(n)) for n in range(5)]
    who = BounceRecord("target@elsewhere.example", original_recipient=JANE, action=Action.DELIVERED)
    store.add([*soft, seen(Report(Kind.DELIVERY, (who,)), "good", day(4.5))], now=day(5))
    assert status(store, now=day(4.6)) == "active"


def test_a_forwarding_that_the_receiver_tells_of_is_one(store: Store) -> None:
    store.add([bounce("1", actual_recipient="target@elsewhere.example")], now=NOW)
    assert store.check(JANE, now=NOW).evidence["recipient"] == "target@elsewhere.example"


@pytest.mark.parametrize(
    ("rule", "after_one", "after_two"),
    [
        ("same", "suppressed", "suppressed"),
        ("second_notice", "review", "suppressed"),
        ("review", "review", "review"),
    ],
)
def test_a_forwarding_is_judged_as_the_policy_says(
    url: str, rule: str, after_one: str, after_two: str
) -> None:
    policy = Policy.from_toml(f'[forwarded]\nhard = "{rule}"')
    with Store.open(url, policy=policy) as store:
        for number, expected in ((1, after_one), (2, after_two)):
            forwarded = bounce(
                str(number), "target@elsewhere.example", original_recipient=JANE, at=day(number)
            )
            store.add([forwarded], now=day(3))
            assert status(store, now=day(3)) == expected


def test_the_same_notice_under_another_queue_id_is_no_second_one(url: str) -> None:
    policy = Policy.from_toml('[hard]\nconfirm = ["second_notice"]')
    first = bounce("1", at=day(0), final_log_id="4XYZ")
    again = replace(bounce("2", at=day(3), final_log_id="5XYZ"), report=first.report)
    with Store.open(url, policy=policy) as store:
        store.add([first, again], now=day(4))
        assert status(store, now=day(4)) == "review"
        store.add([bounce("3", at=day(5))], now=day(5))
        assert status(store, now=day(5)) == "suppressed"


@pytest.mark.parametrize(("number", "expected"), [(100, "suppressed"), (101, "review")])
def test_a_notice_that_names_very_many_goes_to_review_as_a_whole(
    store: Store, number: int, expected: str
) -> None:
    crowd = tuple(record(f"{n}@example.com") for n in range(number))
    store.add([seen(Report(Kind.BOUNCE, crowd), "1")], now=NOW)
    assert {status(store, one.recipient) for one in crowd} == {expected}


@pytest.mark.parametrize(
    ("reason", "more", "expected"),
    [
        (Reason.MAILBOX_FULL, {}, "suppressed"),
        (Reason.MAILBOX_FULL, {"confidence": 0.3}, "review"),
        (Reason.MAILBOX_FULL, {"bounce_type": BounceType.UNDETERMINED}, "review"),
        (Reason.USER_UNKNOWN, {"bounce_type": BounceType.UNDETERMINED}, "review"),
        (Reason.SPAM_CONTENT, {}, "suppressed"),
    ],
)
def test_treated_as_hard_is_hard_unless_the_address_is_in_doubt(
    url: str, reason: Reason, more: dict[str, Any], expected: str
) -> None:
    with Store.open(url, policy=Policy.from_toml(f'[treat]\n{reason} = "hard"')) as store:
        store.add([bounce("1", reason=reason, **more)], now=NOW)
        assert status(store) == expected


def test_an_event_that_says_no_more_than_transient_pauses_nobody(store: Store) -> None:
    silent: dict[str, Any] = {
        "status": None,
        "reply_code": None,
        "diagnostic": None,
        "bounce_type": BounceType.SOFT,
    }
    store.add([bounce(str(n), reason=Reason.UNDEFINED, at=day(n), **silent) for n in range(20)], now=day(20))
    assert status(store, now=day(20)) == "active"


def test_the_operators_lookup_confirms_what_it_knows(url: str) -> None:
    policy = Policy.from_toml('[hard]\nconfirm = ["known_message"]')
    asked: list[tuple[str, str]] = []

    def knows(message_id: str, recipient: str) -> bool:
        asked.append((message_id, recipient))
        return (message_id, recipient) == ("mine@sender.example", JANE)

    with Store.open(url, policy=policy, knows_message=knows) as store:
        store.add([bounce("mine"), bounce("forged", "joe@example.com")], now=NOW)
        assert status(store) == "suppressed"
        assert status(store, "joe@example.com") == "review"
    assert sorted(asked) == [("forged@sender.example", "joe@example.com"), ("mine@sender.example", JANE)]


def test_a_failure_counts_for_its_own_time_never_for_the_future(store: Store) -> None:
    items = [
        bounce("attempt", "a@example.com", at=day(3), last_attempt_date=day(1)),
        bounce("received", "b@example.com", at=day(2)),
        bounce("unknown", "c@example.com", at=None),
        bounce("wrong clock", "d@example.com", at=day(2), last_attempt_date=day(9_000)),
        bounce("unset clock", "e@example.com", at=day(2), last_attempt_date=datetime(1970, 1, 1, tzinfo=UTC)),
        bounce("no date", "f@example.com", at=day(2), last_attempt_date="yesterday"),
        bounce("no zone", "g@example.com", at=day(3), last_attempt_date=datetime(2025, 1, 2, 12)),  # noqa: DTZ001
        bounce("end of time", "h@example.com", at=day(2), last_attempt_date=datetime.max.replace(tzinfo=UTC)),
    ]
    store.add(items, now=day(4))
    since = [store.check(f"{name}@example.com", now=day(4)).since for name in "abcdefgh"]
    assert since == [day(1), day(2), day(4), day(2), day(2), day(2), day(1), day(2)]


def test_an_old_archive_suppresses_nothing_that_has_ended(store: Store) -> None:
    store.add([bounce("1", reason=Reason.HOST_UNKNOWN, at=day(-400))], now=NOW)
    assert status(store) == "active"
    with store.database.read() as connection:
        assert connection.execute(select(journal)).all() == []


def test_a_late_notice_falls_into_its_place_in_time(store: Store) -> None:
    soft = [bounce(str(n), reason=Reason.NETWORK_ERROR, at=day(n)) for n in range(5)]
    store.add([*soft[:2], *soft[3:]], now=day(4))
    assert status(store, now=day(4)) == "active"
    (change,) = store.add([soft[2]], now=day(4)).changes
    assert (change.after, change.until) == ("paused", day(5))
    assert change.detail["notice"] == soft[4].digest, "the fifth failure decides, not the late third"


def test_the_same_one_of_two_notices_of_one_second_decides_in_either_order(url: str) -> None:
    one, other = bounce("1"), bounce("2", status="5.1.0")
    with Store.open(url) as store:
        for address, items in (("a", (one, other)), ("b", (other, one))):
            for item in items:
                moved = replace(item.report.records[0], recipient=f"{address}@example.com")
                digest = f"{item.digest[:-1]}{address}"
                store.add([replace(item, data_digest=digest, report=Report(Kind.BOUNCE, (moved,)))], now=NOW)
        evidence = [store.check(f"{address}@example.com", now=NOW).evidence for address in "ab"]
    assert evidence[0]["notice"][:-1] == evidence[1]["notice"][:-1]
    assert evidence[0]["status"] == evidence[1]["status"]


def test_positions_are_written_with_the_batch(store: Store) -> None:
    assert store.position("imaps://a/INBOX") is None
    store.add([bounce("1")], positions={"imaps://a/INBOX": "7:1"}, now=NOW)
    store.add([], positions={"imaps://a/INBOX": "7:2"}, now=NOW)
    assert store.position("imaps://a/INBOX") == "7:2"


def test_a_batch_that_fails_leaves_nothing_behind(store: Store) -> None:
    broken = Seen("x", "somewhere", Report(Kind.BOUNCE, (record(), record(remote_mta={"a": 1}))))
    with pytest.raises(StoreError):
        store.add([bounce("1"), broken], positions={"a": "1"}, now=NOW)
    assert status(store) == "unknown"
    assert store.position("a") is None
    assert store.history(JANE) == []


def test_absurd_values_of_one_message_do_not_stop_a_batch(store: Store) -> None:
    absurd = [
        bounce("1", reply_code=10**30),
        bounce("2", at=datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))),
        bounce("3", at=datetime.max.replace(tzinfo=timezone(timedelta(hours=-14)))),
        bounce("4", address="\x00\udc80" * 9_000 + "@example.com"),
        bounce("5", diagnostic="\x00" * 100_000),
        seen(Report(Kind.BOUNCE, tuple(record(f"{n}@example.com") for n in range(2_000))), "6"),
    ]
    result = store.add(absurd, now=NOW)
    assert (result.added, result.records) == (6, 2_005)


def test_a_record_without_an_address_is_kept_and_blames_nobody(store: Store) -> None:
    report = Report(Kind.BOUNCE, (record(""), record("@")))
    assert store.add([seen(report, "1")], now=NOW).records == 2
    assert store.stats("state", now=NOW) == []


def test_a_policy_that_changed_is_reapplied(url: str) -> None:
    soft = [bounce(str(n), reason=Reason.NETWORK_ERROR, at=day(n)) for n in range(3)]
    with Store.open(url) as store:
        store.add(soft, now=day(2))
        assert status(store, now=day(2)) == "active"
    with Store.open(url, policy=Policy.from_toml("[soft]\nlimit = 3")) as store:
        assert store.reapply(now=day(2)) == 1
        assert status(store, now=day(2)) == "paused"
        assert store.reapply(now=day(2)) == 0


def test_what_ends_is_released_by_the_housekeeping(store: Store) -> None:
    store.add([bounce("1", reason=Reason.HOST_UNKNOWN)], now=NOW)
    end = store.check(JANE, now=NOW).until
    assert end is not None
    assert not store.check(JANE, now=end - timedelta(seconds=1))
    assert store.check(JANE, now=end)
    store.tick(now=end)
    last = store.history(JANE)[-1]
    assert (last.what, last.kind, last.source, last.at) == ("change", "active", "expiry", end)
    assert list(store.suppressions(now=NOW)) == []


def test_the_journal_has_each_change_once(store: Store) -> None:
    store.add([bounce("1"), bounce("2", at=day(0.5)), complaint("3", at=day(0.6))], now=NOW)
    changes = [one for one in store.history(JANE) if one.what == "change"]
    assert [(one.type, one.kind, one.reason) for one in changes] == [
        ("active", "suppressed", "user_unknown"),
        ("suppressed", "suppressed", "complaint"),
    ]

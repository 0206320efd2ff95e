"""How far a notice is to be believed decides what it may do to an address: `[trust] require_for_hard`."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from dsnparse import (
    Authenticity,
    BounceType,
    Envelope,
    Evidence,
    Kind,
    Origin,
    Parser,
    Reason,
    TrustLevel,
    TrustSettings,
)
from dsnparse.cli import group
from dsnparse.mailboxes.events import Event, read_events
from dsnparse.store import Answer, Policy, Seen, Store, message_identity
from dsnparse.trust.keys import Keys
from dsnparse.trust.verp import sign_return_path

from .reports import START, bounce, day, record, seen

SAMPLES = Path(__file__).parents[2] / "samples/forged"
SETTINGS = TrustSettings.from_toml((SAMPLES / "trust.toml").read_text("utf-8"))
PARSER = Parser(trust=SETTINGS)
MESSAGES = sorted(SAMPLES.glob("*.eml"))
NOW = datetime(2026, 11, 27, tzinfo=UTC)
LENA, TOM, KIM = "lena.maas@example.net", "tom.beck@example.net", "kim@example.com"
LEVELS = list(TrustLevel)


def policy(required: str) -> Policy:
    return Policy.from_toml(f'[trust]\nrequire_for_hard = "{required}"')


def believed(
    one: Seen, verdict: TrustLevel | None, *, expected: bool = False, mailed: str | None = None
) -> Seen:
    """The notice, with this verdict on it."""
    found = Authenticity(verdict, mailed, is_expected=expected) if verdict else None
    return replace(one, report=replace(one.report, authenticity=found))


def answer(
    required: str, *some: Seen, address: str = "jane@example.com", at: float = 9
) -> tuple[Answer, str]:
    with Store.open("sqlite://", policy=policy(required)) as store:
        store.add(some, now=day(at))
        decision = store.check(address, now=day(at))
        return decision.answer, decision.status


@pytest.mark.parametrize(
    ("required", "verdict", "expected", "suppresses"),
    [
        ("by_keys", None, False, True),
        ("by_keys", TrustLevel.UNVERIFIED, False, True),
        ("by_keys", TrustLevel.UNVERIFIED, True, False),
        ("by_keys", TrustLevel.PLAUSIBLE, True, False),
        ("by_keys", TrustLevel.AUTHENTICATED, True, True),
        ("none", None, False, True),
        ("none", TrustLevel.UNVERIFIED, True, True),
        ("plausible", None, False, False),
        ("plausible", TrustLevel.UNVERIFIED, False, False),
        ("plausible", TrustLevel.PLAUSIBLE, False, True),
        ("plausible", TrustLevel.AUTHENTICATED, False, True),
        ("authenticated", None, False, False),
        ("authenticated", TrustLevel.PLAUSIBLE, False, False),
        ("authenticated", TrustLevel.AUTHENTICATED, False, True),
    ],
)
def test_a_hard_bounce_suppresses_when_it_is_proven_enough_and_is_reviewed_when_not(
    required: str, verdict: TrustLevel | None, expected: bool, suppresses: bool
) -> None:
    one = believed(bounce("a"), verdict, expected=expected)
    wanted = (Answer.DONT, "suppressed") if suppresses else (Answer.MAIL, "review")
    assert answer(required, one) == wanted


@pytest.mark.parametrize("required", ["by_keys", "none", "plausible", "authenticated"])
@pytest.mark.parametrize(
    "reason", [Reason.USER_UNKNOWN, Reason.MAILBOX_FULL, Reason.EXPIRED, Reason.UNDEFINED]
)
def test_a_suspect_notice_changes_nothing_whatever_it_says(required: str, reason: Reason) -> None:
    some = [
        believed(bounce(f"{n}", reason=reason, at=day(n / 2)), TrustLevel.SUSPECT, expected=True)
        for n in range(12)
    ]
    assert answer(required, *some) == (Answer.MAIL, "active")


def test_nor_does_a_suspect_complaint_or_report_of_success() -> None:
    complaints = [
        seen(
            replace(bounce(f"x{n}").report, kind=Kind.COMPLAINT, feedback_type="abuse", format="arf"),
            f"c{n}",
            day(n),
        )
        for n in range(5)
    ]
    assert answer("none", *complaints)[0] is Answer.DONT
    suspect = [believed(one, TrustLevel.SUSPECT) for one in complaints]
    assert answer("none", *suspect) == (Answer.MAIL, "active")
    soft = [bounce(f"s{n}", reason=Reason.EXPIRED, at=day(n)) for n in range(5)]
    success = seen(replace(bounce("y").report, kind=Kind.DELIVERY), "good", day(4.5))
    success = replace(
        success,
        report=replace(
            success.report, records=(record(action="delivered", bounce_type=BounceType.UNDETERMINED),)
        ),
    )
    assert answer("none", *soft, believed(success, TrustLevel.SUSPECT), at=4.9)[1] == "paused"


def test_nor_does_it_raise_an_alert() -> None:
    one = believed(bounce("a", reason=Reason.BLOCKLISTED), TrustLevel.SUSPECT)
    with Store.open("sqlite://") as store:
        assert store.add([one], now=day(9)).changes == ()


def test_failures_that_are_not_proven_pause_nobody_and_fill_no_mailbox() -> None:
    for reason, days in ((Reason.EXPIRED, 1), (Reason.MAILBOX_FULL, 7)):
        some = [
            believed(bounce(f"{n}", reason=reason, at=day(n * days)), TrustLevel.UNVERIFIED, expected=True)
            for n in range(6)
        ]
        end = days * 5 + 0.1
        assert answer("by_keys", *some, at=end) == (Answer.MAIL, "active")
        assert answer("none", *some, at=end)[1] == ("paused" if reason is Reason.EXPIRED else "suppressed")


def test_whoever_was_not_mailed_is_left_alone_and_the_one_of_several_is_reviewed() -> None:
    report = replace(
        bounce("a").report,
        records=tuple(
            record(address, bounce_type=BounceType.UNDETERMINED, original_recipient="list@example.com",
                   original_origin=Origin.VERP)
            for address in ("one@example.org", "two@example.org")
        ),
        authenticity=Authenticity(TrustLevel.AUTHENTICATED, "list@example.com"),
    )  # fmt: skip
    for address, status in (("one@example.org", "active"), ("list@example.com", "review")):
        assert answer("by_keys", seen(report, "a"), address=address)[1] == status


def test_an_address_that_only_a_signature_names_is_suppressed_and_one_of_an_unsigned_path_is_reviewed() -> (
    None
):
    one = bounce("a", recipient_origin=Origin.VERP)
    signed = believed(one, TrustLevel.AUTHENTICATED, mailed="jane@example.com")
    assert answer("by_keys", signed)[1] == "suppressed"
    assert answer("by_keys", believed(one, TrustLevel.PLAUSIBLE))[1] == "review"
    assert answer("by_keys", one)[1] == "review"


def test_what_a_mail_service_tells_is_no_mail() -> None:
    recipient = {"emailAddress": "jane@example.com", "action": "failed", "status": "5.1.1",
                 "diagnosticCode": "smtp; 550 5.1.1 user unknown"}  # fmt: skip
    told = {"notificationType": "Bounce", "mail": {"messageId": "1"},
            "bounce": {"bounceType": "Permanent", "bouncedRecipients": [recipient]}}  # fmt: skip
    (event,) = read_events("ses", io.BytesIO(json.dumps(told).encode()), "test")
    assert isinstance(event, Event)
    one = Seen(event.identity, "ses", event.report, START, by_mail=event.by_mail)
    assert answer("authenticated", one)[1] == "suppressed"
    assert answer("authenticated", replace(one, by_mail=True))[1] == "review"


def test_all_forged_samples_together_suppress_nobody_but_those_who_failed() -> None:
    with Store.open("sqlite://") as store:
        store.add(
            [
                Seen(message_identity(data), "test", PARSER.parse(data), NOW - timedelta(hours=number))
                for number, data in enumerate(path.read_bytes() for path in MESSAGES)
            ],
            now=NOW,
        )
        for address in (LENA, TOM, "lena.maas@example.org", "k.oh@corp.example"):
            decision = store.check(address, now=NOW)
            assert decision.answer is Answer.MAIL, decision
        assert store.check(KIM, now=NOW).answer is Answer.DONT
        assert store.check("mallory@evil.example", now=NOW).answer is Answer.DONT


@pytest.mark.parametrize("path", MESSAGES, ids=[path.stem for path in MESSAGES])
def test_nor_does_any_of_them_alone_for_days(path: Path) -> None:
    data = path.read_bytes()
    with Store.open("sqlite://") as store:
        for number in range(6):
            at = NOW + timedelta(days=number)
            store.add([Seen(f"{number}", "test", PARSER.parse(data), at)], now=at)
        for address in (LENA, TOM, "lena.maas@example.org"):
            assert store.check(address, now=NOW + timedelta(days=6)).answer is Answer.MAIL


def test_an_honest_bounce_to_a_signed_path_suppresses_and_one_without_is_reviewed() -> None:
    keys = Keys.parse("a:2025-01-01:correct-horse-battery-staple")
    parser = Parser(trust=TrustSettings(keys=keys))
    data = (SAMPLES.parent / "mta/postfix-local-unknown.eml").read_bytes()
    address = parser.parse(data).records[0].recipient
    path = sign_return_path(address, "b.example", keys, date(2025, 3, 1))
    for to, status in ((path, "suppressed"), ("bounces@b.example", "review")):
        envelope = Envelope("", to, arrived=datetime(2025, 3, 1, tzinfo=UTC))
        one = Seen(message_identity(data), "test", parser.parse(data, envelope=envelope), START)
        assert answer("by_keys", one, address=address)[1] == status


@pytest.fixture
def db(tmp_path: Path) -> str:
    path = str(tmp_path / "b.db")
    proofs = (Evidence("authenticity", "envelope", 0, "trust.verp.valid", "b+x-jane=example.com@b.example"),)
    found = Authenticity(TrustLevel.AUTHENTICATED, "jane@example.com", None, True, proofs)
    one = bounce("a")
    with Store.open(path) as store:
        store.add([replace(one, report=replace(one.report, authenticity=found)), believed(bounce("b"), None)])
        store.add([believed(bounce("c", "kim@example.com"), TrustLevel.UNVERIFIED)])
    return path


def run(*words: str) -> str:
    done = CliRunner().invoke(group, list(words), env={"COLUMNS": "160"})
    assert done.exit_code in (0, 1), done.output
    return done.stdout


def test_check_says_how_the_deciding_notice_is_proven(db: str) -> None:
    row = json.loads(run("check", "jane@example.com", "--db", db, "--format", "jsonl"))
    assert row["evidence"]["authenticity"] == "authenticated"
    assert row["evidence"]["because"] == ["trust.verp.valid"]
    text = run("check", "--why", "jane@example.com", "--db", db, "--format", "table")
    assert "trust.verp.valid: it came to a return path that we signed, in time" in text
    assert "authenticated" in text
    assert "trust.verp.valid" not in run("check", "jane@example.com", "--db", db, "--format", "table")
    assert run("check", "--why", "new@example.com", "--db", db, "--format", "table").count("\n") == 2


def test_history_and_stats_show_it(db: str) -> None:
    assert "authenticated" in run("history", "jane@example.com", "--db", db, "--format", "table")
    text = run("stats", "--db", db, "--format", "table")
    assert "Bounces by how far they are to be believed" in text
    rows = [json.loads(line) for line in run("stats", "--by", "authenticity", "--db", db).splitlines()]
    assert {row["name"]: row["count"] for row in rows} == {"authenticated": 1, "unverified": 1}


def test_the_verdict_is_kept_in_both_databases_without_an_address(url: str) -> None:
    proofs = (Evidence("authenticity", "envelope", 0, "trust.verp.valid", "b+x-jane=example.com@b.example"),)
    found = Authenticity(TrustLevel.AUTHENTICATED, "jane@example.com", None, True, proofs)
    one = bounce("a")
    with Store.open(url, hash_key=b"0123456789abcdef") as store:
        store.add([replace(one, report=replace(one.report, authenticity=found))], now=day(1))
        (count,) = store.stats("authenticity")
        assert (count.name, count.count) == ("authenticated", 1)
        detail = store.check("jane@example.com", now=day(1)).evidence
        assert (detail["authenticity"], detail["because"]) == ("authenticated", ["trust.verp.valid"])
        assert "jane" not in json.dumps(detail)

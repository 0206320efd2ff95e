"""Each forged notice of samples/forged has the verdict beside it, and is about nobody but whom we mailed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dsnparse import BounceType, Origin, Parser, TrustLevel, TrustSettings, parse_dsn
from dsnparse.explain.evidence import evidence_meaning

SAMPLES = Path(__file__).parents[2] / "samples/forged"
SETTINGS = TrustSettings.from_toml((SAMPLES / "trust.toml").read_text("utf-8"))
PARSER = Parser(trust=SETTINGS)
MESSAGES = sorted(SAMPLES.glob("trust-*.eml"))
OTHERS = sorted(set(SAMPLES.glob("*.eml")) - set(MESSAGES))
LENA = "lena.maas@example.net"


@pytest.mark.parametrize("message", MESSAGES, ids=[path.stem for path in MESSAGES])
def test_the_verdict_is_the_one_beside_it(message: Path) -> None:
    expected = json.loads(message.with_suffix(".json").read_text("utf-8"))["trust"]
    found = PARSER.parse(message.read_bytes()).authenticity
    assert found is not None
    rules = [entry.rule for entry in found.evidence]
    assert (found.verdict, found.mailed) == (expected["verdict"], expected["mailed"]), rules
    assert expected["because"] in rules
    assert found.is_expected


@pytest.mark.parametrize("message", MESSAGES, ids=[path.stem for path in MESSAGES])
def test_whoever_is_hard_in_what_is_authenticated_is_the_one_whom_we_mailed(message: Path) -> None:
    report = PARSER.parse(message.read_bytes())
    assert report.authenticity is not None
    if report.authenticity.verdict is not TrustLevel.AUTHENTICATED:
        return
    mailed = (report.authenticity.mailed or "").lower()
    hard = [record for record in report if record.bounce_type is BounceType.HARD]
    assert {record.recipient.lower() for record in hard} <= {mailed}
    assert all(record.original_origin is Origin.VERP for record in report)
    if "genuine" in message.stem:
        assert len(hard) == 1


@pytest.mark.parametrize("message", MESSAGES, ids=[path.stem for path in MESSAGES])
def test_without_settings_nothing_is_said_of_it(message: Path) -> None:
    assert parse_dsn(message.read_bytes()).authenticity is None


@pytest.mark.parametrize("message", OTHERS, ids=[path.stem for path in OTHERS])
def test_what_was_forged_without_a_thought_of_signatures_is_not_authenticated(message: Path) -> None:
    found = PARSER.parse(message.read_bytes()).authenticity
    assert found is None or found.verdict not in (TrustLevel.AUTHENTICATED, TrustLevel.PLAUSIBLE)


def test_the_page_has_each_of_them_with_its_verdict() -> None:
    page = (SAMPLES.parents[1] / "docs/trust.md").read_text("utf-8")
    for message in MESSAGES:
        expected = json.loads(message.with_suffix(".json").read_text("utf-8"))
        name, verdict = message.stem.removeprefix("trust-"), expected["trust"]["verdict"]
        assert f"| `{name}` | {expected['note'].rstrip('.')} | {verdict} |" in page


def test_every_finding_and_rule_has_a_line_that_says_what_it_means() -> None:
    for message in MESSAGES:
        report = PARSER.parse(message.read_bytes())
        assert report.authenticity is not None
        entries = [*report.authenticity.evidence, *(entry for record in report for entry in record.evidence)]
        assert [entry.rule for entry in entries if evidence_meaning(entry.rule) is None] == []


def test_who_forwards_his_mail_is_the_one_who_failed() -> None:
    (record,) = PARSER.parse((SAMPLES / "trust-genuine-forwarded.eml").read_bytes())
    assert (record.recipient, record.recipient_origin) == ("kim@example.com", Origin.VERP)
    assert (record.original_recipient, record.original_origin) == ("kim@example.com", Origin.VERP)
    assert record.actual_recipient == "k.oh@corp.example"
    assert record.bounce_type is BounceType.HARD


def test_a_notice_that_names_nobody_is_about_the_one_of_the_return_path() -> None:
    data = (SAMPLES / "trust-genuine-names-nobody.eml").read_bytes()
    assert [record.bounce_type for record in parse_dsn(data)] != [BounceType.HARD]
    (record,) = PARSER.parse(data)
    assert (record.recipient, record.recipient_origin) == ("kim@example.com", Origin.VERP)
    assert (record.bounce_type, record.status) == (BounceType.HARD, "5.1.1")


def test_results_that_a_stranger_wrote_are_not_read() -> None:
    found = PARSER.parse((SAMPLES / "trust-authentication-results-forged.eml").read_bytes()).authenticity
    assert found is not None
    assert not any(entry.rule.startswith("trust.dkim") for entry in found.evidence)


def test_a_stranger_chooses_nobody() -> None:
    (record,) = PARSER.parse((SAMPLES / "trust-token-of-another.eml").read_bytes())
    assert (record.recipient, record.actual_recipient) == ("mallory@evil.example", LENA)
    several = PARSER.parse((SAMPLES / "trust-token-of-another-several.eml").read_bytes())
    assert {record.bounce_type for record in several} == {BounceType.UNDETERMINED}
    rules = [entry.rule for record in several for entry in record.evidence]
    assert rules.count("not-hard.not-mailed") == 2

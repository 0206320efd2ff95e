"""A program with types: `make lint` checks it with mypy --strict, and here it runs."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, assert_type

import dsnparse
from dsnparse import (
    Action,
    Advice,
    BounceRecord,
    BounceType,
    Conflict,
    DsnparseError,
    Evidence,
    Kind,
    Limits,
    Objection,
    OriginalMessage,
    Parser,
    ParseWarning,
    Reason,
    Report,
    RuleError,
    Source,
    Verdict,
    classify_reply,
    compose_dsn,
    parse_dsn,
    providers,
    report_schema,
)

ROOT = Path(__file__).parents[2]


def test_a_program_sees_the_types_of_all_that_is_public() -> None:
    parser = assert_type(Parser(rules=[], limits=Limits(parts=50), formats=["qmail"]), Parser)
    record = BounceRecord("tom@example.org", status="5.1.1", evidence=(Evidence("a", "1", 2, "b", "c"),))
    report = Report(Kind.BOUNCE, (record,), original=OriginalMessage(x_headers={"x-mailer": "Pine"}))
    data = assert_type(compose_dsn(report, to="a@example.com", date=datetime.now(UTC)), bytes)
    for found in (parse_dsn(data), parser.parse(memoryview(data)), Report.from_dict(report.to_dict())):
        assert_type(found, Report)
        for one in found:
            assert_type(one, BounceRecord)
            assert_type(one.recipient, str)
            assert_type(one.status, str | None)
            assert_type(one.action, Action | None)
            assert_type(one.bounce_type, BounceType)
            assert_type(one.last_attempt_date, datetime | str | None)
            assert_type(one.to_dict(), dict[str, Any])
        assert_type(found.warnings, tuple[ParseWarning, ...])
        assert_type(found.original.x_headers, Mapping[str, str])
    verdict = assert_type(classify_reply("550 5.1.1 no such user", "google", rules=[]), Verdict)
    assert_type(parser.classify_reply("550 5.1.1 no such user", provider="google"), Verdict)
    assert_type(Verdict.from_dict(verdict.to_dict()).conflicts, tuple[Conflict, ...])
    assert_type(verdict.source, Source | None)
    assert_type(verdict.not_hard, Objection | None)
    assert_type(verdict.reason.meaning, str)
    assert_type(Reason("expired").advice, Advice)
    assert_type(Reason.EXPIRED.bounce_type, BounceType)
    assert_type(providers(), tuple[str, ...])
    assert_type(report_schema(), dict[str, Any])
    error: DsnparseError = RuleError("own.toml: it is so.")
    assert str(error)


def test_the_package_says_that_it_has_types_and_its_version_stands_in_one_place() -> None:
    assert (Path(dsnparse.__file__).parent / "py.typed").exists()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert "py.typed" in project["tool"]["setuptools"]["package-data"]["dsnparse"]
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "dsnparse.version.VERSION"}

"""Every rule that evidence names stands in the registry, with a line that says what it means."""

from __future__ import annotations

import re
from pathlib import Path

import dsnparse
from dsnparse import parse_dsn
from dsnparse.explain.evidence import evidence_meaning, evidence_rules

SOURCES = sorted(Path(dsnparse.__file__).parent.rglob("*.py"))
SAMPLES = sorted((Path(__file__).resolve().parents[2] / "samples").glob("*/*.eml"))


def test_every_rule_in_the_evidence_of_the_samples_has_its_line() -> None:
    rules = set()
    for path in SAMPLES:
        report = parse_dsn(path.read_bytes())
        rules |= {entry.rule for record in report for entry in record.evidence}
        rules |= {entry.rule for entry in report.evidence}
    assert len(rules) > 150
    assert {rule for rule in rules if evidence_meaning(rule) is None} == set()


def test_every_rule_that_the_source_names_has_its_line() -> None:
    names = re.compile(r'"((?:text|returned|header|kind|rfc\d+)\.[a-z][a-z.-]*)"')
    rules = {name for path in SOURCES for name in names.findall(path.read_text(encoding="utf-8"))}
    assert len(rules) > 15
    assert {rule for rule in rules if evidence_meaning(rule) is None} == set()


def test_a_name_that_no_rule_has_means_nothing() -> None:
    assert evidence_meaning("nonsense") is None


def test_the_longest_name_that_fits_counts() -> None:
    assert evidence_meaning("rfc5965.original-rcpt-to") == evidence_rules()["rfc5965.*"]
    assert evidence_meaning("kind.from") == "From names a mail system (+3)"

"""Replies that providers document are never misread, and their pages and own codes are explained."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from dsnparse.cli.providers import providers
from dsnparse.explain import PageKind, explain
from dsnparse.explain.documented import Coverage, coverage, documented

COVERAGE = coverage()
#: Of what a provider documents, so much is read as it says; of all, when nobody says who spoke.
LEAST = 0.99
LEAST_ALONE = 0.98


@pytest.mark.parametrize("row", COVERAGE, ids=lambda row: row.provider)
def test_what_a_provider_documents_is_read_as_it_says(row: Coverage) -> None:
    misread = [
        (reply.text, reply.verdict(row.provider).reason)
        for reply in documented(row.provider)
        if reply.verdict(row.provider).reason not in reply.reasons
    ]
    assert row.share >= LEAST, misread


def test_most_of_it_is_understood_by_its_words_alone() -> None:
    assert sum(row.understood_alone for row in COVERAGE) >= LEAST_ALONE * sum(
        row.documented for row in COVERAGE
    )


@pytest.mark.parametrize("name", [row.provider for row in COVERAGE] + ["Outlook", "gmail", "AOL"])
def test_a_provider_has_a_page(name: str) -> None:
    page = explain(name)
    assert page.kind is PageKind.PROVIDER
    assert page.causes


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("S3150", "microsoft"),
        ("s3140", "microsoft"),
        ("TSS04", "yahoo"),
        ("[PH01]", "yahoo"),
        ("OFR_506", "orange"),
        ("IB110", "godaddy"),
    ],
)
def test_a_code_of_a_provider_is_explained(code: str, name: str) -> None:
    page = explain(code)
    assert page.title.startswith(f"{name}: ")
    assert page.senses


@pytest.mark.parametrize("word", ["S9999x", "nobody", "XYZ", "Q1"])
def test_any_other_word_is_refused_with_a_hint(word: str) -> None:
    with pytest.raises(ValueError, match="no reply whose words are understood"):
        explain(word)


@pytest.mark.parametrize(
    ("asked", "subject"),
    [("5.1.x", "5.1.0"), ("X.2.XXX", "X.2.0"), ("4.X.X", "4.0.0"), ("55x", "5xx"), ("4yz", "4xx")],
)
def test_a_class_of_codes_has_a_page(asked: str, subject: str) -> None:
    assert explain(asked).subject == subject


def test_the_command_lists_what_is_documented() -> None:
    result = CliRunner().invoke(providers, ["--format", "jsonl"])
    rows = [json.loads(line) for line in result.output.splitlines()]
    assert result.exit_code == 0
    assert [row["provider"] for row in rows] == [row.provider for row in COVERAGE]
    assert all(row["documented"] > 0 and row["read"] for row in rows)

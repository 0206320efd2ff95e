"""`provider=` takes a name that the rules know; another is refused, with the names that come near."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from dsnparse import Parser, Reason, classify_reply, providers
from dsnparse.cli import group

OWN = """
[provider]
name = "my_relay"
hosts = ["relay.example.net"]

[[rule]]
id = "odd"
reason = "greylisted"
reply = [454]
examples = ["454 later"]
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    file = tmp_path / "own.toml"
    file.write_text(OWN, "utf-8")
    return file


@pytest.mark.parametrize("name", providers())
def test_every_listed_provider_is_taken(name: str) -> None:
    assert classify_reply("550 5.1.1 no such user", name).reason is Reason.USER_UNKNOWN


@pytest.mark.parametrize("name", ["Microsoft", "Amazon-SES", "amazon-ses"])
def test_a_provider_may_be_written_with_capitals_and_hyphens(name: str) -> None:
    assert classify_reply("550 5.1.1 no such user", name).reason is Reason.USER_UNKNOWN


@pytest.mark.parametrize("name", ["outlook.com", "Hotmail", "Microsoft"])
def test_a_host_or_domain_names_its_provider(name: str) -> None:
    verdict = classify_reply("550 5.7.708 no", name)
    assert (verdict.provider, verdict.rule) == ("microsoft", "provider.microsoft.codes_reputation")


@pytest.mark.parametrize("name", ["mail", "vip"])
def test_a_label_that_several_providers_have_names_none(name: str) -> None:
    with pytest.raises(ValueError, match="No provider is called"):
        classify_reply("550 no", name)


def test_the_list_is_sorted_and_has_names_that_reports_show() -> None:
    assert list(providers()) == sorted(set(providers()))
    assert {"google", "microsoft", "yahoo", "proofpoint", "amazon_ses", "fastmail"} <= set(providers())


def test_a_provider_that_shares_its_table_counts_by_the_table_and_is_shown_by_its_name() -> None:
    reply = "550 permanent failure for one or more recipients (kim@example.com:550 5.1.1 User unknown)"
    verdict = classify_reply(reply, provider="barracuda")
    assert (verdict.provider, verdict.rule) == ("barracuda", "provider.filters.barracuda_unknown")


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("gogle", "Did you mean 'google'?"),
        ("Microsft", "Did you mean 'microsoft' or"),
        ("barracuda networks", "Did you mean 'barracuda'?"),
        ("", "No provider is called ''. All names: "),
        ("qqqqqq", "No provider is called 'qqqqqq'. All names: dsnparse.providers()"),
    ],
)
def test_an_unknown_provider_is_refused_with_the_nearest_names(name: str, near: str) -> None:
    for refusing in (classify_reply, Parser().classify_reply):
        with pytest.raises(ValueError) as caught:
            refusing("550 no", provider=name)
        assert near in str(caught.value)
        assert "dsnparse.providers()" in str(caught.value)


def test_a_provider_that_is_no_text_is_refused() -> None:
    with pytest.raises(TypeError, match="provider is a name such as 'google', not int"):
        classify_reply("550 no", 5)  # type: ignore[arg-type]


def test_a_provider_of_ones_own_is_known_where_its_rules_are(own: Path) -> None:
    assert "my_relay" in providers(rules=[own])
    assert "my_relay" not in providers()
    assert classify_reply("454 later", "my_relay", rules=[own]).reason is Reason.GREYLISTED
    assert Parser(rules=[own]).classify_reply("454 later", provider="my_relay").provider == "my_relay"
    with pytest.raises(ValueError, match="No provider is called 'my_relay'"):
        classify_reply("454 later", "my_relay")


def test_the_command_refuses_an_unknown_provider_as_wrong_usage_and_lists_the_known() -> None:
    runner = CliRunner()
    refused = runner.invoke(group, ["classify", "--provider", "gogle", "550 no"])
    assert refused.exit_code == 2
    assert "No provider is called 'gogle'. Did you mean 'google'?" in refused.output
    assert runner.invoke(group, ["classify", "--providers"]).output.split() == list(providers())

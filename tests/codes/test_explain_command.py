"""`dsnparse explain`: a page to read at 80 columns, JSON for programs, a sentence for what is no code."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner, Result

from dsnparse import Reason
from dsnparse.classify.codes import reply_codes, status_codes
from dsnparse.cli.explain import explain


def run(*arguments: str) -> Result:
    return CliRunner().invoke(explain, list(arguments), env={"COLUMNS": "80"})


def test_a_page_answers_what_happened_what_to_do_and_what_follows() -> None:
    told = run("5.1.1").output
    assert told.startswith("5.1.1  No such mailbox\n")
    for words in (
        "What happened",
        "What to do",
        "Mends itself",
        "Another way",
        "user_unknown",
        "hard:",
        "suppress:",
        "Bad destination mailbox address",
        "Permanent failure.",
        "Addressing.",
        "451, 550",
        "RFC 3463",
    ):
        assert words in told


@pytest.mark.parametrize(
    "subject", ["X.7.1", "5.2.999", "5.99.1", "421", "mailbox_full", "550 5.7.1 Message rejected due to spam"]
)
def test_the_page_is_plain_text_within_80_columns_when_piped(subject: str) -> None:
    result = run(subject)
    assert result.exit_code == 0
    assert "\x1b" not in result.output
    for line in result.output.splitlines():
        assert len(line) <= 80
        assert line == line.rstrip()


def test_every_code_and_reason_prints() -> None:
    every = [f"X.{code}" for code in status_codes()] + [str(code) for code in reply_codes()] + list(Reason)
    result = run(*every)
    assert result.exit_code == 0
    assert max(len(line) for line in result.output.splitlines()) <= 80


def test_x_shows_both_classes_under_headings_of_their_own() -> None:
    lines = run("X.4.1").output.splitlines()
    assert "4.4.1  No answer from the server" in lines
    assert "5.4.1  No answer from the server, given up" in lines


def test_a_reply_shows_the_verdict_before_the_pages_of_its_codes() -> None:
    told = run("550 5.7.1 Message rejected due to spam").output
    order = ["Decided by", "Text and code", "\nspam_content  ", "\n550  ", "\n5.7.1  "]
    assert [told.index(words) for words in order] == sorted(told.index(words) for words in order)


def test_words_without_quotes_are_one_reply_and_codes_are_several_pages() -> None:
    assert run("550", "5.1.1", "user", "unknown").output == run("550 5.1.1 user unknown").output
    assert run("550", "5.1.1").output == run("550").output + "\n" + run("5.1.1").output


def test_a_reply_cannot_send_control_characters_to_the_terminal() -> None:
    told = run("550 5.1.1 \x1b[31muser \x1b]0;x\x07unknown").output
    assert "\x1b" not in told
    assert "<U+001B>[31muser" in told


def test_json_is_one_page_or_a_list() -> None:
    page = json.loads(run("5.1.1", "--format", "json").output)
    assert page["senses"][0]["reason"] == "user_unknown"
    assert page["official"]["title"] == "Bad destination mailbox address"
    both = json.loads(run("4.2.2", "421", "--format", "json").output)
    assert [page["subject"] for page in both] == ["4.2.2", "421"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["mailbox_ful"], "Did you mean mailbox_full?"),
        (["3.1.1"], "is no enhanced status code"),
        (["999"], "is no SMTP reply code"),
        (["zzz", "qqq"], "no reply whose words are understood"),
        ([], "Missing argument"),
    ],
)
def test_what_is_no_code_ends_with_status_2_and_a_sentence(arguments: list[str], sentence: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert sentence in result.output
    assert "Traceback" not in result.output


def test_a_terminal_that_knows_ascii_only_gets_a_page_too() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "dsnparse", "explain", "5.6.7"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=True,
    )
    assert result.stdout.isascii()
    assert b"5.6.7  International address not taken\n---" in result.stdout

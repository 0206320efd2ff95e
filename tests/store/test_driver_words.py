"""What a driver says is put into sentences that end well."""

from __future__ import annotations

import pytest

from dsnparse.cli import main
from dsnparse.store.sql.errors import words_of

LIBPQ = (
    'connection to server at "127.0.0.1", port 1 failed: Connection refused\n'
    "\tIs the server running on that host and accepting TCP/IP connections?\n"
)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (LIBPQ, 'connection to server at "127.0.0.1", port 1 failed: Connection refused'),
        ("database is locked", "database is locked"),
        ("[Errno -2] Name or service not known.", "[Errno -2] Name or service not known"),
        ("a\n  b\n", "a b"),
    ],
)
def test_a_driver_s_words_have_no_question_and_no_full_stop_at_their_end(said: str, words: str) -> None:
    assert words_of(OSError(said)) == words


@pytest.mark.parametrize("command", [["check", "a@example.com"], ["suppressions", "add", "a@example.com"]])
def test_a_database_that_is_away_is_told_in_one_sentence(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--db", "postgresql+psycopg://u@127.0.0.1:1/x"]) == 75
    assert capsys.readouterr().err.endswith("Connection refused.\n")

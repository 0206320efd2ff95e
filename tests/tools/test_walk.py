"""The walk of a message is counted, and a reply in it is taken apart once."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import re2
from ahocorasick_rs import AhoCorasick

from tools.walk import COLUMNS, Counted, Reading, main

ROOT = Path(__file__).parents[2]
MESSAGES = [
    "samples/rfc/3464-several-recipients.eml",
    "samples/provider/qmail-local-and-dns.eml",
    "samples/provider/generic-cgi-mailer.eml",
]


def walk(*arguments: str) -> list[str]:
    command = [sys.executable, "-m", "tools.walk", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()


def test_each_reply_of_a_message_is_taken_apart_once() -> None:
    names, rule, *rows = [line.strip("| ").split(" | ") for line in walk("--markdown", *MESSAGES)]
    assert tuple(names) == COLUMNS
    assert rule == ["---"] * len(COLUMNS)
    assert [row[0] for row in rows] == [
        "3464-several-recipients.eml (rfc3464)",
        "qmail-local-and-dns.eml (qmail)",
        "generic-cgi-mailer.eml (generic)",
    ]
    for _, files, functions, rooms, moves, calls_across, read, replies in rows:
        assert 0 < int(rooms) < int(files) < int(functions)
        assert int(moves) > 0 < int(calls_across)
        assert 0 < float(read.removesuffix(" times")) < 12  # one short automaton for each list of words
        assert replies.endswith(", each once")


def test_the_same_message_has_the_same_walk_whatever_was_read_before() -> None:
    assert walk(MESSAGES[1], *MESSAGES)[-16:-8] == walk(MESSAGES[1])


def test_a_process_that_has_patterns_already_is_refused() -> None:
    import dsnparse

    assert dsnparse.__name__ in sys.modules
    with pytest.raises(RuntimeError, match="process of its own"):
        main([MESSAGES[0]])


def a_set(pattern: str) -> re2.Set:
    found = re2.Set.SearchSet()
    found.Add(pattern)
    found.Compile()
    return found


@pytest.mark.parametrize(
    ("pattern", "method", "arguments", "read"),
    [
        (re.compile("c"), "search", ("abcd",), 3),
        (re.compile("c"), "search", ("abcd", 1), 2),
        (re.compile("x"), "search", ("abcd",), 4),
        (re.compile("x"), "search", ("abcd", 1, 3), 2),
        (re2.compile("c"), "search", ("abcd",), 3),
        (re.compile("ab"), "match", ("abcd",), 2),
        (re.compile("b"), "match", ("abcd", 1), 1),
        (re.compile("x"), "match", ("abcd",), 0),
        (re.compile("abcd"), "fullmatch", ("abcd",), 4),
        (re.compile("b"), "finditer", ("abcd", 1, 3), 2),
        (re.compile("b"), "split", ("abcd", 1), 4),
        (re.compile("b"), "sub", ("x", "abcd"), 4),
        (re.compile(b"b"), "findall", (b"abcd",), 4),
        (a_set("b"), "Match", ("abcd",), 4),
        (AhoCorasick(["b"]), "find_matches_as_indexes", ("abcd",), 4),
    ],
)
def test_what_a_pattern_reads_is_counted(
    pattern: object, method: str, arguments: tuple[object, ...], read: int
) -> None:
    reading = Reading()
    counted = Counted(pattern, reading)
    found, plain = getattr(counted, method)(*arguments), getattr(pattern, method)(*arguments)
    assert reading.amount == read
    if isinstance(plain, (str, list)):
        assert found == plain

"""What came of messages: what is counted, and what is told at once."""

from __future__ import annotations

from collections import Counter

import pytest

from dsnparse import Envelope, Parser, Report, parse_dsn
from dsnparse.mailboxes.items import Mail, Problem
from dsnparse.mailboxes.tally import Tally

MESSAGE = b"From: a@example.org\nSubject: x\n\nbody\n"


class Broken(Parser):
    def parse(self, message: object, *, envelope: Envelope | None = None) -> Report:
        raise RuntimeError(f"a bug with {type(message).__name__}" if envelope is None else "another")


def test_every_count_is_added_up_and_what_was_told_is_only_counted() -> None:
    told = [Problem("a", "is empty"), Problem("b", "is empty")]
    numbers = (4, 100, 5, 6, 7)
    events, states = Counter({"sender.alert": 1}), Counter(review=-1)
    one = Tally(Counter(bounce=2), 3, 1, 1, told, 0, told[:1], *numbers, events, states)
    total = Tally()
    for _ in range(2):
        total.add(one)
    numbers = (8, 200, 10, 12, 14)
    events, states = Counter({"sender.alert": 2}), Counter(review=-2)
    assert total == Tally(Counter(bounce=4), 6, 2, 2, [], 4, [], *numbers, events, states)
    assert total.messages == 4


def test_a_parser_that_fails_is_a_problem_and_its_bytes_count() -> None:
    tally = Tally()
    mail = Mail("x.eml", MESSAGE, len(MESSAGE), weight=len(MESSAGE))
    assert tally.parse(mail, Broken()) is None
    assert tally.problems == [
        Problem("x.eml", "made the parser fail, please report it (RuntimeError: a bug with bytes)")
    ]
    assert isinstance(tally.parse(mail, Parser()), Report)
    assert (len(tally.problems), tally.weight) == (1, 2 * len(MESSAGE))


def test_only_a_message_that_was_cut_gets_a_note() -> None:
    tally = Tally()
    tally.note_size(Mail("whole", b"x" * 1000, 1000))
    tally.note_size(Mail("cut", b"x" * 1000, 5000))
    assert tally.notes == [Problem("cut", "only the first 1,000 of 5,000 bytes were read")]


def test_a_mistake_of_ours_is_a_report_with_a_warning_and_the_message_is_not_stored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> None:
        raise IndexError("a part of the message")

    monkeypatch.setattr("dsnparse.parser.read", broken)
    (warning,) = parse_dsn(MESSAGE).warnings
    assert warning.code == "internal.error"
    assert "IndexError" in warning.text
    assert "a part of the message" not in warning.text
    tally = Tally()
    assert tally.parse(Mail("x.eml", MESSAGE, len(MESSAGE)), Parser()) is None
    assert [problem.name for problem in tally.problems] == ["x.eml"]

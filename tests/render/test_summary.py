"""The line at the end of a run."""

from __future__ import annotations

from collections import Counter

import pytest

from dsnparse.mailboxes.items import Problem
from dsnparse.mailboxes.tally import Tally
from dsnparse.render.summary import ingest_summary, parse_summary, problem_lines

READ = Tally(Counter(bounce=1200, other=1), records=1300)
ODD = Tally(failed=2, warned=3, passed_over=1, unknown=4)
STORED = Tally(
    Counter(bounce=2),
    records=2,
    duplicates=1,
    events=Counter({"address.released": 1, "address.suppressed": 4, "address.review": 1, "sender.alert": 1}),
    states=Counter(suppressed=2, review=-1),
)
UNSTORED = Tally(unknown=1, failed=2, passed_over=3)


@pytest.mark.parametrize(
    ("total", "seconds", "folder", "expected"),
    [
        (Tally(), 0.0, None, ["0 messages", "0 records", "0.0 s"]),
        (Tally(Counter(bounce=1), 1), 0.5, None, ["1 message (1 bounce)", "1 record", "0.5 s, 2 a second"]),
        (
            READ,
            2.0,
            None,
            ["1,201 messages (1,200 bounce, 1 other)", "1,300 records", "2.0 s, 600 a second"],
        ),
        (
            ODD,
            1.0,
            "look\x1b",
            [
                "0 messages",
                "0 records",
                "2 could not be read",
                "3 with warnings",
                "1 file passed over",
                "4 copied to look<U+001B>",
                "1.0 s",
            ],
        ),
    ],
)
def test_what_was_read(total: Tally, seconds: float, folder: str | None, expected: list[str]) -> None:
    assert parse_summary(total, seconds, folder) == "; ".join(expected) + "."


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        (Tally(), ["0 messages", "0 records", "no address changed"]),
        (
            STORED,
            [
                "2 messages (2 bounce)",
                "1 known already",
                "2 records",
                "addresses: 2 suppressed, 1 released",
                "1 alert",
            ],
        ),
        (
            UNSTORED,
            [
                "0 messages",
                "0 records",
                "no address changed",
                "1 for a person to look at",
                "2 could not be read",
                "3 files passed over",
            ],
        ),
    ],
)
def test_what_was_stored(total: Tally, expected: list[str]) -> None:
    assert ingest_summary(total) == "; ".join(expected) + "."


def test_a_problem_cannot_act_on_the_terminal() -> None:
    tally = Tally(problems=[Problem("a\x1b[2J", "is empty")], notes=[Problem("b", "was cut")])
    assert list(problem_lines(tally)) == ["dsnparse: a<U+001B>[2J: is empty", "dsnparse: b: was cut"]

"""Fitting weights: what it is fitted to, what is held out, and how weights become whole numbers."""

from __future__ import annotations

from pathlib import Path

from tools.fit_rows import Labelled, Row, address_rows, labelled_mail, sign_rows, source
from tools.fit_weights import Right, folds, measure, whole_weights

NOTICE = (
    b"From: MAILER-DAEMON@mx.example\nReturn-Path: <>\nSubject: failure notice\nTo: me@example.net\n\n"
    b"<kim@example.com>: user unknown\n\nQuestions? Write to help@mx.example.\n"
)
MAIL = [Labelled("acme", "bounce", (frozenset(["kim@example.com"]),), NOTICE)]


def test_a_row_tells_what_was_seen_of_an_address_and_whether_it_failed() -> None:
    rows = address_rows(MAIL)
    assert [row.is_one for row in rows] == [True, False]
    assert "heading" in rows[0].seen
    assert {"service", "contact"} <= rows[1].seen


def test_a_notice_that_is_passed_on_is_a_message_that_is_none() -> None:
    first, *others = sign_rows(MAIL)
    assert first.is_one
    assert {"DAEMON", "RETURN_PATH", "SUBJECT"} <= first.seen
    assert len(others) > 40
    assert not any(row.is_one for row in others)


def test_samples_count_twice_where_they_have_a_part_for_machines() -> None:
    mail = labelled_mail([])
    samples = list((Path(__file__).parent.parent.parent / "samples").glob("*/*.eml"))
    assert len(samples) < len(mail) < 2 * len(samples)


def test_mail_of_one_system_is_held_out_together() -> None:
    assert {source(stem) for stem in ("lhost-postfix-31", "postfix__size", "postfix-quota")} == {"postfix"}
    rows = [Row(f"s{number % 9}", frozenset(), is_one=True) for number in range(90)]
    parts = folds(rows)
    assert sorted(row.source for _, test in parts for row in test) == sorted(row.source for row in rows)
    for train, test in parts:
        assert not {row.source for row in train} & {row.source for row in test}


def test_weights_are_whole_and_compared_with_the_sum_that_is_enough() -> None:
    assert whole_weights({"a": 1.0, "b": -0.4}, -2.0, 4) == {"a": 2, "b": -1}


def test_right_is_told_as_precision_and_recall() -> None:
    rows = [Row("s", frozenset(seen), is_one) for seen, is_one in (("a", True), ("a", False), ("b", True))]
    assert measure(rows, {"a": 4}, 4) == Right(1, 2, 2)
    assert Right(1, 2, 2).shown() == "precision 50.0 %, recall 50.0 %"

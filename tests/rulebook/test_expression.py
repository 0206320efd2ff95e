"""Expressions of RE2: asked by its own function, and by the package's where that is missing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse.rulebook.expression import Expression

PATTERNS = ["", "user", r"\bno such (?:user|mailbox)\b", "(a)|(b)(c)?", "ü+", "a*", r"^\d{3}[ -]"]
TEXTS = st.one_of(st.text("abc user no such mailbox 550-ü", max_size=40), st.text(max_size=20))


@given(st.sampled_from(PATTERNS), st.booleans(), TEXTS)
def test_both_ways_find_the_same_place(pattern: str, ignores_case: bool, text: str) -> None:
    quick, usual = (
        Expression(pattern, ignores_case=ignores_case),
        Expression(pattern, ignores_case=ignores_case),
    )
    usual._ask = None
    data = text.encode("utf-8", "replace")
    found = quick.search(data)
    assert quick.span(data) == usual.span(data) == (None if found is None else found.span())
    assert quick.is_in(data) is usual.is_in(data) is (found is not None)


@given(st.sampled_from(PATTERNS), TEXTS, st.integers(0, 8))
def test_places_are_those_of_the_package(pattern: str, text: str, start: int) -> None:
    one = Expression(pattern, ignores_case=True)
    for data in (text, text.encode("utf-8", "replace")):
        wanted = [[found.span(group) for group in range(one.groups + 1)] for found in one.finditer(data)]
        assert [
            [found.span(group) for group in range(one.groups + 1)] for found in one.places(data)
        ] == wanted
        first, theirs = one.place(data, start), one.search(data, start)
        assert (first is None) is (theirs is None)
        if first is not None:
            assert (first.span(), first.start(), first.end()) == (theirs.span(), theirs.start(), theirs.end())


def test_the_package_still_has_the_function_that_is_asked() -> None:
    assert Expression("a")._ask is not None
    assert Expression("a")._anchor is not None


def test_groups_are_counted() -> None:
    assert Expression("(a)|(?:b)(c)?").groups == 2


def test_letter_case_counts_unless_it_is_said_not_to() -> None:
    assert not Expression("user").is_in(b"USER")
    assert Expression("user", ignores_case=True).is_in(b"USER")


def test_what_re2_cannot_read_is_a_value_error_that_says_what() -> None:
    with pytest.raises(ValueError, match="missing"):
        Expression("(")

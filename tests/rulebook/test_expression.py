"""Expressions of RE2: asked by its own function, and by the package's where that is missing."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse.data import load
from dsnparse.rulebook.expression import Expression, _as_latin, group_of
from dsnparse.rulebook.files import builtin

PATTERNS = ["", "user", r"\bno such (?:user|mailbox)\b", "(a)|(b)(c)?", "ü+", "a*", r"^\d{3}[ -]"]
TEXTS = st.one_of(st.text("abc user no such mailbox 550-ü", max_size=40), st.text(max_size=20))


@given(st.sampled_from(PATTERNS), st.booleans(), TEXTS)
def test_both_ways_find_the_same_place(pattern: str, ignores_case: bool, text: str) -> None:
    quick, usual = (
        Expression(pattern, ignores_case=ignores_case),
        Expression(pattern, ignores_case=ignores_case),
    )
    data = text.encode("utf-8", "replace")
    usual._compiled_for(data).ask = None
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
    assert Expression("a")._compiled_for(b"").ask is not None


def test_groups_are_counted() -> None:
    assert Expression("(a)|(?:b)(c)?").groups == 2


@pytest.mark.parametrize("text", [b"a host", "ein höst".encode(), "a host"])
def test_a_group_has_its_name_whatever_the_text(text: str | bytes) -> None:
    one = Expression("(?P<host>h[oö]st)|(?P<user>user)|mail")
    assert group_of(one.search(text)) == "host"
    assert group_of(one.search("mail" if isinstance(text, str) else b"mail")) is None


def test_letter_case_counts_unless_it_is_said_not_to() -> None:
    assert not Expression("user").is_in(b"USER")
    assert Expression("user", ignores_case=True).is_in(b"USER")


def test_what_re2_cannot_read_is_a_value_error_that_says_what() -> None:
    with pytest.raises(ValueError, match="missing"):
        Expression("(").check()
    for text in (b"user", "böse".encode(), "user"):
        with pytest.raises(ValueError, match="missing"):
            Expression("(").place(text)


#: What a pattern of its own letters has: pieces that mean something else for a byte than for a letter.
PIECES = [
    r"\pL",
    r"\PL",
    r"[^\pL.;]",
    r"[\pL-]+",
    r"[]\pL]",
    r"[^]\PL]",
    r"\[\pL",
    "é?",
    "[áà]",
    "[а-я]+",
    "[^ж]",
]
PIECES += [
    "[a-я]",
    "一{0,2}",
    r"\b",
    "user",
    " ",
    ".",
    r"\S{0,3}",
    "(?:é|e)",
    "[[:digit:]]",
    r"\x{e9}?",
    r"\x{416}?",
]


@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=5),
    st.booleans(),
    st.text("ausEr z9[]\\;.-", max_size=30),
)
def test_what_is_made_for_ascii_finds_there_what_the_general_form_finds(
    pieces: list[str], ignores_case: bool, text: str
) -> None:
    one = Expression("".join(pieces), ignores_case=ignores_case)
    assert _spans(one._for_ascii().one.finditer(text.encode())) == _spans(
        one._compiled_for("").one.finditer(text)
    )


def _spans(found: Iterable[Any]) -> list[tuple[int, int]]:
    return [one.span() for one in found]


def test_so_it_is_with_all_patterns_of_the_package_and_the_replies_of_its_tests() -> None:
    replies = Path(__file__).parent.parent / "classify" / "replies.txt"
    texts = [line for line in replies.read_text("utf-8").lower().splitlines() if line.isascii()]
    text = "\n".join(texts)
    patterns = {pattern for rule in builtin().rules for pattern in rule.patterns}
    patterns |= {
        pattern
        for language in load("words").values()
        for group in ("text", "subject")
        for words in language.get(group, {}).values()
        for pattern in words
    }
    assert len(patterns) > 3000
    for pattern in sorted(patterns):
        one = Expression(f"(?m){pattern}")
        assert _spans(one._for_ascii().one.finditer(text.encode())) == _spans(
            one._compiled_for("").one.finditer(text.encode())
        )


def test_letters_are_those_of_ascii_within_a_class_and_without() -> None:
    assert _as_latin(r"[^\pL;]x\PL[]\pL]\pL") == b"[^[:alpha:];]x[[:^alpha:]][][:alpha:]][[:alpha:]]"
    assert _as_latin(r"né[а-я]\[\pL") == b"n\xe9[\xff-\xff]\\[[[:alpha:]]"

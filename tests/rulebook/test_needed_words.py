"""The words that patterns need: a pattern is never in a text that lacks them."""

from __future__ import annotations

import re
import sys
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsnparse.data import load
from dsnparse.reply import Reply
from dsnparse.rulebook.files import builtin, builtin_sources
from dsnparse.rulebook.needed_words import needed_words, prepared
from dsnparse.rulebook.pattern_finder import PatternFinder
from dsnparse.rulebook.rule import compiled
from dsnparse.rulebook.template import pattern as compiled_without_case


def patterns_of_words() -> list[str]:
    """The patterns of `data/words`."""
    return [
        pattern
        for language in load("words").values()
        for group in ("subject", "text")
        for phrases in language.get(group, {}).values()
        for pattern in phrases
    ]


@cache
def patterns_of_rules() -> list[str]:
    return [pattern for rule in builtin().rules for pattern in rule.patterns]


@pytest.mark.parametrize(
    ("pattern", "groups"),
    [
        ("no such user", [{"no such user"}]),
        ("(?:user|account) unknown", [{"user unknown", "account unknown"}]),
        (r"(?:user|account) \S+ (?:closed|disabled)", [{" closed", " disabled"}, {"user ", "account "}]),
        (r"(?:user|account)\b.*closed", [{"closed"}, {"user", "account"}]),
        ("(?:over )?quota", [{"quota"}]),
        ("(?:very )*full", [{"full"}]),
        ("(?:mail)+box", [{"box"}, {"mail"}]),
        (r"mailbox\s+is\s*full", [{"mailbox is full", "mailbox isfull"}]),
        ("[Uu]ser[ -]unknown", [{"user unknown", "user-unknown"}]),
        (r"code [45]\d\d", [{"code 4", "code 5"}]),
        (r"\bib10[1-3]\b", [{"ib101", "ib102", "ib103"}]),
        (r"^\d{3}$", []),
        ("(?:quota|.*)", []),
        (r"\p{Greek}+", []),
        (r"recipient\pL* ?[:=]", [{"recipient"}]),
        ("(?i)(?P<who>user) gone", [{"user gone"}]),
        (r"\bgone\b.*unknown|unknown.*\bgone\b", [{"gone"}]),
        (r"(?:message|mail) \S+ (?:gigantic|enormous)", [{" gigantic", " enormous"}]),
        (r"\bvacation\b.*\bmessage\b", [{"vacation"}]),
        ("Χρήστης άγνωστος", [{"χρήστησ άγνωστοσ"}]),
    ],
)
def test_words_of_a_pattern(pattern: str, groups: list[set[str]]) -> None:
    assert [set(group) for group in needed_words(pattern).groups] == groups


@pytest.mark.parametrize(
    ("pattern", "is_all"),
    [
        ("no such user", True),
        (r"\bno such (?:user|account)\b", True),
        (r"\buser|account\b", False),
        (r"^no such user", False),
        (r"no such user$", False),
        (r"no such \buser", False),
        (r"no such \S+", False),
        (r"\b(?:user)", True),
        (r"\b[(]user", False),
    ],
)
def test_what_asks_for_words_only_is_known(pattern: str, is_all: bool) -> None:
    assert needed_words(pattern).is_all == is_all


@pytest.mark.parametrize(
    ("pattern", "longest"),
    [(r"^\d{1,3}$", 3), (r"^(?:x; ?)?[12]?\d{1,2}$", 6), (r"^\d+$", sys.maxsize), (r"\d{1,3}", sys.maxsize)],
)
def test_a_pattern_without_words_may_be_known_by_its_length(pattern: str, longest: int) -> None:
    assert needed_words(pattern).longest == longest


def test_patterns_nested_beyond_measure_need_no_words() -> None:
    assert needed_words("(" * 5000 + "a" + ")" * 5000).groups == ()


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_text_in_which_a_pattern_is_has_the_words_that_it_needs(data: st.DataObject) -> None:
    patterns = [one for one in (*patterns_of_words(), *patterns_of_rules()) if r"\p" not in one]
    pattern = data.draw(st.sampled_from(patterns))
    inside = data.draw(st.from_regex(pattern))
    text = data.draw(st.sampled_from(["", "550 5.1.1 ", "Sorry. "])) + inside
    finder = PatternFinder([("it", pattern)], compiled_without_case)
    if compiled_without_case(pattern).search(text.encode("utf-8", "replace")) is not None:
        assert "it" in finder.found_in(text)


def test_every_pattern_is_found_in_the_examples_of_all_rules_as_alone() -> None:
    patterns = patterns_of_rules()
    finder = PatternFinder(list(enumerate(patterns)), compiled)
    texts = [Reply.parse(example).low for rule in builtin_sources()[0] for example in rule.examples]
    together = [compiled(pattern) for pattern in patterns]
    found = 0
    for text in texts:
        data = text.encode()
        alone = {number for number, one in enumerate(together) if one.search(data) is not None}
        assert (text, set(finder.found_in(text))) == (text, alone)
        assert alone <= finder.perhaps_within(text)
        found += bool(alone)
    assert found > 200


LINES = [
    "The following address had permanent fatal errors",
    "Delivery has failed to these recipients or groups:",
    "Diese Nachricht konnte nicht an den Empfänger zugestellt werden: Postfach voll",
    "Le message n'a pas pu être remis, boîte pleine",
    "Your message was not delivered. Reason: user unknown",
    "Will retry for 4 more days; you need not send it again",
    "please contact postmaster@example.com, if the problem persists",
    "Could not be delivered yet, and is undeliverable: quota",
    "次の宛先に配信できませんでした。",
    "ΧΡΗΣΤΗΣ ΑΓΝΩΣΤΟΣ",
]


@pytest.mark.parametrize("line", LINES)
def test_the_words_of_notices_are_found_in_a_line_as_alone(line: str) -> None:
    patterns = list(dict.fromkeys(patterns_of_words()))
    finder = PatternFinder([(pattern, pattern) for pattern in patterns], compiled_without_case)
    alone = {one for one in patterns if compiled_without_case(one).search(line.encode()) is not None}
    assert set(finder.found_in(line)) == alone


@given(st.text(alphabet=" ab\t\nΣςÄİ\udc80", max_size=20))
def test_a_prepared_text_has_single_blanks_and_can_be_encoded(text: str) -> None:
    done = prepared(text)
    assert re.search(r"\S\s\s+\S|[\t\n]", done) is None
    assert done.encode("utf-8").startswith(b" ")

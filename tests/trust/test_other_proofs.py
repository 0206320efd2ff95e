"""BATV, SRS, signed Message-IDs and tokens."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dsnparse.trust.batv import check_batv, sign_batv
from dsnparse.trust.keys import Keys
from dsnparse.trust.signature import State
from dsnparse.trust.srs import check_srs, rewrite
from dsnparse.trust.tracking import (
    check_message_id,
    find_token,
    is_signed_form,
    sign_id_token,
    sign_message_id,
    sign_token,
)
from dsnparse.trust.verp import check_return_path, sign_return_path

DAY = date(2026, 11, 26)
KEYS = Keys.parse("a:2026-11-01:correct-horse-battery-staple")
BATV = {0: b"batv secret"}
SRS = [b"srs secret"]
DAYS = st.dates(date(2021, 1, 1), date(2100, 1, 1))
LETTERS = st.sampled_from([*map(chr, range(33, 127)), "\u212a", "é"])


@given(DAYS, st.integers(0, 7))
def test_a_batv_tag_is_good_for_a_week(day: date, days: int) -> None:
    path = sign_batv("news@example.org", BATV, day)
    assert check_batv(path, BATV, day + timedelta(days)) == (State.VALID, "news@example.org")
    assert check_batv(path.upper(), BATV, day) == (State.VALID, "NEWS@EXAMPLE.ORG")
    assert check_batv(path, BATV, None) == (State.UNDATED, "news@example.org")
    for late in (-3, 9, 300, 900):
        found = check_batv(path, BATV, day + timedelta(late))
        assert found is not None
        assert found.state is State.EXPIRED


@given(st.integers(0, 60), LETTERS)
def test_no_other_batv_tag_is_good(place: int, letter: str) -> None:
    path = sign_batv("news@example.org", BATV, DAY)
    at = place % len(path)
    other = path[:at] + letter + path[at + 1 :]
    # The separator has two spellings; the tag of a capital letter in the address is another one's.
    assume(other.lower() != path.lower() and other.replace("/", "=") != path)
    found = check_batv(other, BATV, DAY)
    assert found is None or found.state in (State.FORGED, State.UNKNOWN_KEY)


def test_batv_as_exim_makes_it() -> None:
    # exim -be '${prvs{news@example.org}{batv secret}{0}}' on 26 November 2026, Exim 4.96
    assert sign_batv("news@example.org", BATV, DAY) == "prvs=0790f4be41=news@example.org"


def test_srs_as_exim_makes_it() -> None:
    # exim -be '${srs_encode{srs secret}{kim@example.com}{us.example}}' on the same day
    path = "SRS0=1085=jp=example.com=kim@us.example"
    assert check_srs(path, SRS, DAY) == (State.VALID, "kim@example.com")
    assert check_srs(path.replace("kim", "lee"), SRS, DAY) == (State.FORGED, "lee@example.com")


def test_batv_keys_are_told_by_their_digit() -> None:
    path = sign_batv("news@example.org", {0: b"old", 1: b"new"}, DAY)
    assert path.startswith("prvs=1")
    assert check_batv(path, {0: b"old"}, DAY) == (State.UNKNOWN_KEY, "news@example.org")
    assert check_batv("news@example.org", BATV, DAY) is None
    with pytest.raises(ValueError, match="no BATV key"):
        sign_batv("news@example.org", {}, DAY)


@given(DAYS, st.integers(0, 21))
def test_a_rewritten_address_is_undone_within_its_days(day: date, days: int) -> None:
    path = rewrite("Kim@example.com", "us.example", SRS[0], day)
    assert check_srs(path, SRS, day + timedelta(days)) == (State.VALID, "Kim@example.com")
    folded = check_srs(path.lower(), SRS, day)
    assert folded is not None
    assert folded.state is State.VALID
    for late in (-3, 40, 500):
        found = check_srs(path, SRS, day + timedelta(late))
        assert found is not None
        assert found.state is State.EXPIRED


@given(st.integers(0, 60), st.sampled_from(list("abcdefghijklmnopqrstuvwxyz0123456789")))
def test_no_other_rewritten_address_is_good(place: int, letter: str) -> None:
    path = rewrite("kim@example.com", "us.example", SRS[0], DAY)
    local = path.partition("@")[0]
    at = place % len(local)
    other = f"{local[:at]}{letter}{local[at + 1 :]}@us.example"
    assume(other.lower() != path.lower())
    found = check_srs(other, SRS, DAY)
    assert found is None or found.state is State.FORGED


def test_srs_of_two_forwarders_and_without_a_secret() -> None:
    first = rewrite("kim@example.com", "first.example", b"first", DAY)
    inner = first.partition("@")[0].removeprefix("SRS0")
    from dsnparse.trust.srs import _hash

    path = f"SRS1={_hash(SRS[0], 'first.example', inner)}=first.example={inner}@us.example"
    assert check_srs(path, SRS, DAY) == (State.UNDATED, first)
    assert check_srs(path.replace("first", "worst"), SRS, DAY) == (
        State.FORGED,
        first.replace("first", "worst"),
    )
    assert check_srs(first, [], DAY) == (State.UNKNOWN_KEY, "kim@example.com")
    assert check_srs("kim@example.com", SRS, DAY) is None
    with pytest.raises(ValueError, match="no address"):
        rewrite("kim", "us.example", b"s", DAY)


def test_a_message_id_is_good_for_its_recipient_alone() -> None:
    mine = sign_message_id("Kim@example.com", "4f2a9c", "example.org", KEYS, DAY)
    assert is_signed_form(mine)
    assert check_message_id(mine, "kim@example.com", KEYS, DAY) is State.VALID
    assert check_message_id(mine.upper(), "kim@example.com", KEYS, DAY) is State.VALID
    assert check_message_id(mine, "lee@example.com", KEYS, DAY) is State.FORGED
    assert check_message_id(mine, "kim@example.com", KEYS, None) is State.UNDATED
    assert check_message_id(mine, "kim@example.com", KEYS, DAY + timedelta(99)) is State.EXPIRED
    assert check_message_id("<1@example.org>", "kim@example.com", KEYS, DAY) is None
    with pytest.raises(ValueError, match="not fit for a Message-ID"):
        sign_message_id("kim@example.com", "A B", "example.org", KEYS, DAY)


@given(st.integers(0, 60), LETTERS)
def test_no_change_of_a_message_id_is_good(place: int, letter: str) -> None:
    mine = sign_message_id("kim@example.com", "4f2a9c", "example.org", KEYS, DAY)
    at = 1 + place % (len(mine) - 2)
    other = mine[:at] + letter + mine[at + 1 :]
    assume(other.lower() != mine.lower() or not other.isascii())
    assert check_message_id(other, "kim@example.com", KEYS, DAY) not in (State.VALID, State.UNDATED)


def test_a_token_is_found_in_its_field_and_in_a_feedback_id() -> None:
    token, name = sign_token("kim@example.com", KEYS, DAY), sign_id_token("u4711", KEYS, DAY)
    assert find_token(token, KEYS, DAY) == (State.VALID, "kim@example.com", None, DAY)
    assert find_token(f"campaign:{name}:list:sender", KEYS, DAY) == (State.VALID, None, "u4711", DAY)
    assert find_token(f"campaign:{token}", KEYS, DAY) == (State.VALID, "kim@example.com", None, DAY)
    assert find_token("campaign:list:sender", KEYS, DAY) is None
    assert find_token(token.replace("kim", "lee"), KEYS, DAY) == (State.FORGED, None, None, None)


def test_what_was_signed_for_one_place_counts_in_no_other() -> None:
    token = sign_token("kim@example.com", KEYS, DAY)
    path = sign_return_path("kim@example.com", "b.example", KEYS, DAY)
    moved = check_return_path(f"b+{token}@b.example", KEYS, DAY)
    assert moved is not None
    assert moved.state is State.FORGED
    inside = find_token(path.partition("@")[0].removeprefix("b+"), KEYS, DAY)
    assert inside is not None
    assert inside.state is State.FORGED


@given(st.text(max_size=150))
def test_any_text_is_no_error_and_not_ours(text: str) -> None:
    assert check_message_id(text, "kim@example.com", KEYS, DAY) not in (State.VALID, State.UNDATED)
    found = find_token(text, KEYS, DAY)
    assert found is None or not found.is_ours
    for tagged in (check_batv(text, BATV, DAY), check_srs(text, SRS, DAY)):
        assert tagged is None or tagged.state is not State.VALID

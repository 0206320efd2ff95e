"""Signed return paths: what was signed verifies, in any letter case, and nothing else does."""

from __future__ import annotations

import string
from datetime import date, timedelta

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from dsnparse.trust.keys import Key, Keys, new_key
from dsnparse.trust.signature import LIFETIME, State
from dsnparse.trust.verp import check_return_path, sign_id, sign_return_path

DAY = date(2026, 11, 26)
KEYS = Keys.parse("a:2026-11-01:correct-horse-battery-staple")
DOMAIN = "bounces.example.org"
ATOM = string.ascii_letters + string.digits + "!#$%&'*+/=?^_`{|}~-."
LOCALS = st.text(ATOM, min_size=1, max_size=20)
DOMAINS = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,4})?\.[a-z]{2,6}", fullmatch=True)
ADDRESSES = st.builds("{}@{}".format, LOCALS, DOMAINS)
IDS = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,20}", fullmatch=True)
DAYS = st.dates(date(2026, 11, 1), date(2100, 1, 1))
#: What a mail server, or somebody who tries, may put into an address.
LETTERS = st.sampled_from([*map(chr, range(33, 127)), "\u212a", "\u017f", "é", "\n", " "])


@given(ADDRESSES, DAYS, st.integers(-1, LIFETIME))
def test_what_was_signed_verifies_within_its_days_and_names_the_recipient(
    address: str, day: date, days: int
) -> None:
    path = sign_return_path(address, DOMAIN, KEYS, day)
    assert len(path.partition("@")[0]) <= 64
    assert check_return_path(path, KEYS, day + timedelta(days)) == (State.VALID, address, None, day)
    assert check_return_path(f"<{path}>", KEYS, None) == (State.UNDATED, address, None, day)


@given(IDS, DAYS)
def test_so_does_an_id(name: str, day: date) -> None:
    path = sign_id(name, DOMAIN, KEYS, day)
    assert check_return_path(path, KEYS, day) == (State.VALID, None, name, day)


@given(ADDRESSES, st.data())
def test_letter_case_does_not_matter(address: str, data: st.DataObject) -> None:
    path = sign_return_path(address, DOMAIN, KEYS, DAY)
    folded = "".join(data.draw(st.sampled_from([c.upper(), c.lower()])) for c in path)
    signed = check_return_path(folded, KEYS, DAY)
    assert signed is not None
    assert signed.state is State.VALID
    assert (signed.recipient or "").lower() == address.lower()


@given(ADDRESSES, st.integers(0, 99), LETTERS, st.sampled_from(["put", "insert", "remove", "swap"]))
@example("kim@example.com", 20, "\u212a", "put")
def test_no_change_of_a_signed_return_path_verifies(address: str, place: int, letter: str, how: str) -> None:
    path = sign_return_path(address, DOMAIN, KEYS, DAY)
    at = place % len(path)
    other = {
        "put": path[:at] + letter + path[at + 1 :],
        "insert": path[:at] + letter + path[at:],
        "remove": path[:at] + path[at + 1 :],
        "swap": path[:at] + path[at + 1 : at + 2] + path[at] + path[at + 2 :],
    }[how]
    assume(other.lower() != path.lower() or not other.isascii())
    signed = check_return_path(other, KEYS, DAY)
    assert signed is None or not signed.is_ours, other


@given(ADDRESSES, ADDRESSES)
def test_a_signature_does_not_move_to_another_recipient(address: str, other: str) -> None:
    assume(address.lower() != other.lower())
    path = sign_return_path(address, DOMAIN, KEYS, DAY)
    moved = path[:17] + other.replace("@", "=") + "@" + DOMAIN
    signed = check_return_path(moved, KEYS, DAY)
    assert signed is None or not signed.is_ours


@given(st.text(max_size=120))
@example("b+enxajq4x2u7hbz-kim=example.com@bounces.example.org")
@example("b+aaaaaaaaaaaaaa-=@x")
def test_any_text_is_no_error_and_not_ours(text: str) -> None:
    signed = check_return_path(text, KEYS, DAY)
    assert signed is None or not signed.is_ours


def test_it_expires_and_is_not_good_before_its_day() -> None:
    path = sign_return_path("kim@example.com", DOMAIN, KEYS, DAY)
    states = {
        days: check_return_path(path, KEYS, DAY + timedelta(days))
        for days in (-2, -1, 0, LIFETIME, LIFETIME + 1, 4000)
    }
    good = {days for days, signed in states.items() if signed and signed.state is State.VALID}
    assert good == {-1, 0, LIFETIME}
    assert all(signed and signed.recipient == "kim@example.com" for signed in states.values())


def test_a_new_key_signs_and_the_old_one_verifies_until_it_is_taken_out() -> None:
    old = sign_return_path("kim@example.com", DOMAIN, KEYS, DAY)
    added = new_key(DAY, [key.id for key in KEYS.all])
    both = Keys([*KEYS.all, added])
    new = sign_return_path("kim@example.com", DOMAIN, both, DAY)
    assert both.newest == added
    for path in (old, new):
        signed = check_return_path(path, both, DAY)
        assert signed is not None
        assert signed.state is State.VALID
    alone = check_return_path(old, Keys([added]), DAY)
    assert alone is not None
    assert (alone.state, alone.recipient) == (State.UNKNOWN_KEY, None)


def test_another_secret_under_the_same_id_makes_it_a_forgery() -> None:
    path = sign_return_path("kim@example.com", DOMAIN, KEYS, DAY)
    signed = check_return_path(path, Keys.parse("a:2026-11-01:another-horse-battery"), DAY)
    assert signed == (State.FORGED, None, None, None)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("firstname.lastname@department.of.something.university.example", "letters before its @"),
        ('"kim oh"@example.com', "sign an id of your own"),
        ("kïm@example.com", "sign an id of your own"),
        ("kim", "sign an id of your own"),
        ("", "sign an id of your own"),
        ("kim@", "sign an id of your own"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(address: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        sign_return_path(address, DOMAIN, KEYS, DAY)


@pytest.mark.parametrize("name", ["", "U4711", "a.b", "ü", "a b", "x" * 60, "-a"])
def test_an_id_that_a_mail_server_could_change_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="id"):
        sign_id(name, DOMAIN, KEYS, DAY)


def test_a_prefix_or_domain_that_is_none_is_refused() -> None:
    for prefix, domain in (("a+b", DOMAIN), ("", DOMAIN), ("b", "a b"), ("b", ""), ("b", "é.example")):
        with pytest.raises(ValueError, match="is no"):
            sign_return_path("kim@example.com", domain, KEYS, DAY, prefix=prefix)


def test_an_internationalised_domain_is_signed_in_its_ascii_form() -> None:
    path = sign_return_path("kim@bücher.example", DOMAIN, KEYS, DAY)
    signed = check_return_path(path, KEYS, DAY)
    assert signed is not None
    assert signed.recipient == "kim@xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "There is no key"),
        ("# only a remark", "There is no key"),
        ("a:2026-11-26", "This is no key"),
        ("A:2026-11-26:correct-horse-battery", "This is no key"),
        ("a:2026-13-26:correct-horse-battery", "no day of the calendar"),
        ("a:2026-11-26:short", "too short"),
        ("a:2026-11-26:correct-horse-battery a:2026-11-27:correct-horse-battery", "same id"),
    ],
)
def test_what_is_no_key_is_refused_without_showing_it(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        Keys.parse(text)
    assert "horse" not in str(caught.value)


def test_a_key_comes_back_from_its_line_and_does_not_show_its_secret() -> None:
    key = new_key(DAY)
    assert Key.parse(key.line()) == key
    assert len(key.secret) >= 32
    assert key.secret.decode() not in repr(key)
    with pytest.raises(ValueError, match="Every letter"):
        new_key(DAY, "abcdefghijklmnopqrstuvwxyz234567")

"""Which spellings are one address."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse.store import AddressIdentity
from dsnparse.store.address import given as given_addresses
from dsnparse.store.address.given import read_address
from dsnparse.store.address.normalize import LONGEST

PLAIN = AddressIdentity()
CASE = AddressIdentity(ignore_case=False)
TAGS = AddressIdentity(plus_tags=True)
DOTS = AddressIdentity(provider_dots=True)


@pytest.mark.parametrize(
    ("identity", "one", "other"),
    [
        (PLAIN, "jane@EXAMPLE.com", "jane@example.com"),
        (PLAIN, "jane@example.com.", "jane@example.com"),
        (PLAIN, "jane@MÜNCHEN.example", "jane@xn--mnchen-3ya.example"),
        (PLAIN, "Jane@example.com", "jane@EXAMPLE.COM"),
        (PLAIN, '"a..b."@example.com', "a..b.@example.com"),
        (PLAIN, r'"ja\ ne"@example.com', '"ja ne"@example.com'),
        (PLAIN, r'"j\ane"@example.com', "jane@example.com"),
        (PLAIN, "J\u00dcRGEN@example.com", "ju\u0308rgen@example.com"),
        (PLAIN, '"jane"@example.com', "jane@example.com"),
        (PLAIN, "ju\u0308rgen@example.com", "j\u00fcrgen@example.com"),
        (PLAIN, "Jane@Gmail.com", "jane@gmail.com"),
        (PLAIN, "jane@googlemail.com", "jane@gmail.com"),
        (TAGS, "jane+news@gmail.com", "jane@gmail.com"),
        (DOTS, "j.a.n.e@gmail.com", "jane@gmail.com"),
        (CASE, "Jane@Gmail.com", "jane@gmail.com"),
        (AddressIdentity(ignore_case=False, fold_domains=frozenset({"example.com"})),
         "Jane@example.com", "jane@example.com"),
    ],
)  # fmt: skip
def test_spellings_of_one_address(identity: AddressIdentity, one: str, other: str) -> None:
    assert identity.key(one) == identity.key(other)


@pytest.mark.parametrize(
    ("identity", "one", "other"),
    [
        (CASE, "Jane@example.com", "jane@example.com"),
        (PLAIN, r'"a\\b"@example.com', "ab@example.com"),
        (PLAIN, "\u212aim@example.com", "kim@example.com"),  # the Kelvin sign
        (PLAIN, "\u0130an@example.com", "ian@example.com"),
        (PLAIN, "a\u1fefb@example.com", "a`b@example.com"),
        (PLAIN, "jane@\u212aing.example", "jane@king.example"),
        (PLAIN, "jane@\uff45xample.com", "jane@example.com"),  # full-width
        (PLAIN, "jane@exam\u00adple.com", "jane@example.com"),
        (PLAIN, "jane@example\u3002com", "jane@example.com"),
        (PLAIN, "jane@example\uff0ecom", "jane@example.com"),
        (PLAIN, "jane@example.com..", "jane@example.com"),
        (PLAIN, "jane@ example.com", "jane@example.com"),
        (PLAIN, "j\udcf6rg@example.com", "j?rg@example.com"),
        (PLAIN, "jane+news@gmail.com", "jane@gmail.com"),
        (PLAIN, "j.ane@gmail.com", "jane@gmail.com"),
        (TAGS, "jane+news@example.com", "jane@example.com"),
        (DOTS, "j.ane@outlook.com", "jane@outlook.com"),
        (PLAIN, '"ja ne"@example.com', "jane@example.com"),
        (PLAIN, "jane@a.example", "jane@b.example"),
        (PLAIN, "x" * 500 + "1@example.com", "x" * 500 + "2@example.com"),
    ],
)
def test_different_addresses(identity: AddressIdentity, one: str, other: str) -> None:
    assert identity.key(one) != identity.key(other)


@pytest.mark.parametrize("identity", [PLAIN, AddressIdentity(plus_tags=True, provider_dots=True)])
@given(
    text=st.text(st.characters(), max_size=40)
    | st.from_regex(r"[^@]{1,9}@(gmail|example)\.com", fullmatch=True)
)
def test_any_text_has_a_key_that_a_database_can_hold_and_that_stays(
    identity: AddressIdentity, text: str
) -> None:
    key = identity.key(text)
    assert len(key) <= LONGEST
    assert "\x00" not in key
    assert key.encode("utf-8").decode("utf-8") == key
    assert identity.key(key) == key


@given(st.from_regex(given_addresses._PLAIN, fullmatch=True))
def test_a_plain_address_is_read_as_by_the_long_way(address: str) -> None:
    shortly = read_address(address)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(given_addresses, "_PLAIN", re.compile("(?!)"))
        assert read_address(address) == shortly

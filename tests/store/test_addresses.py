"""Which spellings are one address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse.store import AddressIdentity
from dsnparse.store.address.normalize import LONGEST

PLAIN = AddressIdentity()
TAGS = AddressIdentity(plus_tags=True)
DOTS = AddressIdentity(provider_dots=True)


@pytest.mark.parametrize(
    ("identity", "one", "other"),
    [
        (PLAIN, "jane@EXAMPLE.com", "jane@example.com"),
        (PLAIN, "jane@example.com.", "jane@example.com"),
        (PLAIN, "jane@MÜNCHEN.example", "jane@xn--mnchen-3ya.example"),
        (PLAIN, "<jane@example.com>", "jane@example.com"),
        (PLAIN, " jane@example.com\n", "jane@example.com"),
        (PLAIN, '"jane"@example.com', "jane@example.com"),
        (PLAIN, "ju\u0308rgen@example.com", "j\u00fcrgen@example.com"),
        (PLAIN, "Jane@Gmail.com", "jane@gmail.com"),
        (PLAIN, "jane@googlemail.com", "jane@gmail.com"),
        (TAGS, "jane+news@gmail.com", "jane@gmail.com"),
        (DOTS, "j.a.n.e@gmail.com", "jane@gmail.com"),
        (AddressIdentity.of(plus_tags=False, provider_dots=False, fold_domains=["Example.COM"]),
         "Jane@example.com", "jane@example.com"),
    ],
)  # fmt: skip
def test_spellings_of_one_address(identity: AddressIdentity, one: str, other: str) -> None:
    assert identity.key(one) == identity.key(other)


@pytest.mark.parametrize(
    ("identity", "one", "other"),
    [
        (PLAIN, "Jane@example.com", "jane@example.com"),
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

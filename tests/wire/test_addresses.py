"""Addresses: in fields with their types, in text, disguised, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import group, notice, report
from strategies import ASCII_ADDRESSES, UNICODE_ADDRESSES

from dsnparse import ParseWarning, parse_dsn
from dsnparse.wire.address import (
    addresses_in,
    clean,
    field_address,
    is_address,
    is_routable,
    spans_in,
    unmasked,
)

#: "{", "}" and "=" may be in a local part; in text they stand around addresses more often.
PLAIN_ADDRESSES = ASCII_ADDRESSES.filter(lambda address: not set(address) & set("{}=`"))


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("rfc822; tom@example.org", "tom@example.org"),
        ("RFC822;tom@example.org", "tom@example.org"),
        ("rfc822;<tom@example.org>", "tom@example.org"),
        ("rfc822; Tom Beck <tom@example.org>", "tom@example.org"),
        ("tom@example.org", "tom@example.org"),
        ("unknown; tom@example.org", "tom@example.org"),
        ("x-vendor; tom@example.org", "tom@example.org"),
        ("rfc822; SMTP:tom@example.org", "tom@example.org"),
        ('rfc822; "tom beck"@example.org', '"tom beck"@example.org'),
        ("rfc822; tom@[192.0.2.1]", "tom@[192.0.2.1]"),
        ("rfc822; tom@[IPv6:2001:db8::1]", "tom@[IPv6:2001:db8::1]"),
        ("rfc822; tom+40example.org", "tom@example.org"),
        ("rfc822; tom+tag@example.org", "tom+tag@example.org"),
        ("utf-8; tóm@exämple.org", "tóm@exämple.org"),
        ("utf-8; t\\x{F3}m@ex\\x{E4}mple.org", "tóm@exämple.org"),
        ("utf-8; \\x{110000}m@example.org", None),
        ("x400; /G=Tom/S=Beck/O=firm/", "/G=Tom/S=Beck/O=firm/"),
        ("rfc822; @relay.example:tom@example.org", "@relay.example:tom@example.org"),
        ("rfc822; tom", None),
        ("rfc822;", None),
        ("", None),
        ("x-unix; |/usr/bin/procmail", None),
        ("rfc822; " + "a" * 5000 + "@example.org", None),
    ],
)
def test_the_address_of_a_field_is_read_with_its_type(value: str, address: str | None) -> None:
    assert field_address(value) == address


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("<tom@example.org>: 550", ["tom@example.org"]),
        ("write to tom@example.org, kim@example.org.", ["tom@example.org", "kim@example.org"]),
        ("mailto:tom@example.org", ["tom@example.org"]),
        ("to='tom@example.org'", ["tom@example.org"]),
        ("to=<tom@example.org>,", ["tom@example.org"]),
        ("（tom@example.org）。", ["tom@example.org"]),
        ("宛先tom@example.org。", ["tom@example.org"]),
        ("tom＠example.org", ["tom@example.org"]),
        ('"a b"@example.org', ['"a b"@example.org']),
        ("o'neil@example.org", ["o'neil@example.org"]),
        ("tom@localhost", ["tom@localhost"]),
        ("tom @ example.org", []),
        ("tom@", []),
        ("@example.org", []),
        ("@" * 1000, []),
        ("x" * 500 + "@example.org", []),
        ("tom@-example.org tom@example..org", []),
        ("/home/tom@example.org", []),
        ("no address", []),
    ],
)
def test_plain_addresses_are_found_in_text(text: str, addresses: list[str]) -> None:
    assert addresses_in(text) == addresses


@given(
    st.lists(st.one_of(PLAIN_ADDRESSES, UNICODE_ADDRESSES), max_size=4),
    st.sampled_from([" ", ", ", "\n", "> <", ";"]),
)
def test_what_stands_apart_is_found_whole_and_where_it_stands(wanted: list[str], between: str) -> None:
    text = "<" + between.join(wanted) + ">"
    assert addresses_in(text) == wanted
    assert [text[start:end] for start, end, _ in spans_in(text)] == wanted


@given(st.text(st.sampled_from("ab@.<>()\"',;:=é\u200b\u202e\\ \n\x00\ud800-["), max_size=60))
def test_any_text_gives_addresses_without_controls(text: str) -> None:
    for address in [*addresses_in(text), field_address(text), clean(text)]:
        if address is not None:
            assert not any(char < " " or "\x7f" <= char <= "\x9f" for char in address)
            assert address.encode("utf-8", "surrogatepass")


MASKED = {
    "a right-to-left override": ("to\u202em@example.org", "to<U+202E>m@example.org"),
    "an isolate": ("to\u2067m@example.org", "to<U+2067>m@example.org"),
    "a zero-width space": ("t\u200bom@example.org", "t<U+200B>om@example.org"),
    "a zero-width space in the domain": ("tom@exam\u200bple.org", "tom@exam<U+200B>ple.org"),
    "a zero-width joiner": ("t\u200dom@example.org", "t<U+200D>om@example.org"),
    "a soft hyphen": ("t\u00adom@example.org", "t<U+00AD>om@example.org"),
    "a word joiner": ("t\u2060om@example.org", "t<U+2060>om@example.org"),
    "a tag": ("t\U000e0041om@example.org", "t<U+E0041>om@example.org"),
}


@pytest.mark.parametrize("name", MASKED)
def test_an_invisible_character_in_an_address_is_kept_and_told(name: str) -> None:
    address, shown = MASKED[name]
    sentence = f"The recipient {shown} has invisible characters in its address."
    assert unmasked(address) == shown
    for data in (
        report(group(address)),
        notice(f"Your message could not be delivered:\n\n<{address}>:\n550 5.1.1 No such user\n"),
    ):
        found = parse_dsn(data)
        assert [record.recipient for record in found] == [address]
        assert ParseWarning("address.invisible_characters", sentence) in found.warnings


@pytest.mark.parametrize("mark", ["\u200e", "\u200f", "\u202a", "\u2068", "\ufeff", "\u200b"])
def test_marks_of_direction_around_an_address_are_not_part_of_it(mark: str) -> None:
    text = f"Your message could not be delivered:\n\n{mark}tom@example.org{mark}\n550 5.1.1 No such user\n"
    for data in (notice(text), report(group(f"{mark}tom@example.org{mark}"))):
        found = parse_dsn(data)
        assert [record.recipient for record in found] == ["tom@example.org"]
        assert found.warnings == ()


@pytest.mark.parametrize(
    "value",
    [
        "(comment) tom@example.org",
        "tom@example.org (Tom (the (nested) one))",
        "(" * 300 + "tom@example.org" + ")" * 300,
        "Tom (x) <tom@example.org>",
        '"tom@victim.example" <tom@example.org>',
    ],
)
def test_comments_and_names_around_an_address_are_taken_off(value: str) -> None:
    assert field_address(f"rfc822; {value}") == "tom@example.org"


@pytest.mark.parametrize(
    ("address", "routable"),
    [
        ("tom@example.org", True),
        ("tom@[192.0.2.1]", True),
        ("tom@host", False),
        ("tom@ims-ms-daemon", False),
        ("@relay.example:tom@host", True),
        ("/S=tom/O=firm/", False),
    ],
)
def test_who_can_be_mailed_from_elsewhere(address: str, routable: bool) -> None:
    assert is_routable(address) is routable


def test_an_address_has_two_parts_of_plausible_form() -> None:
    good = ["a@b", "a.b@c.d", "ä@ö.example", "a@[1.2.3.4]", "a@b_c.example"]
    bad = [
        "",
        "a",
        "@",
        "a@",
        "@b",
        "a@b c",
        "a@.b",
        "a@b..c",
        "a@b-",
        "a@[1.2",
        "a" * 320 + "@b",
        "/x@b",
        "a@b!c",
    ]
    assert [address for address in good if not is_address(address)] == []
    assert [address for address in bad if is_address(address)] == []

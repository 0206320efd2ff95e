"""Addresses: in fields with their types, in text, disguised, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from messages import group, notice, report
from strategies import ASCII_ADDRESSES, UNICODE_ADDRESSES

from dsnparse import BounceType, Limits, Parser, ParseWarning, parse_dsn
from dsnparse.wire.address import (
    FieldAddress,
    address_in_field,
    field_address,
    is_addr_spec,
    is_address,
    is_routable,
    listed_addresses,
    unmasked,
)
from dsnparse.wire.address_spans import addresses_in, spans_in

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
        ('rfc822; "tom beck"@example.org', '"tom beck"@example.org'),
        ("rfc822; tom@[192.0.2.1]", "tom@[192.0.2.1]"),
        ("rfc822; tom@[IPv6:2001:db8::1]", "tom@[IPv6:2001:db8::1]"),
        ("rfc822; tom+tag@example.org", "tom+tag@example.org"),
        ("rfc822; tom..b.@docomo.example", "tom..b.@docomo.example"),
        ("utf-8; tóm@exämple.org", "tóm@exämple.org"),
        ("utf-8; t\\x{F3}m@ex\\x{E4}mple.org", "tóm@exämple.org"),
        ("utf-8; \\x{110000}m@example.org", None),
        ("rfc822;rfc822; tom@example.org", "tom@example.org"),
        ("rfc822; 'tom@example.org'", "tom@example.org"),
        ("x400; /G=Tom/S=Beck/O=firm/", "/G=Tom/S=Beck/O=firm/"),
        ("rfc822; tom", None),
        ("rfc822;", None),
        ("", None),
        ("x-unix; |/usr/bin/procmail", None),
        ("LOCAL; <tom@example.org>", "tom@example.org"),
        ("rfc822; " + "a" * 5000 + "@example.org", None),
    ],
)
def test_the_address_of_a_field_is_read_with_its_type(value: str, address: str | None) -> None:
    assert field_address(value) == (FieldAddress(address) if address is not None else None)


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
    text = between.join(wanted) if between != "> <" else f"<{between.join(wanted)}>"
    assert addresses_in(text) == wanted
    assert [text[span.start : span.end] for span in spans_in(text)] == wanted


@given(st.text(st.sampled_from("ab@.<>()\"',;:=é\u200b\u202e\\ \n\x00\ud800-["), max_size=60))
def test_any_text_gives_addresses_without_controls(text: str) -> None:
    given_by_fields = [field_address(text), address_in_field(text)]
    for address in [*addresses_in(text), *(found.text for found in given_by_fields if found is not None)]:
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
def test_marks_of_direction_around_an_address_in_text_silence_nobody(
    mark: str,
) -> None:
    text = f"Your message could not be delivered:\n\n{mark}tom@example.org{mark}\n550 5.1.1 No such user\n"
    (record,) = parse_dsn(notice(text))
    assert record.recipient == "tom@example.org"
    assert record.bounce_type is not BounceType.HARD


@pytest.mark.parametrize("mark", ["\u200e", "\u202e", "\u200b"])
def test_an_invisible_character_in_front_of_a_field_makes_another_address(mark: str) -> None:
    (record,) = parse_dsn(report(group(f"{mark}tom@example.org")))
    assert record.recipient == f"{mark}tom@example.org"
    assert record.bounce_type is not BounceType.HARD


@pytest.mark.parametrize(
    "value",
    [
        "tom@example.org (Tom (the (nested) one))",
        "Tom (x) <tom@example.org>",
        '"tom@victim.example" <tom@example.org>',
    ],
)
def test_comments_and_names_around_an_address_are_taken_off(value: str) -> None:
    assert field_address(f"rfc822; {value}") == FieldAddress("tom@example.org")


@pytest.mark.parametrize(
    "value",
    [
        "(comment) tom@example.org",
        "foo tom@example.org",
        "SMTP:tom@example.org",
        "tom+40example.org",
        "@relay.example:tom@example.org",
        "tom@example.org@evil.example",
        "x <tom@example.org>@evil.example",
        "&lt;tom@example.org",
        "(x)tom@example.org",
        "tom@example。org",
        "tom@#example.org",
        "t\x00om@example.org",
        "tom@example.org on Monday",
    ],
)
def test_what_can_be_read_as_more_than_one_address_is_uncertain(value: str) -> None:
    found = field_address(f"rfc822; {value}")
    assert found is not None
    assert found.is_uncertain


#: Other addresses than tom@example.org, or none; whoever mails them chooses what a notice says of them.
DISGUISES = (
    "'tom@example.org", "*tom@example.org", "foo|tom@example.org", "smtp=tom@example.org", "}tom@example.org",
    "x='tom@example.org", "rfc822=tom@example.org", '"<tom@example.org>"@evil.example', "x:tom@example.org",
    '"a tom@example.org b"@evil.example', '"tom@example.org "@evil.example', "tom@example.org@evil.example",
    "x <tom@example.org>@evil.example", "a tom@example.org b@evil.example", "@evil.example:tom@example.org",
    "&lt;tom@example.org", "(x)tom@example.org", "\u200btom@example.org", "\\164om@example.org",
    "tom@example。org", "x dda:SMTP=tom@example.org; y@evil.example", "dda:smtp=tom@example.org",
)  # fmt: skip


@pytest.mark.parametrize("disguise", DISGUISES)
def test_nobody_is_silenced_by_an_address_that_is_not_his(disguise: str) -> None:
    messages = [
        report(group(disguise)),
        notice(f"Sorry, no such user:\n\n<{disguise}>:\n550 5.1.1 No such user\n"),
    ]
    messages.append(notice(f"Your message failed:\n\n  {disguise}\n    550 5.1.1 No such user\n"))
    for message in messages:
        for record in parse_dsn(message):
            assert record.recipient != "tom@example.org" or record.bounce_type is not BounceType.HARD


@given(
    st.text(st.sampled_from("'*|={}()<>\"@:;,. \\\u200b。abX"), max_size=12),
    st.sampled_from(["", "@evil.example"]),
)
def test_whatever_stands_before_or_behind_an_address_makes_another_one(before: str, behind: str) -> None:
    local = f"{before}tom@example.org{behind}" if behind else f"{before}tom"
    quoted = local.replace("\\", "\\\\").replace('"', '\\"')
    for written in (f"{before}tom@example.org{behind}", f'"{quoted}"{behind or "@example.org"}'):
        found = field_address(f"rfc822; {written}")
        if before.strip() and found is not None and found.text == "tom@example.org":
            assert found.is_uncertain or written.strip().rstrip(".").endswith((">", "'", '"', ")"))


@settings(max_examples=4000, deadline=None)
@given(st.text(st.sampled_from("'*|={}()<>\"@:; \\u200babX"), min_size=1, max_size=6))
def test_a_local_part_without_its_quotes_names_nobody_for_certain(between: str) -> None:
    line = f"<tom@example.org{between}x@evil.example>:"
    text = f"Hi. This is the qmail-send program at mx.example.net.\n\n{line}\n550 5.1.1 No such user\n"
    for record in parse_dsn(notice(text)):
        assert record.recipient != "tom@example.org" or record.bounce_type is not BounceType.HARD


@pytest.mark.parametrize(
    ("text", "certain"),
    [
        ("tom@example.org <kim@example.net>", ["kim@example.net"]),
        ("'tom@example.org' <kim@example.net>: no", ["kim@example.net"]),
        ("tom@example.org <tom@example.org>", ["tom@example.org", "tom@example.org"]),
        ("tom@example.org (kim@example.net)", []),
        ("tom@example.org kim@example.net", []),
        ("tom@example.org, kim@example.net", ["tom@example.org", "kim@example.net"]),
        ("<tom@example.org>: forwarded to <kim@example.net>", ["tom@example.org", "kim@example.net"]),
        ("[tom@example.org]@example.net", []),
        ("tom@example.org>: no", []),
    ],
)
def test_what_may_be_the_name_of_another_address_or_a_piece_of_it_is_uncertain(
    text: str, certain: list[str]
) -> None:
    assert [span.address for span in spans_in(text) if not span.is_uncertain] == certain


@given(ASCII_ADDRESSES)
def test_an_addr_spec_is_taken_as_it_stands(address: str) -> None:
    assert is_addr_spec(address)
    assert field_address(f"rfc822; {address}") == FieldAddress(address)
    assert [(span.address, span.is_uncertain) for span in spans_in(f"<{address}>: no")] == [(address, False)]


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


def test_a_list_of_addresses_is_read_up_to_the_limit_and_says_so() -> None:
    listed = ", ".join(f'"a, {number}"@example.com' for number in range(30))
    assert [one.text for one in listed_addresses(listed, 2)] == [
        '"a, 0"@example.com',
        '"a, 1"@example.com',
    ]
    message = f"From: MAILER-DAEMON@x.example\nX-Failed-Recipients: {listed}\nSubject: failed\n\nfailed\n"
    report = Parser(limits=Limits(text_addresses=20)).parse(message.encode())
    assert "limit.text_addresses" in {warning.code for warning in report.warnings}
    assert len(report.records) <= 20


def test_the_name_of_a_value_is_no_part_of_an_address_and_leaves_it_uncertain() -> None:
    (span,) = spans_in("result=fail rcpt=kim@example.com code=550")
    assert (span.address, span.is_uncertain) == ("kim@example.com", True)
    assert addresses_in("bounces+kim=example.com@news.example") == ["bounces+kim=example.com@news.example"]


def test_the_address_of_an_x400_gateway_is_certain_in_its_attribute_only() -> None:
    (span,) = spans_in("c=US;a= ;p=FIRM;o=Site;dda:SMTP=kim@example.com; on Fri, 4 Oct 2002")
    assert (span.address, span.is_uncertain) == ("kim@example.com", False)
    for other in (
        "SMTP=kim@example.com;",
        "xdda:SMTP=kim@example.com;",
        ";dda:SMTP=kim@example.com@evil.example",
    ):
        assert all(span.is_uncertain or span.address != "kim@example.com" for span in spans_in(other))

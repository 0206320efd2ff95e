"""The suppression list for Postfix (asked by the real `postmap`), listmonk and Mautic."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from strategies import ASCII_ADDRESSES, UNICODE_ADDRESSES

from dsnparse import Reason, classify_reply
from dsnparse.store.lists.entry import Suppression
from dsnparse.store.lists.export_formats import write_list

SINCE = datetime(2026, 11, 1, 9, tzinfo=UTC)
REFUSED = "REJECT 5.7.1 on the suppression list since 2026-11-01: user_unknown"


def written(form: str, *addresses: str, reason: str = "user_unknown") -> str:
    return "".join(write_list([Suppression(one, reason, SINCE) for one in addresses], form))


class Map:
    """A table that `postmap` made, asked as smtpd asks it."""

    def __init__(self, place: Path, text: str, kind: str = "hash") -> None:
        if shutil.which("postmap") is None:
            pytest.skip("no postmap: apt-get install postfix")
        (place / "main.cf").write_text(
            f"compatibility_level = 3.6\nmyhostname = x.test\ndata_directory = {place}\n"
        )
        self.place = place
        self.file = place / "map"
        self.file.write_text(text, "utf-8")
        self.kind = kind
        if kind == "hash":
            made = self._run(f"hash:{self.file}")
            assert (made.returncode, made.stderr) == (0, ""), made.stderr

    def _run(self, *words: str, ask: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["postmap", "-c", self.place, *words], input=ask, capture_output=True, text=True, check=False
        )

    def refused(self, *keys: str) -> dict[str, str]:
        """Of these keys those that have an action, with it."""
        said = self._run(
            "-q", "-", f"{self.kind}:{self.file}", ask="".join(f"{key}\n" for key in keys)
        ).stdout
        return dict(line.split("\t", 1) for line in said.splitlines())


#: An address on the list; what smtpd asks for (Postfix 3.7, seen on the wire): a client's spellings of it.
ASKED = [
    ("kim@example.org", ["kim@example.org", "KIM@Example.ORG"]),
    ("Lee@Example.org", ["lee@example.org"]),
    ("kim+tag@example.org", ["kim+tag@example.org"]),
    ("o'neil@example.org", ["o'neil@example.org"]),
    ("=1+1@example.org", ["=1+1@example.org"]),
    ('"kim oh"@example.org', ['"kim oh"@example.org']),
    ('"#kim oh"@example.org', ['"#kim oh"@example.org']),
    ('"a\\"b"@example.org', ['"a\\"b"@example.org']),
    ('"a@b"@example.org', ['"a@b"@example.org']),
    ("kim@[192.0.2.1]", ["kim@[192.0.2.1]"]),
    ("kim@bücher.example", ["kim@bücher.example", "kim@BÜCHER.example", "kim@xn--bcher-kva.example"]),
    ("lee@xn--bcher-kva.example", ["lee@bücher.example", "lee@xn--bcher-kva.example"]),
    ("ΔΟΚΙΜΗ@example.org", ["δοκιμη@example.org", "ΔΟΚΙΜΗ@example.org"]),
]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Map:
    return Map(tmp_path_factory.mktemp("map"), written("postfix", *(address for address, _ in ASKED)))


@pytest.mark.parametrize(("address", "asked"), ASKED)
def test_postfix_finds_an_address_as_smtpd_asks_for_it(table: Map, address: str, asked: list[str]) -> None:
    assert list(table.refused(*asked).values()) == [REFUSED] * len(asked), address


def test_nobody_else_is_found(table: Map) -> None:
    others = ["max@example.org", "example.org", "@example.org", "kim@", "kim", "oh", '"kim', "1@example.org"]
    assert table.refused(*others) == {}


ODD = [
    "@example.org", "kim", "kim@", "", "#", "#kim@example.org",
    "kim@example.org\nlee@example.org", "kim@example.org REJECT\n",
    "kim @example.org", "a@b@example.org", "\x00@example.org", "kim@exa\tmple.org", "kim@example.org\u2028x",
    "kim@example..org", "\u200bkim@example.org", "stra\u00dfe@example.org", "\u212aim@example.org",
    "\ud800@example.org",
]  # fmt: skip


def test_what_is_no_mailbox_or_folds_to_another_one_is_left_out() -> None:
    assert written("postfix", *ODD) == written("postfix")
    lines = written("postfix", "kim@stra\u00dfe.example").splitlines()[1:]
    assert [line.split(" ")[0] for line in lines] == ["kim@xn--strae-oqa.example"]


@settings(max_examples=3, phases=[Phase.generate])
@given(st.lists(st.one_of(ASCII_ADDRESSES, UNICODE_ADDRESSES), min_size=20, max_size=30))
def test_any_address_is_found_and_makes_one_line_for_each_spelling(
    tmp_path_factory: pytest.TempPathFactory, addresses: list[str]
) -> None:
    addresses = list({address.casefold(): address for address in addresses}.values())
    table = Map(tmp_path_factory.mktemp("map"), written("postfix", *addresses), "texthash")
    found = {key.casefold() for key in table.refused(*addresses)}
    missing = [one for one in addresses if one.casefold() not in found]
    # Those that Postfix would take for others are left out.
    assert all(
        any(letter.casefold().isascii() and not letter.isascii() for letter in one) for one in missing
    ), missing


@given(st.text(max_size=60), st.text(max_size=60))
def test_nothing_that_stands_in_an_entry_can_make_a_line_of_its_own(local: str, reason: str) -> None:
    text = written("postfix", f"{local}@example.org", reason=reason)
    assert len(text.split("\n")) in (2, 3)
    for line in text.split("\n")[1:-1]:
        assert "example.org" in line
        assert " REJECT 5.7.1 on the suppression list since 2026-11-01" in line


def test_the_refusal_is_read_as_one_by_our_own_list() -> None:
    assert classify_reply(f"554 {REFUSED.removeprefix('REJECT ')}").reason is Reason.SUPPRESSED


def test_an_empty_list_refuses_nobody(tmp_path: Path) -> None:
    assert Map(tmp_path, written("postfix")).refused("kim@example.org") == {}


def rows(form: str, *addresses: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(written(form, *addresses))))


ADDRESSES = ["kim@example.org", '"a,b"@example.org', "=1+1@example.org", "kim@bücher.example"]


def test_listmonk_gets_a_column_of_addresses_and_no_whole_domain() -> None:
    assert rows("listmonk", *ADDRESSES, "@example.net") == [["email"], *([one] for one in ADDRESSES)]


def test_mautic_gets_contacts_that_want_no_email() -> None:
    assert rows("mautic", *ADDRESSES, "@example.net") == [
        ["email", "doNotEmail"],
        *([one, "1"] for one in ADDRESSES),
    ]

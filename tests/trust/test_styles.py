"""Return paths of mailing software are read by their forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse.data import load
from dsnparse.trust.styles import ReturnPath, read_field, read_return_path

PATHS = load("return_paths")["path"]


@pytest.mark.parametrize("row", PATHS, ids=[row["form"] for row in PATHS])
def test_every_form_reads_its_example_before_any_other_does(row: dict[str, str]) -> None:
    found = read_return_path(row["example"])
    assert found is not None
    assert found.style == row["name"]
    assert found.recipient == ("kim@example.com" if "{user}" in row["form"] else None)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("news-bounces+kim+tag=example.com@l.example", ReturnPath("mailman", "kim+tag@example.com")),
        ("bounces+a=b=example.com@l.example", ReturnPath("plain", "a=b@example.com")),
        ("bounce+1f.2e-kim-oh=example.com@mg.example", ReturnPath("mailgun", "kim-oh@example.com")),
        ("bounces+12-ab-kim-oh=example.com@em.example", ReturnPath("sendgrid", "kim-oh@example.com")),
        ("my-list-return-7-kim-oh=example.com@l.example", ReturnPath("ezmlm", "kim-oh@example.com")),
        ("NEWS-BOUNCES+Kim=Example.com@L.example", ReturnPath("mailman", "Kim@Example.com")),
        ("mail+bounce_65f0c4@example.org", ReturnPath("mautic", id="mail+bounce_65f0c4")),
        ("k3v9xq@psrp.example.org", ReturnPath("postal", id="k3v9xq")),
        ("my-list-kim=example.com@l.example", None),  # which dash parts the two, nobody can tell
        ("bounces+kim=localhost@l.example", None),
        ("kim@example.com", None),
        ("bounces@example.com", None),
        ("", None),
        ("no address", None),
    ],
)
def test_paths(path: str, expected: ReturnPath | None) -> None:
    assert read_return_path(path) == expected


def test_fields_of_software_that_has_one_return_path_for_all() -> None:
    assert read_field("x-listmember", "kim@example.com") == ReturnPath("phplist", "kim@example.com")
    assert read_field("X-Listmonk-Subscriber", "0f3a") == ReturnPath("listmonk", id="0f3a")
    assert read_field("X-ListMember", "nobody") is None
    assert read_field("Subject", "kim@example.com") is None


@given(st.text(max_size=500))
def test_any_text_is_no_error(text: str) -> None:
    read_return_path(text)
    read_field("X-ListMember", text)

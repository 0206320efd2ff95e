"""Who speaks: the provider by the host that said it, by words, by the recipient's domain."""

from __future__ import annotations

import pytest

from dsnparse.classify.providers import by_suffix, find_speakers

HOSTS = {"google.com": "google", "outlook.com": "microsoft"}


@pytest.mark.parametrize(
    ("name", "provider"),
    [
        ("aspmx.l.google.com", "google"),
        ("ASPMX.L.GOOGLE.COM.", "google"),
        ("google.com", "google"),
        ("notgoogle.com", None),
        ("google.com.example.org", None),
        ("[192.0.2.1]", None),
        ("", None),
    ],
)
def test_a_provider_is_known_by_the_end_of_its_hosts_names(name: str, provider: str | None) -> None:
    assert by_suffix(name, HOSTS) == provider


@pytest.mark.parametrize(
    ("given_name", "hosts", "recipient", "marked", "certain"),
    [
        ("yahoo", ("aspmx.l.google.com",), None, (), "yahoo"),
        (None, ("mx.example.com", "aspmx.l.google.com"), None, (), None),
        (None, ("aspmx.l.google.com",), "kim@outlook.com", (), "google"),
        (None, (), "kim@outlook.com", (), "microsoft"),
        (None, ("mx.example.com",), "kim@outlook.com", ("google",), "google"),
        (None, ("mx.example.com",), "kim@outlook.com", (), None),
    ],
)
def test_who_speaks(
    given_name: str | None,
    hosts: tuple[str, ...],
    recipient: str | None,
    marked: tuple[str, ...],
    certain: str | None,
) -> None:
    assert find_speakers(given_name, hosts, recipient, marked, HOSTS, HOSTS)[0] == certain

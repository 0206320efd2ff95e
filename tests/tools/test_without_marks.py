"""Words are found in letters without marks as well, as old systems write them."""

from __future__ import annotations

import pytest

from dsnparse import classify_reply
from dsnparse.notice.words import says
from tools.without_marks import with_bare_words, without_marks


@pytest.mark.parametrize(
    ("pattern", "language", "bare"),
    [
        ("doručen", "czech", "dorucen"),
        ("przepełnion", "polish", "przepelnion"),
        ("Empfänger (?:nicht|un)", "german", "Empfaenger (?:nicht|un)"),
        ("käyttäjä", "finnish", "kayttaja"),
        ("tillgænge", "danish", "tillgaenge"),
        ("người dùng", "vietnamese", "nguoi dung"),
        ("unknown", "english", None),
        ("není", "czech", None),  # too short: other languages have such words
        ("получатель", "russian", None),
        ("受信者 käyttäjä", "japanese", None),
    ],
)
def test_the_other_spelling(pattern: str, language: str, bare: str | None) -> None:
    assert without_marks(pattern, language) == bare


def test_it_stands_behind_the_first_and_only_once() -> None:
    words = {"text": {"failure": ["neznámý", "neznamy", "odmítnut"]}}
    assert with_bare_words(words, "czech") == {
        "text": {"failure": ["neznámý", "neznamy", "odmítnut", "odmitnut"]}
    }


def test_notices_and_replies_are_read_by_it() -> None:
    assert says("told", "Zpravu nebylo mozne dorucit")
    assert classify_reply("550 a felhasznalo nem letezik").reason == "user_unknown"

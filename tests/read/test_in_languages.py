"""In many languages: who failed and who only answers for it, and whether a message is still tried."""

from __future__ import annotations

from pathlib import Path

import pytest
from messages import notice

from dsnparse import BounceType, Kind, parse_dsn

_LINES = [
    tuple(line.split(" | ", 2))
    for line in (Path(__file__).parent / "in_languages.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
_KINDS = {"delay": Kind.DELAY, "bounce": Kind.BOUNCE, "delivery": Kind.DELIVERY}
TOLD = [line for line in _LINES if line[0] in _KINDS]
NOTICES = {language: text.replace("\\n", "\n") for kind, language, text in _LINES if kind == "notice"}
CONTACTS = [(language, words) for kind, language, words in _LINES if kind == "contact"]
REACHED = [text.replace("\\n", "\n") for kind, _, text in _LINES if kind == "reached"]
KIM, ASKED = "kim@mail.example.net", "rita.o@mail.example.net"


@pytest.mark.parametrize(("kind", "subject", "text"), TOLD)
def test_whether_it_is_still_tried_is_told_in_any_language(kind: str, subject: str, text: str) -> None:
    for line in dict.fromkeys([subject, "Mail"]):
        report = parse_dsn(notice(text.replace("{a}", KIM), subject=line))
        assert (report.kind, [one.recipient for one in report]) == (_KINDS[kind], [KIM])
        assert all(one.bounce_type is not BounceType.HARD for one in report)


@pytest.mark.parametrize("sentence", [text for kind, _, text in _LINES if kind == "failed"])
def test_one_sentence_tells_who_failed_in_any_language(sentence: str) -> None:
    for below in ("", f"https://mail.example.net/  {ASKED}  Tel. 555 01 00\n"):
        report = parse_dsn(notice(f"{sentence.replace('{a}', KIM)}\n\n{below}"))
        assert [one.recipient for one in report] == [KIM]


def _alone(text: str) -> str:
    before, _, behind = text.partition("{a}")
    return f"{before.rstrip(' :：')}:\n\n  {KIM}\n   550 5.1.1{behind.replace(chr(10), ' ')}"


def _heading(text: str) -> str:
    before, _, behind = text.partition("{a}")
    return f"{before.rstrip(' :：')}.\n\n{KIM}:{behind.replace(chr(10), ' ')}"


@pytest.mark.parametrize(("language", "words"), CONTACTS)
def test_who_is_to_be_asked_has_failed_in_no_language(language: str, words: str) -> None:
    told = NOTICES[language]
    for text in (told.replace("{a}", KIM), _alone(told), _heading(told)):
        for rule in ("", "-" * 40 + "\n"):
            report = parse_dsn(notice(f"{text}\n\n{rule}{words.replace('{c}', ASKED)}\n"))
            assert [one.recipient for one in report] == [KIM]


@pytest.mark.parametrize("layout", ["{a}\n  550 5.1.1 user unknown", "<{a}>: 550 user unknown"])
@pytest.mark.parametrize("words", REACHED)
def test_whom_the_message_reached_is_nobody_who_failed_in_any_language(words: str, layout: str) -> None:
    text = f"Your message could not be delivered to:\n\n{layout.replace('{a}', KIM)}\n\n"
    report = parse_dsn(notice(f"{text}{words.replace('{b}', 'lee.park@mail.example.net')}\n"))
    assert [one.recipient for one in report] == [KIM]

"""Notice formats of the user's own: they are read, and they win."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsnparse import Kind
from dsnparse.parser import Parser
from dsnparse.rulebook.examples import message_of

ACME = """
[[format]]
name = "acme"
seen = "Acme Mail 4"
from = ['^robot@acme\\.example']
subject = ['^Post ging nicht hinaus']
marks = ["Acme brachte die Post nicht weg"]
start = '^Empfaenger:'
end = '^Gruss'
recipient = ['^- (\\S+)']
original = ['frueher (\\S+@\\S+)']
diagnostic = ['Grund: (.+)']
delayed = ['wir versuchen es weiter']
domain = ['in (\\S+\\.example) ']

[[format.example]]
from = "robot@acme.example"
subject = "Post ging nicht hinaus"
text = '''
Acme brachte die Post
nicht weg. Alles in home.example war besetzt. Fragen: hilfe@acme.example

Empfaenger:
- kim@example.com (frueher kim@old.example)
  Grund: 550 5.1.1 kein solcher Mensch
- lee

Gruss, max@example.com
- nobody@example.com
'''
recipients = ["kim@example.com", "lee@home.example"]
original = ["kim@old.example", ""]
reply = [550, 550]
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(ACME, "utf-8")
    return path


TEXT = """Acme brachte die Post nicht weg.

Empfaenger:
- kim@example.com
  Grund: 550 5.1.1 kein solcher Mensch
"""
NOTICE = {"from": "robot@acme.example", "subject": "Post ging nicht hinaus", "text": TEXT}


def test_a_format_of_ones_own_reads_what_no_other_reader_takes_for_a_notice(mine: Path) -> None:
    raw = message_of(NOTICE)
    assert Parser().parse(raw).kind is Kind.OTHER
    report = Parser(rules=[mine]).parse(raw)
    assert (report.kind, report.format) == (Kind.BOUNCE, "acme")
    record = report.records[0]
    assert (record.recipient, record.reply_code, record.status) == ("kim@example.com", 550, "5.1.1")
    assert record.diagnostic == "550 5.1.1 kein solcher Mensch"


def test_it_may_be_the_only_one(mine: Path) -> None:
    assert Parser(rules=[mine], formats=["acme"]).parse(message_of(NOTICE)).format == "acme"
    assert Parser(rules=[mine], formats=["qmail"]).parse(message_of(NOTICE)).kind is Kind.OTHER


def test_it_goes_before_the_built_in_ones(mine: Path) -> None:
    mine.write_text(
        '[[format]]\nname = "house-qmail"\nmarks = ["This is the qmail-send program"]\n'
        "[[format.example]]\ntext = 'x'\n"
    )
    text = "Hi. This is the qmail-send program at x.example.\n\n<kim@example.com>:\n550 no such user\n"
    raw = message_of({"subject": "failure notice", "text": text})
    assert Parser().parse(raw).format == "qmail"
    assert Parser(rules=[mine]).parse(raw).format == "house-qmail"


@pytest.mark.parametrize(
    ("text", "kind"),
    [(TEXT, Kind.BOUNCE), (TEXT + "\nwir versuchen es weiter\n", Kind.DELAY)],
    ids=["over", "still tried"],
)
def test_its_own_words_tell_of_a_delay(mine: Path, text: str, kind: Kind) -> None:
    report = Parser(rules=[mine]).parse(message_of(NOTICE | {"text": text}))
    assert report.kind is kind
    assert all(record.bounce_type != "hard" for record in report) == (kind is Kind.DELAY)


@pytest.mark.parametrize(
    ("sign", "wanted"), [("subject = ['^failure notice']", "house"), ("subject = ['^x']", "qmail")]
)
def test_so_does_one_that_the_header_alone_tells(mine: Path, sign: str, wanted: str) -> None:
    mine.write_text(f"[[format]]\nname = \"house\"\n{sign}\n[[format.example]]\nsubject = 'x'\ntext = 'x'\n")
    text = "Hi. This is the qmail-send program at x.example.\n\n<kim@example.com>:\n550 no such user\n"
    raw = message_of({"subject": "failure notice", "text": text})
    assert Parser(rules=[mine]).parse(raw).format == wanted

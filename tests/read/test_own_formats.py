"""Notice formats of the user's own: they are read, they win, and a wrong one is named with its cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsnparse import Kind
from dsnparse.classify import RuleError
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
    ("wrong", "complaint"),
    [
        ('name = "Acme Mail"', "a format needs a name in lower case"),
        ("", "a format needs a name in lower case"),
        ('name = "generic"\nmarks = ["x"]', "has a name that another reader uses"),
        ('name = "acme"', "cannot be recognised. Give it from, subject, headers, marks or patterns"),
        ('name = "acme"\nmarks = "x"', "marks must be a list of strings"),
        ('name = "acme"\nmarks = [1]', "marks must be a list of strings"),
        ('name = "acme"\nmarks = [" "]', "marks must be a list of strings"),
        ('name = "acme"\nmark = ["x"]', "has the unknown key 'mark'. Known keys: "),
        ('name = "acme"\nheaders = ["x"]', "headers must be a table"),
        ('name = "acme"\nheaders = { x-mailer = "x" }', "x-mailer must be a list of strings"),
        ('name = "acme"\nmarks = ["x"]\nstart = ["x"]', "start must be one pattern, in quotes"),
        ('name = "acme"\npatterns = ["("]', "has a pattern that RE2 cannot read: '('"),
        ('name = "acme"\nfrom = ["(?=x)"]', "has a pattern that RE2 cannot read: '(?=x)'"),
        (
            'name = "acme"\nmarks = ["x"]\nrecipient = ["x"]',
            "recipient 'x' needs one group in round brackets",
        ),
        ('name = "acme"\nmarks = ["x"]\nrecipient = ["(x)(y)"]', "needs one group in round brackets"),
        ('name = "acme"\nmarks = ["x"]\ndelayed = "x"', "delayed must be a list of strings"),
        ('name = "acme"\nmarks = ["x"]', "has no example. Add [[format.example]]"),
    ],
)
def test_a_wrong_table_is_named_with_its_file_and_the_cure(mine: Path, wrong: str, complaint: str) -> None:
    mine.write_text(f"[[format]]\n{wrong}\n")
    with pytest.raises(RuleError) as caught:
        Parser(rules=[mine])
    assert str(caught.value).startswith(f"{mine}:1: [[format]] 1")
    assert complaint in str(caught.value)


def test_a_format_that_is_no_table_is_named(mine: Path) -> None:
    mine.write_text("format = [1]\n")
    with pytest.raises(RuleError, match="a format is a table"):
        Parser(rules=[mine])

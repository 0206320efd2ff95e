"""Rule files of the user's: what they may hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsnparse import BounceType, Reason
from dsnparse.classify import classify, load_rules

RULE = """[[rule]]
id = "one"
reason = "spam_content"
phrases = ["frobnicated"]
examples = ["550 frobnicated"]
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "mine.toml"
    file.write_text(text, "utf-8")
    return file


def test_a_rule_may_override_type_and_advice(tmp_path: Path) -> None:
    file = write(tmp_path, RULE + 'bounce_type = "hard"\nadvice = "review"\n')
    verdict = classify("550 frobnicated", rules=load_rules([file]))
    assert (verdict.reason, verdict.bounce_type, verdict.advice) == (
        Reason.SPAM_CONTENT,
        BounceType.HARD,
        "review",
    )


@pytest.mark.parametrize(
    ("condition", "text", "holds"),
    [
        ('status = ["5.4.1"]', "550 5.4.1 frobnicated", True),
        ('status = ["5.4.1"]', "550 5.4.2 frobnicated", False),
        ('status = ["X.4.1"]', "450 4.4.1 frobnicated", True),
        ('status = ["5.7.5*"]', "550 5.7.509 frobnicated", True),
        ("reply = [550]", "550 frobnicated", True),
        ("reply = [550]", "554 frobnicated", False),
        ("class = 4", "450 frobnicated", True),
        ("class = 4", "550 frobnicated", False),
        ('command = ["RCPT"]', "550 frobnicated (in reply to RCPT TO command)", True),
        ('command = ["RCPT"]', "550 frobnicated (in reply to end of DATA command)", False),
        ('not = ["never"]', "550 frobnicated", True),
        ('not = ["never"]', "550 never frobnicated", False),
        ('not = [" ip "]', "550 frobnicated recipient", True),
        ('not = [" ip "]', "550 frobnicated ip address", False),
        ('not = [" ip "]', "550 frobnicated by mx.example.com (ip mx.example.net)", True),
        ('not = [" ip "]', "550 frobnicated by mx.example.com ip mx.example.net", False),
        ('not = ["never"]', "550 frobnicated by never.example.com", True),
        ('not = ["αποστολέας"]', "550 frobnicated αποστολέας", False),
        ('not = ["αποστολέας"]', "550 frobnicated by mx.example.com αποστολέας", False),
    ],
)
def test_every_condition_must_hold(tmp_path: Path, condition: str, text: str, holds: bool) -> None:
    rules = load_rules([write(tmp_path, RULE + condition)])
    assert (classify(text, rules=rules).rule == "user.mine.one") is holds


def test_a_provider_of_ones_own(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        '[provider]\nname = "frob"\nhosts = ["frob.example"]\nmarks = ["frobmail"]\n'
        '[[rule]]\nid = "code"\nreason = "mailbox_full"\nstatus = ["5.1.1"]\nexamples = ["550 5.1.1"]\n',
    )
    rules = load_rules([file])
    assert classify("550 5.1.1 no", hosts=("mx.frob.example",), rules=rules).reason is Reason.MAILBOX_FULL
    assert classify("550 5.1.1 frobmail", rules=rules).provider == "frob"
    assert classify("550 5.1.1 no", hosts=("mx.example.com",), rules=rules).reason is Reason.USER_UNKNOWN


def test_notice_formats_of_a_file_come_with_its_rules(tmp_path: Path) -> None:
    text = '[[format]]\nname = "frob"\nmarks = ["Frob"]\n[[format.example]]\ntext = "Frob"\n'
    (form,) = load_rules([write(tmp_path, text)]).formats
    assert (form.name, form.builtin, form.where) == ("frob", False, f"{tmp_path / 'mine.toml'}:1")


def test_a_named_list_stands_for_its_words(tmp_path: Path) -> None:
    text = '[lists]\nours = ["never", "not ever"]\n' + RULE + 'not = ["$ours", "$somebody_else", "$5"]\n'
    rules = load_rules([write(tmp_path, text)])
    assert classify("550 frobnicated", rules=rules).rule == "user.mine.one"
    for word in ("never", "not ever", "dictionary attack", "$5"):
        assert classify(f"550 frobnicated, {word}", rules=rules).rule != "user.mine.one", word


def test_one_file_may_be_given_twice(tmp_path: Path) -> None:
    file = write(tmp_path, RULE)
    assert load_rules([file, str(file)]).rules[0].id == "user.mine.one"


def test_one_word_is_not_found_within_names(tmp_path: Path) -> None:
    rules = load_rules([write(tmp_path, RULE)])
    for text in (
        "550 frobnicated.example.com",
        "550 /var/frobnicated",
        "550 x-frobnicated",
        "550 unfrobnicated",
    ):
        assert classify(text, rules=rules).reason is not Reason.SPAM_CONTENT
    for text in ("550 frobnicated.", "550 (Frobnicated)", "550 was frobnicated, sorry"):
        assert classify(text, rules=rules).reason is Reason.SPAM_CONTENT


def test_an_at_sign_stands_for_an_address(tmp_path: Path) -> None:
    rules = load_rules([write(tmp_path, RULE.replace("frobnicated", "user @ is out"))])
    assert classify("550 user <kim@example.com> is out", rules=rules).rule == "user.mine.one"

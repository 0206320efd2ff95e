"""Rule files of the user's: what they may hold, and how errors in them are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsnparse import BounceType, Reason
from dsnparse.classify import RuleError, classify, load_rules

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


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("[[rule]", "is not valid TOML"),
        ("[rules]", "unknown table 'rules'"),
        ('[rule]\nid = "one"', r"write \[\[rule\]\] with two brackets"),
        ('[[rule]]\nreason = "spam_content"', "a rule has no id"),
        ('[[rule]]\nid = "one"', "rule 'one' has no reason"),
        (RULE.replace("spam_content", "spam"), "reason 'spam'. Use one of: user_unknown"),
        (RULE + 'weight = "heavy"', "weight 'heavy'. Use one of: strong"),
        (RULE + "phrase = []", "unknown key 'phrase'. Known keys: advice"),
        (RULE.replace('["frobnicated"]', '"frobnicated"'), "phrases must be a list of strings"),
        (RULE.replace('["frobnicated"]', '[" "]'), "empty phrase"),
        (RULE.replace('phrases = ["frobnicated"]\n', ""), "has no words to look for"),
        (RULE.replace('examples = ["550 frobnicated"]\n', ""), "has no example"),
        (RULE + "patterns = ['(']", "a pattern that RE2 cannot read"),
        (RULE + 'status = ["5.1"]', "status '5.1' is no code"),
        (RULE + 'reply = ["550"]', "reply must be a list of numbers"),
        (RULE + "class = 2", "class must be 4 or 5"),
        (RULE + 'bounce_type = "medium"', "bounce_type 'medium'. Use one of: hard"),
        (RULE + RULE, "'user.mine.one' is used twice"),
        (RULE + "[provider]\nhosts = []", r"\[provider\] needs a name"),
        (RULE + '[provider]\nname = "x"\nhosts = "x"', "hosts of .provider. must be a list"),
    ],
)
def test_an_error_names_the_file_and_the_cure(tmp_path: Path, text: str, error: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(RuleError, match=error) as raised:
        load_rules([file])
    assert str(file) in str(raised.value)
    assert isinstance(raised.value, ValueError)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"absent\.toml: cannot be read"):
        load_rules([tmp_path / "absent.toml"])


def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    file = tmp_path / "latin.toml"
    file.write_bytes(b"# \xe4")
    with pytest.raises(RuleError, match="is not UTF-8"):
        load_rules([file])


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


def test_format_tables_are_handed_over_unread(tmp_path: Path) -> None:
    file = write(tmp_path, '[[format]]\nname = "frob"\nanything = [1, 2]\n')
    ((where, table),) = load_rules([file]).formats
    assert str(file) in where
    assert table == {"name": "frob", "anything": [1, 2]}


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

"""A mistake in a rules file is told as `file:line: what is wrong. What to write instead.`"""

from __future__ import annotations

from pathlib import Path

import pytest

from dsnparse.classify import RuleError, load_rules
from dsnparse.cli import main

RULE = """[[rule]]
id = "one"
reason = "spam_content"
phrases = ["frobnicated"]
examples = ["550 frobnicated"]
"""
FORMAT = """[[format]]
name = "acme"
marks = ["x"]
[[format.example]]
text = "x"
"""
PROVIDER = """[provider]
name = "frob"
"""
#: The text, the line of the mistake, what is wrong, what to write instead.
SYNTAX = [
    ("[[rule]", 1, "is not valid TOML: Expected ']]'", "Write [[rule]]"),
    (
        RULE + "not = [\n'a'\n'b'\n]\n",
        8,
        "is not valid TOML: Unclosed array",
        "Put words into quotes, a comma between entries",
    ),
    (RULE + 'patterns = ["\\d+"]', 6, "is not valid TOML: Unescaped '\\'", "Write patterns in single quotes"),
    (RULE + "weight = normal", 6, "is not valid TOML: Invalid value", "Put words into quotes"),
    (RULE + 'weight = "normal', 6, "is not valid TOML: Unterminated string", "Close the quotes"),
    (RULE + 'id = "two"', 6, "is not valid TOML: Cannot overwrite", "Each key may stand only once"),
    (RULE + "not\n", 6, "is not valid TOML: Expected '='", "Write key = value"),
    (RULE + PROVIDER * 2, 8, "is not valid TOML: Cannot declare", "Write a table only once"),
    ("a = " + "[" * 2000, 1, "is nested too deeply", "Take brackets out"),
    ("a = " + "9" * 9000, 1, "is not valid TOML", "Compare it with docs/rules.md"),
    ("# \ud800", 1, "is not UTF-8", "Save the file as UTF-8"),
]
TABLES = [
    ("[rules]", 1, "unknown table or key 'rules'", "Did you mean '[[rule]]'"),
    ('[rule]\nid = "one"', 1, "write [[rule]] with two brackets", "once per rule"),
    ("rule = [1]", 1, "write [[rule]] with two brackets", "once per rule"),
    ("format = 1", 1, "write [[format]] with two brackets", "once per format"),
    ("provider = 'x'", 1, "provider must be a table", "write [provider], and its keys below"),
]
RULES = [
    ('[[rule]]\nreason = "spam_content"', 1, "rule 1: has no id", 'id = "short_name"'),
    ("[[rule]]\nid = 1", 2, "rule 1: id must be a text in quotes", 'id = "…"'),
    ('[[rule]]\nid = "one"', 1, "rule 'one': has no reason", "Use one of: user_unknown"),
    (RULE.replace("spam_content", "spam"), 3, "has reason 'spam'", "Did you mean 'spam_content'"),
    (
        RULE.replace("spam_content", "mailbox_fool"),
        3,
        "has reason 'mailbox_fool'",
        "Did you mean 'mailbox_full'",
    ),
    (RULE.replace('"spam_content"', "[]"), 3, "has reason []", "Use one of: user_unknown"),
    (RULE + 'weight = "heavy"', 6, "has weight 'heavy'", "Use one of: strong"),
    (RULE + "weight = ['weak']", 6, "has weight ['weak']", "Use one of: strong"),
    (RULE + "phrase = ['x']", 6, "there is no key 'phrase' here", "Did you mean 'phrases'"),
    (RULE + "phrases.x = 1", 6, "is not valid TOML", ""),
    (
        RULE.replace('["frobnicated"]', '"frobnicated"'),
        4,
        "phrases must be a list",
        "phrases = ['frobnicated']",
    ),
    (
        RULE.replace('["frobnicated"]', "[1]"),
        4,
        "phrases must be a list of strings",
        "such as ['one', 'two']",
    ),
    (
        RULE.replace('["frobnicated"]', "[]"),
        4,
        "phrases is empty",
        "Write at least one entry, or leave phrases out",
    ),
    (
        RULE.replace('["frobnicated"]', '["x", " "]'),
        4,
        "phrases has an empty entry (number 2)",
        "Take it out",
    ),
    (RULE.replace('["frobnicated"]', '["_"]'), 4, "phrases has an empty phrase, '_'", "Take it out"),
    (
        RULE.replace('phrases = ["frobnicated"]\n', ""),
        1,
        "has no words to look for",
        "phrases, patterns or urls",
    ),
    (
        RULE.replace('phrases = ["frobnicated"]\n', "status = ['5.1.1']\n"),
        1,
        "has no words to look for",
        "with a [provider] table in the file",
    ),
    (
        RULE.replace('examples = ["550 frobnicated"]\n', ""),
        1,
        "has no example",
        "Give a text that it matches",
    ),
    (
        RULE + "patterns = [\n'x+',\n'(',\n]",
        8,
        "a pattern that RE2 cannot read: '('",
        "google/re2/wiki/Syntax",
    ),
    (
        RULE + "patterns = ['x*']",
        6,
        "a pattern that is found in every text: 'x*'",
        "Write words that must be there",
    ),
    (RULE + 'status = ["5.1"]', 6, "status '5.1' is no code", 'Write "5.4.1"'),
    (RULE + 'reply = ["550"]', 6, "reply must be a list of numbers", "such as [550, 554]"),
    (RULE + "reply = [99]", 6, "reply must be a list of numbers from 200 to 599", "such as [550, 554]"),
    (RULE + "class = 2", 6, "class must be 4 or 5", "without quotes"),
    (RULE + "class = 5.0", 6, "class must be 4 or 5", "without quotes"),
    (RULE + "command = ['RCPT TO']", 6, "there is no command 'RCPT TO'", "Did you mean 'RCPT'"),
    (RULE + "mark = 'yes'", 6, "mark must be true or false", "without quotes"),
    (RULE + 'bounce_type = "medium"', 6, "has bounce_type 'medium'", "Use one of: hard"),
    (RULE + 'advice = "supress"', 6, "has advice 'supress'", "Did you mean 'suppress'"),
    (RULE + 'provider = "gogle"', 1, "there is no provider 'gogle'", "Did you mean 'google'"),
    (RULE + RULE, 6, "'user.mine.one' is used twice, first at", "Give each rule its own"),
    (RULE + 'not = ["$somebody"]', 6, "there is no list '$somebody'", "Did you mean '$somebody_else'"),
    ("[lists]\nA = ['x']", 2, "'A' is no name for a list", "Use small letters"),
    ("[lists]\na = 'x'", 2, "a must be a list, also for one entry", "a = ['x']"),
    ("[lists]\na = ['$b']", 2, "a refers to '$b': a list cannot", "Write its words here"),
]
PROVIDERS = [
    (RULE + "[provider]\nhosts = ['x']", 6, "[provider]: needs a name", 'such as name = "example"'),
    (
        PROVIDER + 'hosts = "x.example"',
        3,
        "hosts must be a list, also for one entry",
        "hosts = ['x.example']",
    ),
    (PROVIDER + "domain = ['x.example']", 3, "there is no key 'domain' here", "Did you mean 'domains'"),
    (PROVIDER + "marks = ['_']", 3, "marks has an entry without letters", "Take it out"),
    (
        PROVIDER + "[provider.called]\n'x.example' = 1",
        3,
        "called must give each host a name",
        '"x.example" = "example"',
    ),
]
FORMATS = [
    ("[[format]]\nmarks = ['x']", 1, "format 1: needs a name in lower case", 'such as name = "acme"'),
    (FORMAT.replace("acme", "Acme Mail"), 2, "needs a name in lower case", 'such as name = "acme"'),
    (FORMAT.replace("acme", "generic"), 2, "has a name that another reader uses", "Choose another"),
    (
        FORMAT.replace("marks = ['x']\n", "").replace('marks = ["x"]\n', ""),
        1,
        "cannot be recognised",
        "Give it from",
    ),
    (FORMAT.replace('["x"]', '"x"'), 3, "marks must be a list", "marks = ['x']"),
    (FORMAT.replace("marks", "mark"), 3, "there is no key 'mark' here", "Did you mean 'marks'"),
    (FORMAT.replace("marks", "headers"), 3, "headers must be a table", "write [headers]"),
    (
        FORMAT.replace('marks = ["x"]', 'headers = { from = ["x"] }'),
        3,
        "no header is called 'from'",
        "Write from",
    ),
    (
        FORMAT.replace('marks = ["x"]', 'patterns = ["("]'),
        3,
        "a pattern that RE2 cannot read: '('",
        "wiki/Syntax",
    ),
    (
        FORMAT.replace('marks = ["x"]', 'patterns = ["^*"]'),
        3,
        "a pattern that RE2 cannot read: '^*'",
        "wiki/Syntax",
    ),
    (FORMAT.replace('marks = ["x"]', 'from = ["(?=x)"]'), 3, "a pattern that RE2 cannot read: '(?=x)'", ""),
    (FORMAT.replace("marks", 'start = ["x"]\nmarks'), 3, "start must be one pattern, in quotes", ""),
    (
        FORMAT.replace("marks", 'recipient = ["x"]\nmarks'),
        3,
        "recipient 'x' needs one group in round brackets",
        "",
    ),
    (
        FORMAT.replace("marks", 'recipient = ["(x)(y)"]\nmarks'),
        3,
        "needs one group",
        "write (?:…) for others",
    ),
    (FORMAT.replace("marks", 'delayed = "x"\nmarks'), 3, "delayed must be a list", "delayed = ['x']"),
    (
        '[[format]]\nname = "acme"\nmarks = ["x"]',
        1,
        "format 'acme': has no example",
        "Add [[format.example]]",
    ),
    (
        FORMAT.replace("text", "words"),
        5,
        "format 'acme', example 1: there is no key 'words' here",
        "Use one of: format, from",
    ),
    (FORMAT + 'kind = "bounced"', 6, "has kind 'bounced'", "Did you mean 'bounce'"),
    (FORMAT + "from = 1", 6, "from must be one line of text", ""),
    (FORMAT + 'subject = "a\\nb"', 6, "subject must be one line of text", ""),
    (
        FORMAT + "recipients = 'kim@example.com'",
        6,
        "recipients must be a list of addresses",
        '["kim@example.com"]',
    ),
    (FORMAT + "reply = '550'", 6, "reply must be a number without quotes, such as 550", ""),
    (
        FORMAT + "headers = { From = 'x' }",
        6,
        "headers cannot have From",
        "Write from, to or subject above it",
    ),
    (FORMAT + "headers = { x-mailer = 1 }", 6, "headers must give each field a line of text", ""),
    (
        FORMAT + '[[format.example]]\nsubject = "x"',
        6,
        "format 'acme', example 2: has no text",
        "Give it what the",
    ),
]


@pytest.mark.parametrize(
    ("text", "line", "wrong", "instead"), [*SYNTAX, *TABLES, *RULES, *PROVIDERS, *FORMATS]
)
def test_a_mistake_names_file_line_and_cure(
    tmp_path: Path, text: str, line: int, wrong: str, instead: str
) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(RuleError) as raised:
        load_rules([file])
    told = str(raised.value)
    assert told.startswith(f"{file}:{line}: ")
    assert wrong in told
    assert instead in told.partition(wrong)[2]
    assert told.endswith((".", "e.g."))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"absent\.toml: cannot be read .* Check the path"):
        load_rules([tmp_path / "absent.toml"])


def test_two_files_that_give_the_same_id_are_named(tmp_path: Path) -> None:
    files = [tmp_path / folder / "mine.toml" for folder in ("a", "b")]
    for file in files:
        file.parent.mkdir()
        file.write_text(RULE, "utf-8")
    with pytest.raises(RuleError, match=r"b/mine\.toml:1: .* used twice, first at .*a/mine\.toml:1"):
        load_rules(files)


@pytest.mark.parametrize("command", [["rules", "list"], ["rules", "test"], ["classify", "550 x", "--rules"]])
def test_every_command_tells_it_and_ends(
    tmp_path: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(RULE.replace("spam_content", "spam"), "utf-8")
    assert main([*command, str(file)]) == 2
    assert f"{file}:3: rule 'one': has reason 'spam'" in " ".join(capsys.readouterr().err.split())

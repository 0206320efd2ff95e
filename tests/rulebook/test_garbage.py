"""Whatever stands in a rules file: it is read, or the mistake is told with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dsnparse import Parser
from dsnparse.classify import RuleError
from dsnparse.rulebook.examples import complaints
from dsnparse.rulebook.files import read_files
from dsnparse.rulebook.matcher import build
from dsnparse.rulebook.template_matcher import Formats

WHOLE = """reason = "mailbox_full"

[lists]
ours = ["never", " ip "]

[provider]
name = "frob"
hosts = ["frob.example"]
domains = ["frob.example"]
marks = ["frob mail"]

[provider.called]
"mx.frob.example" = "frobnitz"

[[rule]]
id = "full"
phrases = ["frobnicated", "box of @ is full"]
patterns = ['frob\\S+ full']
urls = ["frob.example/full"]
not = ["$ours", "other"]
weight = "strong"
status = ["5.2.2", "X.2.*"]
reply = [552]
class = 5
command = ["RCPT"]
bounce_type = "soft"
advice = "retry"
provider = "frob"
mark = true
seen = "Frob"
examples = ["552 frobnicated"]

[[format]]
name = "frob"
seen = "Frob 1"
from = ['^robot@']
subject = ['^Lost']
headers = { x-mailer = ['^Frob'] }
marks = ["Frob lost this"]
patterns = ['^FROB-\\d']
start = '^To:'
end = '^Bye'
recipient = ['^- (\\S+)']
original = ['once (\\S+)']
diagnostic = ['Why: (.+)']
domain = ['at (\\S+)']
delayed = ['not yet']

[[format.example]]
from = "robot@frob.example"
to = "kim@example.com"
subject = "Lost"
headers = { X-Mailer = "Frob" }
text = '''
Frob lost this
To:
- kim@example.com
'''
returned = "Subject: x"
kind = "bounce"
recipients = ["kim@example.com"]
reply = [550]
status = "5.1.1"
original = ""
format = "frob"
"""
LINES = WHOLE.split("\n")
PARSER = Parser()
VALUES = r"""
1 -1 0.5 true nan 1979-05-27 "" " " "x" "$x" "{x}" "\u0000" "a\nb" '(' '*' '^*' '\' '(?P<a>x)' '(a)(b)'
[] [1] [""] ["x"] ["x","x"] ['('] ['(x)'] ['x*'] ['^^*'] [[]] [["x"]] [{}] {} {x=1} {x=["y"]} {"x y"=["z"]}
{""=["z"]} ["5.*.*"] ["é.1.1"] [550.0] [99999] [true] "bounce" "other" "reply" "a\u2028b" "=?utf-8?q?x?="
['(?:x{1000}){1000}'] ['\C'] ['\pN'] ['\z'] ['(?i)^x'] ["İ"] ["_"] ["@"] [" _ "] "\ud7ff" ["\r"] @ [ ] {
""".split()
KEYS = """
id reason phrases patterns urls not weight status reply class command provider mark seen examples name hosts
domains marks called from to subject headers start end recipient original diagnostic domain delayed text html
returned kind format example rule lists x a.b "a.b" '' [rule] [[rule]] [provider] [[provider]] [format]
[[format]] [[format.example]] [format.headers] [lists] [[lists]] [x] # =
""".split()


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A rules file with a few lines changed."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        key, _, value = lines[at].partition(" = ")
        change = draw(st.sampled_from(["drop", "double", "value", "value", "key", "insert", "text", "cut"]))
        if change == "drop":
            lines[at] = ""
        elif change == "double":
            lines.insert(at, lines[at])
        elif change == "value":
            lines[at] = f"{key} = {draw(st.sampled_from(VALUES))}"
        elif change == "key":
            lines[at] = f"{draw(st.sampled_from(KEYS))} = {value}"
        elif change == "insert":
            lines.insert(at, draw(st.sampled_from(KEYS)))
        elif change == "text":
            lines[at] = draw(st.text(max_size=20))
        else:
            lines = lines[: at + 1]
    return "\n".join(lines)


def test_the_file_that_is_mutated_is_right(tmp_path: Path) -> None:
    check(tmp_path, WHOLE.encode())
    assert len(read_files([tmp_path / "mine.toml"])[0].rules) == 1


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mutated())
def test_a_mutated_file_is_read_or_its_mistake_is_told_with_its_line(tmp_path: Path, text: str) -> None:
    check(tmp_path, text.encode("utf-8", "surrogatepass"))


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60) | st.text("[]{}\"'\\=#.\n a1", max_size=40).map(str.encode))
def test_bytes_are_read_or_told_with_their_line(tmp_path: Path, data: bytes) -> None:
    check(tmp_path, data)


def check(folder: Path, data: bytes) -> None:
    """Read the file as `rules test` does. Only a RuleError that begins with `file:line: ` may be raised."""
    path = folder / "mine.toml"
    path.write_bytes(data)
    try:
        (file,) = read_files([path])
    except RuleError as error:
        mistake = str(error)
    else:
        build(file.rules, [file.provider] if file.provider else [], file.formats).search("552 frobnicated")
        Formats(file.formats).recognise({}, lambda: "Frob lost this", suspected=True)
        for form in file.formats:
            list(complaints(form, PARSER))
        return
    told = re.match(rf"{re.escape(str(path))}:(\d+): \S", mistake)
    assert told is not None, mistake
    assert 1 <= int(told[1]) <= data.count(b"\n") + 1


@pytest.mark.parametrize("name", ["a{x}.toml", "a b.toml", "ä.toml", "noending"])
def test_the_name_of_the_file_does_not_matter(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(WHOLE, "utf-8")
    assert read_files([path])[0].rules[0].id == f"user.{path.stem}.full"

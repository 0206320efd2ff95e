"""`make data`: what it writes, what it refuses, and that two branches with a provider each can be merged."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from dsnparse.data import HERE
from dsnparse.read.events.check import check_events
from dsnparse.rulebook.errors import RuleError
from dsnparse.rulebook.files import builtin_sources, read_builtin
from dsnparse.rulebook.more_words import with_more_words
from dsnparse.rulebook.source import Source, Table
from tools.check_tables import check_addresses, check_suppressions, check_words
from tools.check_webhooks import check_webhook
from tools.compile_data import main, sources, target

ROOT = Path(__file__).parents[2]
ACME = """[provider]
name = "{name}"
hosts = ["{name}.example"]

[[rule]]
id = "full"
reason = "mailbox_full"
phrases = ["{name} box brimming"]
seen = "{name}.example"
examples = ["552 {name} box brimming"]
"""


def test_the_compiled_files_are_what_their_sources_say() -> None:
    assert main(["--check"]) == 0, "Run: make data"


def test_each_source_has_a_compiled_file_of_its_own() -> None:
    assert len({target(source) for source in sources()}) == len(sources())


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the package and of the tools."""
    for name in ("dsnparse", "tools"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def run(tree: Path, *command: str, status: int = 0) -> str:
    done = subprocess.run([*command], cwd=tree, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def compile_data(tree: Path, *arguments: str, status: int = 0) -> str:
    return run(tree, sys.executable, "-m", "tools.compile_data", *arguments, status=status)


def add_provider(tree: Path, name: str) -> None:
    folder = tree / "dsnparse" / "data" / "providers" / name
    folder.mkdir()
    (folder / "replies.toml").write_text(ACME.format(name=name), "utf-8")
    assert compile_data(tree) == f"Compiled: compiled/replies/{name}.json\n"


def test_two_branches_that_add_a_provider_each_merge(tree: Path) -> None:
    git = ("git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main")
    run(tree, *git, "init", "-q")
    run(tree, *git, "add", "-A")
    run(tree, *git, "commit", "-qm", "all")
    for name in ("acme", "acmf"):  # neighbours in every sorted list
        run(tree, *git, "checkout", "-qb", name, "main")
        add_provider(tree, name)
        run(tree, *git, "add", "-A")
        run(tree, *git, "commit", "-qm", name)
    run(tree, *git, "merge", "-q", "--no-edit", "acme")
    assert compile_data(tree, "--check") == ""
    code = (
        "from dsnparse.classify import classify\n"
        "for n in ('acme', 'acmf'): print(classify(f'552 {n} box brimming', hosts=(f'mx.{n}.example',)).rule)"
    )
    assert run(tree, sys.executable, "-c", code) == "provider.acme.full\nprovider.acmf.full\n"


def test_a_source_that_goes_takes_its_compiled_file_along(tree: Path) -> None:
    shutil.rmtree(tree / "dsnparse" / "data" / "providers" / "sky")
    gone = "compiled/addresses/sky.json\n"
    assert compile_data(tree, "--check", status=1) == f"Out of date, run make data: {gone}"
    assert compile_data(tree) == f"Compiled: {gone}"
    assert not (tree / "dsnparse" / "data" / "compiled" / "addresses" / "sky.json").exists()


@pytest.mark.parametrize(("argument", "status"), [("--help", 0), ("--unknown", 2), ("rules", 2)])
@pytest.mark.parametrize("tool", ["compile_data", "write_docs"])
def test_help_and_mistaken_arguments_write_nothing(tree: Path, tool: str, argument: str, status: int) -> None:
    shutil.rmtree(tree / "dsnparse" / "data" / "compiled" / "words")
    told = run(tree, sys.executable, "-m", f"tools.{tool}", argument, status=status)
    assert f"usage: python -m tools.{tool}" in told
    assert not (tree / "dsnparse" / "data" / "compiled" / "words").exists()
    assert not (tree / "docs").exists()


def test_a_mistake_is_told_with_file_and_line_and_nothing_is_written(tree: Path) -> None:
    replies = tree / "dsnparse" / "data" / "providers" / "zone" / "replies.toml"
    replies.write_text(replies.read_text("utf-8").replace("hosts = [", "host = ["), "utf-8")
    told = compile_data(tree, status=2)
    assert told.startswith(
        "dsnparse/data/providers/zone/replies.toml:3: [provider]: there is no key 'host' here."
    )
    assert "Did you mean 'hosts'" in told


HOOK = """title = "Acme"
[[signature]]
scheme = "hmac"
source = "memory"
signs = "{body}"
[signature.where]
signature = ["header x-signature"]
"""
EVENTS = """title = "Acme"
format = "acme"
name = ["event"]
[events.bounce]
kind = "bounce"
[fields]
id = ["id"]
time = ["at"]
recipient = ["to"]
"""
LIST = """order = ["email"]
address = ["email"]
otherwise = "manual"
"""
ADDRESSES = """[[addresses]]
domains = ["acme.example"]
"""
MISTAKES = [
    (check_events, EVENTS.replace('name = ["event"]\n', ""), 1, "where an event tells what it is"),
    (check_events, EVENTS.replace('title = "Acme"\n', ""), 1, 'has no title. Give it one: title = "…"'),
    (check_events, EVENTS.replace('"bounce"', '"bounced"'), 5, "has kind 'bounced'. Did you mean 'bounce'"),
    (check_events, EVENTS.replace('kind = "bounce"', 'action = "fail"'), 4, "event 'bounce': has no kind"),
    (check_events, EVENTS.replace("events.bounce", "events.Bounce"), 4, "is compared in lower case"),
    (
        check_events,
        EVENTS.replace("recipient", "recipients"),
        6,
        "[fields] must say where time and recipient",
    ),
    (check_events, EVENTS + 'subjekt = ["x"]', 10, "there is no key 'subjekt' here. Did you mean 'subject'"),
    (check_events, EVENTS + '[[classes]]\nreason = "expired"', 10, "says not when it holds"),
    (check_events, EVENTS + '[[classes]]\nwhen = { a = ["B"] }', 11, "compared in lower case. Write 'b'"),
    (check_events, EVENTS + '[[classes]]\nwhen = { a = ["b"] }', 10, "has neither reason nor kind"),
    (check_events, EVENTS + '[[refuse]]\nhas = "x"', 10, "needs both"),
    (check_suppressions, LIST + '[export]\nas = "cvs"', 5, "there is no way 'cvs'. Did you mean 'csv'"),
    (check_suppressions, LIST + '[export]\nas = "json"', 4, 'does not name the list. Write list = "data"'),
    (check_suppressions, LIST + '[export]\nas = "csv"', 4, "has no fields"),
    (
        check_suppressions,
        LIST + '[export]\nas = "csv"\nfields = { email = "adress" }',
        6,
        "there is no value 'adress'. Did you mean 'address'",
    ),
    (
        check_suppressions,
        LIST + '[export]\nas = "csv"\nfields = { email = "address" }\nreasons = { complain = "x" }',
        7,
        "there is no reason 'complain'. Did you mean 'complaint'",
    ),
    (check_webhook, HOOK.replace('title = "Acme"', ""), 1, "has no title"),
    (check_webhook, 'title = "Acme"', 1, "says neither how it signs"),
    (check_webhook, HOOK.replace('"hmac"', '"hmak"'), 3, "has scheme 'hmak'. Did you mean 'hmac'"),
    (check_webhook, HOOK.replace('source = "memory"\n', ""), 2, "has no source"),
    (check_webhook, HOOK.replace("{body}", "{id}{body}"), 5, "names 'id', of which [signature.where]"),
    (check_webhook, HOOK.replace("header x-", "headers x-"), 7, "is no place"),
    (check_webhook, HOOK.replace("signature = [", "sign = ["), 2, "says not where the signature is"),
    (check_webhook, HOOK + 'time = ["json time"]', 2, "window and the place of time belong together"),
    (check_webhook, HOOK + '[passwords]\nbasic = "hearsay"', 9, "Use one of: documentation, other programs"),
    (
        check_suppressions,
        LIST.replace("manual", "manuel"),
        3,
        "there is no reason 'manuel'. Did you mean 'manual'",
    ),
    (check_suppressions, LIST.replace('["email"]', '["Email"]'), 1, "compared in lower case. Write 'email'"),
    (check_suppressions, LIST.replace('order = ["email"]\n', ""), 1, "has no order"),
    (check_addresses, ADDRESSES.replace("domains", "domain"), 2, "Did you mean 'domains'"),
    (check_addresses, "[[addresses]]\ntag = '+'", 1, "has no domains. Name them"),
    (check_words, "[subjects]", 1, "there is no key 'subjects' here. Did you mean 'subject'"),
    (check_words, "[subject]\nbounced = ['x']", 2, "Did you mean 'bounce'"),
    (check_words, "[subject]\nbounce = [\n'x',\n'('\n]", 4, "bounce: RE2 cannot read '('"),
]


@pytest.mark.parametrize(("check", "text", "line", "told"), MISTAKES)
def test_a_mistake_in_a_table_names_the_line_and_the_cure(
    check: Callable[[Table], None], text: str, line: int, told: str
) -> None:
    with pytest.raises(RuleError) as raised:
        check(Source("x.toml", text).root)
    assert str(raised.value).startswith(f"x.toml:{line}: ")
    assert told in str(raised.value)


@pytest.mark.parametrize(
    ("check", "text"), [(check_events, EVENTS), (check_suppressions, LIST), (check_addresses, ADDRESSES)]
)
def test_tables_without_a_mistake_pass(check: Callable[[Table], None], text: str) -> None:
    check(Source("x.toml", text).root)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        (
            "providers/acme/replies.toml",
            "",
            ':1: names no provider. Add [provider] and below it name = "acme".',
        ),
        ("providers/acme/notices.toml", "[[rule]]\n", ":1: unknown table or key 'rule'."),
        (
            "rules/languages/german.toml",
            "[[words]]\nphrases = ['x']",
            ":1: words 1: does not say whose words",
        ),
        ("rules/languages/german.toml", "[[words]]\nof = 'x'", ":1: words of 'x': has no words to look for."),
    ],
)
def test_a_file_of_ours_is_checked_by_its_place(tmp_path: Path, name: str, text: str, told: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    with pytest.raises(RuleError) as raised:
        read_builtin(path)
    assert str(raised.value).startswith(f"{path}{told}")


def test_words_of_a_rule_that_does_not_exist_are_told(tmp_path: Path) -> None:
    path = tmp_path / "german.toml"
    path.write_text("[[words]]\nof = 'phrase.expired.expird'\nphrases = ['x']", "utf-8")
    with pytest.raises(
        RuleError, match=r"german\.toml:1: there is no rule .* Did you mean 'phrase.expired.expired'"
    ):
        with_more_words(builtin_sources()[0], read_builtin(path).words)


@pytest.mark.parametrize("source", sources(), ids=lambda path: str(path.relative_to(HERE)))
def test_phrases_stand_one_a_line(source: Path) -> None:
    keys = "phrases patterns urls not examples marks hosts domains".split()
    crowded = [
        line
        for line in source.read_text("utf-8").splitlines()
        if line.startswith(tuple(f"{k} = [" for k in keys))
    ]
    assert [
        line for line in crowded if len(tomllib.loads(line + "]" * line.endswith("[")).popitem()[1]) > 1
    ] == []

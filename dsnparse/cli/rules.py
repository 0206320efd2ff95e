"""`dsnparse rules`: which rules there are, and whether the examples they carry hold."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dsnparse.cli.listing import print_rows
from dsnparse.render.rows import FORMATS
from dsnparse.render.table import Column
from dsnparse.render.terminal import visible

if TYPE_CHECKING:
    from dsnparse.classify import RuleSet
    from dsnparse.parser import Parser

_COLUMNS = (
    ("id", Column("RULE", share=3)),
    ("reason", Column("REASON", 20)),
    ("examples", Column("EXAMPLES", 8, right=True)),
    ("seen", Column("SEEN", share=2)),
)


@click.group()
def rules() -> None:
    """List the rules, and run the examples they carry.

    FILE is a TOML file with rules of your own, as for 'dsnparse parse --rules FILE'.
    """


@rules.command("list")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), help="Default: a table on a terminal, else JSON Lines."
)
def list_rules(files: tuple[str, ...], form: str | None) -> None:
    """List the rules of FILE and the built-in ones: reason, where the words were seen, number of examples."""
    _load(files)
    rows = (
        {"id": rule.id, "reason": rule.reason, "examples": len(rule.examples), "seen": rule.seen}
        for rule in rules_with_examples(files)
    )
    print_rows(rows, _COLUMNS, form)


@rules.command("test")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.pass_context
def test_rules(context: click.Context, files: tuple[str, ...]) -> None:
    """Run the examples of the rules and formats in FILE and of the built-in ones.

    A rule's example holds when its words are in it and the verdict is the rule's reason; a format's, when the
    notice is read as the example says. Exit status: 0 when all hold, 1 when one does not (each is named).
    """
    from dsnparse.rulebook.examples import builtin_tables
    from dsnparse.rulebook.examples import complaints as format_complaints

    rule_set = _load(files)
    count = failed = examples = 0
    for rule in rules_with_examples(files):
        count += 1
        examples += len(rule.examples)
        for complaint in complaints(rule, rule_set):
            failed += 1
            print(visible(f"{rule.id}: {complaint}"))
    parser = _parser(files)
    formats = [*rule_set.formats, *builtin_tables()]
    for where, table in formats:
        examples += len(table.get("example", ()))
        for complaint in format_complaints(table, where, parser):
            failed += 1
            print(visible(complaint))
    outcome = f"{failed:,} failed" if failed else "all hold"
    print(f"{examples:,} examples of {count:,} rules and {len(formats):,} formats: {outcome}.")
    context.exit(1 if failed else 0)


@dataclass(frozen=True, slots=True)
class RuleExamples:
    """What a rule file says of a rule for its readers."""

    id: str
    reason: str
    provider: str | None
    seen: str
    examples: tuple[str, ...]
    #: Whether the rule looks at words, not at codes only.
    has_words: bool


def rules_with_examples(files: Sequence[str] = ()) -> Iterator[RuleExamples]:
    """The rules of the user's `files`, then the built-in ones, in the order of the files."""
    from dsnparse.data import read_toml

    for name in files:
        path = Path(name)
        yield from _rules_of(tomllib.loads(path.read_text("utf-8")), f"user.{path.stem}.")
    for table in read_toml("rules").values():
        yield from _rules_of(table, "phrase.{reason}.")
    for name, table in read_toml("providers").items():
        yield from _rules_of(table, f"provider.{name}.")


def complaints(rule: RuleExamples, rule_set: RuleSet) -> Iterator[str]:
    """What is wrong with the examples of `rule`, as ends of sentences; nothing when all hold."""
    from dsnparse.classify import classify
    from dsnparse.reply import Reply

    if not rule.examples:
        yield "has no example. Give it one that it matches."
    for example in rule.examples:
        hits, _ = rule_set.search(Reply.parse(example).low)
        verdict = classify(example, provider=rule.provider, rules=rule_set)
        if rule.has_words and not any(found.id == rule.id for found, _, _ in hits):
            yield f"does not match its example {example!r}."
        elif verdict.reason.value != rule.reason:
            yield f"its example {example!r} is taken for {verdict.reason.value} by {verdict.rule}."


def _rules_of(table: Mapping[str, Any], prefix: str) -> Iterator[RuleExamples]:
    provider = table.get("provider", {}).get("name")
    for row in table.get("rule", ()):
        reason = row.get("reason", table.get("reason"))
        yield RuleExamples(
            id=prefix.format(reason=reason) + row["id"],
            reason=reason,
            provider=row.get("provider", provider),
            seen=row.get("seen", ""),
            examples=tuple(row.get("examples", ())),
            has_words=any(row.get(key) for key in ("phrases", "patterns", "urls")),
        )


def _parser(files: Sequence[str]) -> Parser:
    from dsnparse.parser import Parser

    try:
        return Parser(rules=files)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _load(files: Sequence[str]) -> RuleSet:
    from dsnparse.classify import load_rules

    try:
        return load_rules(files)
    except ValueError as error:
        raise click.UsageError(str(error)) from None

"""`dsnparse rules`: which rules there are, and whether the examples they carry hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from dsnparse.cli.choice import Choice
from dsnparse.cli.failure import FAILED, Failure
from dsnparse.cli.listing import print_rows
from dsnparse.render.rows import FORMATS
from dsnparse.render.table import Column
from dsnparse.render.terminal import visible

if TYPE_CHECKING:
    from dsnparse.classify import Rule, RuleSet
    from dsnparse.rulebook.files import RuleFile

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
    "--format", "form", type=Choice(FORMATS), help="Default: a table on a terminal, else JSON Lines."
)
def list_rules(files: tuple[str, ...], form: str | None) -> None:
    """List the rules of FILE and the built-in ones: reason, where the words were seen, number of examples.

    Below them stand the other names that evidence can give as its rule, with what each means: the fields that
    were read, the signs of a notice, what was observed of an address, what keeps a failure from being hard.
    """
    from dsnparse.explain.evidence import evidence_rules
    from dsnparse.rulebook.files import builtin_sources

    rules = [*(rule for file in _read(files) for rule in file.rules), *builtin_sources()[0]]
    rows = [
        {"id": rule.id, "reason": rule.reason.value, "examples": len(rule.examples), "seen": rule.seen}
        for rule in rules
    ]
    rows += [
        {"id": name, "reason": "", "examples": 0, "seen": meaning}
        for name, meaning in evidence_rules().items()
    ]
    print_rows(rows, _COLUMNS, form)


@rules.command("test")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.pass_context
def test_rules(context: click.Context, files: tuple[str, ...]) -> None:
    """Run the examples of the rules and formats in FILE and of the built-in ones.

    A rule's example holds when its words are in it and the verdict is the rule's reason; a format's, when the
    notice is read as the example says. Exit status: 0 when all hold, 1 when one does not (each is named).
    """
    from dsnparse.classify import load_rules
    from dsnparse.parser import Parser
    from dsnparse.rulebook.examples import complaints as format_complaints
    from dsnparse.rulebook.files import builtin_sources

    own = _read(files)
    tested, formats = builtin_sources()
    tested = [*(rule for file in own for rule in file.rules), *tested]
    formats = [*(form for file in own for form in file.formats), *formats]
    rules = load_rules(files)
    failed = examples = 0
    for rule in tested:
        examples += len(rule.examples)
        for complaint in complaints(rule, rules):
            failed += 1
            print(visible(f"{rule.where}: {rule.id}: {complaint}"))
    parser = Parser(rules=files)
    for form in formats:
        examples += len(form.examples)
        for complaint in format_complaints(form, parser):
            failed += 1
            print(visible(complaint))
    outcome = f"{failed:,} failed" if failed else "all hold"
    print(f"{examples:,} examples of {len(tested):,} rules and {len(formats):,} formats: {outcome}.")
    context.exit(1 if failed else 0)


def complaints(rule: Rule, rules: RuleSet) -> Iterator[str]:
    """What is wrong with the examples of `rule`, as ends of sentences; nothing when all hold."""
    from dsnparse.classify import classify
    from dsnparse.reply import Reply

    for example in rule.examples:
        hits = rules.search(Reply.parse(example).low).hits
        verdict = classify(example, provider=rule.provider, rules=rules)
        if rule.has_words and not any(found.id == rule.id for found, _, _ in hits):
            yield f"does not match its example {example!r}."
        elif verdict.reason is not rule.reason:
            yield f"its example {example!r} is taken for {verdict.reason.value} by {verdict.rule}."


def _read(files: Sequence[str]) -> list[RuleFile]:
    from dsnparse.rulebook.files import read_files

    try:
        return read_files(files)
    except ValueError as error:
        raise Failure(str(error), FAILED) from None

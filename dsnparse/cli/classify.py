"""`dsnparse classify`: SMTP replies in, reasons out."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

import click

from dsnparse.cli.common_options import rules_option
from dsnparse.cli.listing import format_option, print_rows
from dsnparse.render.styles import type_style
from dsnparse.render.table import Column

_COLUMNS = (
    ("reason", Column("REASON", 20)),
    ("bounce_type", Column("TYPE", 12, style=type_style)),
    ("advice", Column("ADVICE", 10)),
    ("effective_status", Column("STATUS", 7)),
    ("confidence", Column("SURE", 4, right=True)),
    ("reply", Column("REPLY", share=1)),
    *((name, Column(name, only="csv")) for name in ("status", "reply_code", "provider", "rule", "matched")),
)
#: Characters of one line that are read. RFC 5321 allows 512.
_LINE_LIMIT = 64 * 1024


@click.command()
@click.argument("replies", nargs=-1, metavar="[REPLY... | -]")
@click.option("--provider", metavar="NAME", help="Who said it, where you know: google, microsoft, yahoo, …")
@format_option
@rules_option
@click.option("--providers", "names", is_flag=True, help="List the names that --provider takes, and exit.")
def classify(
    replies: tuple[str, ...], provider: str | None, form: str, rules: tuple[str, ...], names: bool
) -> None:
    """Say what SMTP replies mean.

    REPLY is one reply, such as "550 5.1.1 no such user", or - for standard input with one reply a line, as
    cut from a mail log. The output has one line per reply, in the same order.
    """
    from dsnparse.classify import classify_reply, load_rules, providers

    try:
        if names:
            click.echo("\n".join(providers(rules=rules)))
            return
        rule_set = load_rules(rules)
        classify_reply("", provider, rules=rule_set)  # refuses a provider that nobody knows
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if not replies and sys.stdin.isatty():
        raise click.UsageError("Give a reply in quotes, or - and replies on standard input.")

    def rows() -> Iterator[dict[str, Any]]:
        for reply in _replies(replies or ("-",)):
            yield {"reply": reply, **classify_reply(reply, provider, rules=rule_set).to_dict()}

    print_rows(rows(), _COLUMNS, form, live=sys.stdin.isatty() and "-" in replies)


def _replies(given: Iterable[str]) -> Iterator[str]:
    for reply in given:
        if reply != "-":
            yield reply
            continue
        while line := sys.stdin.buffer.readline(_LINE_LIMIT):
            text = line.decode("utf-8", "replace").strip()
            if text:
                yield text

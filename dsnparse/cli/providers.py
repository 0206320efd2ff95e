"""`dsnparse providers`: which providers document their replies, and how much of that is understood."""

from __future__ import annotations

import click

from dsnparse.cli.listing import format_option, print_rows
from dsnparse.render.table import Column


@click.command()
@format_option
def providers(form: str) -> None:
    """List the providers whose documented replies are kept, and the share of them that is understood.

    `dsnparse explain microsoft` shows what one of them documents.
    """
    from dsnparse.explain.documented import coverage

    rows = [
        {
            "provider": one.provider,
            "title": one.title,
            "documented": one.documented,
            "understood": one.understood,
            "share": round(one.share, 3),
            "read": one.read,
        }
        for one in coverage()
    ]
    names = {"provider": 12, "title": 30, "documented": 10, "understood": 10, "share": 6, "read": 10}
    columns = [Column(name.upper(), width, right=width < 12) for name, width in names.items()]
    print_rows(rows, list(zip(names, columns, strict=True)), form)

"""`dsnparse explain`: what a code, a reason or a reply means, on the terminal."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from dsnparse.cli.choice import Choice
from dsnparse.cli.output import Output
from dsnparse.render.terminal import json_safe, terminal_width, wants_colour

if TYPE_CHECKING:
    from dsnparse.explain import Page

#: Longer lines are hard to read.
_MAX_WIDTH = 100
#: Where the terminal's width is not known.
_USUAL_WIDTH = 80


@click.command()
@click.argument("subject", nargs=-1, required=True, metavar="CODE|REASON|PROVIDER|REPLY...")
@click.option(
    "--format",
    "format_",
    type=Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="A page to read, or the same as JSON.",
)
def explain(subject: tuple[str, ...], format_: str) -> None:
    """Say what a bounce code means, and what to do about it.

    \b
      dsnparse explain 5.1.1           an enhanced status code
      dsnparse explain X.4.1           as a temporary and as a permanent failure
      dsnparse explain 421             an SMTP reply code
      dsnparse explain mailbox_full    a reason, as dsnparse names them
      dsnparse explain microsoft       a provider, and what it documents
      dsnparse explain "550 5.7.1 Message rejected due to spam"

    Several of them are explained one after the other; of a reply, its verdict and then its codes.
    """
    pages = _pages(subject)
    if format_ == "json":
        whole = [page.to_dict() for page in pages]
        click.echo(
            json_safe(json.dumps(whole[0] if len(whole) == 1 else whole, ensure_ascii=False, indent=2))
        )
        return
    from dsnparse.render.pages import Sheet, page_lines

    encoding = sys.stdout.encoding or "utf-8"
    with Output(None) as out:
        sheet = Sheet(
            min(terminal_width(_USUAL_WIDTH), _MAX_WIDTH),
            colour=wants_colour(out.on_terminal),
            rule="─" if encoding.lower().startswith("utf") else "-",
        )
        for number, page in enumerate(pages):
            lines = [*([""] if number else []), *page_lines(page, sheet)]
            out.write("\n".join(lines) + "\n", encoding)


def _pages(words: tuple[str, ...]) -> list[Page]:
    """One page for each word when all are codes or reasons; else the words together are one reply."""
    from dsnparse.explain import explain as page_of

    try:
        return [page_of(word) for word in words]
    except ValueError as error:
        if len(words) == 1:
            raise click.UsageError(str(error)) from None
    try:
        return [page_of(" ".join(words))]
    except ValueError as error:
        raise click.UsageError(str(error)) from None

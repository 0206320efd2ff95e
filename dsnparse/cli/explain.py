"""`dsnparse explain`: what a code, a reason or a reply means, on the terminal."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

import click

from dsnparse.render.terminal import json_safe, visible

if TYPE_CHECKING:
    from rich.console import Console

    from dsnparse.explain import Page, Sense

#: Longer lines are hard to read.
_MAX_WIDTH = 100
#: Two spaces, the longest label ("Second digit 2") and two spaces.
_INDENT = 18
_LABELS = {"title": "Official title", "use": "Meant for", "reference": "Defined in"}

#: A label, its text and the style of the text.
_Row = tuple[str, str, str]


@click.command()
@click.argument("subject", nargs=-1, required=True, metavar="CODE|REASON|REPLY...")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
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
      dsnparse explain "550 5.7.1 Message rejected due to spam"

    Several codes and reasons are explained one after the other.
    """
    pages = _pages(subject)
    if format_ == "json":
        whole = [page.to_dict() for page in pages]
        click.echo(
            json_safe(json.dumps(whole[0] if len(whole) == 1 else whole, ensure_ascii=False, indent=2))
        )
        return
    from rich.console import Console

    # A terminal that knows ASCII only gets escapes for the rest, not an error.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    console = Console(highlight=False)
    console.width = min(console.width, _MAX_WIDTH)
    for number, page in enumerate(pages):
        if number:
            console.print()
        _print_page(console, page)


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


def _print_page(console: Console, page: Page, *, part: bool = False) -> None:
    """A page; as part of the page of a reply it leaves out what the verdict has said."""
    if page.verdict is not None:
        _print_verdict(console, page)
        return
    _print_heading(console, page.subject, page.title)
    for number, sense in enumerate(page.senses):
        if len(page.senses) > 1:
            if number:
                console.print()
            _print_heading(console, sense.code, sense.name, underlined=False)
        _print_rows(console, [*_sense_rows(sense), *(_code_alone(sense) if part else _follows(sense))])
    more: list[_Row] = []
    if page.causes:
        more.append(("Seen causes", "; ".join(page.causes), ""))
    if page.codes:
        more.append(("Usual codes", ", ".join(page.codes), ""))
    more += _listed("Worth knowing", page.notes)
    elsewhere = [] if part else [(f"In {system}", name, "") for system, name in page.elsewhere]
    official = [(_LABELS.get(label, label.capitalize()), text, "dim") for label, text in page.official]
    for rows in (more, elsewhere, official):
        if rows:
            console.print()
            _print_rows(console, rows)


def _print_verdict(console: Console, page: Page) -> None:
    verdict = page.verdict
    assert verdict is not None
    _print_heading(console, "", page.subject)
    if page.succeeded:
        _print_rows(console, [("Verdict", "no failure: the server did what was asked", "green")])
    else:
        rows = [
            ("Reason", f"{verdict.reason}: {_lower_first(page.title)}", "green"),
            *_consequences(verdict.bounce_type, verdict.advice),
            ("Decided by", f'"{verdict.matched}"' if verdict.matched else "nothing that is known", ""),
            ("Rule", verdict.rule, ""),
            ("Confidence", f"{verdict.confidence:.0%}", ""),
        ]
        if verdict.provider:
            rows.append(("Provider", verdict.provider, ""))
        rows += [
            ("" if number else "Text and code", note, "yellow") for number, note in enumerate(page.notes)
        ]
        _print_rows(console, rows)
    for part in page.pages:
        console.print()
        _print_page(console, part, part=True)


def _listed(label: str, notes: tuple[str, ...], style: str = "") -> list[_Row]:
    mark = "- " if len(notes) > 1 else ""
    return [("" if number else label, f"{mark}{note}", style) for number, note in enumerate(notes)]


def _sense_rows(sense: Sense) -> list[_Row]:
    rows: list[_Row] = [("What happened", sense.happened, ""), ("What to do", sense.fix, "")]
    if sense.mends:
        rows.append(("Mends itself", sense.mends, ""))
    if sense.other:
        rows.append(("Another way", sense.other, ""))
    return rows


def _follows(sense: Sense) -> list[_Row]:
    """What follows from a code or a reason by itself."""
    rows = _consequences(sense.bounce_type, sense.advice)
    if sense.reason is None or sense.reason == sense.code:
        return rows
    return [("Reason", str(sense.reason), "green"), *rows]


def _code_alone(sense: Sense) -> list[_Row]:
    """What follows from a code by itself, in short, where a verdict stands above it."""
    if sense.reason is None or sense.reason == sense.code:
        return []
    return [("By itself", f"{sense.reason}, {sense.bounce_type}, {sense.advice}", "")]


def _consequences(bounce_type: str | None, advice: str) -> list[_Row]:
    from dsnparse.data import load

    words = load("pages")["words"]
    rows = [("Bounce type", f"{bounce_type}: {words['bounce_type'][bounce_type]}", "")] if bounce_type else []
    return [*rows, ("Advice", f"{advice}: {words['advice'][advice]}", "")]


def _lower_first(sentence: str) -> str:
    """A sentence that goes on after a colon; words in capitals (SPF) stay."""
    return sentence if sentence[1:2].isupper() else sentence[:1].lower() + sentence[1:]


def _print_heading(console: Console, code: str, title: str, *, underlined: bool = True) -> None:
    from rich.text import Text

    heading = Text.assemble((code, "bold cyan"), "  " if code else "", (visible(title), "bold"))
    lines = heading.wrap(console, console.width)
    for line in lines:
        line.rstrip()
        console.print(line)
    if underlined:
        rule = "-" if console.options.ascii_only else "─"
        console.print(Text(rule * max(line.cell_len for line in lines), style="dim"))


def _print_rows(console: Console, rows: list[_Row]) -> None:
    """Labels on the left, wrapped text on the right, no blanks at line ends."""
    from rich.text import Text

    for label, text, style in rows:
        lines = Text(visible(text), style=style).wrap(console, max(console.width - _INDENT, 20))
        for number, line in enumerate(lines):
            line.rstrip()
            shown = f"  {label}" if number == 0 else ""
            console.print(Text.assemble((f"{shown:<{_INDENT}}", "dim"), line), soft_wrap=True)

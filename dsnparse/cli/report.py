"""`dsnparse report`: what changed, and what to do about it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from dsnparse.cli.choice import Choice
from dsnparse.cli.common_options import output_option, quiet_option
from dsnparse.cli.output import Output
from dsnparse.cli.source_options import WORKED_OFF
from dsnparse.cli.span_options import where_option
from dsnparse.cli.store_options import StoreChoice, store_options
from dsnparse.cli.trust_option import make_parser, trust_option
from dsnparse.errors import as_sentence
from dsnparse.read.events.tables import providers
from dsnparse.render.progress import Progress
from dsnparse.render.summary import ingest_summary, problem_lines
from dsnparse.render.terminal import json_safe, terminal_width, wants_colour
from dsnparse.store.queries.where import Where

if TYPE_CHECKING:
    from dsnparse.mailboxes.tally import Tally
    from dsnparse.report import Figures
    from dsnparse.store.asked import Asked

_FORMATS = ("html", "text", "json")
_ENDINGS = {"html": "html", "htm": "html", "json": "json", "txt": "text"}


@click.command()
@click.argument("names", nargs=-1, metavar="[SOURCE]...")
@output_option
@click.option("--format", "form", type=Choice(_FORMATS), help="Default: by the ending of FILE, else text.")
@click.option("--since", metavar="TIME", help="A date, a time, or an age as in 30d. Default: 7d.")
@click.option("--until", metavar="TIME", help="The same; a date includes its day. Default: now.")
@click.option(
    "--compare",
    metavar="SPAN|START..END|none",
    help="What to compare with. Default: as much time, right before.",
)
@where_option
@click.option("--mask", is_flag=True, help="Show no mailbox: j…@example.com.")
@click.option(
    "--campaign-header",
    "campaign_headers",
    multiple=True,
    metavar="NAME",
    help="An X-… field of your mail that names the campaign. May be repeated.",
)
@click.option(
    "--as",
    "provider",
    type=Choice(providers()),
    metavar="PROVIDER",
    help="SOURCE is a file of a provider's events: see 'dsnparse ingest --help'.",
)
@click.option("--rules", multiple=True, metavar="FILE", help="Your own rules, for SOURCE. May be repeated.")
@trust_option
@quiet_option
@store_options()
@click.pass_context
def report(
    context: click.Context,
    names: tuple[str, ...],
    output: str | None,
    form: str | None,
    since: str | None,
    until: str | None,
    compare: str | None,
    where: Where,
    mask: bool,
    campaign_headers: tuple[str, ...],
    provider: str | None,
    rules: tuple[str, ...],
    trust: str | None,
    quiet: bool,
    choice: StoreChoice,
) -> int:
    """Say what changed against the time before, what to do about it, and what stands behind it.

    \b
      dsnparse report --db bounces.db -o report.html   the last seven days
      dsnparse report /var/bounces -o report.html      of files and folders
      dsnparse report --since 2026-11-01 --where provider=microsoft

    SOURCE is a PATH or - as for ingest: nothing is stored, and the report ends with the last bounce. The
    page is one file that needs no network and runs nothing that came from mail.

    Exit status: 0 when all was read, 1 when some of SOURCE could not be, 2 for wrong usage or a database that
    cannot be used, 75 when it cannot be reached now.
    """
    if names and context.get_parameter_source("db") is ParameterSource.COMMANDLINE:
        raise click.UsageError("Give either SOURCE or --db.")
    failed = 0
    with Output(output) as out:
        form = form or _ENDINGS.get(Path(output or "").suffix.lstrip(".").lower(), "text")
        with _store(names, provider, rules, trust, choice, output, quiet=quiet) as (store, total, title):
            failed = total.failed if total else 0
            now = _last(store) if names else datetime.now(UTC)
            figures = _figures(
                store, (since, until, compare), now, where, campaign_headers, title=title, mask=mask
            )
        out.write(_rendered(figures, form, out))
    return 1 if failed else 0


@contextmanager
def _store(
    names: tuple[str, ...],
    provider: str | None,
    rules: tuple[str, ...],
    trust: str | None,
    choice: StoreChoice,
    output: str | None,
    *,
    quiet: bool,
) -> Iterator[tuple[Asked, Tally | None, str]]:
    """The database, or one that lasts as long as the report, filled from SOURCE."""
    if not names:
        with choice.ask() as asked:
            yield asked, None, ""
        return
    from tempfile import TemporaryDirectory

    taken = [name for name in names if name.lower().startswith(WORKED_OFF)]
    if taken:
        raise click.UsageError(
            f"{taken[0]} is a mailbox that messages leave: 'dsnparse ingest' takes them, and --db reports."
        )
    parser = make_parser(rules, trust)
    with TemporaryDirectory(prefix="dsnparse-report-") as folder:
        own = StoreChoice(
            str(Path(folder) / "report.db"), choice.policy, hash_addresses=False, hash_key_file=None
        )
        with own.open(create=True) as store:
            from dsnparse.ingest import ingest
            from dsnparse.mailboxes.event_files import EventSource
            from dsnparse.mailboxes.sources import PathSource
            from dsnparse.mailboxes.tally import Tally

            total = Tally()
            ours = [path for path in (output, trust) if path]
            source = EventSource(provider, names, parser) if provider else PathSource(names, exclude=ours)
            with Progress(names, wanted=not quiet) as bar:
                for tally in ingest(source, store.add, parser, strict=not provider, known=store.known):
                    for line in problem_lines(tally):
                        bar.line(line)
                    total.add(tally)
                    bar.update(done=total.weight, messages=total.messages)
            if not quiet:
                click.echo(ingest_summary(total), err=True)
            yield store, total, ", ".join(names)


def _last(store: Asked) -> datetime:
    """The moment after the last record; the clock without records."""
    from dsnparse.store.queries.span import ends

    with store.asking() as rows:
        found = ends(rows)
    return min(datetime.now(UTC), found[1] + timedelta(seconds=1)) if found else datetime.now(UTC)


def _figures(
    store: Asked,
    span: tuple[str | None, str | None, str | None],
    now: datetime,
    where: Where,
    campaign_headers: tuple[str, ...],
    *,
    title: str,
    mask: bool,
) -> Figures:
    from dsnparse.report import make, read_period

    try:
        period = read_period(*span, now=now)
    except ValueError as problem:
        raise click.UsageError(as_sentence(problem)) from None
    return make(store, period, where=where, masked=mask, campaign_headers=campaign_headers, title=title)


def _rendered(figures: Figures, form: str, out: Output) -> str:
    if form == "json":
        return json_safe(json.dumps(figures.to_dict(), ensure_ascii=False, indent=2)) + "\n"
    if form == "html":
        from dsnparse.report import html

        return html(figures)
    from dsnparse.report import text

    if out.on_terminal and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    return text(figures, terminal_width(), colour=wants_colour(out.on_terminal))

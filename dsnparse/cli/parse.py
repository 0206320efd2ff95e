"""`dsnparse parse`: bounces from anywhere on this machine, as records."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from dsnparse.cli.choice import Choice
from dsnparse.cli.common_options import quiet_option, rules_option, unknown_option
from dsnparse.cli.copies import make_folder
from dsnparse.cli.failure import cannot
from dsnparse.cli.output import Output
from dsnparse.cli.trust_option import limit_option, trust_option
from dsnparse.cli.worker import Rendered, Settings, Worker, warm_up
from dsnparse.mailboxes import Item, MessageRef, Problem, find
from dsnparse.mailboxes.tally import Tally
from dsnparse.model import Kind
from dsnparse.render.progress import Progress
from dsnparse.render.reports import FORMATS, Renderer, TableRows
from dsnparse.render.summary import parse_summary, problem_lines
from dsnparse.render.terminal import terminal_width, visible, wants_colour
from dsnparse.wire.limits import Limits

#: Items that go to a worker at once, and the bytes of those that hold their message.
_PIECE_ITEMS = 64
_PIECE_BYTES = 1024 * 1024
#: What is not text: see `tables.py`.
TABLE_FORMATS = ("parquet", "duckdb")


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--format", "form", type=Choice([*FORMATS, *TABLE_FORMATS]),
    help="How to print: a table on a terminal and JSON Lines elsewhere, unless given here.",
)  # fmt: skip
@click.option(
    "--output", "-o", metavar="FILE",
    help="Write to FILE, which appears only when it is complete; for parquet a folder.",
)  # fmt: skip
@click.option(
    "--jobs", "-j", metavar="N", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes."
)
@rules_option
@trust_option
@limit_option
@click.option("--why", is_flag=True, help="Show the evidence under each record.")
@click.option(
    "--kind", "kinds", multiple=True, type=Choice([kind.value for kind in Kind]),
    help="Show only messages of this kind. May be repeated.",
)  # fmt: skip
@unknown_option
@click.option(
    "--part-bytes", type=click.IntRange(1), metavar="N",
    help="Bytes of mail in one part of parquet or duckdb.  [default: 134217728]",
)  # fmt: skip
@quiet_option
@click.pass_context
def parse(
    context: click.Context,
    paths: tuple[str, ...],
    form: str | None,
    output: str | None,
    jobs: int,
    rules: tuple[str, ...],
    trust: str | None,
    limits: Limits,
    why: bool,
    kinds: tuple[str, ...],
    unknown: str | None,
    part_bytes: int | None,
    quiet: bool,
) -> None:
    """Read bounces and say who failed and why.

    PATH is a message (Outlook's .msg with the extra 'msg'), a folder of them (with its subfolders), a
    Maildir, an mbox, a tar or zip archive, any of these compressed, or - for standard input. What it is shows
    by its content. In folders, hidden files and notes (.json, .jsonl, .csv, .md, .toml and such) are passed
    over.

    JSON Lines and JSON have one object per message (dsnparse/data/report.schema.json describes it); the table
    and CSV have one row per failed recipient, and one for each message without any.

    parquet and duckdb have one row per message (docs/scale.md). They are written in parts: a command that was
    ended and is run again goes on where it was, and reads only files that are new.

    Exit status: 0 when everything was read, 1 when something was not (each is named), 2 for wrong usage.
    """
    if form in TABLE_FORMATS:
        if why or kinds or unknown:
            raise click.UsageError(f"--why, --kind and --unknown are not for --format {form}: ask the table.")
        from dsnparse.cli.tables import Wanted, parse_into_tables
        from dsnparse.scale.manifest import PACK_BYTES

        wanted = Wanted(paths, form or "", output, jobs, rules, trust, part_bytes or PACK_BYTES, quiet)
        context.exit(parse_into_tables(wanted))
    if part_bytes:
        raise click.UsageError("--part-bytes is for --format parquet and duckdb.")
    started = time.monotonic()
    with Output(output) as out:
        form = form or _default_format(output, out)
        make_folder(unknown)
        settings = Settings(
            form=form,
            encoding=sys.stdout.encoding if out.on_terminal else "utf-8",
            why=why,
            width=terminal_width(),
            colour=wants_colour(out.on_terminal),
            prefix=paths[0].rstrip("/") + "/" if len(paths) == 1 and Path(paths[0]).is_dir() else "",
            kinds=frozenset(kinds),
            rules=rules,
            trust=trust,
            limits=limits,
            unknown=unknown,
        )
        ours = [path for path in (output, unknown, trust) if path]
        pieces = _pieces(find(paths, exclude=ours))
        total = Tally()
        with Progress(paths, wanted=not quiet and not out.on_terminal) as progress:
            _write(_results(pieces, settings, jobs), settings.renderer(), out, total, progress)
    if not quiet:
        print(parse_summary(total, time.monotonic() - started, unknown), file=sys.stderr)
        if not total.messages and not total.failed:
            print(f"There is no mail in {visible(', '.join(paths))}.", file=sys.stderr)
    context.exit(1 if total.failed else 0)


def _default_format(output: str | None, out: Output) -> str:
    ending = Path(output).suffix.lstrip(".") if output else ""
    if ending in ("jsonl", "json", "csv"):
        return ending
    return "table" if out.on_terminal else "jsonl"


def _pieces(items: Iterator[Item]) -> Iterator[list[Item]]:
    """Items in lists that are neither long nor heavy."""
    piece: list[Item] = []
    weight = 0
    for item in items:
        piece.append(item)
        weight += len(item.data or b"") if isinstance(item, MessageRef) else 0
        if len(piece) >= _PIECE_ITEMS or weight >= _PIECE_BYTES:
            yield piece
            piece, weight = [], 0
    if piece:
        yield piece


def _results(pieces: Iterator[list[Item]], settings: Settings, jobs: int) -> Iterator[Rendered]:
    """What came of the pieces, in order; in other processes only when there is more than one piece."""
    try:
        worker = Worker(settings)
    except OSError as error:
        raise click.UsageError(cannot("read", error.filename, error)) from None
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    first = next(pieces, None)
    second = next(pieces, None) if first and jobs > 1 else None
    if first is None:
        return
    if second is None:
        yield worker(first)
        for piece in pieces:
            yield worker(piece)
        return
    from dsnparse.cli.pool import Pool

    warm_up()
    make = _Maker(settings, worker)
    with Pool[Item, Rendered](jobs, make, _killed) as pool:
        for results in pool.run(_chain((first, second), pieces)):
            yield from results


class _Maker:
    """Makes the worker of a process; hands out the one there is where processes fork."""

    def __init__(self, settings: Settings, worker: Worker) -> None:
        self.settings = settings
        self.worker: Worker | None = worker

    def __call__(self) -> Worker:
        return self.worker or Worker(self.settings)

    def __getstate__(self) -> tuple[Settings, None]:
        return self.settings, None

    def __setstate__(self, state: tuple[Settings, None]) -> None:
        self.settings, self.worker = state


def _chain(first: Iterable[Sequence[Item]], rest: Iterator[Sequence[Item]]) -> Iterator[Sequence[Item]]:
    yield from first
    yield from rest


def _killed(item: Item, number: int) -> Rendered:
    problem = Problem(item.name, f"ended the process that read it (signal {number})")
    return Rendered(b"", Tally(problems=[problem]))


def _write(
    results: Iterator[Rendered], renderer: Renderer, out: Output, total: Tally, progress: Progress
) -> None:
    begun = False
    if not isinstance(renderer, TableRows):  # the heading of a table comes with its first row
        out.write(renderer.before)
    for output, tally in results:
        if output:
            if not begun and isinstance(renderer, TableRows):
                out.write(renderer.before)
            if begun:
                out.write(renderer.between)
            out.write_bytes(output)
            begun = True
        for line in problem_lines(tally):
            progress.line(line)
        total.add(tally)
        progress.update(done=total.weight, messages=total.messages)
    out.write(renderer.after)

"""`dsnparse parse --format parquet` and `--format duckdb`: tables, made in parts of one pack each."""

from __future__ import annotations

import shutil
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import NamedTuple

import click

from dsnparse.cli.failure import FAILED, TRY_AGAIN, Failure, cannot
from dsnparse.cli.pool import Pool
from dsnparse.cli.trust_option import make_parser
from dsnparse.cli.worker import warm_up
from dsnparse.mailboxes.items import Problem
from dsnparse.mailboxes.tally import Tally
from dsnparse.parser import Parser
from dsnparse.render.progress import Progress
from dsnparse.render.summary import counted, parse_summary, problem_lines
from dsnparse.render.terminal import visible
from dsnparse.scale.duck import DuckDBFailure, make_database
from dsnparse.scale.manifest import ManifestError
from dsnparse.scale.parts import FolderInUse, Task, locked, parts, tasks, write_part


class Wanted(NamedTuple):
    """What the user asked for."""

    paths: tuple[str, ...]
    form: str
    output: str | None
    jobs: int
    rules: tuple[str, ...]
    trust: str | None
    #: Bytes of mail in one part.
    share: int
    quiet: bool


def parse_into_tables(wanted: Wanted) -> int:
    """Write the tables; the exit status. Raises click.ClickException with a sentence."""
    import pyarrow  # noqa: F401  (so that a missing extra is told first)

    if wanted.form == "duckdb":
        import duckdb  # noqa: F401
    if wanted.output in (None, "-"):
        what = "a folder" if wanted.form == "parquet" else "a file"
        raise click.UsageError(f"--format {wanted.form} needs {what}: --output PATH.")
    parser = make_parser(wanted.rules, wanted.trust)
    target = Path(wanted.output or "")
    folder = target if wanted.form == "parquet" else target.with_name(f".{target.name}.parts")
    if target.exists() and target.is_dir() != (wanted.form == "parquet"):
        raise click.UsageError(f"{target} is {'a folder' if target.is_dir() else 'no folder'}.")
    try:
        with _told_to_stop(), locked(folder):
            failed = _write(wanted, folder, parser)
            if wanted.form == "duckdb":
                _into_duckdb(folder, target)
    except FolderInUse as error:
        raise Failure(str(error), TRY_AGAIN) from None
    except (ManifestError, DuckDBFailure) as error:
        raise Failure(str(error), FAILED) from None
    except OSError as error:
        where = error.filename or folder
        raise Failure(cannot("write", where, error), FAILED) from None
    return 1 if failed else 0


def _write(wanted: Wanted, folder: Path, parser: Parser) -> int:
    """Make the parts that are missing; how many messages and files could not be read."""
    started = time.monotonic()
    limit = parser.limits.message_bytes
    left, there, problems = tasks(folder, wanted.paths, share=wanted.share, limit=limit)
    total = Tally()
    with Progress(wanted.paths, wanted=not wanted.quiet) as progress:
        for tally in (Tally(problems=problems), *_made(left, folder, parser, wanted.jobs)):
            for line in problem_lines(tally):
                progress.line(line)
            total.add(tally)
            progress.update(done=total.weight, messages=total.messages)
    if not wanted.quiet:
        before = f" ({there:,} there before)" if there else ""
        made = f"{counted(len(left), 'part')}{before} in {visible(str(folder))}"
        summary = parse_summary(total, time.monotonic() - started, None).removesuffix(".")
        print(f"{summary}; {made}." if wanted.form == "parquet" else f"{summary}.", file=sys.stderr)
    return total.failed


def _made(left: Sequence[Task], folder: Path, parser: Parser, jobs: int) -> Iterator[Tally]:
    """What came of the tasks, in their order; in other processes only when there is more than one."""
    if jobs == 1 or len(left) < 2:
        worker = PartWorker(folder, parser)
        for task in left:
            yield worker([task])
        return
    warm_up()
    with Pool[Task, Tally](min(jobs, len(left)), partial(PartWorker, folder, parser), _killed) as pool:
        for tallies in pool.run(iter([[task] for task in left])):
            yield from tallies


class PartWorker:
    """Makes parts of packs: what each process does."""

    def __init__(self, folder: Path, parser: Parser) -> None:
        self.folder = folder
        self.parser = parser

    def __call__(self, some: Sequence[Task]) -> Tally:
        """What came of the one task of a piece. Raises OSError when the part cannot be written."""
        (task,) = some
        return write_part(task, self.folder, self.parser, self.parser.limits.message_bytes)


def _killed(task: Task, number: int) -> Tally:
    reason = f"ended the process that read it and {len(task.pack.paths) - 1:,} files after it"
    return Tally(problems=[Problem(task.name, f"{reason} (signal {number}); run the command again")])


def _into_duckdb(folder: Path, target: Path) -> None:
    make_database(parts(folder), target)
    shutil.rmtree(folder)


@contextmanager
def _told_to_stop() -> Iterator[None]:
    """SIGTERM ends the command as Ctrl-C does: what is unfinished is removed."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)

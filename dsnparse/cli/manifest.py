"""`dsnparse manifest`: packs of mail, one a line, which Spark and others read in parallel."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from dsnparse.cli.failure import FAILED, Failure, cannot
from dsnparse.mailboxes.items import Problem
from dsnparse.mailboxes.tally import Tally
from dsnparse.render.summary import counted, problem_lines
from dsnparse.scale.manifest import (
    PACK_BYTES,
    Manifest,
    ManifestError,
    make_packs,
    read_manifest,
    write_packs,
)
from dsnparse.scale.packs import Pack


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option(
    "--output", "-o", metavar="FILE", help="Write to FILE. Packs of files that it lists stay as they are."
)
@click.option(
    "--pack-bytes", type=click.IntRange(1), default=PACK_BYTES, show_default=True, metavar="N",
    help="Bytes of mail in one pack.",
)  # fmt: skip
@click.option("--quiet", "-q", is_flag=True, help="No summary.")
@click.pass_context
def manifest(
    context: click.Context, sources: tuple[str, ...], output: str | None, pack_bytes: int, quiet: bool
) -> None:
    """List mail in packs, for engines that read it in parallel (docs/scale.md).

    SOURCE is a file, folder, mbox or archive as for 'dsnparse parse', or a store that pyarrow reads:
    s3://BUCKET/PREFIX, gs://BUCKET/PREFIX, hdfs://HOST/PATH.

    A pack is some small files, or a share of an mbox, a tar archive or zstandard frames. Files larger than a
    pack are read once, to be cut where a message begins. With --output the file grows: a second run adds
    what is new, and a stream that reads it goes on from there.

    Exit status: 0 when everything was listed, 1 when something was not (each is named), 2 for wrong usage.
    """
    tally = Tally()
    try:
        known = read_manifest(output) if output and Path(output).exists() else Manifest([], 0)
        new: list[Pack] = []
        for found in make_packs(
            sources, share=pack_bytes, known=known.packs, exclude=[output] if output else ()
        ):
            if isinstance(found, Problem):
                tally.problems.append(found)
            elif output is None:
                print(found.to_line())
            else:
                new.append(found)
        if output and (new or not known.end):
            write_packs(output, new, known.end)
    except ManifestError as error:
        raise Failure(str(error), FAILED) from None
    except OSError as error:
        where = error.filename or output or "standard output"
        raise Failure(cannot("write", where, error), FAILED) from None
    for line in problem_lines(tally):
        print(line, file=sys.stderr)
    if output and not quiet:
        before = f"; {len(known.packs):,} there before" if known.packs else ""
        size = sum(pack.size for pack in new)
        print(f"{counted(len(new), 'pack')}, {size:,} bytes{before}.", file=sys.stderr)
    context.exit(1 if tally.problems else 0)

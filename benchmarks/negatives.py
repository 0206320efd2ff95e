"""Mail made from notices that is no notice: how much of it is taken for a bounce, and who would be silenced.

    python benchmarks/negatives.py [FOLDER …] [--show 20]

Each message of the folders (default: samples/) that is read as a bounce or a delay is forwarded, answered,
asked about on lists, met by absences, and listed by programs (`passed_on.py`). Exit status 1 when a record of
any such mail is hard.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.passed_on import WAYS, source_of  # noqa: E402
from benchmarks.tables import Paper  # noqa: E402
from dsnparse import BounceType, Kind, parse_dsn  # noqa: E402
from dsnparse.mailboxes.eml import looks_like_message  # noqa: E402

#: Longer messages say the same, and take long to pass on in so many ways.
_LONGEST = 200_000
_NO_MESSAGES = (".json", ".jsonl", ".md", ".toml", ".py")


def notices_in(folders: Sequence[Path]) -> Iterator[tuple[Path, bytes]]:
    """The messages below `folders` that are notices of failure or delay."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if not path.is_file() or path.suffix in _NO_MESSAGES or path.stat().st_size > _LONGEST:
                continue
            data = path.read_bytes()
            if looks_like_message(data) and parse_dsn(data).kind in (Kind.BOUNCE, Kind.DELAY):
                yield path, data


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints a row for each way, and returns the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="*", default=[ROOT / "samples"])
    parser.add_argument("--show", type=int, default=0, metavar="N", help="name up to N of each way")
    args = parser.parse_args(arguments)
    sources = [(path, source_of(data)) for path, data in notices_in(args.folders)]
    rows, named = [], []
    total = [0, 0, 0]
    for name, make in WAYS.items():
        taken, hard = [], []
        for path, source in sources:
            report = parse_dsn(make(source))
            if report.kind in (Kind.BOUNCE, Kind.DELAY):
                taken.append(path)
            if any(record.bounce_type is BounceType.HARD for record in report):
                hard.append(path)
        counts = [len(sources), len(taken), len(hard)]
        total = [before + count for before, count in zip(total, counts, strict=True)]
        rows.append((name, *map(str, counts)))
        named += [f"{name}: {path}{' (hard)' if path in hard else ''}" for path in taken[: args.show]]
    rows.append(("all", *map(str, total)))
    paper = Paper()
    paper.table(("made from notices", "messages", "taken for a bounce", "with a hard record"), rows)
    for line in named:
        print(line)
    return 1 if total[2] else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""What `make run` shows: eight bounces, one with its evidence, and from a mailbox to three decisions.

Runs the commands that it prints, on samples/, and writes what is long into out/.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = Path("out")
COMMAND = Path(sys.executable).parent / "dsnparse"

#: A kind of story each: full, unknown, blocked, in Japanese, forged, still tried, a complaint, an absence.
TELLING = """
    provider/gmail-over-quota provider/m365-5.4.1-access-denied provider/outlook-com-blocked-s3140
    localised/japanese-domino forged/planted-in-returned-body delay/gmail-delay complaint/microsoft-jmrp
    auto-reply/out-of-office-french
""".split()
#: Whose mailbox is full on five days: as often, the policy waits.
FULL = "nina@example.org"
FULL_DAYS = 5
#: As wide as the tables are made, where the terminal is wider.
MOST_COLUMNS = 110
_DATE = re.compile(r"Tue, 14 Oct 2025 \d\d:\d\d:\d\d [-+]\d{4}(?: \(PDT\))?")
_MESSAGE_ID = re.compile(r"<([\w.]+@(?:mx\.google|mail\.example)\.com)>")


def main(arguments: list[str] | None = None) -> int:
    """Print the story. Exit status: 1 when a command of it fails."""
    options = argparse.ArgumentParser(
        prog="python -m tools.first_run", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    options.parse_args(arguments)
    shutil.rmtree(OUT, ignore_errors=True)
    (OUT / "week").mkdir(parents=True)
    full_for_days(OUT / "week")
    say("Eight messages: who failed, why, and is it the address (hard), the moment (soft) or us (block)?")
    show("parse --quiet --format table", [f"samples/{name}.eml" for name in TELLING], shown="parse …")
    say("Why? Each value has its place, its rule and its words:")
    show("parse --quiet --format table --why", ["samples/localised/japanese-domino.eml"], first=3)
    say("All samples and a mailbox that is full for a week, into a database, each message once:")
    show("ingest --db out/bounces.db", ["samples", "out/week"])
    say("May we mail them? Somebody planted Mia's address in mail that bounced; nothing failed for her:")
    show("check --db out/bounces.db --format table", ["mia@example.net", FULL, "alumni@example.com"])
    say("What leads:")
    show("stats --db out/bounces.db --by reason --limit 5 --format table", first=1)
    (OUT / "table.txt").write_text(run("parse --quiet --format table samples".split(), width=160), "utf-8")
    run("report --quiet --db out/bounces.db -o out/report.html".split(), width=MOST_COLUMNS)
    say("All of it: out/table.txt, out/report.html. Next: . .venv/bin/activate; dsnparse parse YOUR.eml")
    return 0


def say(sentence: str) -> None:
    """Print what comes next, or what it means."""
    print(f"── {sentence}", flush=True)


def show(command: str, files: list[str] | None = None, *, shown: str = "", first: int = 0) -> None:
    """Run a command on files and print it as it would be typed, with its output from line `first` on."""
    typed = " ".join([command.replace(" --quiet", ""), *(files or [])])
    print(f"$ dsnparse {shown or typed}", flush=True)
    width = min(shutil.get_terminal_size((MOST_COLUMNS, 24)).columns, MOST_COLUMNS)
    for line in islice(run([*command.split(), *(files or [])], width=width - 2).splitlines(), first, None):
        if line.strip():
            print(f"  {line}")


def run(arguments: list[str], *, width: int) -> str:
    """What a command prints. `parse` and `check` end with 1 where not all is read, or to be mailed."""
    done = subprocess.run(  # noqa: S603 (words of ours)
        [COMMAND, *arguments], check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        encoding="utf-8", env={"COLUMNS": str(width), "LC_ALL": "C.UTF-8", "PATH": str(COMMAND.parent)},
    )  # fmt: skip
    if done.returncode > 1:
        print(done.stdout)
        raise SystemExit(done.returncode)
    return done.stdout


def full_for_days(folder: Path) -> None:
    """Notices about one full mailbox, of as many days up to today."""
    notice = (ROOT / "samples/provider/gmail-over-quota.eml").read_text("ascii")
    now = datetime.now(UTC)
    for day in range(FULL_DAYS):
        date = format_datetime(now - timedelta(days=day, hours=1))
        later = _DATE.sub(date, notice.replace("tom.beck@example.org", FULL))
        (folder / f"{day}-days-ago.eml").write_text(_MESSAGE_ID.sub(rf"<{day}.\1>", later), "ascii")


if __name__ == "__main__":
    sys.exit(main())

"""The bounce runner in a real Mailman Core: a subscriber's score rises.

Mailman brings some twenty packages, so the tests' virtualenv is without it, and this is skipped there. In one
that has both: `pip install . mailman pytest hypothesis && python -m pytest tests/adapters/test_mailman.py`.
"""

from __future__ import annotations

import importlib.util
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .samples import ROOT

if importlib.util.find_spec("mailman") is None:
    pytest.skip("no Mailman Core: pip install mailman, in a virtualenv of its own", allow_module_level=True)

BIN = Path(sys.executable).parent
CONFIG = """
[mailman]
site_owner: owner@example.com
layout: here
[paths.here]
var_dir: {place}/var
[mta]
incoming: mailman.mta.null.NullMTA
[runner.bounces]
class: {name}
sleep_time: 1s
"""
MEMBERS = ["tom.beck@example.org", "kim.oh@example.org", "team@example.org"]
SEVERAL, DUTCH, DMARC = "rfc/3464-several-recipients", "localised/dutch-text", "provider/gmail-dmarc-5.7.26"


@pytest.mark.parametrize(
    ("name", "sample", "scored"),
    [
        ("mailman.runners.bounce.BounceRunner", DUTCH, []),
        ("dsnparse.adapters.mailman.BounceRunner", DUTCH, ["tom.beck@example.org"]),
        ("dsnparse.adapters.mailman.BounceRunner", SEVERAL, ["tom.beck@example.org"]),
        ("dsnparse.adapters.mailman.BounceRunner", DMARC, ["team@example.org"]),
        ("dsnparse.adapters.mailman.AddressBounceRunner", DMARC, []),
        ("dsnparse.adapters.mailman.AddressBounceRunner", SEVERAL, ["tom.beck@example.org"]),
    ],
)
def test_who_gets_a_bounce_score(tmp_path: Path, name: str, sample: str, scored: list[str]) -> None:
    config, members = tmp_path / "mailman.cfg", tmp_path / "members.txt"
    config.write_text(CONFIG.format(place=tmp_path, name=name))
    members.write_text("\n".join(MEMBERS) + "\n")
    root = ["--run-as-root"] if os.geteuid() == 0 else []
    command: list[str | Path] = [BIN / "mailman", "-C", config, *root]
    steps: tuple[list[str | Path], ...] = (
        ["create", "news@example.com"],
        ["addmembers", members, "news@example.com"],
        ["inject", "-q", "bounces", "-f", ROOT / "samples" / f"{sample}.eml", "news@example.com"],
    )
    for words in steps:
        subprocess.run([*command, *words], check=True, capture_output=True)
    queue = tmp_path / "var/queue/bounces"
    with subprocess.Popen([BIN / "runner", "-C", config, "-r", "bounces"]) as runner:
        for _ in range(300):
            if not list(queue.iterdir()) and (_scores(tmp_path) == scored or not scored):
                break
            time.sleep(0.1)
        time.sleep(2 if not scored else 0)  # the runner counts once a second
        runner.terminate()
    assert _scores(tmp_path) == scored


def _scores(place: Path) -> list[str]:
    """The subscribers whose score is above 0."""
    database = sqlite3.connect(f"file:{place}/var/data/mailman.db?mode=ro", uri=True)
    try:
        found = database.execute(
            "SELECT email FROM member JOIN address ON address.id = address_id WHERE bounce_score > 0"
        )
        return sorted(row[0] for row in found)
    finally:
        database.close()

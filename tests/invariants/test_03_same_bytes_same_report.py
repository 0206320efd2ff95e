"""Invariant 3: the same bytes give the same report: no clock, locale, hash order or network."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import pytest
from mutations import ROOT, SAMPLES

from dsnparse import Report, parse_dsn

_DIGEST = """
from test_03_same_bytes_same_report import digest
print(digest())
"""
#: Parses all samples a second time, with everything loaded, and prints what was asked of the world outside.
_WATCHED = """
from test_03_same_bytes_same_report import SAMPLES, digest, parse_dsn
import time
digest()
messages = [path.read_bytes() for path in SAMPLES]
asked, watching = [], True
sys.addaudithook(lambda event, _: asked.append(event) if watching and event.startswith(EVENTS) else None)
time.time = time.localtime = None
for message in messages:
    parse_dsn(message)
watching = False
print(len(messages), asked)
"""
_EVENTS = ("open", "socket.", "subprocess.", "os.", "import", "urllib.", "exec", "compile")


def run(program: str, **environment: str) -> str:
    folders = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "invariants")]
    return subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {folders}; EVENTS = {_EVENTS}\n{program}"],
        env={**os.environ, **environment},
        capture_output=True,
        check=True,
        text=True,
    ).stdout.strip()


def digest() -> str:
    """One hash over the reports of all samples, everything in them."""
    found = hashlib.sha256()
    for path in SAMPLES:
        found.update(repr(parse_dsn(path.read_bytes())).encode())
    return found.hexdigest()


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONUTF8": "0"},
        {
            "PYTHONHASHSEED": "4711",
            "TZ": "America/St_Johns",
            "LC_ALL": "tr_TR.UTF-8",
            "LANG": "de_DE.ISO-8859-1",
        },
    ],
    ids=lambda environment: environment["TZ"],
)
def test_another_process_another_seed_zone_and_locale_give_the_same(environment: dict[str, str]) -> None:
    assert run(_DIGEST, **environment) == digest()


def test_parsing_again_and_in_another_order_gives_the_same() -> None:
    def reports(order: int) -> dict[str, Report]:
        return {str(path): parse_dsn(path.read_bytes()) for path in SAMPLES[::order]}

    assert reports(1) == reports(-1)


def test_nothing_is_asked_of_network_clock_or_files() -> None:
    assert run(_WATCHED) == f"{len(SAMPLES)} []"

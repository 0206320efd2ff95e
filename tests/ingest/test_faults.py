"""Kills, bad hooks, a database that goes away, a full disk: nothing is lost or done twice.

A little of what `make faults` does at length; what each run counts is in `benchmarks/fault_world.py`.
"""

from __future__ import annotations

import random
import resource
from pathlib import Path

import pytest
from store.postgres import running_server

from benchmarks.away import Base, away_and_back, bad_hook, server_base
from benchmarks.fault_world import World, outcome
from benchmarks.kills import RUNS

#: Bytes that a file may have while the disk is full.
_ROOM = 8192


def disk_full_for(number: int) -> None:
    _, most = resource.prlimit(number, resource.RLIMIT_FSIZE)
    resource.prlimit(number, resource.RLIMIT_FSIZE, (_ROOM, most))


def disk_free_for(number: int) -> None:
    _, most = resource.prlimit(number, resource.RLIMIT_FSIZE)
    resource.prlimit(number, resource.RLIMIT_FSIZE, (most, most))


@pytest.mark.parametrize("command", RUNS)
def test_killed_again_and_again_nothing_is_lost_or_counted_twice(command: str, tmp_path: Path) -> None:
    killed = RUNS[command](World(tmp_path, str(tmp_path / "b.db")), 3, random.Random(7))
    assert killed.is_good, killed


@pytest.mark.parametrize("command", ["ingest", "watch"])  # listen: see test_listener.py
@pytest.mark.parametrize("hook", ["dies", "prints NULs", "leaves a child", "reads nothing"])
def test_whatever_a_hook_does_all_is_stored_and_the_command_ends(
    command: str, hook: str, tmp_path: Path
) -> None:
    good, said = bad_hook(tmp_path, command, hook)
    assert good, said


@pytest.mark.parametrize("command", ["ingest", "watch"])
def test_postgresql_gone_and_back(command: str, postgres_binaries: Path, tmp_path: Path) -> None:
    with running_server(postgres_binaries) as url:
        good, said = away_and_back(World(tmp_path, url), command, server_base(postgres_binaries, url))
    assert good, said


@pytest.mark.parametrize("command", ["watch", "listen"])
def test_the_disk_is_full_for_a_while(command: str, tmp_path: Path) -> None:
    world = World(tmp_path, str(tmp_path / "b.db"))
    good, said = away_and_back(world, command, Base(disk_full_for, disk_free_for))
    assert good, said


def test_a_full_disk_ends_a_run_with_a_sentence_and_the_next_one_does_the_rest(tmp_path: Path) -> None:
    world = World(tmp_path, str(tmp_path / "b.db"))
    words = ("ingest", f"maildir:{world.maildir}", "--batch", "10")
    world.put(range(20))
    assert world.start(*words).wait() == 0
    world.put(range(20, 60))
    full = world.start(*words, wrap=("sh", "-c", f'ulimit -f {_ROOM // 512}; exec "$@"', "sh"))
    assert full.wait() == 75
    assert full.text.count("\n") < 5, full.text
    assert "Error: " in full.text
    assert world.start(*words).wait() == 0
    found = outcome(world, range(60), has_files=True)
    assert found.is_good, found

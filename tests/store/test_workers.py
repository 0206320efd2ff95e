"""Several workers, and workers that are killed."""

from __future__ import annotations

import io
import random
from multiprocessing import get_context
from pathlib import Path

from dsnparse import parse_dsn
from dsnparse.store import Seen, Store, message_identity

from .kill_test import dump, make_messages, run
from .reports import NOW

MESSAGES = 60


def read_all(url: str, folder: str, seed: int) -> int:
    """Store every message of the folder, in an order and in batches of one's own."""
    chance = random.Random(seed)
    files = sorted(Path(folder).iterdir())
    chance.shuffle(files)
    added = 0
    with Store.open(url) as store:
        while files:
            size = chance.randrange(1, 9)
            some, files = files[:size], files[size:]
            items = [
                Seen(message_identity(file.read_bytes()), "x", parse_dsn(file.read_bytes())) for file in some
            ]
            added += store.add(items, now=NOW).added
    return added


def test_workers_that_read_the_same_messages_agree_with_one_that_read_them_alone(
    url: str, tmp_path: Path
) -> None:
    make_messages(tmp_path / "new", MESSAGES)
    alone = f"sqlite:///{tmp_path / 'alone.db'}"
    assert read_all(alone, str(tmp_path / "new"), 0) == MESSAGES
    with get_context("spawn").Pool(2) as pool:
        added = pool.starmap(read_all, [(url, str(tmp_path / "new"), seed) for seed in (1, 2)])
    assert sum(added) == MESSAGES, "each message counts for one of them"
    one, both = dump(alone), dump(url)
    for name in ("messages", "records", "addresses", "suppressions"):
        assert both[name] == one[name], name


def test_a_killed_worker_loses_nothing_and_counts_nothing_twice(url: str, tmp_path: Path) -> None:
    log = io.StringIO()
    assert run(4, url, tmp_path, seed=7, log=log, number=MESSAGES) == 0, log.getvalue()

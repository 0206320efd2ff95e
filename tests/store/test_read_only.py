"""Questions are answered where the database may be read and not written."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from dsnparse.cli import main
from dsnparse.cli.failure import FAILED, TRY_AGAIN
from dsnparse.store import Store, StoreError, StoreUnavailable
from dsnparse.store.sql.engine import database_url

from .reports import NOW, bounce

JANE = "jane@example.com"
QUESTIONS = [
    (("check", JANE), 1),
    (("check", "joe@example.com"), 0),
    (("suppressions", "list"), 0),
    (("suppressions", "export"), 0),
    (("history", JANE), 0),
    (("stats",), 0),
]
#: A user who owns nothing.
NOBODY = 65_534


@contextmanager
def as_one_who_may_only_read(*files: Path) -> Iterator[None]:
    """Without write permission for the files; root drops its rights, too."""
    before = {file: file.stat().st_mode for file in files}
    for file in files:
        file.chmod(0o555 if file.is_dir() else 0o444)
    was_root = os.geteuid() == 0
    if was_root:
        for folder in files[0].parents:
            if not folder.stat().st_mode & 0o001:
                folder.chmod(0o755)
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if was_root:
            os.seteuid(0)
        for file, mode in before.items():
            file.chmod(mode)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a database that suppresses JANE."""
    made = tmp_path / "shared"
    made.mkdir()
    with Store.open(str(made / "bounces.db")) as store:
        store.add([bounce("1")], now=NOW)
    return made


@pytest.mark.parametrize(("words", "status"), QUESTIONS)
def test_a_reader_without_write_permission_gets_his_answer(
    folder: Path, words: tuple[str, ...], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    file = folder / "bounces.db"
    with as_one_who_may_only_read(folder, file):
        assert main([*words, "--db", str(file)]) == status
    assert capsys.readouterr().out
    assert [one.name for one in folder.iterdir()] == ["bounces.db"], "nothing was made beside it"


@pytest.mark.parametrize(("words", "status"), QUESTIONS)
def test_he_sees_what_a_worker_has_just_written(folder: Path, words: tuple[str, ...], status: int) -> None:
    file = folder / "bounces.db"
    with Store.open(str(file)) as worker:
        worker.lift([JANE], now=NOW)
        worker.add([bounce("2", "ann@example.com")], now=NOW)
        files = list(folder.iterdir())
        assert len(files) == 3
        with as_one_who_may_only_read(folder, *files):
            assert main(["check", JANE, "--db", str(file)]) == 0
            assert main(["check", "ann@example.com", "--db", str(file)]) == 1
            assert main([*words, "--db", str(file)]) in (0, status)


def test_a_change_is_refused(url: str) -> None:
    Store.open(url).close()
    with Store.open(url, read_only=True) as store, pytest.raises(StoreError, match="for reading only"):
        store.add([bounce("1")], now=NOW)


def test_the_database_itself_refuses_a_change(url: str) -> None:
    Store.open(url).close()
    with (
        Store.open(url, read_only=True) as store,
        pytest.raises(StoreError),
        store.database.read() as connection,
    ):
        connection.execute(text("DELETE FROM messages"))


def test_what_is_written_while_it_is_read_is_noticed(folder: Path) -> None:
    file = folder / "bounces.db"
    with as_one_who_may_only_read(folder, file):
        store = Store.open(str(file), read_only=True)
    with store:
        assert not store.check(JANE, now=NOW)
        with Store.open(str(file)) as worker:
            worker.lift([JANE], now=NOW)
        with pytest.raises(StoreUnavailable, match="ask again"):
            store.check(JANE, now=NOW)


def test_changes_that_cannot_be_seen_are_not_passed_over(folder: Path) -> None:
    file = folder / "bounces.db"
    with Store.open(str(file)) as worker:
        worker.lift([JANE], now=NOW)
        copies = folder.parent / "copied"
        copies.mkdir()
        for name in ("bounces.db", "bounces.db-wal"):
            (copies / name).write_bytes((folder / name).read_bytes())
    copy = copies / "bounces.db"
    with as_one_who_may_only_read(copies, *copies.iterdir()):
        assert main(["check", JANE, "--db", str(copy)]) in (TRY_AGAIN, FAILED)


@pytest.mark.parametrize("content", [b"", None])
def test_a_question_makes_no_database(
    tmp_path: Path, content: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bounces.db"
    if content is not None:
        file.write_bytes(content)
    assert main(["check", JANE, "--db", str(file)]) == FAILED
    assert "dsnparse ingest" in capsys.readouterr().err
    assert not file.exists() or file.read_bytes() == content


def test_an_older_database_is_not_brought_up_to_date_by_a_question(url: str) -> None:
    Store.open(url).close()
    engine = create_engine(database_url(url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE meta SET value = '1' WHERE name = 'schema_version'"))
    engine.dispose()
    with pytest.raises(StoreError, match="brings it up to date"):
        Store.open(url, read_only=True)


def test_a_policy_that_needs_a_look_up_needs_none_for_a_question(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('[hard]\nconfirm = ["known_message"]\n')
    assert main(["check", JANE, "--db", str(folder / "bounces.db"), "--policy", str(policy)]) == 1
    assert json.loads(capsys.readouterr().out)["answer"] == "don't"

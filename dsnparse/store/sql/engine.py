"""From a URL or a path to an engine: which databases there are, and how a connection is set up."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import StaticPool

from dsnparse.store.sql.driver import SQLITE_WAIT
from dsnparse.store.sql.errors import StoreError, StoreUnavailable
from dsnparse.store.sql.read_only import for_reading, in_mode
from dsnparse.store.sql.values import dump_json


def database_url(text: str) -> URL:
    """The SQLAlchemy URL for a URL or a path. Raise StoreError for other databases and broken URLs."""
    if "://" not in text:
        return URL.create("sqlite", database=text)
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as problem:
        raise StoreError(
            "The database URL cannot be read; write a path, sqlite:///file.db or "
            "postgresql+psycopg://user@host/name"
        ) from problem
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise StoreError(
            f"{url.drivername} is not supported; the databases are SQLite (a path, or sqlite:///file.db) "
            "and PostgreSQL (postgresql+psycopg://user@host/name)"
        )
    return url


def new_engine(url: URL, *, read_only: bool) -> Engine:
    """An engine with our settings. Raise StoreError, or ModuleNotFoundError for a missing driver."""
    try:
        if url.get_backend_name() == "postgresql":
            engine = create_engine(url, pool_pre_ping=True, json_serializer=dump_json)
            return engine.execution_options(postgresql_readonly=True) if read_only else engine
        memory = is_memory(url)
        if not memory:
            # It is there; where it was removed meanwhile, SQLite must not make an empty one.
            url = for_reading(url) if read_only else in_mode(url, "rw")
        engine = create_engine(
            url,
            json_serializer=dump_json,
            connect_args={"timeout": SQLITE_WAIT, "check_same_thread": False},
            **({"poolclass": StaticPool} if memory else {}),
        )
    except NoSuchModuleError as problem:
        raise StoreError(str(problem)) from problem
    event.listen(engine, "connect", _prepare_reader if read_only else _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _: Any) -> None:
    # We say BEGIN ourselves: a writer takes its lock at once, and never has to give up half-way.
    connection.isolation_level = None
    # WAL: readers don't wait for a writer. FULL: what is committed survives a power cut, which is what lets
    # a mailbox's message be marked done.
    for setting in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {setting}")


def _prepare_reader(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA query_only = ON")


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("dsnparse_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def is_memory(url: URL) -> bool:
    """Whether it is an SQLite database in memory."""
    return url.database in (None, "", ":memory:")


def path_of(url: URL) -> str | None:
    """The path of an SQLite file; None for what is none."""
    if url.get_backend_name() != "sqlite" or is_memory(url) or not url.database:
        return None
    return None if url.database.startswith("file:") else url.database


def check_sqlite_path(url: URL, *, create: bool) -> None:
    """See that there is a file, or make one. Raise StoreError."""
    name = path_of(url)
    if name is None:
        return
    path = Path(name)
    try:
        found, has_folder = path.exists(), path.parent.is_dir()
    except OSError as problem:
        raise StoreError(f"{path}: {problem.strerror}") from problem
    if path.is_dir():
        raise StoreError(f"{path} is a directory; give the name of a database file in it")
    if not has_folder:
        raise StoreError(f"There is no directory {path.parent} to put the database {path.name} in")
    if not create and not found:
        raise StoreError(f"There is no database {path}; `dsnparse ingest … --db {path}` makes one")
    if not found:
        try:
            path.touch(mode=0o644)
        except OSError as problem:
            kind = StoreUnavailable if problem.errno in (errno.ENOSPC, errno.EDQUOT) else StoreError
            raise kind(f"The database {path} cannot be made: {(problem.strerror or '').lower()}") from problem

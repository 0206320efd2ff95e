"""The options that all commands with a database share, and what opens it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dsnparse.cli.failure import FAILED, NO_ADDRESS, TRY_AGAIN, Failure, cannot
from dsnparse.cli.option_group import F, option_group
from dsnparse.errors import as_sentence
from dsnparse.store.address.given import NotAnAddress
from dsnparse.store.address.privacy import Privacy
from dsnparse.store.policy.durations import parse_duration
from dsnparse.store.policy.policy import Policy
from dsnparse.store.policy.terms import Terms
from dsnparse.store.sql.errors import StoreError, StoreUnavailable

if TYPE_CHECKING:
    from dsnparse.store.asked import Asked
    from dsnparse.store.changes.hooks import Hook
    from dsnparse.store.store import Store


@dataclass(frozen=True, slots=True)
class StoreChoice:
    """What the options say about the database."""

    db: str
    policy: str | None
    hash_addresses: bool
    hash_key_file: str | None
    execs: tuple[str, ...] = ()
    webhooks: tuple[str, ...] = ()
    webhook_secret_file: str | None = None

    @contextmanager
    def open(self, *, create: bool = False, read_only: bool = False) -> Iterator[Store]:
        """The store, closed at the end; its errors end the command with a sentence.

        A file that was made for it and that nothing came into is removed when the command fails.
        """
        from dsnparse.store.store import Store

        with (
            _without_leavings(self.db if create else ""),
            store_sentences(),
            Store.open(
                self.db,
                policy=self.load_policy(),
                hash_key=self._hash_key(),
                hooks=self._hooks(),
                create=create,
                read_only=read_only,
            ) as store,
        ):
            yield store

    @contextmanager
    def ask(self, *, few: bool = False) -> Iterator[Asked]:
        """The database for questions, in the same way; without SQLAlchemy where that will do.

        `few`: whether a question or two is all; then without PostgreSQL's driver, too.
        """
        with store_sentences(), self.reader(few=few) as asked:
            yield asked

    def reader(self, *, few: bool = False) -> Asked:
        """The same, without these sentences: raise what `Store.open` raises."""
        from dsnparse.store.reader import Reader

        reader = Reader.open(self.db, self.terms(), few=few)
        if reader is not None:
            return reader
        from dsnparse.store.store import Store

        return Store.open(
            self.db, policy=self.load_policy(), hash_key=self._hash_key(), create=False, read_only=True
        )

    def terms(self) -> Terms:
        """The policy, and how addresses are written."""
        return Terms(self.load_policy(), Privacy(self._hash_key()))

    def load_policy(self) -> Policy:
        """The policy file, or the default."""
        if self.policy is None:
            return Policy.default()
        try:
            return Policy.load(self.policy)
        except OSError as problem:
            raise click.UsageError(cannot("read the policy", self.policy, problem)) from None
        except ValueError as problem:
            raise click.UsageError(f"The policy is wrong. {problem}") from None

    def _hash_key(self) -> bytes | None:
        if not self.hash_addresses and self.hash_key_file is None:
            return None
        key = _secret(self.hash_key_file, "DSNPARSE_HASH_KEY")
        if key is None:
            raise click.UsageError("--hash-addresses needs a key: in DSNPARSE_HASH_KEY or --hash-key-file.")
        return key

    def _hooks(self) -> list[Hook]:
        if not self.execs and not self.webhooks:
            return []
        from dsnparse.store.changes.hooks import ExecHook, WebhookHook

        secret = _secret(self.webhook_secret_file, "DSNPARSE_WEBHOOK_SECRET")
        if self.webhooks and secret is None:
            raise click.UsageError(
                "--webhook needs a secret to sign with: in DSNPARSE_WEBHOOK_SECRET or --webhook-secret-file."
            )
        try:
            return [
                *(ExecHook(command) for command in self.execs),
                *(WebhookHook(url, secret.decode() if secret else None) for url in self.webhooks),
            ]
        except ValueError as problem:
            raise click.UsageError(as_sentence(problem)) from None


def store_options(*, hooks: bool = False, optional: bool = False) -> Callable[[F], F]:
    """Give a command --db, --policy and --hash-addresses, and with `hooks` --exec and --webhook.

    `optional`: without --db there is no database, and `choice.db` is "".

    The command gets them as one argument, `choice`, a StoreChoice.
    """
    options = [
        click.option(
            "--db",
            metavar="URL|PATH",
            envvar="DSNPARSE_DB",
            default="" if optional else "bounces.db",
            show_default="none" if optional else True,
            show_envvar=True,
            help="The database: a path, sqlite:///file.db, or postgresql+psycopg://user@host/name.",
        ),
        click.option(
            "--policy",
            metavar="FILE",
            envvar="DSNPARSE_POLICY",
            show_envvar=True,
            help="The suppression policy (TOML). Default: 'dsnparse suppressions policy' prints it.",
        ),
        click.option("--hash-addresses", is_flag=True, help="The database holds keyed hashes of addresses."),
        click.option(
            "--hash-key-file",
            metavar="FILE",
            help="The key for the hashes; implies --hash-addresses. Default: DSNPARSE_HASH_KEY.",
        ),
    ]
    if hooks:
        options += [
            click.option(
                "--exec",
                "execs",
                metavar="CMD",
                multiple=True,
                help="Run CMD for each change of state, with JSON on its standard input. May be repeated.",
            ),
            click.option(
                "--webhook",
                "webhooks",
                metavar="URL",
                multiple=True,
                help="POST each change of state there, signed. May be repeated.",
            ),
            click.option(
                "--webhook-secret-file",
                metavar="FILE",
                help="The secret to sign with. Default: DSNPARSE_WEBHOOK_SECRET.",
            ),
        ]
    return option_group("choice", StoreChoice, options)


class Duration(click.ParamType[Any]):
    """ "30d" as a timedelta."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read it; a sentence when it is none."""
        if not isinstance(value, str):
            return value
        try:
            return parse_duration(value)
        except ValueError as problem:
            self.fail(as_sentence(problem), param, ctx)


@contextmanager
def _without_leavings(db: str) -> Iterator[None]:
    """No empty database is left by a mistake, such as a mistyped mailbox."""
    from dsnparse.store.sql.unused import new_file, remove_unused

    path = new_file(db) if db else None
    try:
        yield
    except BaseException:
        if path is not None:
            remove_unused(path)
        raise


@contextmanager
def store_sentences() -> Iterator[None]:
    """What the block raises of the store's errors ends the command with a sentence, and with its status."""
    try:
        yield
    except NotAnAddress as problem:
        raise Failure(str(problem), NO_ADDRESS) from None
    except StoreUnavailable as problem:
        raise Failure(str(problem), TRY_AGAIN) from None
    except StoreError as problem:
        raise Failure(str(problem), FAILED) from None


def _secret(path: str | None, variable: str) -> bytes | None:
    if path is not None:
        try:
            text = Path(path).read_bytes().strip()
        except OSError as problem:
            raise click.UsageError(cannot("read", path, problem)) from None
        if not text:
            raise click.UsageError(f"{path} is empty.")
        return text
    return os.environb.get(variable.encode()) or None

"""--policy-service, --socketmap and --tcp-table: what Postfix asks, answered beside the HTTP API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dsnparse.cli.choice import Choice
from dsnparse.mailboxes.listening import Address

if TYPE_CHECKING:
    from dsnparse.store.store import Store

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class PostfixChoice:
    """Where Postfix may ask, and what it is told while the database is away."""

    addresses: tuple[Address, ...]
    passes_when_away: bool
    socket_mode: int

    @asynccontextmanager
    async def answering(self, store: Store | None) -> AsyncIterator[Sequence[Address]]:
        """The servers, until the block ends. Raise OSError."""
        if not self.addresses:
            yield ()
            return
        from dsnparse.postfix.desk import Desk
        from dsnparse.postfix.servers import answering

        assert store is not None
        desk = Desk(store.check, passes_when_away=self.passes_when_away)
        async with answering(self.addresses, desk, socket_mode=self.socket_mode) as opened:
            yield opened


def postfix_options(command: F) -> F:
    """Give a command these options; it gets them as one argument, `postfix`, a PostfixChoice."""
    options = [
        click.option(
            "--policy-service",
            multiple=True,
            metavar="HOST:PORT|SOCKET",
            help="Answer Postfix there as a policy service (check_policy_service). May be repeated.",
        ),
        click.option(
            "--socketmap", multiple=True, metavar="HOST:PORT|SOCKET", help="The same as a socketmap table."
        ),
        click.option(
            "--tcp-table", multiple=True, metavar="HOST:PORT|SOCKET", help="The same as a TCP table."
        ),
        click.option(
            "--when-away",
            type=Choice(["pass", "defer"]),
            default="pass",
            show_default=True,
            help="What Postfix is told while the database cannot be asked.",
        ),
        click.option(
            "--socket-mode", default="660", show_default=True, metavar="OCTAL", help="Mode of Unix sockets."
        ),
    ]

    @wraps(command)
    def wrapped(
        *args: Any,
        policy_service: tuple[str, ...],
        socketmap: tuple[str, ...],
        tcp_table: tuple[str, ...],
        when_away: str,
        socket_mode: str,
        **values: Any,
    ) -> Any:
        named = {"policy": policy_service, "socketmap": socketmap, "tcp-table": tcp_table}
        try:
            addresses = [Address.parse(name, text) for name, texts in named.items() for text in texts]
            mode = int(socket_mode, 8)
        except ValueError as error:
            raise click.UsageError(f"{str(error).rstrip('.')}.") from None
        postfix = PostfixChoice(tuple(addresses), when_away == "pass", mode)
        return command(*args, postfix=postfix, **values)

    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[return-value]

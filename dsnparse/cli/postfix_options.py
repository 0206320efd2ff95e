"""--policy-service, --socketmap and --tcp-table: what Postfix asks, answered beside the HTTP API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from dsnparse.cli.choice import Choice
from dsnparse.cli.listening_options import read_addresses, socket_mode_option
from dsnparse.cli.option_group import option_group
from dsnparse.mailboxes.listening import Address

if TYPE_CHECKING:
    from dsnparse.store.store import Store


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


def _choice(
    policy_service: tuple[str, ...],
    socketmap: tuple[str, ...],
    tcp_table: tuple[str, ...],
    when_away: str,
    socket_mode: int,
) -> PostfixChoice:
    addresses = read_addresses({"policy": policy_service, "socketmap": socketmap, "tcp-table": tcp_table})
    return PostfixChoice(tuple(addresses), when_away == "pass", socket_mode)


#: The command gets them as `postfix`, a PostfixChoice.
postfix_options = option_group(
    "postfix",
    _choice,
    [
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
        socket_mode_option,
    ],
)

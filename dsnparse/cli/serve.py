"""`dsnparse serve`: the HTTP API."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

import click

from dsnparse.cli.failure import FAILED, Failure, reason_of
from dsnparse.cli.housekeeping import Housekeeping
from dsnparse.cli.store_options import StoreChoice, store_options
from dsnparse.cli.trust_option import make_parser, trust_option


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Where to listen.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8025, show_default=True, help="0: any that is free."
)
@click.option("--rules", multiple=True, metavar="FILE", help="Your own rules. May be repeated.")
@trust_option
@store_options(hooks=True, optional=True)
def serve(host: str, port: int, rules: tuple[str, ...], trust: str | None, choice: StoreChoice) -> int:
    """Answer HTTP requests: parse, classify, check and more, until told to stop.

    Without --db it reads what is sent to it, and stores nothing.

    SIGTERM and Ctrl-C finish what has been asked. Exit status: 0 after that, 2 when it cannot start, 75 when
    the database cannot be reached at the start.
    """
    from dsnparse.web.app import make_app
    from dsnparse.web.audit import Audit
    from dsnparse.web.server import listen, serve
    from dsnparse.web.service import Service
    from dsnparse.web.settings import Settings

    make_parser(rules, trust)
    try:
        socket = listen(host, port)
    except OSError as error:
        raise Failure(f"Cannot listen on {host}:{port}: {reason_of(error)}", FAILED) from None
    with ExitStack() as stack:
        stack.enter_context(socket)
        settings = Settings(host=host, rules=rules, trust=trust)
        store = stack.enter_context(choice.open(create=True)) if choice.db else None
        service = Service(settings, store, Audit())
        if store is not None:
            housekeeping = stack.enter_context(Housekeeping(store, choice, stopping=lambda: True))
            service.changed = housekeeping.changed
        shown = f"http://{host}:{socket.getsockname()[1]}/"
        asyncio.run(serve(make_app(service), [socket], lambda: _say(f"Listening on {shown}"), lambda: None))
    _say("Stopped.")
    return 0


def _say(line: str) -> None:
    click.echo(line, err=True)

"""`dsnparse serve`: the HTTP API."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

import click

from dsnparse.cli.common_options import rules_option, unknown_option
from dsnparse.cli.failure import FAILED, Failure, cannot, reason_of
from dsnparse.cli.housekeeping import Housekeeping
from dsnparse.cli.keep_options import KeepChoice, keep_options
from dsnparse.cli.load_options import Load, load_options
from dsnparse.cli.log_options import log_options
from dsnparse.cli.postfix_options import PostfixChoice, postfix_options
from dsnparse.cli.reading_anew import read_anew
from dsnparse.cli.store_options import StoreChoice, store_options
from dsnparse.cli.trust_option import limit_option, make_parser, make_verifier, trust_option
from dsnparse.config import masked as masked_url
from dsnparse.errors import as_sentence
from dsnparse.log import say, say_started, say_told, warn
from dsnparse.web.keys import KeyFile, KeyFileError
from dsnparse.web.settings import LOCAL_NAMES, Settings, is_loopback
from dsnparse.wire.limits import Limits

if TYPE_CHECKING:
    from socket import socket as Socket  # noqa: N812

    from dsnparse.store.changes.outbox import Delivered
    from dsnparse.store.store import Store
    from dsnparse.trust.webhooks.verify import Verifier
    from dsnparse.web.audit import Audit
    from dsnparse.web.service import Service


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Where to listen.")
@click.option(
    "--port",
    metavar="N",
    type=click.IntRange(0, 65535),
    default=8025,
    show_default=True,
    help="0: any that is free.",
)
@click.option(
    "--keys",
    "key_file",
    metavar="FILE",
    envvar="DSNPARSE_KEYS",
    show_envvar=True,
    help="Answer only who sends a key of this file: 'dsnparse keys add' makes them.",
)
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="HOST",
    help="Without keys: a further name by which browsers reach it. May be repeated.",
)
@click.option(
    "--without-keys",
    is_flag=True,
    help="Answer without keys whoever reaches it, on other addresses and through proxies, too.",
)
@click.option("--audit", metavar="FILE", help="Append who changed what there. Default: standard error.")
@load_options
@rules_option
@trust_option
@limit_option
@unknown_option
@keep_options
@log_options("text")
@postfix_options
@store_options(hooks=True, optional=True)
def serve(
    host: str,
    port: int,
    key_file: str | None,
    names: tuple[str, ...],
    without_keys: bool,
    audit: str | None,
    load: Load,
    rules: tuple[str, ...],
    trust: str | None,
    limits: Limits,
    unknown: str | None,
    kept: KeepChoice,
    postfix: PostfixChoice,
    choice: StoreChoice,
) -> int:
    """Answer HTTP requests: parse, classify, check and more, until told to stop.

    Without --db it reads what is sent to it, and stores nothing. What there is: /schema/openapi.json.

    On another address than this machine's own it needs --keys. SIGHUP reads the rules, the policy and the
    file of --trust anew.

    SIGTERM and Ctrl-C finish what has been asked. Exit status: 0 after that, 2 when it cannot start, 75 when
    the database cannot be reached at the start.
    """
    settings = Settings(
        host=host,
        names=LOCAL_NAMES | {name.lower() for name in names},
        open_to_all=without_keys,
        rules=rules,
        trust=trust,
        limits=limits,
        jobs=load.jobs,
        waiting=load.waiting,
        max_body=load.max_size,
        memory=max(load.max_memory, load.max_size),
        timeout=load.timeout,
    )
    if key_file is None and not without_keys and not is_loopback(host):
        raise click.UsageError(
            f"{host} is reached from other machines: give --keys FILE ('dsnparse keys add' makes one), or "
            "--without-keys where something before it asks for them."
        )
    if postfix.addresses and not choice.db:
        raise click.UsageError("What Postfix asks is answered from a database: give --db.")
    keys = _keys(key_file)
    make_parser(rules, trust, limits)
    say_started("serve", **({"db": masked_url(choice.db)} if choice.db else {}))
    with ExitStack() as stack:
        log = stack.enter_context(_audit(audit))
        socket = stack.enter_context(_socket(host, port))
        store = stack.enter_context(choice.open(create=True)) if choice.db else None
        service = _service(settings, store, log, keys, make_verifier(trust))
        service.keeping = kept.keeping(choice, unknown)
        if store is not None:
            service.heard = stack.enter_context(
                Housekeeping(
                    store, choice, stopping=lambda: True, told=partial(_told, service), kept=kept.bounds
                )
            ).changed
        _run(service, socket, postfix, choice)
    say("Stopped.")
    return 0


def _run(service: Service, socket: Socket, postfix: PostfixChoice, choice: StoreChoice) -> None:
    from dsnparse.web.app import make_app
    from dsnparse.web.server import StartFailed, serve

    host = service.settings.host
    shown = f"http://{f'[{host}]' if ':' in host else host}:{socket.getsockname()[1]}/"
    app = make_app(service)

    async def run() -> None:
        async with postfix.answering(service.store if service.has_store else None) as opened:
            where = ", ".join([shown, *map(str, opened)])
            await serve(
                app,
                [socket],
                ready=lambda: say(f"Listening on {where}"),
                reload=partial(_read_anew, service, choice),
                idle=service.settings.timeout,
            )

    try:
        asyncio.run(run())
    except StartFailed as error:
        raise Failure(str(error), FAILED) from None
    except OSError as error:
        raise Failure(reason_of(error), FAILED) from None


def _socket(host: str, port: int) -> Socket:
    from dsnparse.web.server import listen

    try:
        return listen(host, port)
    except OSError as error:
        raise Failure(f"Cannot listen on {host}:{port}: {reason_of(error)}", FAILED) from None


def _service(
    settings: Settings, store: Store | None, log: Audit, keys: KeyFile | None, verifier: Verifier
) -> Service:
    from dsnparse.web.service import Service

    return Service(settings, store, log, keys, verifier)


def _told(service: Service, delivered: Delivered) -> None:
    """What came of telling the hooks."""
    say_told(delivered)
    service.metrics.told(delivered)


def _read_anew(service: Service, choice: StoreChoice) -> None:
    """The rules, what is known of our mail, and the policy."""
    settings = service.settings
    make = partial(make_parser, settings.rules, settings.trust, settings.limits)
    if service.has_store:
        done = read_anew(make, service.store, choice) is not None
    else:
        try:
            make()
            done = True
            say("Rules were read anew.")
        except click.ClickException as error:
            done = False
            warn(f"{as_sentence(error.message)} The old rules stay.")
    if done:
        service.parsing.renew()
        try:
            make_verifier(settings.trust, service.verifier)
        except click.ClickException as error:
            warn(f"{as_sentence(error.message)} The old keys of mail services stay.")


def _keys(path: str | None) -> KeyFile | None:
    if path is None:
        return None
    keys = KeyFile(path)
    try:
        if not keys.keys():
            warn(f"There are no keys in {path} yet: nothing is answered.")
    except KeyFileError as error:
        raise Failure(str(error), FAILED) from None
    return keys


def _audit(path: str | None) -> Audit:
    from dsnparse.web.audit import Audit

    try:
        return Audit(path)
    except OSError as error:
        raise Failure(cannot("write", path, error), FAILED) from None

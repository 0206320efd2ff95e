"""`dsnparse trust`: keys, signed return paths, and what a return path says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import click

from dsnparse.cli.addresses import given_lines
from dsnparse.cli.failure import FAILED, Failure, reason_of
from dsnparse.cli.output import Output
from dsnparse.render.terminal import visible
from dsnparse.trust.batv import check_batv
from dsnparse.trust.key_file import add_key, make_file
from dsnparse.trust.keys import VARIABLE, Keys
from dsnparse.trust.settings import keys_from
from dsnparse.trust.signature import LIFETIME, State
from dsnparse.trust.srs import check_srs
from dsnparse.trust.styles import read_field, read_return_path
from dsnparse.trust.verp import PREFIX, check_return_path, sign_id, sign_return_path

_WORTH = {
    State.VALID: "valid",
    State.EXPIRED: "expired",
    State.FORGED: "forged",
    State.UNKNOWN_KEY: "signed with a key that is not here",
}
_SETTINGS = """\
Made {path}, which nobody else may read. dsnparse tells real bounces by it:

  dsnparse listen --trust {path} …         (also ingest, watch and parse)

when the return path of each message is signed with it:

Python
  from datetime import datetime, UTC
  from dsnparse.trust.settings import TrustSettings
  from dsnparse.trust.verp import sign_return_path
  keys = TrustSettings.load("{path}").keys
  path = sign_return_path(to, "bounces.example.org", keys, datetime.now(UTC).date())
  smtp.sendmail(path, [to], message)

Postfix (main.cf and transport): bounces go to `dsnparse listen --lmtp 127.0.0.1:2424`
  relay_domains = bounces.example.org
  transport_maps = hash:/etc/postfix/transport
  bounces.example.org    lmtp:inet:127.0.0.1:2424

Exim (a router for the bounces, and BATV for mail whose sender signs nothing; put the secret into [batv])
  bounces:
    driver = manualroute
    domains = bounces.example.org
    transport = to_dsnparse
    route_list = * 127.0.0.1
    self = send
  to_dsnparse:
    driver = smtp
    protocol = lmtp
    port = 2424
    allow_localhost
  begin rewrite
  \\N^(?!prvs=)[^@]+@example\\.org$\\N "${{prvs{{$0}}{{SECRET}}{{0}}}}" F

listmonk has one return path for all mail: let it send through such an Exim.
"""


@click.group()
def trust() -> None:
    """Make and check the signed return paths by which a real bounce is known."""


@trust.command()
@click.argument("file", metavar="FILE")
@click.option("--add", is_flag=True, help="Add a new key to FILE, which signs from now on.")
def init(file: str, add: bool) -> None:
    """Make FILE, with a new key, and print the settings for mail servers.

    FILE has the keys and what dsnparse has to know of your mail servers; it explains itself. Exit status:
    0, or 2 when there is such a file already, or it cannot be written.
    """
    with _sentences():
        if add:
            keys = add_key(file, _today())
            click.echo(f"{file} has {len(keys.all)} keys; '{keys.newest.id}' signs from now on.")
            return
        try:
            make_file(file, _today())
        except FileExistsError:
            raise Failure(f"{file} exists; --add puts another key into it", FAILED) from None
        click.echo(_SETTINGS.format(path=file), nl=False)


_keys_option = click.option(
    "--keys", "file", metavar="FILE", help=f"The file that 'init' made. Default: the keys in {VARIABLE}."
)


@trust.command()
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS... | -")
@click.option("--domain", required=True, help="Whose mail server brings bounces to dsnparse.")
@click.option("--prefix", default=PREFIX, show_default=True, help="What stands before the +.")
@click.option(
    "--id", "is_id", is_flag=True, help="ADDRESS is an id of your own, for an address that is too long."
)
@_keys_option
@click.pass_context
def sign(
    context: click.Context,
    addresses: tuple[str, ...],
    domain: str,
    prefix: str,
    is_id: bool,
    file: str | None,
) -> None:
    """Print the return path for a message to ADDRESS, a line for each; - reads them from standard input.

    Exit status: 0, 1 when there is none for one of them (each is named), 2 without a key.
    """
    keys, today, refused = _keys(file), _today(), 0
    make = sign_id if is_id else sign_return_path
    with Output(None) as out:
        for address in given_lines(addresses):
            try:
                out.write(make(address, domain, keys, today, prefix=prefix) + "\n", "utf-8")
            except ValueError as error:
                refused += 1
                click.echo(f"dsnparse: {visible(str(error))}", err=True)
    context.exit(1 if refused else 0)


@trust.command()
@click.argument("path", metavar="RETURN_PATH")
@click.option("--lifetime", type=click.IntRange(1, 365), default=LIFETIME, show_default=True, metavar="DAYS")
@_keys_option
@click.pass_context
def verify(context: click.Context, path: str, lifetime: int, file: str | None) -> None:
    """Check a signed return path as of today, and print what it carries.

    Exit status: 0 when it is ours and not too old, 1 when not, 2 without a key.
    """
    signed = check_return_path(path.strip(), _keys(file), _today(), lifetime)
    if signed is None:
        click.echo("not signed")
        context.exit(1)
    rows = {"recipient": signed.recipient, "id": signed.id, "signed on": signed.day}
    click.echo(_WORTH[signed.state])
    _print(rows)
    context.exit(0 if signed.state is State.VALID else 1)


@trust.command()
@click.argument("text", metavar="RETURN_PATH|FIELD")
@click.pass_context
def read(context: click.Context, text: str) -> None:
    """Say what a return path of any known style carries, unchecked; also a field: "X-ListMember:
    a@b.example".

    Exit status: 0, or 1 when it is in no style that is known.
    """
    name, colon, value = text.partition(":")
    found = read_field(name.strip(), value.strip()) if colon else None
    path = text.strip()
    rows: dict[str, Any] = {}
    for what, tagged in (("BATV, of", check_batv(path, {}, None)), ("SRS, of", check_srs(path, (), None))):
        if tagged is not None:
            path = rows[what] = tagged.address
    found = found or read_return_path(path)
    if found is None and not rows:
        click.echo("no style that is known")
        context.exit(1)
    if found is not None:
        rows |= {"style": found.style, "recipient": found.recipient, "id": found.id}
    _print(rows)


def _print(rows: dict[str, Any]) -> None:
    for name, value in rows.items():
        if value is not None:
            click.echo(f"{name}: {visible(str(value))}")


def _keys(file: str | None) -> Keys:
    with _sentences():
        return keys_from(file)


@contextmanager
def _sentences() -> Iterator[None]:
    """A file of keys that is wrong, or cannot be used, ends the command with a sentence."""
    try:
        yield
    except OSError as error:
        raise Failure(reason_of(error), FAILED) from None
    except ValueError as error:
        raise Failure(str(error), FAILED) from None


def _today() -> date:
    return datetime.now(UTC).date()

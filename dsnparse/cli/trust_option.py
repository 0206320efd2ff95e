"""--trust and --limit, and the parser that they and --rules make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from dsnparse.cli.failure import cannot
from dsnparse.errors import as_sentence
from dsnparse.parser import Parser
from dsnparse.rulebook.errors import instead
from dsnparse.trust.settings import TrustSettings
from dsnparse.wire.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from dsnparse.trust.webhooks.verify import Verifier

#: The command gets it as `trust`: the path of a file of settings, or None.
trust_option = click.option(
    "--trust",
    metavar="FILE",
    envvar="DSNPARSE_TRUST",
    show_envvar=True,
    help="Tells real bounces from forged ones: a file that 'dsnparse trust init' made.",
)


def _read_limits(context: click.Context, option: click.Parameter, given: tuple[str, ...]) -> Limits:
    values: dict[str, int] = {}
    known = Limits.__dataclass_fields__
    for text in given:
        name, _, number = text.partition("=")
        name = name.strip().replace("-", "_")
        if name not in known:
            raise click.BadParameter(f"There is no limit {name!r}. {instead(name, known)}", context, option)
        if not number.strip().isdigit():
            raise click.BadParameter(f"write {name}=NUMBER, not {text!r}.", context, option)
        values[name] = int(number)
    try:
        return Limits(**values)
    except ValueError as error:
        raise click.BadParameter(as_sentence(error), context, option) from None


#: The command gets it as `limits`, a `Limits`.
limit_option = click.option(
    "--limit",
    "limits",
    multiple=True,
    metavar="NAME=NUMBER",
    callback=_read_limits,
    help="Read more or less of a message: message_bytes=1000000, … (dsnparse.Limits). May be repeated.",
)


def make_parser(rules: Sequence[str], trust: str | None, limits: Limits = DEFAULT_LIMITS) -> Parser:
    """The parser. Raises UsageError with a sentence when a file is wrong or cannot be read."""
    try:
        return Parser(rules=rules, trust=trust, limits=limits)
    except OSError as error:
        raise click.UsageError(cannot("read", error.filename, error)) from None
    except ValueError as error:
        raise click.UsageError(as_sentence(error)) from None


def make_verifier(trust: str | None, verifier: Verifier | None = None) -> Verifier:
    """What knows the requests of mail services by [webhooks] of the file; `verifier` with its keys of now.

    Raises UsageError with a sentence when the file is wrong or cannot be read.
    """
    from dsnparse.trust.webhooks.fetch import fetch_https
    from dsnparse.trust.webhooks.verify import Verifier

    try:
        keys = TrustSettings.load(trust).webhooks if trust else {}
        if verifier is None:
            return Verifier(keys, fetch_https)
        verifier.change_keys(keys)
    except OSError as error:
        raise click.UsageError(cannot("read", error.filename, error)) from None
    except ValueError as error:
        raise click.UsageError(as_sentence(f"{trust}: {error}")) from None
    return verifier

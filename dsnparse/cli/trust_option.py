"""--trust, and the parser that it and --rules make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from dsnparse.parser import Parser
from dsnparse.trust.settings import TrustSettings

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


def make_parser(rules: Sequence[str], trust: str | None) -> Parser:
    """The parser. Raises UsageError with a sentence when a file is wrong or cannot be read."""
    try:
        return Parser(rules=rules, trust=trust)
    except OSError as error:
        raise click.UsageError(f"Cannot read {error.filename}: {(error.strerror or '').lower()}.") from None
    except ValueError as error:
        raise click.UsageError(f"{str(error).rstrip('.')}.") from None


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
        raise click.UsageError(f"Cannot read {error.filename}: {(error.strerror or '').lower()}.") from None
    except ValueError as error:
        raise click.UsageError(f"{trust}: {str(error).rstrip('.')}.") from None
    return verifier

"""--trust, and the parser that it and --rules make."""

from __future__ import annotations

from collections.abc import Sequence

import click

from dsnparse.parser import Parser

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

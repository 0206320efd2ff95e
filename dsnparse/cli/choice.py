"""A choice whose refusal names what was probably meant."""

from __future__ import annotations

from typing import Any

import click

from dsnparse.errors import as_sentence
from dsnparse.rulebook.errors import meant


class Choice(click.Choice[str]):
    """One of some words."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word; a sentence that names the nearest when it is none of them."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            hint = meant(value, map(str, self.choices))
            told = f"{as_sentence(error.message)} {hint}".rstrip()
            raise click.BadParameter(told, ctx, param) from None

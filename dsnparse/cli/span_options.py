"""The options of commands about a span of time: --since, --until, --where."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from dsnparse.errors import as_sentence
from dsnparse.rulebook.errors import meant
from dsnparse.store.queries.moment import read_moment
from dsnparse.store.queries.where import NAMES, Where


class Moment(click.ParamType[Any]):
    """A date, a time or an age as a datetime; `end`: a date means its end."""

    name = "moment"

    def __init__(self, *, end: bool = False) -> None:
        self.end = end

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read it; a sentence when it is none."""
        if not isinstance(value, str):
            return value
        try:
            return read_moment(value, datetime.now(UTC), end=self.end)
        except ValueError as problem:
            self.fail(as_sentence(problem), param, ctx)


def _read_where(context: click.Context, option: click.Parameter, texts: tuple[str, ...]) -> Where:
    try:
        where = Where.parse(texts)
    except ValueError as problem:
        raise click.BadParameter(as_sentence(problem), context, option) from None
    _hint_at_providers(where)
    return where


def _hint_at_providers(where: Where) -> None:
    """A provider that nobody knows may be one of your own rules; that it is mistyped is likelier."""
    wanted = [value for name, values in where.conditions if name == "provider" for value in values]
    if not wanted:
        return
    from dsnparse.classify import providers

    known = providers()
    for one in wanted:
        if one not in known and (hint := meant(one, known)):
            click.echo(f"dsnparse: No provider is called {one!r}. {hint}", err=True)


#: The command gets it as `where`, a Where.
where_option = click.option(
    "--where",
    multiple=True,
    callback=_read_where,
    metavar="NAME=VALUE,…",
    help=f"Only such failures. NAME is one of {', '.join(NAMES)}; the same again allows another value.",
)
since_option = click.option(
    "--since", type=Moment(), metavar="TIME", help="From then on: a date, a time, or an age as in 30d."
)
until_option = click.option(
    "--until", type=Moment(end=True), metavar="TIME", help="Before then; a date includes its day."
)

"""Options that a command gets together, as one argument; and an option for a number of bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def option_group(
    name: str, make: Callable[..., Any], options: Sequence[Callable[[Any], Any]]
) -> Callable[[F], F]:
    """What gives a command `options`; it gets them as one argument, `name`: what `make` makes of them.

    `make` takes their values by name, and raises UsageError where they do not go together.
    """

    def nothing() -> None: ...

    for option in options:
        nothing = option(nothing)
    names = [str(option.name) for option in click.command()(nothing).params]

    def decorate(command: F) -> F:
        @wraps(command)
        def wrapped(*args: Any, **values: Any) -> Any:
            made = make(**{one: values.pop(one) for one in names})
            return command(*args, **{name: made}, **values)

        result: Any = wrapped
        for option in reversed(options):
            result = option(result)
        return result  # type: ignore[no-any-return]

    return decorate


def bytes_option(name: str, *, default: int, help: str) -> Callable[[F], F]:  # noqa: A002  (as click has it)
    """An option for bytes, 1,024 at least: what a message or a request may have."""
    return click.option(
        name, type=click.IntRange(1024), default=default, show_default=True, metavar="BYTES", help=help
    )

"""--log-format, --log-level and --log-mask."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from dsnparse.cli.choice import Choice

F = TypeVar("F", bound=Callable[..., Any])
_NAMES = ("log_format", "log_level", "log_mask")
_FORMS = ("text", "json", "plain")
_LEVELS = ("debug", "info", "warning", "error")


def log_options(default: str) -> Callable[[F], F]:
    """Give a command the options of a log, which is set up when it starts;
    `default`: text, json or plain."""
    options = [
        click.option(
            "--log-format",
            type=Choice(_FORMS),
            default=default,
            show_default=True,
            help="How to write the log: one line a message, or (plain) what happened in sentences.",
        ),
        click.option(
            "--log-level",
            type=Choice(_LEVELS),
            default="info",
            show_default=True,
            help="The least that is logged.",
        ),
        click.option("--log-mask", is_flag=True, help="Write a***@example.com for addresses."),
    ]

    def decorate(command: F) -> F:
        @wraps(command)
        def wrapped(*args: Any, **values: Any) -> Any:
            from dsnparse.log import set_up

            form, level, mask = (values.pop(name) for name in _NAMES)
            set_up(form, level, mask=mask)
            return command(*args, **values)

        for option in reversed(options):
            wrapped = option(wrapped)
        return wrapped  # type: ignore[return-value]

    return decorate

"""--jobs, --waiting, --max-size, --max-memory and --timeout: how much a server takes upon itself at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple, TypeVar

import click

from dsnparse.web.settings import MAX_BODY, MEMORY, TIMEOUT, WAITING

F = TypeVar("F", bound=Callable[..., Any])


class Load(NamedTuple):
    """What the options say about it."""

    jobs: int
    waiting: int
    max_size: int
    max_memory: int
    timeout: float


def load_options(command: F) -> F:
    """Give a command these options; it gets them as one argument, `load`, a Load."""
    options = [
        click.option(
            "--jobs",
            "-j",
            metavar="N",
            type=click.IntRange(1, 64),
            default=os.cpu_count() or 1,
            show_default="one for each processor",
            help="Processes that parse.",
        ),
        click.option(
            "--waiting",
            metavar="N",
            type=click.IntRange(0, 10_000),
            default=WAITING,
            show_default=True,
            help="Pieces of work that may wait for a process; more are answered with 503.",
        ),
        click.option(
            "--max-size",
            type=click.IntRange(1024),
            default=MAX_BODY,
            show_default=True,
            metavar="BYTES",
            help="Larger requests are answered with 413.",
        ),
        click.option(
            "--max-memory",
            type=click.IntRange(1024),
            default=MEMORY,
            show_default=True,
            metavar="BYTES",
            help="Bytes of all requests under way; more are answered with 503.",
        ),
        click.option(
            "--timeout",
            type=click.FloatRange(0.1, 3600),
            default=TIMEOUT,
            show_default=True,
            metavar="SECONDS",
            help="For a request to come in, and for the work on it.",
        ),
    ]

    @wraps(command)
    def wrapped(*args: Any, **values: Any) -> Any:
        return command(*args, load=Load(*(values.pop(name) for name in Load._fields)), **values)

    result: Any = wrapped
    for option in reversed(options):
        result = option(result)
    return result  # type: ignore[no-any-return]

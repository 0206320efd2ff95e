"""--jobs, --waiting, --max-size, --max-memory and --timeout: how much a server takes upon itself at once."""

from __future__ import annotations

import os
from typing import NamedTuple

import click

from dsnparse.cli.option_group import bytes_option, option_group
from dsnparse.web.settings import MAX_BODY, MEMORY, TIMEOUT, WAITING


class Load(NamedTuple):
    """What the options say about it."""

    jobs: int
    waiting: int
    max_size: int
    max_memory: int
    timeout: float


#: The command gets them as `load`, a Load.
load_options = option_group(
    "load",
    Load,
    [
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
        bytes_option("--max-size", default=MAX_BODY, help="Larger requests are answered with 413."),
        bytes_option(
            "--max-memory",
            default=MEMORY,
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
    ],
)

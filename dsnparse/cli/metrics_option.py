"""--metrics, and the small server that it starts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from dsnparse.cli.failure import FAILED, Failure, reason_of
from dsnparse.errors import as_sentence
from dsnparse.log import say

if TYPE_CHECKING:
    from dsnparse.metrics import Metrics
    from dsnparse.store.store import Store

#: The command gets it as `metrics`: where to listen, or None.
metrics_option = click.option(
    "--metrics",
    metavar="HOST:PORT",
    envvar="DSNPARSE_METRICS",
    show_envvar=True,
    help="Answer Prometheus there, at /metrics. It needs the extra 'metrics'.",
)


@contextmanager
def measured(
    address: str | None, store: Store, backlog: Callable[[], int | None] = lambda: None
) -> Iterator[Metrics | None]:
    """The metrics, answered at `address` as long as the block lasts; None without one."""
    if address is None:
        yield None
        return
    from dsnparse.metrics import Metrics

    metrics = Metrics(store, backlog=backlog)
    serving = metrics.serving(address)
    try:
        port = serving.__enter__()
    except ValueError as error:
        raise click.UsageError(as_sentence(f"--metrics: {error}")) from None
    except OSError as error:
        raise Failure(f"--metrics {address}: {reason_of(error)}", FAILED) from None
    say(f"Metrics at http://{address.rpartition(':')[0] or '127.0.0.1'}:{port}/metrics.")
    try:
        yield metrics
    finally:
        serving.__exit__(None, None, None)

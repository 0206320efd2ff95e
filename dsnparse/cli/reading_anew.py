"""SIGHUP: `watch` and `listen` read their rules and their policy anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from dsnparse.cli.store_options import StoreChoice
from dsnparse.errors import as_sentence
from dsnparse.log import say, warn
from dsnparse.parser import Parser

if TYPE_CHECKING:
    from dsnparse.store.store import Store


def read_anew(make_parser: Callable[[], Parser], store: Store, choice: StoreChoice) -> Parser | None:
    """Give the store the policy as it is now, and return the parser with the rules as they are now.

    What is wrong with either is said; then the store keeps its policy, and the answer is None.
    """
    try:
        parser = make_parser()
        store.change_policy(choice.load_policy())
    except click.ClickException as error:
        said = error.message
    except Exception as error:  # noqa: BLE001  (a mistake in a file must not end a service)
        said = str(error) or type(error).__name__
    else:
        say("Rules and policy were read anew.")
        return parser
    warn(f"{as_sentence(said)} The old rules and policy stay.")
    return None

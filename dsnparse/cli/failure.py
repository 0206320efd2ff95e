"""A sentence that ends a command, and the exit status that goes with it."""

from __future__ import annotations

import click

from dsnparse.errors import as_sentence

#: As for wrong usage, and never that of an answer.
FAILED = 2
#: What was given is no mail address.
NO_ADDRESS = 3
#: EX_TEMPFAIL of sysexits.h: something is away or locked; the same command may work later.
TRY_AGAIN = 75


class Failure(click.ClickException):
    """Ends the command with `sentence` on standard error, and with `status`."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(as_sentence(sentence))
        self.exit_code = status  # type: ignore[misc]


def cannot(do: str, path: object, error: OSError) -> str:
    """The sentence on what could not be done with a file: "Cannot read FILE: no such file or directory."."""
    return as_sentence(f"Cannot {do} {path}: {(error.strerror or str(error)).lower()}")


def reason_of(error: OSError) -> str:
    """What is wrong with a mailbox, without a full stop."""
    if error.filename:
        return f"{error.filename}: {(error.strerror or 'cannot be used').lower()}"
    return error.strerror or str(error)

"""A sentence that ends a command, and the exit status that goes with it."""

from __future__ import annotations

import click

#: As for wrong usage, and never that of an answer.
FAILED = 2
#: What was given is no mail address.
NO_ADDRESS = 3
#: EX_TEMPFAIL of sysexits.h: something is away or locked; the same command may work later.
TRY_AGAIN = 75


class Failure(click.ClickException):
    """Ends the command with `sentence` on standard error, and with `status`."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(ended(sentence))
        self.exit_code = status  # type: ignore[misc]


def ended(sentence: str) -> str:
    """With a full stop, unless it ends otherwise."""
    return sentence if sentence[-1:] in ".?!" else sentence + "."


def reason_of(error: OSError) -> str:
    """What is wrong with a mailbox, without a full stop."""
    if error.filename:
        return f"{error.filename}: {(error.strerror or 'cannot be used').lower()}"
    return error.strerror or str(error)

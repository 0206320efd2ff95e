"""The one exception above all that dsnparse raises for reasons of its own, and how errors are told."""

from __future__ import annotations


class DsnparseError(Exception):
    """Above every exception of dsnparse's own; its text is a sentence that somebody can act on.

    `RuleError` (a file of rules), `dsnparse.store.StoreError` and `StoreUnavailable` (the database),
    `HookFailed`, `MailboxAway`, `MailboxRefused` and `DamagedError` (an archive) are such. A wrong argument
    raises TypeError or ValueError, a file that is not there OSError, as everywhere in Python.
    """


def as_sentence(said: object) -> str:
    """What an error says, with a full stop unless it ends as a sentence does."""
    text = str(said)
    return text if text.endswith((".", "?", "!")) or not text else f"{text}."

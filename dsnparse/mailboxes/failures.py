"""What goes wrong with a mail server, as sentences: IMAP and POP3 alike."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from dsnparse.mailboxes.account import Account
from dsnparse.mailboxes.encryption import untrusted
from dsnparse.mailboxes.sources import MailboxAway, MailboxRefused


@contextmanager
def errors(account: Account, drop: Callable[[], None], *refusals: type[Exception]) -> Iterator[None]:
    """What goes wrong within becomes MailboxAway or MailboxRefused; the connection is dropped.

    `refusals`: what the protocol's library raises when the server says no.
    """
    kinds: tuple[type[Exception], ...] = (*refusals, OSError, EOFError)
    try:
        yield
    except (MailboxAway, MailboxRefused):
        drop()
        raise
    except ssl.SSLCertVerificationError as error:
        drop()
        raise untrusted(account, error) from None
    except kinds as error:
        drop()
        raise MailboxAway(f"{account.host}:{account.port}: {said_by(error)}") from None


def said_by(error: Exception) -> str:
    """What the server or the network said, as the end of a sentence."""
    result: Any = getattr(error, "command_result", None)
    if result:  # of an answer to an IMAP command: its status and its lines
        words = [part.decode("utf-8", "replace") for part in result[1] if isinstance(part, bytes)]
        return " ".join(words) or str(result[0])
    if isinstance(error, OSError):
        return (error.strerror or str(error) or type(error).__name__).lower()
    first = error.args[0] if error.args else type(error).__name__
    text = first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)
    return text.removeprefix("-ERR").strip() or "the server said no"

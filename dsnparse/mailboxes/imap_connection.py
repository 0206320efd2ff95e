"""Connecting to an IMAP server: TLS always, and every failure as a sentence."""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from imap_tools import BaseMailBox, ImapToolsError, MailBox, MailBoxStartTls

from dsnparse.mailboxes.account import Account, Secret
from dsnparse.mailboxes.encryption import context_of, untrusted, word_of
from dsnparse.mailboxes.sources import MailboxAway, MailboxRefused

#: Seconds to wait for an answer of the server.
TIMEOUT = 60
#: Response codes of RFC 5530 after which another attempt may succeed.
_LATER = ("UNAVAILABLE", "INUSE", "LIMIT", "CONTACTADMIN", "SERVERBUG", "EXPIRED")


def log_in(account: Account, secret: Secret, ca_file: str | None = None) -> BaseMailBox:
    """A connection that is logged in, with the capabilities that count after that.

    Raise MailboxRefused when the server does not take the user, and what `errors` turns into OSErrors.
    """
    word, context = word_of(secret), context_of(ca_file)
    kind = MailBox if account.scheme == "imaps" else MailBoxStartTls
    box: BaseMailBox = kind(account.host, port=account.port, timeout=TIMEOUT, ssl_context=context)
    try:
        _authenticate(box, account.user, word, is_token=secret.is_token)
    except (ImapToolsError, imaplib.IMAP4.error) as error:
        box.client.shutdown()
        said = _said(error)
        if isinstance(error, imaplib.IMAP4.abort) or any(f"[{code}]" in said for code in _LATER):
            raise
        raise MailboxRefused(f"{account.host} does not let {account.user} in: {said}") from None
    # Many servers (Dovecot for one) name MOVE and others only to those who are logged in.
    _, answer = box.client.capability()
    box.client.capabilities = tuple(answer[-1].decode("ascii", "replace").upper().split())
    return box


def _authenticate(box: BaseMailBox, user: str, word: str, *, is_token: bool) -> None:
    if is_token and "AUTH=OAUTHBEARER" in box.client.capabilities:  # RFC 7628
        said = f"n,a={user},\x01auth=Bearer {word}\x01\x01".encode()
        box.client.authenticate("OAUTHBEARER", lambda challenge: said if not challenge else b"\x01")
    elif is_token:
        box.xoauth2(user, word, initial_folder=None)
    elif user.isascii() and word.isascii():
        box.login(user, word, initial_folder=None)
    else:
        box.login_utf8(user, word, initial_folder=None)


@contextmanager
def errors(account: Account, drop: Callable[[], None]) -> Iterator[None]:
    """What goes wrong within becomes MailboxAway or MailboxRefused; the connection is dropped."""
    try:
        yield
    except (MailboxAway, MailboxRefused):
        drop()
        raise
    except ssl.SSLCertVerificationError as error:
        drop()
        raise untrusted(account, error) from None
    except (ImapToolsError, imaplib.IMAP4.error, OSError, EOFError) as error:
        drop()
        raise MailboxAway(f"{account.host}:{account.port}: {_said(error)}") from None


def _said(error: Exception) -> str:
    result: Any = getattr(error, "command_result", None)
    if result:
        words = [part.decode("utf-8", "replace") for part in result[1] if isinstance(part, bytes)]
        return " ".join(words) or str(result[0])
    if isinstance(error, OSError):
        return (error.strerror or str(error) or type(error).__name__).lower()
    first = error.args[0] if error.args else type(error).__name__
    return first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)

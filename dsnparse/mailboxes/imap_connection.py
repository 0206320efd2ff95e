"""Connecting to an IMAP server: TLS always, and every failure as a sentence."""

from __future__ import annotations

import imaplib
import ssl
from typing import Any

from imap_tools import BaseMailBox, ImapToolsError, MailBox, MailBoxStartTls

from dsnparse.mailboxes.account import Account, Secret
from dsnparse.mailboxes.encryption import context_of, word_of
from dsnparse.mailboxes.failures import said_by
from dsnparse.mailboxes.sources import MailboxRefused

#: Seconds to wait for an answer of the server.
TIMEOUT = 60
#: What the libraries raise when the server says no.
REFUSALS = (ImapToolsError, imaplib.IMAP4.error)
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
    except REFUSALS as error:
        box.client.shutdown()
        said = said_by(error)
        if isinstance(error, imaplib.IMAP4.abort) or any(f"[{code}]" in said for code in _LATER):
            raise
        raise MailboxRefused(f"{account.host} does not let {account.user} in: {said}") from None
    # Many servers (Dovecot for one) name MOVE and others only to those who are logged in.
    _, answer = box.client.capability()
    box.client.capabilities = tuple(answer[-1].decode("ascii", "replace").upper().split())
    return box


def idle(box: BaseMailBox, seconds: float) -> None:
    """IDLE (RFC 2177) until the server says something; at most so many seconds.

    What it says in one piece with its answer to IDLE is read with that, and no longer seen by a poll.
    """
    with box.idle as idling:
        if not _has_more(box.client):
            idling.poll(timeout=seconds)


def _has_more(client: imaplib.IMAP4) -> bool:
    """Whether what the server said is read in part, and no more has to come for the rest."""
    sock = client.socket()
    file: Any = getattr(client, "_file", None) or client.file  # Python 3.14, and before
    patience = sock.gettimeout()
    sock.settimeout(0)
    try:
        return bool(file.peek(1))
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    finally:
        sock.settimeout(patience)


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

"""Connecting to a POP3 server (RFC 1939): TLS always, and every failure as a sentence."""

from __future__ import annotations

import base64
import poplib
from contextlib import suppress

from dsnparse.mailboxes.account import Account, Secret
from dsnparse.mailboxes.encryption import context_of, word_of
from dsnparse.mailboxes.failures import said_by
from dsnparse.mailboxes.sources import MailboxAway, MailboxRefused

#: Seconds to wait for an answer of the server.
TIMEOUT = 60
#: RFC 5322 allows 998 bytes a line; HTML of newsletters has far longer ones.
_MAX_LINE = 1024 * 1024
#: Response codes (RFC 2449, RFC 3206) after which another attempt may succeed.
_LATER = ("[SYS/TEMP]", "[IN-USE]", "[LOGIN-DELAY]")


class _LongLines(poplib.POP3):
    """The standard library's client, which gives up at lines over 2,048 bytes."""

    def _getline(self) -> tuple[bytes, int]:
        line = self.file.readline(_MAX_LINE)
        if not line:
            raise poplib.error_proto("-ERR the server closed the connection")
        return line.removesuffix(b"\n").removesuffix(b"\r"), len(line)


class _LongLinesSsl(_LongLines, poplib.POP3_SSL):
    """The same with TLS from the start."""


def log_in(account: Account, secret: Secret, ca_file: str | None = None) -> poplib.POP3:
    """A connection that is logged in.

    Raise MailboxRefused when the server does not take the user, and what `errors` turns into OSErrors.
    """
    word, context = word_of(secret), context_of(ca_file)
    box: poplib.POP3
    if account.scheme == "pop3s":
        box = _LongLinesSsl(account.host, account.port, timeout=TIMEOUT, context=context)
    else:
        box = _LongLines(account.host, account.port, timeout=TIMEOUT)
        box.stls(context)
    try:
        _authenticate(box, account.user, word, is_token=secret.is_token)
    except poplib.error_proto as error:
        close(box)
        said = said_by(error)
        if any(code in said.upper() for code in _LATER):
            raise MailboxAway(f"{account.host}:{account.port}: {said}") from None
        raise MailboxRefused(f"{account.host} does not let {account.user} in: {said}") from None
    return box


def _authenticate(box: poplib.POP3, user: str, word: str, *, is_token: bool) -> None:
    if is_token:  # RFC 5034 with a first response, as Gmail, Microsoft and Dovecot take it
        text = f"user={user}\x01auth=Bearer {word}\x01\x01"
        # A refusal comes as a challenge, which an empty answer ends.
        said = box._shortcmd(f"AUTH XOAUTH2 {base64.b64encode(text.encode()).decode()}")  # type: ignore[attr-defined]  # noqa: SLF001
        if said.startswith(b"+ "):
            box._shortcmd("")  # type: ignore[attr-defined]  # noqa: SLF001
            raise poplib.error_proto("-ERR the access token is not accepted")
        return
    encoding, box.encoding = box.encoding, "utf-8"
    box.user(user)
    box.pass_(word)
    box.encoding = encoding


def close(box: poplib.POP3) -> None:
    """Close a connection without QUIT: what was marked for deletion stays."""
    with suppress(Exception):
        box.close()

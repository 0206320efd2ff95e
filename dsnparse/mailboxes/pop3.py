"""A POP3 mailbox, worked off: `pop3s://user@host`, or `pop3://user@host` with STLS.

Facts (RFC 1939):

* A message has a number for one session, and a unique id (UIDL) for good. DELE marks it, and QUIT deletes
  what is marked: a connection that breaks before deletes nothing.
* There are no folders and no flags. So what was stored is remembered by its unique id, in the transaction
  with its records, or deleted (`delete`), and only after that transaction.
* One session sees the mailbox as it was at its beginning, and many servers lock it meanwhile. So each round
  is one.
"""

from __future__ import annotations

import json
import poplib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress

from dsnparse.mailboxes.account import Account, Secret
from dsnparse.mailboxes.failures import errors, said_by
from dsnparse.mailboxes.items import Mail, PassedOver, Problem
from dsnparse.mailboxes.pop3_connection import close, log_in
from dsnparse.mailboxes.sources import MailboxRefused, Mark
from dsnparse.wire.limits import DEFAULT_LIMITS

#: Messages left in the mailbox whose unique ids are remembered.
MAX_REMEMBERED = 100_000
#: Bytes of a line, for what TOP is asked for of a message beyond the limit.
_LINE = 70
#: What comes of an answer that says no, and of one that is no list of messages.
_NO = (poplib.error_proto, ValueError, IndexError)


class Pop3Source:
    """The mailbox of one account."""

    def __init__(
        self,
        account: Account,
        secret: Secret,
        *,
        position: Callable[[str], str | None] = lambda _: None,
        delete: bool = False,
        ca_file: str | None = None,
        limit: int = DEFAULT_LIMITS.message_bytes,
    ) -> None:
        """`position`: `Store.position`. `delete`: whether notices leave the mailbox that are stored and
        understood. `ca_file`: certificates to trust instead of the system's. Nothing is connected yet.
        """
        self.label = account.url
        self._account = account
        self._secret = secret
        self._position = position
        self._delete = delete
        self._ca_file = ca_file
        self._limit = limit
        self._box: poplib.POP3 | None = None
        #: Unique ids of this session by number, and those that are stored.
        self._ids: dict[int, str] = {}
        self._stored: dict[str, bool] | None = None

    def take(self, *, read: bool = True) -> Iterator[Mail | Problem | PassedOver]:  # noqa: ARG002
        """The messages that are new, in the order of the mailbox."""
        self._end()
        with errors(self._account, self._drop, *_NO):
            box = self._connect()
            listed = [entry.split() for entry in box.list()[1]]
            sizes = [(int(entry[0]), int(entry[1])) for entry in listed]
        stored = self._remembered()
        for number, size in sizes:
            uid = self._ids.get(number)
            if uid in stored:
                continue
            if uid is None:
                yield Problem(f"{self.label}, message {number}", "has no unique id")
                continue
            name = f"{self.label};UIDL={uid}"
            with errors(self._account, self._drop, *_NO):
                data = self._fetch(number, size)
            if data:
                yield Mail(name, data, max(size, len(data)), None, str(number), size)
            else:
                yield Problem(name, "cannot be read" if size else "is empty")

    def positions(self, marks: Sequence[Mark]) -> Mapping[str, str]:
        """The unique ids of what is stored and still there; and whether it is to be deleted."""
        stored = self._remembered() | {self._ids[int(mark.key)]: self._goes(mark) for mark in marks}
        here = set(self._ids.values())
        kept = {uid: gone for uid, gone in stored.items() if uid in here}
        return {self.label: json.dumps(dict(list(kept.items())[-MAX_REMEMBERED:]))}

    def done(self, marks: Sequence[Mark]) -> list[Problem]:
        """Mark for deletion what is stored; QUIT deletes it."""
        problems = []
        for mark in marks:
            self._remembered()[self._ids[int(mark.key)]] = self._goes(mark)
            if self._goes(mark) and self._box is not None:
                try:
                    self._box.dele(int(mark.key))
                except poplib.error_proto as error:
                    name = f"{self.label};UIDL={self._ids[int(mark.key)]}"
                    problems.append(Problem(name, f"cannot be deleted: {said_by(error)}"))
                except (OSError, EOFError):
                    self._drop()  # the next round deletes it
        return problems

    def backlog(self) -> int:
        """How many messages are there that the store does not have. Raise OSError."""
        with errors(self._account, self._drop, *_NO):
            self._connect()
        self._end()
        return sum(uid not in self._remembered() for uid in self._ids.values())

    def wait(self, seconds: float) -> None:
        """Sleep; the mailbox is let go of meanwhile."""
        self._end()
        time.sleep(seconds)

    def close(self) -> None:
        """End the session: what is marked is deleted."""
        self._end()

    def _goes(self, mark: Mark) -> bool:
        return self._delete and mark.understood and not mark.other

    def _remembered(self) -> dict[str, bool]:
        """The unique ids of messages that are stored, and whether each is to be deleted."""
        if self._stored is None:
            found = json.loads(self._position(self.label) or "{}")
            self._stored = {str(uid): bool(gone) for uid, gone in found.items()}
        return self._stored

    def _connect(self) -> poplib.POP3:
        box = self._box = log_in(self._account, self._secret, self._ca_file)
        try:
            lines = box.uidl()[1]
        except poplib.error_proto as error:
            raise MailboxRefused(
                f"{self._account.host} gives messages no unique ids (UIDL), without which they would be read "
                f"again and again: {said_by(error)}"
            ) from None
        entries = [line.decode("ascii", "replace").split() for line in lines]
        self._ids = {int(entry[0]): entry[1] for entry in entries if len(entry) > 1}
        stored = self._remembered()
        for number, uid in self._ids.items():
            if stored.get(uid):  # stored before, and the connection broke before it was deleted
                box.dele(number)
        return box

    def _fetch(self, number: int, size: int) -> bytes:
        """A message, or its beginning where it is too large."""
        assert self._box is not None
        if size > self._limit:
            lines = self._box.top(number, self._limit // _LINE)[1]
        else:
            lines = self._box.retr(number)[1]
        return (b"\r\n".join(lines) + b"\r\n")[: self._limit] if lines else b""

    def _end(self) -> None:
        """QUIT."""
        box, self._box = self._box, None
        if box is not None:
            try:
                box.quit()
            except Exception:  # noqa: BLE001  (it is gone; nothing was deleted)
                with suppress(Exception):
                    close(box)

    def _drop(self) -> None:
        """Forget a connection that no longer works; nothing is deleted."""
        box, self._box = self._box, None
        if box is not None:
            close(box)

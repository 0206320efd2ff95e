"""An IMAP folder, worked off. Needs the extra `imap` (docs/deploy.md).

Facts: a UID names a message as long as the folder's UIDVALIDITY stays the same (RFC 3501 section 2.3.1.1),
and newer messages have higher ones. So the highest UID below which everything is stored says where to go on;
it is written in the same transaction as the messages. Messages are read in that order, so that this holds
with several workers, too. Where messages are moved away instead, all that is in the folder is read: what was
stored and not moved when a worker was killed is known by its content, and moved then.

Messages are fetched with BODY.PEEK, which changes nothing; `done` flags them \\Seen or moves them. Mail that
is no notice may be somebody's who shares the mailbox: by default it is left as it is. What the store
remembers of all that stands in `imap_memory.py`, the commands to the server in `imap_commands.py`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from dsnparse.mailboxes.account import Account, Secret
from dsnparse.mailboxes.failures import errors
from dsnparse.mailboxes.imap_commands import Listed, bodies, flag, move, said_last, sizes
from dsnparse.mailboxes.imap_connection import REFUSALS, idle, log_in
from dsnparse.mailboxes.imap_memory import FolderMemory
from dsnparse.mailboxes.items import Mail, PassedOver, Problem
from dsnparse.mailboxes.sources import MailboxRefused, Mark
from dsnparse.wire.limits import DEFAULT_LIMITS

#: Messages whose sizes are asked for at once; and those fetched at once, as long as they are this small.
_LISTED = 200
_FETCHED = 50
_FETCHED_BYTES = 4 * 1024 * 1024
#: RFC 2177: an IDLE is ended and begun anew before the server logs out after 30 minutes.
_IDLE_MOST = 29 * 60
#: How often a message that does not arrive is tried before it is passed by.
ATTEMPTS = 3


class ImapSource:
    """One folder of one account."""

    def __init__(
        self,
        account: Account,
        secret: Secret,
        *,
        position: Callable[[str], str | None] = lambda _: None,
        processed: str | None = None,
        unknown: str | None = None,
        others: str | None = None,
        ca_file: str | None = None,
        limit: int = DEFAULT_LIMITS.message_bytes,
    ) -> None:
        """`position`: `Store.position`. `processed`, `unknown`: folders to move messages to; flagged only
        without. `others`: a folder to move mail to that is no notice; it is left as it is without. `ca_file`:
        certificates to trust instead of the system's. Nothing is connected yet.
        """
        self.label = account.url
        self._account = account
        self._secret = secret
        self._memory = FolderMemory(self.label, position)
        self._folders = {True: processed or "", False: unknown or processed or ""}
        self._others = others
        self._ca_file = ca_file
        self._limit = limit
        self._box: Any = None
        #: Messages that are stored, but could not be moved: not to be read again and again.
        self._stuck: set[int] = set()
        #: Messages whose body did not arrive, and how often; and the lowest of them in this round.
        self._missed: dict[int, int] = {}
        self._held = 0
        #: How many messages the folder has, as the server said last.
        self._told: bytes | None = None

    def take(self, *, read: bool = True) -> Iterator[Mail | Problem | PassedOver]:  # noqa: ARG002
        """The messages that are new, in the order of their UIDs."""
        self._held = 0
        with errors(self._account, self._drop, *REFUSALS):
            box = self._connect()
            found = self._new_uids(box)
        passed = self._stuck | self._memory.left(found) if self._leaves else self._stuck
        wanted = [uid for uid in found if uid not in passed]
        for start in range(0, len(wanted), _LISTED):
            with errors(self._account, self._drop, *REFUSALS):
                listed = sizes(self._box, wanted[start : start + _LISTED])
            for some in _portions(listed):
                with errors(self._account, self._drop, *REFUSALS):
                    bodies = self._fetch(some)
                for uid, size, arrived in some:
                    name = f"{self.label};UID={uid}"
                    data = bodies.get(uid)
                    if data:
                        yield Mail(name, data, max(size, len(data)), arrived, str(uid), size)
                    elif size and self._again(uid):
                        yield Problem(name, "did not arrive, and is read the next time")
                    else:
                        yield Problem(name, "cannot be read" if size else "is empty")

    def _new_uids(self, box: Any) -> list[int]:
        """Those that come after what was read; all where messages are moved away."""
        first = 1 if self._folders[True] else self._memory.next_uid()
        return sorted(uid for uid in map(int, box.uids(f"UID {first}:*")) if uid >= first)

    def positions(self, marks: Sequence[Mark]) -> Mapping[str, str]:
        """The UIDVALIDITY and the last UID, what is to be marked, and what is left."""
        last = max((int(mark.key) for mark in marks), default=0)
        if self._held:
            last = min(last, self._held - 1)
        left = [int(mark.key) for mark in marks if mark.other] if self._leaves else []
        return self._memory.stored(last, None if self._folders[True] else self._to_mark(marks), left)

    @property
    def _leaves(self) -> bool:
        """Whether all that is in the folder is new, save what was left there."""
        return bool(self._folders[True]) and not self._others

    def _to_mark(self, marks: Sequence[Mark]) -> dict[str, list[int]]:
        """The UIDs by the folder to move them to; "": to be flagged."""
        found: dict[str, list[int]] = {}
        for mark in marks:
            folder = self._others if mark.other else self._folders[mark.understood]
            if folder is not None:
                found.setdefault(folder, []).append(int(mark.key))
        return found

    def _again(self, uid: int) -> bool:
        """Whether a message that did not arrive is to be read another time; the position stays below it."""
        self._missed[uid] = self._missed.get(uid, 0) + 1
        if self._missed[uid] >= ATTEMPTS:
            return False
        self._held = min(self._held or uid, uid)
        return True

    def done(self, marks: Sequence[Mark]) -> list[Problem]:
        """Move the messages to their folders, or flag them as seen."""
        problems = []
        for folder, uids in self._to_mark(marks).items():
            for start in range(0, len(uids), _LISTED):
                some = uids[start : start + _LISTED]
                with errors(self._account, self._drop, *REFUSALS):
                    said = self._mark(",".join(map(str, some)), folder)
                if said:
                    self._stuck.update(some)
                    what = f"moved to {folder}" if folder else "flagged"
                    problems.append(Problem(f"{self.label};UID={some[0]}", f"cannot be {what}: {said}"))
        return problems

    def backlog(self) -> int:
        """How many messages wait, asked in a connection of its own that changes nothing. Raise OSError."""
        box: Any = None
        try:
            with errors(self._account, self._drop, *REFUSALS):
                box = log_in(self._account, self._secret, self._ca_file)
                self._open(box, readonly=True)
                found = self._new_uids(box)
            return len(found) - (len(self._memory.left(found)) if self._leaves else 0)
        finally:
            if box is not None:
                with suppress(Exception):
                    box.logout()

    def wait(self, seconds: float) -> None:
        """IDLE until the server says something, or sleep where it has no IDLE."""
        with errors(self._account, self._drop, *REFUSALS):
            box = self._connect()
            if "IDLE" in box.client.capabilities:
                if self._has_grown(box):
                    return
                try:
                    idle(box, min(seconds, _IDLE_MOST))
                except BaseException:  # a signal: the server still idles, and would answer no LOGOUT
                    self._drop()
                    raise
                return
        time.sleep(seconds)

    def _has_grown(self, box: Any) -> bool:
        """Whether the server told of a message with the answer to another command: IDLE would not tell again.

        By the number that it told last, so that a server that tells it each time is not asked without end.
        """
        if said_last(box, "EXPUNGE") is not None:
            self._told = None
        told = said_last(box, "EXISTS")
        if told is None or told == self._told:
            return False
        self._told = told
        return True

    def close(self) -> None:
        """Log out."""
        box, self._box = self._box, None
        if box is not None:
            with suppress(Exception):
                box.logout()

    def _drop(self) -> None:
        """Forget a connection that no longer works."""
        box, self._box = self._box, None
        if box is not None:
            with suppress(Exception):
                box.client.shutdown()

    def _connect(self) -> Any:
        if self._box is not None:
            return self._box
        box = log_in(self._account, self._secret, self._ca_file)
        self._box = box
        self._open(box, readonly=False)
        self._told = said_last(box, "EXISTS")
        for folder in sorted({folder for folder in (*self._folders.values(), self._others) if folder}):
            if not box.folder.exists(folder):
                box.folder.create(folder)
        if not self._folders[True]:
            for folder, uids in self._memory.unmarked():
                self._mark(uids, folder)
        return box

    def _open(self, box: Any, *, readonly: bool) -> None:
        """Open the folder. Made anew, it gives UIDs to other messages (RFC 9051 section 2.3.1.1)."""
        if not box.folder.exists(self._account.folder):
            raise MailboxRefused(f"There is no folder {self._account.folder} at {self._account.host}")
        box.folder.set(self._account.folder, readonly=readonly)
        validity = _validity(box)
        if validity != self._memory.validity:
            self._stuck.clear()
            self._missed.clear()
        self._memory.validity = validity

    def _fetch(self, some: Sequence[Listed]) -> dict[int, bytes]:
        return bodies(self._box, some, self._limit)

    def _mark(self, uids: str, folder: str) -> str:
        """Move messages to a folder, or flag them; what the server said when it did not."""
        return self._move(uids, folder) if folder else flag(self._box, uids)

    def _move(self, uids: str, folder: str) -> str:
        return move(self._box, uids, folder)


def _validity(box: Any) -> str:
    """The UIDVALIDITY of the folder that is open."""
    return (said_last(box, "UIDVALIDITY") or b"").decode("ascii", "replace")


def _portions(listed: Sequence[Listed]) -> Iterator[list[Listed]]:
    """Messages that are few and small enough to be fetched at once."""
    some: list[Listed] = []
    weight = 0
    for entry in listed:
        if some and (len(some) >= _FETCHED or weight + entry[1] > _FETCHED_BYTES):
            yield some
            some, weight = [], 0
        some.append(entry)
        weight += entry[1]
    if some:
        yield some

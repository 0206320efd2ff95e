"""A mailbox that is worked off: messages are taken from it, and marked done when they are safe elsewhere.

    taken = list(source.take())        # messages, and the reasons why some could not be read
    …                                  # store them, and source.positions(…) with them, and commit
    source.done(marks)                 # only now do they leave the mailbox
    source.close()                     # what was taken and not done is there again

Killed in between, a later run takes the same messages again; the store knows them by their content.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from dsnparse.errors import DsnparseError
from dsnparse.mailboxes.items import Mail, MessageRef, PassedOver, Problem, read_item
from dsnparse.mailboxes.paths import find
from dsnparse.wire.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from dsnparse.mailboxes.events import Event


@dataclass(frozen=True, slots=True)
class Mark:
    """What became of a message: for `Source.done`."""

    key: str
    #: Whether a person need not look at it.
    understood: bool = True
    #: Whether it is somebody's mail: no bounce, complaint, receipt, delay, delivery or automatic answer.
    other: bool = False


class MailboxAway(DsnparseError, OSError):  # noqa: N818  (it is a state of the mailbox, and reads as one)
    """The mailbox cannot be reached now; the same may work later."""


class MailboxRefused(DsnparseError, OSError):  # noqa: N818
    """The mailbox does not let us in, and trying again will not help."""


class Source(Protocol):
    """A mailbox that is worked off."""

    #: For the history: "maildir:/var/mail/bounces", "imaps://user@host/INBOX"; "": each message's name.
    label: str

    def take(self, *, read: bool = True) -> Iterator[Mail | MessageRef | Event | Problem | PassedOver]:
        """What is there now, each message once. Raise OSError when the mailbox cannot be used now.

        `read`: whether here; otherwise messages in files may come as where they are.
        """
        ...

    def positions(self, marks: Sequence[Mark]) -> Mapping[str, str]:
        """What the store is to remember together with these messages, by name."""
        ...

    def done(self, marks: Sequence[Mark]) -> list[Problem]:
        """They are stored and committed: move or flag them. What could not be done comes back."""
        ...

    def wait(self, seconds: float) -> None:
        """Return when something may have come, at the latest after so many seconds."""
        ...

    def close(self) -> None:
        """Give back what was taken and is not done."""
        ...


class Queue(Source, Protocol):
    """A mailbox that messages leave."""

    def backlog(self) -> int:
        """How many messages wait in it. Raise OSError."""
        ...


class FilesThatStay:
    """What a source of files does that are read, and left as they are."""

    label = ""

    def positions(self, marks: Sequence[Mark]) -> Mapping[str, str]:  # noqa: ARG002
        """Nothing: the content tells what was seen."""
        return {}

    def done(self, marks: Sequence[Mark]) -> list[Problem]:  # noqa: ARG002
        """Nothing: the files stay."""
        return []

    def wait(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)

    def close(self) -> None:
        """Nothing is held."""


class PathSource(FilesThatStay):
    """Files, folders, mboxes and archives: read, and left as they are. `-` is standard input."""

    def __init__(
        self,
        paths: Iterable[str | os.PathLike[str]],
        *,
        limit: int = DEFAULT_LIMITS.message_bytes,
        exclude: Iterable[str | os.PathLike[str]] = (),
    ) -> None:
        """`limit`: bytes of one message that are read. `exclude`: files that are not messages."""
        self.paths = [os.fspath(path) for path in paths]
        self._limit = limit
        self._exclude = list(exclude)

    def take(self, *, read: bool = True) -> Iterator[Mail | MessageRef | Problem | PassedOver]:
        """Every message that the paths lead to."""
        for item in find(self.paths, limit=self._limit, exclude=self._exclude):
            yield read_item(item, self._limit) if read else item

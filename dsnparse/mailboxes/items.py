"""What a source yields: a message, a place where one stands, or the reason why there is none.

Named tuples, since they load in a tenth of the time of dataclasses, and every start of the command pays that.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from dsnparse.wire.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from datetime import datetime

    from dsnparse.trust.envelope import Envelope


#: How a compound file begins, as which Outlook saves messages.
OUTLOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Mail(NamedTuple):
    """One message, read."""

    #: Its identity: `path`, `path:offset` in an mbox, `path!member` in an archive, the mailbox and the UID,
    #: `-` for standard input.
    name: str
    #: Its bytes; the first ones only when it is larger than the limit it was read with.
    data: bytes
    #: Its full size in bytes, where that is known; at least the length of `data`.
    size: int
    #: When the mailbox says it came; None when it doesn't say.
    arrived: datetime | None = None
    #: By what its source finds it again.
    key: str = ""
    #: Bytes of input that it stands for, for showing progress.
    weight: int = 0
    #: What the mail server that handed it over said beside it; None when none did.
    envelope: Envelope | None = None

    @property
    def truncated(self) -> bool:
        """Whether `data` is only the beginning."""
        return self.size > len(self.data)


class MessageRef(NamedTuple):
    """A message that was found. Small when it stands in a plain file; holds its bytes when it does not."""

    name: str
    #: The file to read; "" when `data` holds the message already.
    path: str = ""
    #: Where the message starts in the file, and how many bytes it has; None: to the end of the file.
    offset: int = 0
    length: int | None = None
    #: Whether lines that begin with "From " were quoted with ">" (mboxo, mboxrd).
    quoted: bool = False
    data: bytes | None = None
    #: Bytes of input that this message stands for; None: as many as it has. For showing progress.
    weight: int | None = None
    #: As `Mail` has them; the key is its name where there is none.
    arrived: datetime | None = None
    key: str = ""

    def read(self, limit: int = DEFAULT_LIMITS.message_bytes) -> Mail:
        """The message with at most `limit` bytes.

        Raises OSError when the file can't be read.
        """
        if self.data is not None:
            size = len(self.data) if self.length is None else self.length
            data = self.data[:limit]
        else:
            with open(self.path, "rb", buffering=0) as file:  # noqa: PTH123
                if self.offset:
                    file.seek(self.offset)
                size = os.fstat(file.fileno()).st_size if self.length is None else self.length
                # For all that is asked for memory is made ready, and given back: three times the cost of
                # reading. A file of which the system knows no size is read to the limit.
                data = file.read(limit if self.length is None and not size else min(size, limit))
                size = max(size, len(data))
        if self.quoted:
            from dsnparse.mailboxes.mbox import unquote

            whole = len(data) == size
            data = unquote(data)
            size = len(data) if whole else size
        weight = size if self.weight is None else self.weight
        return Mail(self.name, data, size, self.arrived, self.key or self.name, weight)


class Problem(NamedTuple):
    """Something that could not be read: its name, and the reason as the end of a sentence."""

    name: str
    reason: str

    @classmethod
    def of(cls, name: str, error: OSError) -> Problem:
        """The problem that `error` is: "permission denied", "does not exist", …"""
        if isinstance(error, FileNotFoundError):
            return cls(name, "does not exist")
        if error.strerror:
            return cls(name, error.strerror.lower())
        said = str(error) or "cannot be read"  # in it may be a name, whose case counts
        return cls(name, f"{said[:1].lower()}{said[1:]}")


class PassedOver(NamedTuple):
    """A file of a folder or archive that by its name is no message (hidden, or notes beside messages)."""

    name: str


Item = MessageRef | Problem | PassedOver


def read_item(item: Item, limit: int = DEFAULT_LIMITS.message_bytes) -> Mail | Problem | PassedOver:
    """The message of `item`, at most `limit` bytes of it, or why there is none. Never raises OSError.

    What Outlook saved (.msg) comes as the mail message that it was.
    """
    if not isinstance(item, MessageRef):
        return item
    try:
        message = item.read(limit)
    except OSError as error:
        return Problem.of(item.name, error)
    if message.data.startswith(OUTLOOK):
        return _from_outlook(message)
    return message if message.data else Problem(item.name, "is empty")


def _from_outlook(saved: Mail) -> Mail | Problem:
    """The message that Outlook saved, as mail."""
    from dsnparse.mailboxes.outlook import OutlookError, as_message

    try:
        data = as_message(saved.data)
    except OutlookError as problem:
        return Problem(saved.name, str(problem))
    return saved._replace(data=data, size=len(data))

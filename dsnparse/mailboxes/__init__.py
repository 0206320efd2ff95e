"""Where messages come from. Each source is an iterator of messages with an identity.

    for item in messages(["bounces/", "old.mbox.gz"]):
        match item:
            case Mail(name=name, data=data): ...
            case Problem(name=name, reason=reason): ...   # the rest goes on

`find` does the same without reading plain files: its `MessageRef`s are small and can be sent to another
process, which calls `read`.
"""

from __future__ import annotations

from dsnparse.mailboxes.eml import looks_like_message, save_name
from dsnparse.mailboxes.items import Item, Mail, MessageRef, PassedOver, Problem, read_item
from dsnparse.mailboxes.paths import find, messages

__all__ = [
    "Item",
    "Mail",
    "MessageRef",
    "PassedOver",
    "Problem",
    "find",
    "looks_like_message",
    "messages",
    "read_item",
    "save_name",
]

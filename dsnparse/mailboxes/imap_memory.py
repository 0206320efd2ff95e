"""What the store remembers of an IMAP folder, each under a name that begins with the folder's label:

* `LABEL`: the UIDVALIDITY and the last UID.
* `LABEL;unmarked`: the messages of the last transaction that are then to be flagged or moved, for the next
  connection after a kill in between. Nothing else below the last UID is touched.
* `LABEL;left`: where messages are moved, those that stay, and are not to be fetched again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from dsnparse.mailboxes.imap_uids import read_uids, write_uids

_UNMARKED, _LEFT = ";unmarked", ";left"
#: UIDs and ranges of them that one command to the server holds.
_AT_ONCE = 200


class FolderMemory:
    """Reads with `position` (as `Store.position`); what it writes goes into the store with the messages."""

    def __init__(self, label: str, position: Callable[[str], str | None]) -> None:
        self._label = label
        self._position = position
        #: The folder's UIDVALIDITY; what was remembered with another one means nothing.
        self.validity = ""
        self._present: list[int] = []
        self._left: set[int] = set()

    def next_uid(self) -> int:
        """The first UID that was not read."""
        uid = self._read("")
        return int(uid) + 1 if uid.isdigit() else 1

    def unmarked(self) -> Iterator[tuple[str, str]]:
        """Folders ("": to be flagged) and sets of UIDs, each short enough for one command."""
        try:
            found = json.loads(self._read(_UNMARKED) or "{}")
        except ValueError:
            return
        for folder, uids in found.items():
            parts = uids.split(",")
            for start in range(0, len(parts), _AT_ONCE):
                yield folder, ",".join(parts[start : start + _AT_ONCE])

    def left(self, present: list[int]) -> set[int]:
        """Those of the messages in the folder, by UID, that were left there."""
        self._present = present
        self._left = read_uids(self._read(_LEFT), present)
        return self._left

    def stored(
        self, last: int, to_mark: Mapping[str, Sequence[int]] | None, left: Sequence[int]
    ) -> dict[str, str]:
        """What to write. `last`: the last UID, or 0; `to_mark`: by folder, None where it needs no memory;
        `left`: those that stay."""
        said = {"": str(last)} if last else {}
        if to_mark is not None:
            said[_UNMARKED] = json.dumps({folder: write_uids(uids) for folder, uids in to_mark.items()})
        if left:
            self._left.update(left)
            said[_LEFT] = write_uids(self._left, self._present)
        return {self._label + what: f"{self.validity} {text}" for what, text in said.items()}

    def _read(self, what: str) -> str:
        validity, _, text = (self._position(self._label + what) or "").partition(" ")
        return text if validity == self.validity else ""

"""A transcript of an SMTP session in a notice: which RCPT command was refused, and which was taken."""

from __future__ import annotations

import re
from typing import Final

from dsnparse.reply.codes import find_codes

#: A reply in a transcript, below its command: its first digit.
_REPLY: Final = re.compile(r"(?:[<>: ]{0,9}(?:Received)?[<>: ]{0,9}|.{0,60}?(?:<<<|<--|<-) ?)([2-5])\d\d\b")
#: The command that names a recipient.
RCPT: Final = re.compile(r"RCPT\s{1,3}TO:?\s{0,3}<?", re.IGNORECASE)


class Transcript:
    """The lines of a notice's text, asked for what became of the commands in them."""

    #: What was asked already.
    _refused: bool | None = None

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines

    def refuses(self, index: int) -> bool:
        """Whether the reply to the RCPT command in a line is a refusal."""
        if find_codes(self.lines[index].partition(">")[2]).reply_code:
            return True
        return self._reply_below(index) in ("4", "5")

    def takes(self, index: int) -> bool:
        """Whether the reply to the RCPT command in a line takes it, where that to another refuses.

        Without that, what came after may have been refused for all of them.
        """
        return self._reply_below(index) == "2" and self._refuses_somebody

    def _reply_below(self, index: int) -> str:
        """The first digit of the reply to a command: "<<< 550 …", "Received: 550 …", "11:20: <-- 250 …"."""
        for line in self.lines[index + 1 : index + 4]:
            found = _REPLY.match(line)
            if found is not None:
                return found[1]
        return ""

    @property
    def _refuses_somebody(self) -> bool:
        if self._refused is None:
            commands = [at for at, line in enumerate(self.lines) if RCPT.search(line) is not None]
            self._refused = any(self.refuses(at) for at in commands)
        return self._refused

"""Whose a line of a notice is: with it begins what is said of somebody, or it names the sender's side."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from dsnparse.notice.notice import Notice
from dsnparse.read.prose.transcript import RCPT
from dsnparse.wire.address_spans import addresses_in, spans_in

#: A line with an address and nothing else.
_ALONE: Final = re.compile(r"<?[^\s<>@]{1,64}@[^\s<>@]{1,255}>?")
#: "<kim@example.com>: host said …", "<kim@example.com> (expanded from …": what is said of somebody.
_HEADING: Final = re.compile(r"<([^\s<>@]{1,64}@[^\s<>@]{1,255})>(?::| \()")
#: "Recipient address: kim@store": with it begins, below a blank line, what is said of the next one.
_LABELLED: Final = re.compile(r"[^\s:：@<>][^:：@<>]{0,40}[:：]\s{0,20}<?[^\s<>@]{1,64}@[^\s<>@]{1,255}>?")
#: Characters of a line in which an address begins it.
_BEGINNING: Final = 12


class WhoseLine:
    """Asked of one line after the other. Addresses are in lower case."""

    def __init__(self, notice: Notice, failed: set[str], reached: Collection[str] = ()) -> None:
        """`failed`: all the recipients; `reached`: those who got the message."""
        self._notice = notice
        self._failed = failed
        self._named = failed.union(reached)

    def begins_another(self, line: str, address: str, *, after_blank: bool) -> bool:
        """Whether something is said from a line on of somebody else, or in another block of `address`."""
        if "@" in line and (len(self._named) > 1 or address.lower() not in self._named):
            if self.begins_other(line, address):
                return True
            if after_blank and _LABELLED.fullmatch(line) and not self.is_ours(line):
                return True
        return after_blank and self.heads(line, address)

    def begins_other(self, line: str, address: str) -> bool:
        """Whether `line` begins with another recipient's address, or is one behind a label of its own."""
        for span in spans_in(line)[:1]:
            key = span.address.lower()
            begins = (
                span.start < _BEGINNING
                or RCPT.search(line[max(span.start - _BEGINNING, 0) : span.start]) is not None
                or _LABELLED.fullmatch(line) is not None
            )
            return key != address.lower() and key in self._named and begins
        return False

    def heads(self, line: str, address: str) -> bool:
        """Whether a line begins with the address itself, and goes on: what is said there is another block."""
        line = line.lstrip(" <*-")
        return line[: len(address)].lower() == address.lower() and len(line) > len(address) + 2

    def is_ones(self, line: str, above: str) -> bool:
        """Whether with a line begins what is said of one of several, or of another than the only recipient.

        `above`: the line above; a line of a list begins nothing.
        """
        if len(self._failed) == 1:
            found = _HEADING.match(line)
            return found is not None and found[1].lower() not in self._failed
        return self.begins_other(line, "") and (
            "@" not in above or _ALONE.fullmatch(line.strip(" -*,;")) is None
        )

    def is_ours(self, line: str) -> bool:
        """Whether a line is an address of the sender's side, and its label: it says nothing of a failure."""
        if _LABELLED.fullmatch(line) is None and _ALONE.fullmatch(line) is None:
            return False
        ours = self._notice.ours
        addresses = [address.lower() for address in addresses_in(line)]
        return bool(addresses) and all(one in ours and one not in self._failed for one in addresses)

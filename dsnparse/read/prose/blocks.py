"""What a notice's text says about each of its failed addresses."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from dsnparse.notice.notice import Notice
from dsnparse.notice.words import may_say, says
from dsnparse.read.prose.header_labels import CELL, CELL_CHARS
from dsnparse.read.prose.in_general import without_general
from dsnparse.read.prose.mention import Mention
from dsnparse.read.prose.page import COLONS
from dsnparse.read.prose.whose_line import WhoseLine
from dsnparse.read.recipient import Recipient, clean_text
from dsnparse.reply import Reply
from dsnparse.reply.codes import find_codes, states_code
from dsnparse.reply.spelling import SENDMAILS_OWN
from dsnparse.wire.address_spans import addresses_in

_BLOCK_LINES: Final = 10
_BLOCK_CHARS: Final = 1200
#: On a line with many addresses, what stands further away is about others.
_BEFORE_CHARS: Final = 200
_AFTER_CHARS: Final = 400
_CONTEXT_CHARS: Final = 1500
_REPLY_LINES: Final = 4
#: What `_worth` says at most.
_MOST_WORTH: Final = 7
#: Where a Sendmail transcript goes on to something else.
_NEXT_COMMAND: Final = (">>>", "... while talking", "While talking", "... While talking")
#: "421 example.com (smtp)... Deferred: …": Sendmail 5 on all recipients at a host.
_ABOUT_A_HOST: Final = re.compile(r"[45]\d\d \S{1,255} \(smtp\)\.\.\.")


class Blocks:
    """Finds what the text says about each failed address."""

    def __init__(self, notice: Notice, failed: set[str], reached: Collection[str] = ()) -> None:
        """`failed`: all the recipients of the notice, in lower case; `reached`: those who got the message."""
        self.body = notice.body
        self.lines = notice.body.stripped
        self.failed = failed
        self._whose = WhoseLine(notice, failed, reached)
        self._common: tuple[str, int] | None = None
        self._prose = ""

    def about(self, mentions: list[Mention]) -> str:
        """The words around the first mentions of a recipient."""
        return clean_text(" ".join([self._block(mention) for mention in mentions[:3]]))

    def fill(self, recipient: Recipient, mentions: list[Mention]) -> None:
        """Takes from the text what `recipient` lacks."""
        best, where, rank = "", mentions[0].line, -1
        for mention in mentions[:8]:
            text = self._block(mention)
            value = _worth(text, rank)
            if value > rank:
                best, where, rank = text, mention.line, value
            if rank == _MOST_WORTH:
                break
        if rank < 4:
            common, line = self._shared()
            if common and (rank <= 1 or _worth(common, rank) > rank):
                recipient.context = best
                best, where = common, line
        if rank <= 1 and len(self.failed) == 1 and where == mentions[0].line:
            # "There was an error delivering your mail to <…>.", and the error in the paragraph below.
            best = f"{best} {self._paragraph_below(where)}".strip()
        if best:
            self.describe(recipient, best, where)
        if len(self.failed) == 1 or rank <= 0:
            # Where the words about each recipient stand apart, those about the others must not count.
            recipient.add_context(self.prose)

    def fill_from_all(self, recipient: Recipient) -> None:
        """Takes what `recipient` lacks from the first paragraph with a reply code, or in words of failure."""
        text, line = self._shared()
        if text:
            self.describe(recipient, text, line)

    def describe(self, recipient: Recipient, text: str, line: int, rule: str = "text.block") -> None:
        """Makes `text`, which stands at `line`, the diagnostic of `recipient`; takes its codes and host."""
        recipient.diagnostic = self.body.shortened(clean_text(text))
        part, number = self.body.place(line)
        recipient.note("diagnostic", part, number, rule, text)
        reply = recipient.reply = Reply.parse(recipient.diagnostic)
        recipient.take_codes(reply, part, number, "text.reply", "text.status")
        if reply.host is not None and recipient.remote_mta is None:
            recipient.remote_mta = reply.host
            recipient.note("remote_mta", part, number, "text.host", reply.host)

    def _block(self, mention: Mention) -> str:
        """The words around one mention: its line, and the lines after it up to a blank or another address."""
        line = self.lines[mention.line]
        before = line[max(0, mention.start - _BEFORE_CHARS) : mention.start].strip(" <\"'(*>-:")
        after = line[mention.end : mention.end + _AFTER_CHARS].lstrip(" >:\"')]*")
        own = f"{before} <{mention.address}> {after}" if before else after
        pieces = self._replies_above(mention.line)
        if pieces and SENDMAILS_OWN.match(line):
            own = ""
        if own:
            pieces.append(own)
        size = len(own)
        blanks = 0
        is_value = False
        below = mention.line + 1
        for at, next_line in enumerate(self.lines[below : below + _BLOCK_LINES], below):
            if not next_line:
                blanks += 1
                if blanks > 1 or any(_worth(piece) >= 1 for piece in pieces):
                    break
                continue
            if self._is_another(next_line, mention, line, after_blank=blanks > 0):
                break
            if "@" in next_line and self._whose.is_ours(next_line):
                continue
            if is_value or _is_label(self.body.lines[at].strip()):
                is_value = not is_value
                continue
            if pieces and pieces[-1][:3] == "<<<" and SENDMAILS_OWN.match(next_line):
                continue
            pieces.append(next_line)
            size += len(next_line)
            if size > _BLOCK_CHARS:
                break
        return " ".join(pieces)[:_BLOCK_CHARS]

    def _is_another(self, line: str, mention: Mention, first: str, *, after_blank: bool) -> bool:
        """Whether what is said of a recipient, from the line `first` on, ends before a line."""
        if self._whose.begins_another(line, mention.address, after_blank=after_blank):
            return True
        if after_blank and _is_of_no_one(line):
            return True
        if line.startswith(_NEXT_COMMAND) or _ABOUT_A_HOST.match(line):
            return True
        return line[:3] == "<<<" and first[:3] != ">>>"

    def _replies_above(self, index: int) -> list[str]:
        """The remote host's replies ("<<< 550 …") right above a line of a Sendmail transcript."""
        replies: list[str] = []
        while index > 0 and len(replies) < _REPLY_LINES:
            index -= 1
            line = self.lines[index]
            if line.startswith("<<<"):
                replies.insert(0, line.lstrip("< "))
            elif not _ABOUT_A_HOST.match(line):
                break
        return replies

    def _shared(self) -> tuple[str, int]:
        """The first paragraph with a reply code, or else with words of failure, for all recipients."""
        if self._common is None:
            self._common = ("", 0)
            for index, line in enumerate(self.lines):
                if (
                    line
                    and states_code(line.lstrip("<>: "))
                    and (line[0] in "45" or not says("contact", line))
                ):
                    end = self._end_of_paragraph(index + 1, index)
                    start = index
                    while start > 0 and self.lines[start - 1] and index - start < _BLOCK_LINES:
                        start -= 1
                    text = " ".join(self._without_ours(self.lines[index:end]))[:_BLOCK_CHARS]
                    if not self._is_about_one(" ".join(self.lines[start:end])):
                        self._common = (text, index)
                        break
        return self._common

    def _without_ours(self, lines: list[str]) -> list[str]:
        return [line for line in lines if not ("@" in line and self._whose.is_ours(line))]

    def _end_of_paragraph(self, at: int, start: int) -> int:
        """Where the paragraph that goes on at line `at` ends, as far as a block from line `start` reaches."""
        while at < len(self.lines) and self.lines[at] and at - start < _BLOCK_LINES:
            at += 1
        return at

    def _paragraph_below(self, index: int) -> str:
        """The paragraph after the one of line `index`, where it tells of a failure."""
        lines = self.lines
        while index < len(lines) and lines[index]:
            index += 1
        while index < len(lines) and not lines[index]:
            index += 1
        end = self._end_of_paragraph(index, index)
        if index < end and lines[end - 1][-1] in COLONS:  # "was not delivered for this reason:"
            end = self._end_of_paragraph(end + 1, index)
        text = " ".join(filter(None, lines[index:end]))[:_BLOCK_CHARS]
        if says("contact", text) or (text and says("in_general", lines[index])):
            return ""
        return text if says("failure", text) else ""

    def _is_about_one(self, text: str) -> bool:
        """Whether a paragraph names some of several recipients, so that it is not about the others."""
        if len(self.failed) == 1:
            return False
        return any(address.lower() in self.failed for address in addresses_in(text))

    def prose(self) -> str:
        """The notice's text in one line, as context, without what it says of one recipient alone."""
        if not self._prose:
            self._prose = self._first_lines()
        return self._prose

    def _first_lines(self) -> str:
        size = 0
        pieces = []
        is_ones = False
        above = ""
        has_boilerplate = may_say("boilerplate", self.lines)
        for line in without_general(self.lines):
            if not line or "@" in line:
                is_ones = line != "" and (is_ones or self._whose.is_ones(line, above))
            above = line
            if is_ones or not line or (has_boilerplate and says("boilerplate", line)):
                continue
            if "@" not in line or not self._whose.is_ours(line):
                pieces.append(line)
                size += len(line)
                if size > _CONTEXT_CHARS:
                    break
        return " ".join(pieces)[:_CONTEXT_CHARS]


def _is_label(line: str) -> bool:
    """Whether a line is the cell of a table that says what follows: the message's sender, subject or date."""
    return len(line) <= CELL_CHARS and CELL.fullmatch(line) is not None


def _is_of_no_one(line: str) -> bool:
    """Whether a paragraph that begins so offers help, or speaks of such problems in general."""
    return says("in_general", line) or (says("contact", line) and not states_code(line))


def _worth(text: str, known: int = -1) -> int:
    """How much a text says about a failure; `known`: what no more than that need not be told apart from."""
    if not text:
        return 0
    found = find_codes(text)
    value = 4 * (found.reply_code is not None) + 2 * (found.status is not None)
    return value + says("failure", text) if value >= known else value

"""What a notice's text says about each of its failed addresses."""

from __future__ import annotations

import re

from dsnparse.notice.notice import Notice
from dsnparse.notice.words import says
from dsnparse.read.prose.weights import Candidate
from dsnparse.read.recipient import Draft, clean_text, command_in, reply_code_in, status_in
from dsnparse.wire.address import addresses_in, spans_in

_BLOCK_LINES = 10
_BLOCK_CHARS = 1200
#: On a line with many addresses, what stands further away is about others.
_BEFORE_CHARS = 200
_AFTER_CHARS = 400
_CONTEXT_CHARS = 1500
_REPLY_LINES = 4
#: Where a Sendmail transcript goes on to something else.
_NEXT_COMMAND = (">>>", "... while talking", "While talking", "... While talking")
#: "421 example.com (smtp)... Deferred: …": Sendmail 5 on all recipients at a host.
_ABOUT_A_HOST = re.compile(r"[45]\d\d \S{1,255} \(smtp\)\.\.\.")
_REMOTE_HOST = re.compile(
    r"\b(?:host|server|while talking to|talking to|connected to|remote server|remote host|mx)\s{1,3}[<(]?"
    r"([A-Za-z0-9][A-Za-z0-9.-]{2,200}\.[A-Za-z]{2,24})\b",
    re.IGNORECASE,
)


class Blocks:
    """Finds what the text says about each failed address."""

    def __init__(self, notice: Notice, lines: list[str], failed: set[str]) -> None:
        self.notice = notice
        self.lines = lines
        self.failed = failed
        self._common: tuple[str, int] | None = None

    def about(self, mentions: list[Candidate]) -> str:
        """The words around the first mentions of a recipient."""
        return clean_text(" ".join([self._block(mention) for mention in mentions[:3]]))

    def fill(self, draft: Draft, mentions: list[Candidate]) -> None:
        """Takes from the text what `draft` lacks."""
        best, where, rank = "", mentions[0].line, -1
        for mention in mentions[:8]:
            text = self._block(mention)
            value = _worth(text)
            if value > rank:
                best, where, rank = text, mention.line, value
        if rank < 4:
            common, line = self._shared()
            if common and (rank <= 1 or _worth(common) > rank):
                draft.context = best
                best, where = common, line
        if rank <= 1 and len(self.failed) == 1 and where == mentions[0].line:
            # "There was an error delivering your mail to <…>.", and the error in the paragraph below.
            best = f"{best} {self._paragraph_below(where)}".strip()
        if best:
            self.describe(draft, best, where)
        if len(self.failed) == 1 or rank <= 0:
            # Where the words about each recipient stand apart, those about the others must not count.
            draft.context = f"{draft.context} {self.prose()}".strip()

    def describe(self, draft: Draft, text: str, line: int, rule: str = "text.block") -> None:
        """Makes `text`, which stands at `line`, the diagnostic of `draft`; takes codes and host from it."""
        draft.diagnostic = self.notice.shortened(clean_text(text))
        part, number = self.notice.place(line)
        draft.note("diagnostic", part, number, rule, text)
        if draft.reply_code is None:
            draft.reply_code = reply_code_in(text)
            if draft.reply_code is not None:
                draft.note("reply_code", part, number, "text.reply", str(draft.reply_code))
        if draft.status is None:
            draft.status = status_in(text)
            if draft.status is not None:
                draft.note("status", part, number, "text.status", draft.status)
        draft.smtp_command = draft.smtp_command or command_in(text)
        host = _REMOTE_HOST.search(text)
        if host is not None and draft.remote_mta is None:
            draft.remote_mta = host[1].rstrip(".")
            draft.note("remote_mta", part, number, "text.host", host[0])

    def _block(self, mention: Candidate) -> str:
        """The words around one mention: its line, and the lines after it up to a blank or another address."""
        line = self.lines[mention.line]
        before = line[max(0, mention.start - _BEFORE_CHARS) : mention.start].strip(" <\"'(*>-:")
        after = line[mention.end : mention.end + _AFTER_CHARS].lstrip(" >:\"')]*")
        own = f"{before} <{mention.address}> {after}" if before else after
        pieces = self._replies_above(mention.line)
        if own:
            pieces.append(own)
        size = len(own)
        blanks = 0
        for next_line in self.lines[mention.line + 1 : mention.line + 1 + _BLOCK_LINES]:
            if not next_line:
                blanks += 1
                if blanks > 1 or any(_worth(piece) >= 1 for piece in pieces):
                    break
                continue
            if "@" in next_line and self._is_other(next_line, mention.address):
                break
            if next_line.startswith(_NEXT_COMMAND) or _ABOUT_A_HOST.match(next_line):
                break
            if next_line[:3] == "<<<" and line[:3] != ">>>":
                break
            pieces.append(next_line)
            size += len(next_line)
            if size > _BLOCK_CHARS:
                break
        return " ".join(pieces)[:_BLOCK_CHARS]

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

    def _is_other(self, line: str, address: str) -> bool:
        """Whether `line` begins with another failed address."""
        for start, _, other in spans_in(line)[:1]:
            key = other.lower()
            return key != address.lower() and key in self.failed and start < 12
        return False

    def _shared(self) -> tuple[str, int]:
        """The first paragraph with a reply code, or else with words of failure, for all recipients."""
        if self._common is None:
            self._common = ("", 0)
            for index, line in enumerate(self.lines):
                if line and _has_code(line.lstrip("<>: ")) and not says("contact", line):
                    end = index + 1
                    while end < len(self.lines) and self.lines[end] and end - index < _BLOCK_LINES:
                        end += 1
                    start = index
                    while start > 0 and self.lines[start - 1] and index - start < _BLOCK_LINES:
                        start -= 1
                    text = " ".join(self.lines[index:end])[:_BLOCK_CHARS]
                    if not self._is_about_one(" ".join(self.lines[start:end])):
                        self._common = (text, index)
                        break
        return self._common

    def _paragraph_below(self, index: int) -> str:
        """The paragraph after the one of line `index`, where it tells of a failure."""
        lines = self.lines
        while index < len(lines) and lines[index]:
            index += 1
        while index < len(lines) and not lines[index]:
            index += 1
        end = index
        while end < len(lines) and lines[end] and end - index < _BLOCK_LINES:
            end += 1
        text = " ".join(lines[index:end])[:_BLOCK_CHARS]
        return text if says("failure", text) and not says("contact", text) else ""

    def _is_about_one(self, text: str) -> bool:
        """Whether a paragraph names some of several recipients, so that it is not about the others."""
        if len(self.failed) == 1:
            return False
        return any(address.lower() in self.failed for address in addresses_in(text))

    def prose(self) -> str:
        """The notice's text in one line, as context."""
        size = 0
        pieces = []
        for line in self.lines:
            if line:
                pieces.append(line)
                size += len(line)
                if size > _CONTEXT_CHARS:
                    break
        return " ".join(pieces)[:_CONTEXT_CHARS]


def _has_code(line: str) -> bool:
    return reply_code_in(line) is not None or status_in(line) is not None


def _worth(text: str) -> int:
    """How much a text says about a failure."""
    if not text:
        return 0
    return 4 * (reply_code_in(text) is not None) + 2 * (status_in(text) is not None) + says("failure", text)

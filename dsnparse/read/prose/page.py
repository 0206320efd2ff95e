"""The lines of a notice, and what is asked of one: does it announce, explain, refuse, go on?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from dsnparse.notice.notice import Notice
from dsnparse.notice.words import says
from dsnparse.read.our_path import our_path
from dsnparse.read.prose.quoted import Quoted
from dsnparse.read.prose.rows import REACH, held_by, is_among_rows, is_in_a_row
from dsnparse.read.prose.transcript import Transcript
from dsnparse.reply.codes import find_codes, states_code

_INTRO_LINES: Final = 6
#: The same with blank lines, of which a stranger can send thousands.
_INTRO_REACH: Final = 40
#: What a sentence ends with, so that it does not go on below; and a line that announces what stands below.
_ENDS: Final = ".:;!?。：！？"
COLONS: Final = (":", "：")
#: Lines of a sentence around an address set apart, with the blank ones between.
_SET_APART: Final = 5
#: Cells of a table's row, and how much of one is looked at.
_CELLS: Final = 3
_CELL_CHARS: Final = 80
#: Lines up to one that leads to an address, or down to one that says something of it.
_LEAD_REACH: Final = 3
#: What stands around an address that is alone on its line.
_LISTS: Final = " \t<>()[]*-•·,;\"'"
#: Lines above and below one that its sentence may have begun or may end on.
_SENTENCE_LINES: Final = 3
#: How much of a line belongs to the sentence of a place in it, or beside it: one line may hold a whole text.
_SENTENCE_CHARS: Final = 1000


class Page:
    """The lines of a notice's text, and what is asked of each line once."""

    #: What was asked already.
    _mailed: frozenset[str] | None = None
    _listed: frozenset[str] | None = None
    _subject: str | None = None
    _quoted: Quoted | None = None
    _transcript: Transcript | None = None
    _our_recipient: str | None = None

    def __init__(self, notice: Notice) -> None:
        self._notice = notice
        self.lines = notice.body.stripped
        self._raw = notice.body.lines
        self._intro: dict[int, bool] = {}
        self._announced: dict[int, bool] = {}

    @property
    def ours(self) -> frozenset[str]:
        """The addresses of the sender's side, in lower case."""
        return self._notice.ours

    @property
    def mailed(self) -> frozenset[str]:
        """The addresses that the returned message was sent to, in lower case."""
        if self._mailed is None:
            self._mailed = frozenset([address.lower() for address in self._notice.mailed])
        return self._mailed

    @property
    def listed(self) -> frozenset[str]:
        """The addresses of X-Failed-Recipients, in lower case."""
        if self._listed is None:
            self._listed = frozenset([address.text.lower() for address in self._notice.head.listed])
        return self._listed

    @property
    def our_recipient(self) -> str:
        """Whom our own return path names, in lower case; "" where it names nobody."""
        if self._our_recipient is None:
            path = our_path(self._notice)
            self._our_recipient = path.recipient.lower() if path is not None else ""
        return self._our_recipient

    @property
    def subject(self) -> str:
        """The notice's subject, in lower case."""
        if self._subject is None:
            self._subject = self._notice.head.subject.lower()
        return self._subject

    @property
    def quoted(self) -> Quoted:
        """What of its lines is not the notice's own."""
        if self._quoted is None:
            self._quoted = Quoted(self.lines)
        return self._quoted

    @property
    def transcript(self) -> Transcript:
        """Its lines, asked for an SMTP session."""
        if self._transcript is None:
            self._transcript = Transcript(self.lines)
        return self._transcript

    @property
    def is_success(self) -> bool:
        """Whether the notice tells of success."""
        return self._notice.says_delivered

    def fails(self, index: int) -> bool:
        """Whether a line tells of a failure."""
        return says("failure", self.lines[index])

    def asks(self, index: int) -> bool:
        """Whether a line ends in an offer of help."""
        return index >= 0 and bool(self.lines[index]) and says("contact", self.lines[index][-120:])

    def text_above(self, index: int) -> str:
        """The line above one, or above the blank ones before it; "" where none is near."""
        for line in reversed(self.lines[max(index - _LEAD_REACH, 0) : index]):
            if line:
                return line
        return ""

    def text_below(self, index: int) -> str:
        """The line below one, or below the blank ones after it; "" where none is near."""
        return next(filter(None, self.lines[index + 1 : index + 1 + _LEAD_REACH]), "")

    def has_address(self, index: int) -> bool:
        """Whether a line names an address."""
        return "@" in self.lines[index]

    def heading_above(self, index: int) -> str:
        """The last text above a line, but for lines of addresses, with the lines that it goes on from.

        "" where it is a part of what somebody's server replied.
        """
        for at in range(index - 1, max(index - _INTRO_REACH, 0) - 1, -1):
            line = self.lines[at]
            if line and not all("@" in word for word in line.strip(_LISTS).split()):
                if self.goes_on_from(at, self.has_address):
                    return ""
                return self.sentence_to(at)
        return ""

    def cells_below(self, index: int) -> list[str]:
        """The lines below one up to a blank or an address: the other cells of a table's row."""
        cells = []
        for line in self.lines[index + 1 : index + 1 + _CELLS]:
            if not line or "@" in line:
                break
            cells.append(line[:_CELL_CHARS])
        return cells

    def announces(self, index: int) -> bool:
        """Whether one of the last lines of text before a line says that failed addresses follow.

        Lines with nothing but addresses are those that follow, and are not counted.
        """
        known = self._announced.get(index)
        if known is None:
            known = self._announced[index] = self._looks_announced(index)
        return known

    def is_led_in(self, index: int) -> bool:
        """Whether the text just above a line says that failed addresses follow."""
        above = self.text_above(index)
        return bool(above) and says("intro", above)

    def _looks_announced(self, index: int) -> bool:
        seen = 0
        for at in range(index - 1, max(index - _INTRO_REACH, 0) - 1, -1):
            line = self.lines[at]
            if not line:
                continue
            known = self._intro.get(at)
            if known is None:
                known = self._intro[at] = self._is_intro(at, line)
            if known:
                return True
            if "@" in line and all("@" in word for word in line.strip(_LISTS).split()):
                if at in self._announced:
                    return self._announced[at]
                continue
            seen += 1
            if seen >= _INTRO_LINES:
                break
        return False

    def _is_intro(self, at: int, line: str) -> bool:
        """Whether a line says so, with the one below where its sentence goes on there."""
        if says("intro", line):
            return True
        below = self.lines[at + 1] if at + 1 < len(self.lines) and line[-1] not in _ENDS else ""
        return bool(below) and "@" not in below and "@" not in line and says("intro", f"{line} {below}")

    def explains(self, index: int) -> bool:
        """Whether the line after, or the first one after a blank line, tells of a failure, or labels it."""
        line = self.text_below(index)
        if "@" in line[:3]:
            return False
        return find_codes(line).reply_code is not None or says("failure", line) or says("cause", line)

    def goes_on_from(self, index: int, is_head: Callable[[int], bool]) -> bool:
        """Whether a line goes on with the reply about another recipient; `is_head`: whether a line names one.

        Whoever runs the server that refused him writes that reply, on as many lines as he likes.
        """
        for at in range(index - 1, max(index - REACH, 0) - 1, -1):
            if not self.lines[at]:
                return False
            if is_head(at):
                return any(states_code(line) for line in self.lines[at : index + 1])
        return False

    def hangs_on(self, index: int) -> bool:
        """Whether a line is set in deeper than one above it, in its paragraph, that names an address.

        Postfix and Exim go on so with what they say about that address: the reply, in most cases.
        """
        return held_by(self.lines, self._raw, index) is not None

    def is_in_a_reply(self, index: int) -> bool:
        """Whether a line hangs on another one, and a reply begins on that or on those between."""
        above = held_by(self.lines, self._raw, index)
        return above is not None and any(states_code(line) for line in self.lines[above : index + 1])

    def is_among_rows(self, index: int) -> bool:
        """Whether a line is one of several rows that begin with addresses."""
        return is_among_rows(self.lines, index)

    def is_in_a_row(self, index: int) -> bool:
        """Whether a line is set in deeper than the row of a table above it."""
        return is_in_a_row(self.lines, self._raw, index)

    def around(self, index: int) -> str:
        """A line with those around it in its paragraph, in one."""
        start, end = self._paragraph_at(index)
        return " ".join([one[:_SENTENCE_CHARS] for one in self.lines[start:end]])

    def _paragraph_at(self, index: int) -> tuple[int, int]:
        """Where the paragraph of a line begins and ends, as far as sentences reach."""
        start, end = index, index + 1
        while start > max(index - _SENTENCE_LINES, 0) and self.lines[start - 1]:
            start -= 1
        while end < min(index + 1 + _SENTENCE_LINES, len(self.lines)) and self.lines[end]:
            end += 1
        return start, end

    def sentence_at(self, index: int, place: int) -> str:
        """The sentence that stands at `place` of a line, with what it has on the lines around."""
        start, end = self._paragraph_at(index)
        if self._is_set_apart(index):
            start, end = self._paragraph_at(index - 2)[0], self._paragraph_at(index + 2)[1]
        line = self.lines[index]
        above = [one[-_SENTENCE_CHARS:] for one in self.lines[start:index]]
        below = [one[:_SENTENCE_CHARS] for one in self.lines[index + 1 : end]]
        before = " ".join((*above, line[max(place - _SENTENCE_CHARS, 0) : place]))
        after = " ".join((line[place : place + _SENTENCE_CHARS], *below))
        return before.rpartition(". ")[2] + after.partition(". ")[0]

    def _is_set_apart(self, index: int) -> bool:
        """Whether a line is a paragraph in the middle of a sentence: "Mail to", it, "did not arrive"."""
        around = self.lines[max(index - 2, 0) : index + 3]
        if len(around) < _SET_APART or around[1] or around[3] or not around[0]:
            return False
        return around[0][-1] not in _ENDS and around[4][:1].islower()

    def sentence_to(self, index: int) -> str:
        """The sentence that a line ends, with what it has on the lines above."""
        start = index
        while start > max(index - _SENTENCE_LINES, 0):
            above = self.lines[start - 1]
            if not above or "@" in above or above[-1] in _ENDS:
                break
            start -= 1
        return " ".join(self.lines[start : index + 1])

    def paragraph_to(self, index: int) -> tuple[str, int]:
        """The paragraph that a line ends, in one line, and where it begins."""
        start = index
        while start > max(index - _INTRO_LINES, 0) and self.lines[start - 1]:
            start -= 1
        return " ".join(self.lines[start : index + 1]), start

"""What of a text is not the notice's own: quoted headers, letters, lines behind quote marks, signatures."""

from __future__ import annotations

import re
from typing import Final, Literal

from dsnparse.notice.words import says
from dsnparse.read.prose.header_labels import BESIDE, CELL_CHARS, COPY_LINE, RECIPIENT_LINE, TO_LINE

#: Lines on which a field of a header goes on.
_FOLDED_REACH: Final = 20
#: Lines of a header that are looked at beside one; cells of a table are lines, too.
_BESIDE_REACH: Final = 3
#: A signature's line, a letter's first one, and what announces the text that came back.
_LETTER: Final = re.compile(
    r"--"
    r"|(?:dear|hi|hello|hallo|hey|liebe[rs]?|sehr geehrte[rs]?|guten (?:tag|morgen)|bonjour|ch(?:er|ère)s?"
    r"|hola|estimad[oa]s?|buenos días|ciao|gentile|buongiorno|ol[áà]|prezad[oa]s?|beste|geachte|hej|kära|hei"
    r"|szanown\w{1,4}|dzień dobry|dobrý den|здравствуйте|уважаем\w{1,4}|добрый день)\b[^@:;.]{0,60}[,!]"
    r"|(?:your|ihre?|votre|tu|su|il suo|o seu|uw|din) (?:original |ursprüngliche )?"
    r"(?:text|message|mail|e-?mail|letter|nachricht|brief|texte|courriel|mensaje|texto|messaggio|mensagem"
    r"|bericht)(?: text)? (?:was|were|reads?|said|began|lautete?|war|était|disait|era|decía|luidde)\s?:",
    re.IGNORECASE,
)
#: How long such a line is at most.
_LETTER_LINE: Final = 80
#: A line of quoted mail; ">>>" begins a command in a transcript.
_QUOTED: Final = re.compile(r">(?:$| ?>?(?:$| |[^>\s]))")
#: Lines of a signature, with blank ones, and how long a letter's last words are.
_SIGNATURE_LINES: Final = 10
_CLOSING_CHARS: Final = 60


class Quoted:
    """The lines of a notice's text, asked whether they are its own."""

    #: What was asked already.
    _letter: int | None = None
    _is_quoted: bool | None = None
    _first_address: int | None = None
    _is_one: bool | None = None

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self._closing: dict[int, bool] = {}

    def is_header(self, index: int) -> bool:
        """Whether a line is a To or Cc line beside other lines of a header: what came back is quoted."""
        return self._label(index, TO_LINE) == "line" or self.is_copy(index)

    def is_copy(self, index: int) -> bool:
        """Whether a line is such a Cc line: nobody there is whom the message was for alone."""
        return self._label(index, COPY_LINE) != ""

    def is_of_all(self, index: int) -> bool:
        """Whether a line names, beside a message's subject or sender, the recipients it was for.

        Where such lines are several, each is about one who failed.
        """
        if self._label(index, RECIPIENT_LINE) != "":
            if self._is_one is None:
                labelled = [line for line in self.lines if RECIPIENT_LINE.match(line) is not None]
                self._is_one = len(labelled) == 1
            return self._is_one
        return self._label(index, TO_LINE) == "cell"

    def _label(self, index: int, label: re.Pattern[str]) -> Literal["", "line", "cell"]:
        """Where a line has that label beside others of a header: before it, in the cell above, or nowhere."""
        start = index
        while start > max(index - _FOLDED_REACH, 0) and self.lines[start - 1].endswith(","):
            start -= 1
        if label.match(self.lines[start]) is not None:
            return "line" if self._is_beside(start, index, _BESIDE_REACH) else ""
        above = self.lines[start - 1] if start else ""
        if len(above) > CELL_CHARS or label.match(above) is None:
            return ""
        return "cell" if self._is_beside(start - 1, index, 2 * _BESIDE_REACH) else ""

    def _is_beside(self, start: int, index: int, reach: int) -> bool:
        """Whether another line of a header stands before one from `start`, or behind one to `index`."""
        around = (*self.lines[max(0, start - reach) : start], *self.lines[index + 1 : index + 1 + reach])
        return any(BESIDE.match(line) for line in around)

    def is_mail(self, index: int) -> bool:
        """Whether a line is not the notice's own: behind a quote mark, in a letter, below a signature.

        A line just above a quoted one counts as well ("… wrote:"); a notice whose first line is behind a
        quote mark writes so itself.
        """
        if self._letter is None:
            self._letter = self._find_letter()
        if index > self._letter:
            return True
        line = self.lines[index]
        if _QUOTED.match(line) is None:
            below = self.lines[index + 1 : index + 2]
            if not (line.endswith(":") and below and _QUOTED.match(below[0])):
                return False
        if self._is_quoted is None:
            self._is_quoted = _QUOTED.match(next(line for line in self.lines if line)) is not None
        return not self._is_quoted

    def _find_letter(self) -> int:
        """The line with which a letter begins, or a signature, below what the notice says of somebody."""
        is_named = is_failed = False
        asked = 0
        for index, line in enumerate(self.lines):
            if not line or line[-1] not in ",!:-" or len(line) > _LETTER_LINE or not _LETTER.fullmatch(line):
                continue
            for at in range(asked, index):
                is_named = is_named or "@" in self.lines[at]
                is_failed = is_failed or says("failure", self.lines[at])
            asked = index
            if is_named and is_failed:
                return index
        return len(self.lines)

    def is_signed_off(self, index: int) -> bool:
        """Whether a line stands in the signature of a letter that named somebody: "Regards", whom to ask."""
        for at in range(index - 1, max(index - _SIGNATURE_LINES, 0), -1):
            if 0 < len(self.lines[at]) <= _CLOSING_CHARS:
                known = self._closing.get(at)
                if known is None:
                    known = self._closing[at] = says("closing", self.lines[at])
                if known:
                    return self._line_of_first_address() < at
        return False

    def _line_of_first_address(self) -> int:
        """The first line with an address; behind the last one where there is none."""
        if self._first_address is None:
            lines = enumerate(self.lines)
            self._first_address = next((index for index, line in lines if "@" in line), len(self.lines))
        return self._first_address

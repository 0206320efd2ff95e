"""A place in the text that names an address, and what can be seen around it."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from dsnparse.notice.notice import Notice
from dsnparse.notice.words import says
from dsnparse.read.prose.address_list import lists_in
from dsnparse.read.prose.page import COLONS, Page
from dsnparse.read.prose.transcript import RCPT
from dsnparse.reply.codes import find_codes, states_code
from dsnparse.wire.address_spans import Span, spans_in

#: So few addresses are looked for by themselves before a line is taken apart.
_FEW: Final = 3
#: Mentions of addresses that are looked at on one line.
A_LINE: Final = 50
_SENTENCE_CHARS: Final = 120
#: Characters before an address in which the word for it stands: "the mailbox <x> is closed".
_SUBJECT_CHARS: Final = 30
_DRESSING: Final = re.compile(r"""[\s<>()\[\]{}"'*:;,.•·>=|_«»“”-]+""")
_CODES: Final = re.compile(r"^\W{0,8}[45]\d\d[ -]?(?:#?[45]\.\d{1,3}\.\d{1,3})?")
#: "Recipient      kim@example.com", "To......: kim@example.com", "Recipient | kim@example.com".
_GAPS: Final = ("  ", ": ", "..", ".:", ". ", "| ")
_GAP: Final = re.compile(r"(?<=\w)(?:\s{2,60}|\t|\s?\.{3,60}\s{0,9}:?|\s{1,60}:|\s?\|)\s{0,60}$")
#: How many words a name has that is no label, at most.
_NAME_WORDS: Final = 1
#: How long a label is that stands at the start of a line.
_LABEL_WORDS: Final = 4
#: Before whoever refused ("Rejected by: filter@…").
_BY_WHOM: Final = frozenset("by durch par por door przez".split())
_BY_CHARS: Final = 20
#: And one that says what is wrong.
_FAILURE_WORDS: Final = 7
_CELL_CHARS: Final = 30
#: The name before an address in angle brackets: "Kim Lee <", "- "Lee, Kim" <".
_HOLDER: Final = re.compile(r"""[\s*•·-]{0,6}["']?\w[\w.'’-]{0,30}(?:,? \w[\w.'’-]{0,30}){0,3}["']? <""")
#: What stands before an address besides its holder's name: bullets, dates, fields.
_NAMES_BEFORE: Final = re.compile(r"[^\w ]|\d{1,12}")
#: How near a label stands to its address.
_LABEL_CHARS: Final = 80
#: Characters of a line before and after an address that say something about it.
_AROUND: Final = 200


class Mention:
    """One address at one place: what stands before it on its line, after it, and around the line.

    Where it stands in a list ("a@b, c@d and e@f"), that is what stands before the list, and after it.
    """

    #: What was asked already.
    _before: str | None = None
    _after: str | None = None
    _alone: bool | None = None
    _heads: bool | None = None
    _is_heading: bool | None = None
    _is_rcpt: bool | None = None
    _is_refused: bool | None = None
    _is_labelled: bool | None = None
    _heading: str | None = None
    _has_code: bool | None = None
    _is_in_reply: bool | None = None
    _is_announced: bool | None = None
    _goes_on: bool | None = None
    _is_predicated: bool | None = None
    _is_told: bool | None = None
    _is_explained: bool | None = None

    def __init__(self, page: Page, line: int, span: Span, place: tuple[int, int] | None = None) -> None:
        """`place`: where the list begins and ends that it stands in."""
        self.page = page
        self.line = line
        self.start, self.end = place if place is not None else (span.start, span.end)
        self.address = span.address
        self.is_uncertain = span.is_uncertain
        self.key = span.address.lower()

    @property
    def before(self) -> str:
        """What stands before it on its line; a gap between columns is written as a colon."""
        if self._before is None:
            self._before = self._find_before()
        return self._before

    def _find_before(self) -> str:
        before = self.page.lines[self.line][max(0, self.start - _AROUND) : self.start]
        if before[-2:] in _GAPS or before[-1:] == "\t":
            return _GAP.sub(": ", before)
        return before

    @property
    def after(self) -> str:
        """What stands after it on its line."""
        if self._after is None:
            self._after = self.page.lines[self.line][self.end : self.end + _AROUND]
        return self._after

    @property
    def alone(self) -> bool:
        """Whether nothing but dressing stands beside it, and its holder's name."""
        if self._alone is None:
            before = "" if _HOLDER.fullmatch(self.before) is not None else self.before
            self._alone = not _DRESSING.sub("", before + self.after.replace(self.address, ""))
        return self._alone

    @property
    def heads(self) -> bool:
        """Whether nothing but a code and dressing stands before it."""
        if self._heads is None:
            self._heads = not _DRESSING.sub("", _CODES.sub("", self.before))
        return self._heads

    @property
    def is_row(self) -> bool:
        """Whether it begins its line, something stands behind it, and the lines around are such rows, too."""
        return self.heads and not self.alone and not self.is_heading and self.page.is_among_rows(self.line)

    @property
    def is_heading(self) -> bool:
        """Whether it heads its line and a reply follows: "<a@b>: host said …", "<a@b>... Deferred: …"."""
        if self._is_heading is None:
            after = self.after.lstrip(">)]\"' ")
            self._is_heading = self.heads and (
                after[:1] == ":" or (after[:4] == "... " and self.page.fails(self.line))
            )
        return self._is_heading

    @property
    def is_rcpt(self) -> bool:
        """Whether it is the argument of a RCPT command in a transcript."""
        if self._is_rcpt is None:
            self._is_rcpt = RCPT.search(self.before[-20:]) is not None
        return self._is_rcpt

    @property
    def is_refused(self) -> bool:
        """Whether the RCPT command was refused."""
        if self._is_refused is None:
            self._is_refused = self.is_rcpt and self.page.transcript.refuses(self.line)
        return self._is_refused

    @property
    def is_labelled(self) -> bool:
        """Whether a word for recipients stands before it: "Recipient: a@b"."""
        if self._is_labelled is None:
            self._is_labelled = self._find_is_labelled()
        return self._is_labelled

    def _find_is_labelled(self) -> bool:
        near = self.before[-_LABEL_CHARS:].replace('"', "") or self.heading
        return not self.is_rcpt and bool(near) and says("label", near)

    @property
    def heading(self) -> str:
        """The short line above an address that is alone, as a label: the cell before it in a table; or ""."""
        if self._heading is None:
            self._heading = self._find_heading()
        return self._heading

    def _find_heading(self) -> str:
        above = self.page.lines[self.line - 1] if self.line and self.alone else ""
        is_label = 0 < len(above) <= _CELL_CHARS and (above[-1].isalnum() or above[-1] in COLONS)
        return f"{above.rstrip(':：')}:" if is_label else ""

    @property
    def is_logged(self) -> bool:
        """Whether it stands where a log of Postfix names the recipient: "to=<kim@example.com>, relay=…"."""
        return self.before[-4:] == "to=<"

    @property
    def is_detail(self) -> bool:
        """Whether its line is a label for recipients and it: "Recipient: a@b", one of a list of details."""
        label = self.before or self.heading
        is_short = len(label.split()) <= _LABEL_WORDS and not _DRESSING.sub("", self.after)
        return is_short and self.is_labelled

    @property
    def is_behind_a_failure(self) -> bool:
        """Whether its line is what is wrong, a colon, and it: "Mailbox exceeds its size: a@b"."""
        label = self.before.rstrip(" <\"'")
        is_label = (
            label.endswith((":", "：")) and len(label.split()) <= _FAILURE_WORDS and not self.is_by_whom
        )
        return is_label and not _DRESSING.sub("", self.after) and says("failure", label)

    @property
    def is_by_whom(self) -> bool:
        """Whether it says by whom a message was refused: "Rejected by: filter@example.com"."""
        words = self.before[-_BY_CHARS:].rstrip(" <\"':：").lower().rsplit(None, 1)
        return bool(words) and words[-1] in _BY_WHOM

    @property
    def is_plain(self) -> bool:
        """Whether its place alone says that it failed."""
        return self.is_refused if self.is_rcpt else self.is_heading or self.is_labelled

    @property
    def has_code(self) -> bool:
        """Whether a code stands on its line."""
        if self._has_code is None:
            self._has_code = states_code(f"{self.before} {self.after}")
        return self._has_code

    @property
    def is_in_reply(self) -> bool:
        """Whether it stands behind a reply code on its line: in the words of the server that refused."""
        if self._is_in_reply is None:
            self._is_in_reply = find_codes(self.before).reply_code is not None
        return self._is_in_reply

    @property
    def is_announced(self) -> bool:
        """Whether words before, on its line or above, say that failed addresses follow."""
        if self._is_announced is None:
            self._is_announced = (len(self.before) > 3 and says("intro", self.before)) or (
                self.page.announces(self.line) and (self.is_entry or self.page.is_led_in(self.line))
            )
        return self._is_announced

    @property
    def is_entry(self) -> bool:
        """Whether it can be one of a list: no words of a sentence stand before it, or few and none behind."""
        if (
            self.heads
            or self.is_plain
            or self.before[-1] == "="
            or _HOLDER.fullmatch(self.before) is not None
        ):
            return True
        words = _NAMES_BEFORE.sub("", self.before).split()
        return len(words) <= (_NAME_WORDS if _DRESSING.sub("", self.after) else _LABEL_WORDS)

    @property
    def goes_on(self) -> bool:
        """Whether the sentence says behind it that it failed: "Ihre Nachricht an <x> konnte nicht …"."""
        if self._goes_on is None:
            self._goes_on = self._find_goes_on()
        return self._goes_on

    def _find_goes_on(self) -> bool:
        sentence = self.after[:_SENTENCE_CHARS].lstrip(">)]\"'., ").partition(". ")[0]
        return len(sentence) > 3 and says("intro", sentence)

    @property
    def is_told(self) -> bool:
        """Whether its sentence, on as many lines as it has, says that a message did not arrive."""
        if self._is_told is None:
            sentence = self.page.sentence_at(self.line, self.start)
            self._is_told = self._is_told_of_alone(sentence) and says("told", sentence)
        return self._is_told

    def _is_told_of_alone(self, sentence: str) -> bool:
        """Whether a sentence names nobody but it, those of its list, and the sender."""
        others = sentence.count("@") - self.page.lines[self.line].count("@", self.start, self.end)
        if others == 0:
            return True
        if others > _FEW or self.is_ours:
            return False
        return others <= sum(span.address.lower() in self.page.ours for span in spans_in(sentence))

    @property
    def is_predicated(self) -> bool:
        """Whether the sentence says of it that it failed: "Das Konto <x> wurde gesperrt"."""
        if self._is_predicated is None:
            self._is_predicated = self._find_is_predicated()
        return self._is_predicated

    def _find_is_predicated(self) -> bool:
        sentence = self.after[:_SENTENCE_CHARS].lstrip(">)]\"'., ").partition(". ")[0]
        if len(sentence) <= 3 or not says("predicate", sentence):
            return False
        return says("failure", sentence) or says(
            "failure", f"{self.before[-_SUBJECT_CHARS:].strip()} {sentence}"
        )

    @property
    def is_explained(self) -> bool:
        """Whether the lines below tell of a failure."""
        if self._is_explained is None:
            self._is_explained = self.page.explains(self.line)
        return self._is_explained

    @property
    def is_listed(self) -> bool:
        """Whether X-Failed-Recipients names it."""
        return self.key in self.page.listed

    @property
    def is_mailed(self) -> bool:
        """Whether the returned message was sent to it."""
        return self.key in self.page.mailed

    @property
    def is_of_our_path(self) -> bool:
        """Whether our own return path names it."""
        return self.key == self.page.our_recipient

    @property
    def is_ours(self) -> bool:
        """Whether it is of the sender's side, and no field names it as failed."""
        return self.key in self.page.ours and not self.is_listed


def mentions_of(notice: Notice, wanted: set[str]) -> dict[str, list[Mention]]:
    """Where the text names the addresses in `wanted` (lower case)."""
    page = Page(notice)
    found: dict[str, list[Mention]] = {}
    few = wanted if len(wanted) <= _FEW else ()
    for index, line in enumerate(page.lines):
        if "@" in line and not (few and _has_none_of(few, line)):
            spans = spans_in(line)[:A_LINE]
            for span, place in zip(spans, lists_in(line, spans), strict=True):
                key = span.address.lower()
                if key in wanted:
                    found.setdefault(key, []).append(Mention(page, index, span, place))
    return found


def _has_none_of(wanted: Collection[str], line: str) -> bool:
    """Whether a line names none of the addresses `wanted` for sure: it writes each as it is."""
    if not line.isascii() or "\\" in line:
        return False
    low = line.lower()
    return not any(address in low for address in wanted)


def heads_in(notice: Notice, wanted: set[str]) -> dict[str, Mention]:
    """Those of `wanted` (lower case) with whom a line of the notice's own text begins, and where.

    Lines about failed recipients do.
    """
    heads: dict[str, Mention] = {}
    for key, found in mentions_of(notice, wanted).items():
        own = next((mention for mention in found if mention.heads and not mention.is_uncertain), None)
        if own is not None:
            heads[key] = own
    return heads

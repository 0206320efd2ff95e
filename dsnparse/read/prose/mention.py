"""A place in the text that names an address, and what can be seen around it."""

from __future__ import annotations

import re
from collections.abc import Callable

from dsnparse.notice.notice import Notice
from dsnparse.notice.words import says
from dsnparse.reply.codes import find_codes, states_code
from dsnparse.wire.address_spans import Span, spans_in
from dsnparse.wire.once import once

#: Mentions of addresses that are looked at on one line.
A_LINE = 50
_INTRO_LINES = 6
#: The same with blank lines, of which a stranger can send thousands.
_INTRO_REACH = 40
#: Lines of a reply that are looked back over.
_REPLY_REACH = 20
_SENTENCE_CHARS = 120
_DRESSING = re.compile(r"""[\s<>()\[\]{}"'*:;,.•·>=|_«»“”-]+""")
_CODES = re.compile(r"^\W{0,8}[45]\d\d[ -]?(?:#?[45]\.\d{1,3}\.\d{1,3})?")
#: A To line, of the returned message or the notice's way to say who failed.
TO_LINE = re.compile(r"\W{0,4}(?:to|an|à|para|a|do|aan|till|til|кому)\s{0,9}:", re.IGNORECASE)
_BESIDE = re.compile(
    r"\W{0,4}(?:subject|from|date|sent|cc|message-id|betreff|von|datum|objet|asunto|oggetto)\s{0,9}:",
    re.IGNORECASE,
)
_BESIDE_REACH = 3
_RCPT = re.compile(r"RCPT\s{1,3}TO:?\s{0,3}<?", re.IGNORECASE)
#: How near a label stands to its address.
_LABEL_CHARS = 80
#: Characters of a line before and after an address that say something about it.
_AROUND = 200


class Page:
    """The lines of a notice's text, and what is asked of each line once."""

    def __init__(self, notice: Notice) -> None:
        self._notice = notice
        self.lines = notice.body.stripped
        self._raw = notice.body.lines
        self._intro: dict[int, bool] = {}

    @property
    def ours(self) -> frozenset[str]:
        """The addresses of the sender's side, in lower case."""
        return self._notice.ours

    @once
    def mailed(self) -> frozenset[str]:
        """The addresses that the returned message was sent to, in lower case."""
        return frozenset([address.lower() for address in self._notice.mailed])

    @once
    def listed(self) -> frozenset[str]:
        """The addresses of X-Failed-Recipients, in lower case."""
        return frozenset([address.text.lower() for address in self._notice.head.listed])

    @once
    def subject(self) -> str:
        """The notice's subject, in lower case."""
        return self._notice.head.subject.lower()

    def fails(self, index: int) -> bool:
        """Whether a line tells of a failure."""
        return says("failure", self.lines[index])

    def asks(self, index: int) -> bool:
        """Whether a line ends in an offer of help."""
        return index >= 0 and bool(self.lines[index]) and says("contact", self.lines[index][-120:])

    def announces(self, index: int) -> bool:
        """Whether one of the last lines of text before a line says that failed addresses follow."""
        seen = 0
        for at in range(index - 1, max(index - _INTRO_REACH, 0) - 1, -1):
            line = self.lines[at]
            if not line:
                continue
            known = self._intro.get(at)
            if known is None:
                known = self._intro[at] = says("intro", line)
            if known:
                return True
            seen += 1
            if seen >= _INTRO_LINES:
                break
        return False

    def explains(self, index: int) -> bool:
        """Whether the line after, or the first one after a blank line, tells of a failure."""
        for line in self.lines[index + 1 : index + 4]:
            if line:
                return "@" not in line[:3] and (
                    find_codes(line).reply_code is not None or says("failure", line)
                )
        return False

    def goes_on_from(self, index: int, is_head: Callable[[int], bool]) -> bool:
        """Whether a line goes on with the reply about another recipient; `is_head`: whether a line names one.

        Whoever runs the server that refused him writes that reply, on as many lines as he likes.
        """
        has_code = states_code(self.lines[index])
        for at in range(index - 1, max(index - _REPLY_REACH, 0) - 1, -1):
            if not self.lines[at]:
                return False
            has_code = has_code or states_code(self.lines[at])
            if is_head(at):
                return has_code
        return False

    def quotes_header(self, index: int) -> bool:
        """Whether a line is a To line beside other lines of a header: the notice quotes what came back."""
        if TO_LINE.match(self.lines[index]) is None:
            return False
        around = self.lines[max(0, index - _BESIDE_REACH) : index + 1 + _BESIDE_REACH]
        return any(_BESIDE.match(line) for line in around)

    def hangs_on(self, index: int) -> bool:
        """Whether a line is set in deeper than one above it, in its paragraph, that names an address.

        Postfix and Exim go on so with what they say about that address: the reply, in most cases.
        """
        depth = _indent(self._raw[index])
        for at in range(index - 1, max(index - _REPLY_REACH, 0) - 1, -1):
            if not self.lines[at]:
                return False
            if _indent(self._raw[at]) < depth and "@" in self.lines[at]:
                return True
        return False

    def paragraph_to(self, index: int) -> tuple[str, int]:
        """The paragraph that a line ends, in one line, and where it begins."""
        start = index
        while start > max(index - _INTRO_LINES, 0) and self.lines[start - 1]:
            start -= 1
        return " ".join(self.lines[start : index + 1]), start

    def refuses(self, index: int) -> bool:
        """Whether the reply to the RCPT command in a line is a refusal."""
        if find_codes(self.lines[index].partition(">")[2]).reply_code:
            return True
        for line in self.lines[index + 1 : index + 4]:
            bare = line.lstrip("<>: ").removeprefix("Received").lstrip("<>: ")
            if bare[:3].isdigit():
                return bare[0] in "45"
        return False


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


class Mention:
    """One address at one place: what stands before it on its line, after it, and around the line."""

    def __init__(self, page: Page, line: int, span: Span) -> None:
        self.page = page
        self.line = line
        self.start = span.start
        self.end = span.end
        self.address = span.address
        self.is_uncertain = span.is_uncertain
        self.key = span.address.lower()

    @once
    def before(self) -> str:
        """What stands before it on its line."""
        return self.page.lines[self.line][max(0, self.start - _AROUND) : self.start]

    @once
    def after(self) -> str:
        """What stands after it on its line."""
        return self.page.lines[self.line][self.end : self.end + _AROUND]

    @once
    def alone(self) -> bool:
        """Whether nothing but dressing stands beside it."""
        return not _DRESSING.sub("", self.before + self.after.replace(self.address, ""))

    @once
    def heads(self) -> bool:
        """Whether nothing but a code and dressing stands before it."""
        return not _DRESSING.sub("", _CODES.sub("", self.before))

    @once
    def is_heading(self) -> bool:
        """Whether it heads its line and a colon follows: "<a@b>: host said …"."""
        return self.heads and self.after.lstrip(">)]\"' ")[:1] == ":"

    @once
    def is_rcpt(self) -> bool:
        """Whether it is the argument of a RCPT command in a transcript."""
        return _RCPT.search(self.before[-20:]) is not None

    @once
    def is_refused(self) -> bool:
        """Whether the RCPT command was refused."""
        return self.is_rcpt and self.page.refuses(self.line)

    @once
    def is_labelled(self) -> bool:
        """Whether a word for recipients stands before it: "Recipient: a@b"."""
        near = self.before[-_LABEL_CHARS:]
        return not self.is_rcpt and bool(near) and says("label", near)

    @property
    def is_plain(self) -> bool:
        """Whether its place alone says that it failed."""
        return self.is_refused if self.is_rcpt else self.is_heading or self.is_labelled

    @once
    def has_code(self) -> bool:
        """Whether a code stands on its line."""
        return states_code(f"{self.before} {self.after}")

    @once
    def is_in_reply(self) -> bool:
        """Whether it stands behind a reply code on its line: in the words of the server that refused."""
        return find_codes(self.before).reply_code is not None

    @once
    def is_announced(self) -> bool:
        """Whether words before, on its line or above, say that failed addresses follow."""
        return (len(self.before) > 3 and says("intro", self.before)) or self.page.announces(self.line)

    @once
    def goes_on(self) -> bool:
        """Whether the sentence says behind it that it failed: "Ihre Nachricht an <x> konnte nicht …"."""
        sentence = self.after[:_SENTENCE_CHARS].lstrip(">)]\"'., ").partition(". ")[0]
        return len(sentence) > 3 and says("intro", sentence)

    @once
    def is_explained(self) -> bool:
        """Whether the lines below tell of a failure."""
        return self.page.explains(self.line)

    @property
    def is_listed(self) -> bool:
        """Whether X-Failed-Recipients names it."""
        return self.key in self.page.listed

    @property
    def is_mailed(self) -> bool:
        """Whether the returned message was sent to it."""
        return self.key in self.page.mailed

    @property
    def is_ours(self) -> bool:
        """Whether it is of the sender's side, and no field names it as failed."""
        return self.key in self.page.ours and not self.is_listed


def mentions_of(notice: Notice, wanted: set[str]) -> dict[str, list[Mention]]:
    """Where the text names the addresses in `wanted` (lower case)."""
    page = Page(notice)
    found: dict[str, list[Mention]] = {}
    for index, line in enumerate(page.lines):
        if "@" in line:
            for span in spans_in(line)[:A_LINE]:
                key = span.address.lower()
                if key in wanted:
                    found.setdefault(key, []).append(Mention(page, index, span))
    return found


def notice_names(notice: Notice, address: str) -> bool:
    """Whether a line of the notice's own text begins with `address`, as lines about failed recipients do."""
    key = address.lower()
    found = mentions_of(notice, {key}).get(key, ())
    return any(mention.heads and not mention.is_uncertain for mention in found)

"""How likely an address in a text is one that failed: what speaks for it and against it, as a sum."""

from __future__ import annotations

import re
from typing import NamedTuple

from dsnparse.notice.notice import Notice
from dsnparse.notice.words import says
from dsnparse.read.recipient import reply_code_in, status_in
from dsnparse.wire.address import addresses_in, is_routable

#: An address needs this sum to be taken for one that failed.
ENOUGH = 4
_SENTENCE_CHARS = 120
_INTRO_LINES = 6
#: The same with blank lines, of which a stranger can send thousands.
_INTRO_REACH = 40
#: Characters of a line before and after an address that say something about it.
_AROUND = 200
_DRESSING = re.compile(r"""[\s<>()\[\]{}"'*:;,.•·>=|_«»“”-]+""")
_CODES = re.compile(r"^\W{0,8}[45]\d\d[ -]?(?:#?[45]\.\d{1,3}\.\d{1,3})?")
_RCPT = re.compile(r"RCPT\s{1,3}TO:?\s{0,3}<?", re.IGNORECASE)
_BEFORE_ID = re.compile(r"(?:message-?id|\bid|\bref)\W{0,4}$", re.IGNORECASE)
_PARENT = re.compile(
    r"generated (?:from|by)|originally addressed|expanded from|forwarded (?:from|by)|alias(?:ed)? of",
    re.IGNORECASE,
)
#: What a report says of those whom the message did reach, beside those whom it did not (PowerMTA, Sendmail).
_REACHED_AFTER = re.compile(
    r"\W{0,6}(?:was |has been |were )?(?:successfully )?(?:delivered|relayed|expanded) (?:to|by|via|into)\b",
    re.IGNORECASE,
)
_SENDER_AFTER = re.compile(
    r"\W{0,6}(?:\.\.\. ?)?(?:invalid |your |the )?"
    r"(?:sender|envelope.?from|mail.?from|return.?path|from address)",
    re.IGNORECASE,
)
_NEW_ADDRESS = re.compile(
    r"(?:please )?\btry\b|moved to|new (?:e-?mail )?address|\binstead|\buse\b|write to|forward(?:ed)? to|"
    r"changed to|neue (?:e-?mail-?)?adresse|nouvelle adresse|nueva direcci|новый адрес|新しい",
    re.IGNORECASE,
)
_TO_LINE = re.compile(r"(?:to|an|à|para|a|do|aan|till|til|кому)\s?:", re.IGNORECASE)
#: Local parts of those who answer for a mail system. They fail too, but then the notice says so plainly.
_SERVICE = frozenset(
    "postmaster mailer-daemon abuse support helpdesk help hostmaster webmaster noreply no-reply admin "
    "administrator info security contact unblock delist removal sysadmin mailmaster itsupport".split()
)


class Candidate(NamedTuple):
    """An address in the text: where it stands, and what speaks for and against it."""

    address: str
    line: int
    start: int
    end: int
    score: int
    why: str
    #: Taken only where nothing better is found: the sender's own address, a To line, what it came from.
    last_resort: bool = False


def accept(best: dict[str, Candidate], weigher: Weigher) -> dict[str, Candidate]:
    """The candidates with enough points; the doubtful ones only where there is no other."""
    lone = [found for found in best.values() if found.score > 0 and not found.last_resort]
    enough = ENOUGH - (len(lone) == 1)
    accepted = {k: found for k, found in best.items() if found.score >= enough and not found.last_resort}
    routable = {key.partition("@")[0] for key in accepted if is_routable(key)}
    # "user@ims-ms-daemon" beside "user@example.com" is where the system kept it.
    accepted = {k: f for k, f in accepted.items() if is_routable(k) or k.partition("@")[0] not in routable}
    if weigher.listed & accepted.keys():
        # X-Failed-Recipients is complete where it is given (Exim, Gmail).
        accepted = {
            k: found for k, found in accepted.items() if k in weigher.listed or found.why == "heading"
        }
    if not accepted:
        accepted = {k: found for k, found in best.items() if found.score >= ENOUGH}
        if len(accepted) > 1:
            accepted = {k: found for k, found in accepted.items() if k not in weigher.ours} or accepted
    return accepted


class Weigher:
    """Weighs addresses of one notice."""

    def __init__(self, notice: Notice, lines: list[str]) -> None:
        self.lines = lines
        self.ours = notice.ours()
        self.mailed = {address.lower() for address in notice.mailed()}
        self.listed = {a.lower() for a in addresses_in(notice.first.get("x-failed-recipients", ""))}
        self.subject = notice.subject.lower()
        self._intro: dict[int, bool] = {}
        self._failure: dict[int, bool] = {}

    def weigh(self, index: int, start: int, end: int, address: str) -> Candidate:
        line = self.lines[index]
        before, after = line[max(0, start - _AROUND) : start], line[end : end + _AROUND]
        key = address.lower()
        local = key.rpartition("@")[0]
        score, why = 0, "near"
        rest = _DRESSING.sub("", before + after.replace(address, ""))
        alone = not rest
        heads = not _DRESSING.sub("", _CODES.sub("", before))
        plain = False
        if _BEFORE_ID.search(before):
            return Candidate(address, index, start, end, -9, "message-id")
        if alone:
            score += 2
            why = "alone"
        if heads and after.lstrip(">)]\"' ")[:1] == ":":
            score += 3
            plain = True
            why = "heading"
        elif heads:
            score += 1
        if _RCPT.search(before[-20:]):
            score += 3
            plain = self._refused_after(index)
            why = "rcpt"
            if not plain and not reply_code_in(line):
                score -= 2
        elif before and says("label", before):
            score += 2
            why = "label" if why == "near" else why
            plain = True
        code = reply_code_in(before + " " + after) is not None or status_in(before + " " + after) is not None
        if code:
            score += 2
        if not alone and self._fails(index):
            score += 1
        if self._announced(index, before) or _goes_on(after):
            score += 3
            why = "announced" if why in ("near", "alone") else why
        if self._explained(index):
            score += 1
        if key in self.mailed:
            score += 3
        if key in self.listed:
            score += 10
        if key in self.subject:
            score += 2
        last_resort = False
        if key in self.ours and key not in self.listed:
            # People do mail themselves; but a notice names its sender more often than it fails him.
            entry = (alone or heads) and self._announced(index, before)
            stated = entry or (plain and (why == "heading" or code or self._explained(index)))
            score -= 1 if stated or (key in self.mailed and (plain or code)) else 7
            last_resort = True
        if before and _TO_LINE.match(before):
            score -= 1
            last_resort = True
        lead = before if len(before) > 3 or index == 0 else self.lines[index - 1]
        if _PARENT.search(lead[-40:]) and key not in self.listed:
            score -= 1
            last_resort = True
        if _NEW_ADDRESS.search(before[-40:]) and key not in self.listed:
            # "551 User not local; please try <…>", "has moved to …": where to write instead.
            score -= 8
        if before and says("sender", before[-60:]) and not plain:
            score -= 6
        if _SENDER_AFTER.match(after) or _REACHED_AFTER.match(after):
            score -= 8
        if local in _SERVICE and key not in self.mailed and key not in self.listed:
            score -= 3
        if (
            not plain
            and not alone
            and (says("contact", before[-120:]) or (not before and self._asks(index - 1)))
        ):
            score -= 5
        return Candidate(address, index, start, end, score, why, last_resort)

    def _fails(self, index: int) -> bool:
        known = self._failure.get(index)
        if known is None:
            line = self.lines[index]
            known = self._failure[index] = says("failure", line)
        return known

    def _asks(self, index: int) -> bool:
        return index >= 0 and bool(self.lines[index]) and says("contact", self.lines[index][-120:])

    def _announced(self, index: int, before: str) -> bool:
        """Whether the words before, or one of the last lines of text, say that failed addresses follow."""
        if len(before) > 3 and says("intro", before):
            return True
        seen = 0
        at = index - 1
        while at >= 0 and seen < _INTRO_LINES and index - at <= _INTRO_REACH:
            line = self.lines[at]
            if line:
                seen += 1
                known = self._intro.get(at)
                if known is None:
                    known = self._intro[at] = says("intro", line)
                if known:
                    return True
            at -= 1
        return False

    def _explained(self, index: int) -> bool:
        """Whether the line after, or the first one after a blank line, tells of a failure."""
        for line in self.lines[index + 1 : index + 4]:
            if line:
                return "@" not in line[:3] and (reply_code_in(line) is not None or says("failure", line))
        return False

    def _refused_after(self, index: int) -> bool:
        """Whether the reply to the RCPT command in line `index` is a refusal."""
        if reply_code_in(self.lines[index].partition(">")[2]):
            return True
        for line in self.lines[index + 1 : index + 4]:
            bare = line.lstrip("<>: ").removeprefix("Received").lstrip("<>: ")
            if bare[:3].isdigit():
                return bare[0] in "45"
        return False


def _goes_on(after: str) -> bool:
    """Whether the sentence says behind the address that it failed: "Ihre Nachricht an <x> konnte nicht …"."""
    sentence = after[:_SENTENCE_CHARS].partition(". ")[0]
    return len(sentence) > 3 and says("intro", sentence)

"""The reader of free text: finds who failed in a notice that nobody has seen before.

Facts:

* A notice names the failed address on a line of its own ("<a@b>:", "  a@b"), behind a label ("Recipient:"),
  in a sentence about the failure, or in a transcript of the SMTP session.
* It also names addresses that did not fail: the sender, the postmaster to ask, a help desk, Message-IDs.
* So: each address is weighed by where it stands and what stands around it; a sum decides, not a pattern.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from dsnparse.formats.draft import Draft, clean_text, command_in, reply_code_in, status_in
from dsnparse.formats.notice import Notice
from dsnparse.formats.words import says
from dsnparse.wire.address import addresses_in, is_routable, spans_in

#: An address needs this sum to be taken for one that failed.
ENOUGH = 4
#: Lines and addresses of a notice's text that are weighed.
MAX_LINES = 4000
MAX_CANDIDATES = 2000
_BLOCK_LINES = 10
_BLOCK_CHARS = 1200
_CONTEXT_CHARS = 1500
_INTRO_LINES = 6
_REPLY_LINES = 4
#: Where a Sendmail transcript goes on to something else.
_NEXT_COMMAND = (">>>", "... while talking", "While talking", "... While talking")
_MENTIONS_A_LINE = 20
_DRESSING = re.compile(r"""[\s<>()\[\]{}"'*:;,.•·>=|_«»“”-]+""")
_CODES = re.compile(r"^\W{0,8}[45]\d\d[ -]?(?:#?[45]\.\d{1,3}\.\d{1,3})?")
_RCPT = re.compile(r"RCPT\s{1,3}TO:?\s{0,3}<?", re.IGNORECASE)
_REMOTE_HOST = re.compile(
    r"\b(?:host|server|while talking to|talking to|connected to|remote server|remote host|mx)\s{1,3}[<(]?"
    r"([A-Za-z0-9][A-Za-z0-9.-]{2,200}\.[A-Za-z]{2,24})\b",
    re.IGNORECASE,
)
_BEFORE_ID = re.compile(r"(?:message-?id|\bid|\bref)\W{0,4}$", re.IGNORECASE)
_PARENT = re.compile(
    r"generated (?:from|by)|originally addressed|expanded from|forwarded (?:from|by)|alias(?:ed)? of",
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


def fill_from_text(notice: Notice, drafts: list[Draft]) -> None:
    """Fills the diagnostics that another source left empty with what the text says about the recipients."""
    silent = [draft for draft in drafts if not draft.diagnostic]
    blocks, mentions = _mentions(notice, silent, {draft.recipient.lower() for draft in drafts})
    for draft in silent:
        found = mentions.get(draft.recipient.lower())
        if found:
            blocks.fill(draft, found)


def add_blocks(notice: Notice, drafts: list[Draft]) -> None:
    """Adds to the context of each draft what the text says about its recipient, and about no other."""
    blocks, mentions = _mentions(notice, drafts, {draft.recipient.lower() for draft in drafts})
    for draft in drafts:
        found = mentions.get(draft.recipient.lower())
        if found:
            text = blocks.about(found)
            draft.context = f"{draft.context} {text}".strip()
            draft.smtp_command = draft.smtp_command or command_in(text)


def _mentions(
    notice: Notice, drafts: list[Draft], failed: set[str]
) -> tuple[Blocks, dict[str, list[Candidate]]]:
    """Where the text names the recipients of `drafts`. `failed`: all the recipients of the notice."""
    lines = [line.strip() for line in notice.lines[:MAX_LINES]]
    wanted = {draft.recipient.lower() for draft in drafts}
    mentions: dict[str, list[Candidate]] = {}
    for index, line in enumerate(lines):
        if "@" in line:
            for start, end, address in spans_in(line)[:_MENTIONS_A_LINE]:
                if address.lower() in wanted:
                    found = Candidate(address, index, start, end, 0, "mention")
                    mentions.setdefault(address.lower(), []).append(found)
    return Blocks(notice, lines, failed), mentions


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


def read_text(notice: Notice) -> list[Draft]:
    """A draft for each address that the text of `notice` names as failed, in their order."""
    lines = [line.strip() for line in notice.lines[:MAX_LINES]]
    if len(notice.lines) > MAX_LINES:
        notice.root.buffer.warn(f"Lines of text beyond the first {MAX_LINES} were not read.")
    weigher = _Weigher(notice, lines)
    best: dict[str, Candidate] = {}
    mentions: dict[str, list[Candidate]] = {}
    count = 0
    for index, line in enumerate(lines):
        if "@" not in line:
            continue
        for start, end, address in spans_in(line):
            count += 1
            if count > MAX_CANDIDATES:
                notice.root.buffer.warn(
                    f"Addresses beyond the first {MAX_CANDIDATES} in the text were not read."
                )
                break
            found = weigher.weigh(index, start, end, address)
            key = address.lower()
            mentions.setdefault(key, []).append(found)
            if key not in best or found.score > best[key].score:
                best[key] = found
        if count > MAX_CANDIDATES:
            break
    accepted = _accept(best, weigher)
    if not accepted:
        return []
    taken = Blocks(notice, lines, set(accepted))
    drafts = []
    for key, found in accepted.items():
        draft = Draft(found.address)
        part, number = notice.place(found.line)
        draft.note("recipient", part, number, f"text.{found.why}", lines[found.line])
        taken.fill(draft, mentions[key])
        drafts.append(draft)
    return drafts


def _accept(best: dict[str, Candidate], weigher: _Weigher) -> dict[str, Candidate]:
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


class _Weigher:
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
        before, after = line[:start], line[end:]
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
        if self._announced(index, before):
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
        if _SENDER_AFTER.match(after):
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
        while at >= 0 and seen < _INTRO_LINES:
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
            if common and (rank <= 1 or _worth(common) >= 4):
                draft.context = best
                best, where = common, line
        if best:
            self.describe(draft, best, where)
        if len(self.failed) == 1 or rank <= 0:
            # Where the words about each recipient stand apart, those about the others must not count.
            draft.context = f"{draft.context} {self.prose()}".strip()

    def describe(self, draft: Draft, text: str, line: int, rule: str = "text.block") -> None:
        """Makes `text`, which stands at `line`, the diagnostic of `draft`; takes codes and host from it."""
        draft.diagnostic = clean_text(text)[: self.notice.limits.diagnostic_chars]
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
        before, after = line[: mention.start].strip(" <\"'(*>-:"), line[mention.end :].lstrip(" >:\"')]*")
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
            if next_line.startswith(_NEXT_COMMAND) or (next_line[:3] == "<<<" and line[:3] != ">>>"):
                break
            pieces.append(next_line)
            size += len(next_line)
            if size > _BLOCK_CHARS:
                break
        return " ".join(pieces)[:_BLOCK_CHARS]

    def _replies_above(self, index: int) -> list[str]:
        """The remote host's replies ("<<< 550 …") right above a line of a Sendmail transcript."""
        replies: list[str] = []
        while index > 0 and self.lines[index - 1].startswith("<<<") and len(replies) < _REPLY_LINES:
            index -= 1
            replies.insert(0, self.lines[index].lstrip("< "))
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
                if line and reply_code_in(line.lstrip("<>: ")) is not None and not says("contact", line):
                    end = index + 1
                    while end < len(self.lines) and self.lines[end] and end - index < _BLOCK_LINES:
                        end += 1
                    text = " ".join(self.lines[index:end])[:_BLOCK_CHARS]
                    if not self._is_about_one(text):
                        self._common = (text, index)
                        break
        return self._common

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


def _worth(text: str) -> int:
    """How much a text says about a failure."""
    if not text:
        return 0
    return 4 * (reply_code_in(text) is not None) + 2 * (status_in(text) is not None) + says("failure", text)

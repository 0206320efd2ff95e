"""Several recipients in one notice, whose messages fared differently: what is said of each decides.

Facts:

* Systems that report once for all recipients put a heading above those who failed, those for whom it is still
  tried, and those who got the message (iMS, hosters' own scripts), or say it behind each address.
* What a notice says as a whole, in its subject or first lines, is true of whoever nothing else is said of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from dsnparse.notice.body import BEGINNING_LINES
from dsnparse.notice.notice import Notice
from dsnparse.notice.outcome import is_still_tried, tells_delay
from dsnparse.notice.words import says, subject_says
from dsnparse.read.prose.page import COLONS, Page
from dsnparse.read.prose.reached import tells_of_arrival
from dsnparse.read.recipient import Recipient
from dsnparse.reply.codes import states_code
from dsnparse.vocabulary import Action

#: How long a heading is at most.
_HEADING_CHARS: Final = 160
#: On both sides of a heading (Sendmail).
_RULE: Final = "---"
#: Lines between two recipients that are looked at for one, and around them all.
_REACH: Final = 40
_AROUND_CHARS: Final = 3000


def tell_apart(notice: Notice, page: Page, named: Sequence[tuple[Recipient, int]]) -> list[Recipient]:
    """The recipients without those whom the message reached; where they fared differently, each his action.

    `named`: each with the line that names him.
    """
    if len(named) < 2:
        return [recipient for recipient, _ in named]
    ordered = sorted(named, key=lambda one: one[1])
    each = _told_of_each(page, ordered)
    says_delayed = _is_said_of_all(notice, page, ordered) if Action.DELAYED in each else _says(notice, page)
    is_delayed = notice.says_delayed and says_delayed
    fates = [fate or (Action.DELAYED if is_delayed else Action.FAILED) for fate in each]
    if len(set(fates)) > 1 or is_delayed is not notice.says_delayed:
        for (recipient, _), fate in zip(ordered, fates, strict=True):
            recipient.action = recipient.action or fate
    reached = {id(one) for (one, _), fate in zip(ordered, fates, strict=True) if fate is Action.DELIVERED}
    return [one for one, _ in named if id(one) not in reached] or [one for one, _ in ordered]


def _told_of_each(page: Page, ordered: Sequence[tuple[Recipient, int]]) -> list[Action | None]:
    """What was done for each by his own code and words, or by the heading above."""
    fates: list[Action | None] = []
    section: Action | None = None
    above = -1
    for recipient, line in ordered:
        section = _heading(page, max(above + 1, line - _REACH), line) or section
        fates.append(_own(recipient) or section)
        above = line
    return fates


def _says(notice: Notice, page: Page) -> bool:
    """Whether the notice itself says that it is still tried, and not only a server that replied."""
    if subject_says("delay", notice.head.subject):
        return True
    own = [
        line
        for at, line in enumerate(page.lines[:BEGINNING_LINES])
        if line and not states_code(line) and not page.goes_on_from(at, page.has_address)
    ]
    return tells_delay(" ".join(own)[:_AROUND_CHARS])


def _is_said_of_all(notice: Notice, page: Page, ordered: Sequence[tuple[Recipient, int]]) -> bool:
    """Whether the subject, or the text before and behind the recipients, says that it is still tried."""
    if subject_says("delay", notice.head.subject):
        return True
    start, end = ordered[0][1], ordered[-1][1]
    while end < len(page.lines) and page.lines[end]:
        end += 1
    around = (*page.lines[max(start - _REACH, 0) : start], *page.lines[end : end + _REACH])
    return is_still_tried(" ".join(around)[:_AROUND_CHARS])


def _own(recipient: Recipient) -> Action | None:
    """What the code and the words beside an address say."""
    if (recipient.reply_code or 0) >= 500:
        return Action.FAILED
    is_tried = bool(recipient.diagnostic) and is_still_tried(recipient.diagnostic or "")
    return Action.DELAYED if is_tried else None


def _heading(page: Page, first: int, last: int) -> Action | None:
    """What the last heading in some lines says of those below it."""
    for at in range(last - 1, first - 1, -1):
        line = page.lines[at]
        is_ruled_off = line.startswith(_RULE) and line.endswith(_RULE)
        if (is_ruled_off or line[-1:] in COLONS) and len(line) <= _HEADING_CHARS and "@" not in line:
            if page.goes_on_from(at, page.has_address):
                continue  # a part of what the server of one replied
            sentence = page.sentence_to(at)
            for text in (
                (line, sentence) if line[0].isupper() else (sentence, line)
            ):  # one that begins, or goes on
                fate = _said(text)
                if fate is not None:
                    return fate
    return None


def _said(text: str) -> Action | None:
    if tells_of_arrival(text):
        return Action.DELIVERED
    if is_still_tried(text):
        return Action.DELAYED
    if says("failure", text) or says("told", text) or (says("arrived", text) and says("denied", text)):
        return Action.FAILED
    return None

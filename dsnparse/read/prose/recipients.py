"""The reader of free text: finds who failed in a notice that nobody has seen before.

Facts:

* A notice names the failed address on a line of its own ("<a@b>:", "  a@b"), behind a label ("Recipient:"),
  in a sentence about the failure, or in a transcript of the SMTP session.
* It also names addresses that did not fail: the sender, the postmaster to ask, a help desk, Message-IDs.
* So: each address is weighed by where it stands and what stands around it (`observations.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Final

from dsnparse.notice.notice import Notice
from dsnparse.read.prose.address_list import lists_in
from dsnparse.read.prose.blocks import Blocks
from dsnparse.read.prose.candidate import Candidate, weigh
from dsnparse.read.prose.fates import tell_apart
from dsnparse.read.prose.mention import Mention
from dsnparse.read.prose.observations import ENOUGH
from dsnparse.read.prose.page import Page
from dsnparse.read.prose.reached import is_refused
from dsnparse.read.recipient import Recipient
from dsnparse.wire.address import is_routable
from dsnparse.wire.address_spans import spans_in

#: Points that an address has by chance.
_NOT_NOTHING: Final = 2
#: What stands before each of a list: "* ", "- ", "2) ".
_BULLET: Final = re.compile(r"\s{0,3}(?:([*•·–—-])|\(?\d{1,3}[.):])\s{1,4}[<\"'(]?")


def prose_recipients(notice: Notice) -> list[Recipient]:
    """A recipient for each address that the text of `notice` names as failed, in their order."""
    page = Page(notice)
    best: dict[str, Candidate] = {}
    weighed: dict[str, list[Candidate]] = {}
    for mention in mentions(notice, page):
        found = weigh(mention)
        weighed.setdefault(mention.key, []).append(found)
        if mention.key not in best or _is_better(found, best[mention.key]):
            best[mention.key] = found
    accepted = _accept(best, page)
    # Wherever else it stands (as one of those whom the message was for), it is none that failed.
    reached = {key for key, named in weighed.items() if _is_reached(named)} - page.listed
    accepted = {key: found for key, found in accepted.items() if key not in reached} or accepted
    if not accepted:
        return []
    uncertain, no_recipients = _named_by_others(weighed, accepted.keys(), page)
    accepted = {key: found for key, found in accepted.items() if key not in no_recipients}
    blocks = Blocks(notice, set(accepted), reached)
    recipients = []
    for key, found in accepted.items():
        is_uncertain = found.mention.is_uncertain or key in uncertain
        recipient = Recipient(found.mention.address, is_uncertain=is_uncertain)
        part, number = notice.body.place(found.mention.line)
        recipient.note("recipient", part, number, f"text.{found.why}", page.lines[found.mention.line])
        recipient.note("recipient", part, number, "text.weighed", found.explained())
        blocks.fill(recipient, [one.mention for one in weighed[key]])
        recipients.append((recipient, found.mention.line))
    return tell_apart(notice, page, recipients)


def _is_reached(named: Collection[Candidate]) -> bool:
    """Whether the message is said to have reached an address, and no entry of its own refuses it.

    Who says so may be the server that refused somebody else.
    """
    return any(one.is_reached for one in named) and not any(
        is_refused(one.mention) for one in named if not one.is_reached
    )


def _named_by_others(
    weighed: Mapping[str, list[Candidate]], accepted: Collection[str], page: Page
) -> tuple[set[str], set[str]]:
    """Of the accepted addresses those that the notice itself does not name for certain, or does not name.

    A reply is written by whoever runs the server that refused, on as many lines as he likes: where the notice
    names others itself, an address that stands behind a reply code wherever it is named is no recipient.
    """
    named_on: dict[int, set[str]] = {}
    for key, found in weighed.items():
        if key not in page.ours:
            for one in found:
                named_on.setdefault(one.mention.line, set()).add(key)
    uncertain: set[str] = set()
    by_replies: dict[str, bool] = {}
    behind_others: set[str] = set()
    for key in accepted:
        doubtful = {one.mention.line for one in weighed[key] if one.mention.is_uncertain}

        def names_another(line: int, key: str = key, doubtful: set[int] = doubtful) -> bool:
            return line in doubtful or len(named_on.get(line, ())) > (key in named_on.get(line, ()))

        named = [one.mention for one in weighed[key] if one.score >= ENOUGH - 1]
        own = [mention for mention in named if _is_the_notices_own(mention, page, names_another)]
        if key in page.listed or any(not mention.is_uncertain for mention in own):
            continue
        if own:
            uncertain.add(key)
        else:
            if all(page.goes_on_from(one.line, names_another) for one in named):
                behind_others.add(key)
            by_replies[key] = all(one.is_in_reply or page.hangs_on(one.line) for one in named)
    no_recipients = {key for key, is_in_reply in by_replies.items() if is_in_reply}
    if len(by_replies) < len(accepted):
        return uncertain | by_replies.keys(), no_recipients
    # Nobody is named elsewhere. Old Sendmail writes such lines itself: "550 <a@b.example>... User unknown".
    return {
        key
        for key in by_replies
        if key in behind_others or not any(one.mention.heads for one in weighed[key])
    }, set()


def _is_the_notices_own(mention: Mention, page: Page, names_another: Callable[[int], bool]) -> bool:
    """Whether the notice names an address in its own words; `names_another`: whether a line names others."""
    if mention.is_in_reply:
        return False
    return mention.is_rcpt or mention.is_logged or not page.goes_on_from(mention.line, names_another)


def _is_better(one: Candidate, other: Candidate) -> bool:
    """Whether `one` names the address more plainly: for certain, with enough points, or else with more.

    A place that counts only where there is no better one is such a place for the address itself, too.
    """
    return _plainness(one) > _plainness(other)


def _plainness(found: Candidate) -> tuple[bool, bool, int]:
    is_plain = found.score >= ENOUGH and not found.mention.is_uncertain
    return is_plain, is_plain and not found.last_resort, found.score


def mentions(notice: Notice, page: Page) -> list[Mention]:
    """Every address in the text, as many as the limit allows."""
    most = notice.limits.text_addresses
    found: list[Mention] = []
    for index, line in enumerate(page.lines):
        if "@" not in line:
            continue
        spans = spans_in(line)
        for span, place in zip(spans, lists_in(line, spans), strict=True):
            if len(found) == most:
                notice.warn("limit.text_addresses", most=most)
                return found
            if _is_notes_name(span.address):
                continue
            found.append(Mention(page, index, span, place))
    return found


def _is_notes_name(address: str) -> bool:
    """Whether it is the end of a name in Lotus Notes: "Kim Olsen/Oslo/Nordfjell@NORDFJELL"."""
    local, _, domain = address.rpartition("@")
    return "/" in local and "." not in domain


def _layout(found: Candidate) -> str:
    """The label, or the bullet, that an address stands behind; "" for none."""
    before = found.mention.before
    if found.mention.is_labelled:
        return before
    bullet = _BULLET.fullmatch(before)
    return (bullet[1] or "0") if bullet is not None else ""


def _accept(best: Mapping[str, Candidate], page: Page) -> dict[str, Candidate]:
    """The candidates with enough points; the doubtful ones only where there is no other."""
    lone = {
        _layout(found) or (found.mention.line, found.mention.start)  # those of one list are one
        for found in best.values()
        if found.score >= _NOT_NOTHING and not found.last_resort
    }
    enough = ENOUGH - (len(lone) == 1)
    accepted = {k: found for k, found in best.items() if found.score >= enough and not found.last_resort}
    labels = {_layout(found) for found in accepted.values()} - {""}
    # A list is announced far above its end: whoever stands behind the same label, or bullet, belongs to it.
    accepted |= {
        key: found
        for key, found in best.items()
        if 0 < found.score < enough and not found.last_resort and _layout(found) in labels
    }
    routable = {key.partition("@")[0] for key in accepted if is_routable(key)}
    # "user@ims-ms-daemon" beside "user@example.com" is where the system kept it.
    accepted = {k: f for k, f in accepted.items() if is_routable(k) or k.partition("@")[0] not in routable}
    if not page.listed.isdisjoint(accepted):
        # X-Failed-Recipients is complete where it is given (Exim, Gmail).
        accepted = {
            k: f
            for k, f in accepted.items()
            if k in page.listed or (f.mention.is_heading and not f.mention.is_rcpt)
        }
    if not accepted:
        accepted = {k: found for k, found in best.items() if found.score >= ENOUGH}
        if len(accepted) > 1:
            accepted = {k: found for k, found in accepted.items() if k not in page.ours} or accepted
    return accepted

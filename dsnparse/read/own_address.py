"""A mail system's message in words that are not understood: the one address of its own domain that it names.

Facts:

* Small systems refuse mail in a sentence of their own, in any language, below a subject that says little.
* What else a mail system sends with a null return path (digests of a quarantine, alarms, answers) names
  several addresses, other people's, or the one that it is sent to.
* So: a short text of a system that names one address, which is its own, and has words of a refusal, is about
  that address. How the sentence hangs together is not known; it never makes the address hard.
"""

from __future__ import annotations

from typing import Final

from dsnparse.notice.notice import Notice
from dsnparse.notice.sign import HUMAN, Sign
from dsnparse.read.from_text import reading_of
from dsnparse.read.prose.blocks import Blocks
from dsnparse.read.prose.bystanders import COMPANY
from dsnparse.read.prose.candidate import Candidate, weigh
from dsnparse.read.prose.page import Page
from dsnparse.read.prose.recipients import mentions
from dsnparse.read.reading import Reading
from dsnparse.read.recipient import Recipient
from dsnparse.read.short_text import is_short, tells_why
from dsnparse.wire.address_spans import addresses_in

_OTHER_MATTERS: Final = (*HUMAN, Sign.LURE, Sign.TICKET, Sign.TAG, Sign.FORWARDED, Sign.OF_NOTICE)


def read_own_address(notice: Notice) -> Reading | None:
    """The one address of its own domain that a mail system's short text names."""
    if not _is_a_systems_own(notice) or not is_short(notice):
        return None
    page = Page(notice)
    named: dict[str, list[Candidate]] = {}
    for mention in mentions(notice, page):
        if not mention.is_ours:
            named.setdefault(mention.key, []).append(weigh(mention))
    about = [key for key, found in named.items() if any(_may_be_meant(one) for one in found)]
    if len(about) != 1 or any(one.is_reached for one in named[about[0]]):
        return None
    if not _serves(notice, about[0]) or page.our_recipient not in ("", about[0]):
        return None
    best = max(named[about[0]], key=lambda one: one.score)
    recipient = Recipient(best.mention.address, is_uncertain=True)
    part, number = notice.body.place(best.mention.line)
    recipient.note("recipient", part, number, "text.own-address", page.lines[best.mention.line])
    Blocks(notice, set(about)).fill(recipient, [one.mention for one in named[about[0]]])
    if not notice.signs.has(Sign.SUBJECT) and not tells_why(recipient.diagnostic or ""):
        return None
    return reading_of(notice, [recipient])


def _may_be_meant(found: Candidate) -> bool:
    """Whether nothing speaks against an address; or just that companies answer at it, and it says why."""
    if found.score >= 0:
        return True
    seen = found.mention
    against = {one.name for one in found.observed if one.weight < 0}
    if against != {"service"} or seen.key.partition("@")[0] not in COMPANY:
        return False
    return tells_why(seen.page.sentence_at(seen.line, seen.start))


def _is_a_systems_own(notice: Notice) -> bool:
    """Whether a mail system wrote it to nobody who could answer, and returns nothing."""
    signs = notice.signs
    if not signs.is_believed or not signs.has(Sign.DAEMON, Sign.NOBODY) or signs.has(*_OTHER_MATTERS):
        return False
    if notice.head.low("return-path", "unknown").strip("<> ") or notice.body.returns_something:
        return False
    return notice.auto_reply is None or not notice.auto_reply.is_stated


def _serves(notice: Notice, address: str) -> bool:
    """Whether an address is of the domain that the notice is from, of one above it or below it."""
    senders = addresses_in(notice.head.mail_from)
    if not senders:
        return notice.signs.has(Sign.NOBODY)
    host, domain = (one.lower().rpartition("@")[2] for one in (senders[0], address))
    return host == domain or host.endswith(f".{domain}") or domain.endswith(f".{host}")

"""Notices that tell of a failure and name nobody: whoever the message went to, as far as one can tell.

Facts:

* Many gateways return the message and leave out the address. The returned header has it: where the last
  host took the message over (`Received … for <a@b>`, RFC 5321 section 4.4), or in To. A list's message has
  the list in To, so the trace goes first.
* Others quote only To and Subject in their words.
* What has neither a sender nor a return path may have the recipient in its subject.
* A sender that puts the recipient into its return path (VERP) finds him in the address that the notice is to.
* Whoever wrote the returned message chose all of these. They may be right; they never make an address hard.
"""

from __future__ import annotations

from typing import Final

from dsnparse.notice.notice import Notice
from dsnparse.notice.ours import OF_NOTICE
from dsnparse.notice.sign import BELIEVE, HUMAN, Sign
from dsnparse.notice.words import says
from dsnparse.read.from_text import fields_of, format_of, named_elsewhere, reading_of, told_action
from dsnparse.read.mailed_address import received_for
from dsnparse.read.our_path import our_path
from dsnparse.read.prose.bare_names import names_in_sentences
from dsnparse.read.prose.blocks import Blocks
from dsnparse.read.prose.candidate import weigh
from dsnparse.read.prose.mention import Mention
from dsnparse.read.prose.page import Page
from dsnparse.read.prose.recipients import mentions
from dsnparse.read.reading import Reading
from dsnparse.read.recipient import Recipient
from dsnparse.read.short_text import is_short, tells_why
from dsnparse.reply.codes import find_codes
from dsnparse.vocabulary import Action, Kind, Origin
from dsnparse.wire.address import FieldAddress
from dsnparse.wire.address_spans import addresses_in

_KINDS: Final = {Action.FAILED: Kind.BOUNCE, Action.DELAYED: Kind.DELAY, Action.DELIVERED: Kind.DELIVERY}
_FAILURE_LINES: Final = 40
#: What answers, challenges and lures say.
_NO_FAILURE: Final = ("auto_reply", "challenge", "alarm", "lure")
#: With one of these, a null return path is enough; programs of other kinds have one, too.
_SYSTEMS: Final = (Sign.DAEMON, Sign.NOBODY, Sign.TEMPLATE, Sign.TEMPLATE_SURE, Sign.BANNER)
#: Where a notice quotes the header that it leaves out.
_QUOTED_LINES: Final = 60


def read_nameless(notice: Notice) -> Reading | None:
    """A notice that names nobody: the one that its message went to, else no recipient."""
    signs = notice.signs
    is_notice = signs.is_plain or (signs.is_believed and not signs.has(*HUMAN))
    if not is_notice:
        return None
    recipient = _whom(notice) if signs.score >= BELIEVE else None
    if not _tells_failure(notice) and (recipient is None or not _tells_why(notice)):
        return None
    if not _returns_something(notice) and (recipient is None or not _is_from_nobody(notice, recipient)):
        return None
    names = names_in_sentences(notice) if recipient is None and signs.score >= BELIEVE else []
    if names:
        return reading_of(notice, names)
    if recipient is None:
        kind = _KINDS[told_action(notice)]
        return Reading(kind, signs.evidence, format_of(notice), [], fields_of(notice))
    Blocks(notice, {recipient.recipient.lower()}).fill_from_all(recipient)
    return reading_of(notice, [recipient])


def _whom(notice: Notice) -> Recipient | None:
    page = Page(notice)
    return (
        _by_header(notice)
        or _by_quoted_to(notice, page)
        or _by_verp(notice)
        or _by_only_address(notice, page)
        or _by_subject(notice)
    )


def _by_header(notice: Notice) -> Recipient | None:
    """By the trace of the returned message, else by the only address that it was sent to."""
    trace = notice.original.get("received", "")
    address = received_for(trace)
    if address is not None and address.lower() not in notice.ours:
        return named_elsewhere(
            notice, FieldAddress(address), "returned.received-for", trace, Origin.RETURNED_HEADER
        )
    mailed = {address.lower(): address for address in notice.mailed}
    others = [address for key, address in mailed.items() if key not in notice.ours]
    if len(others) == 1:
        to = notice.original.get("to", "")
        return named_elsewhere(notice, FieldAddress(others[0]), "returned.to", to, Origin.RETURNED_HEADER)
    return None


def _by_quoted_to(notice: Notice, page: Page) -> Recipient | None:
    """By the one To line among other header lines in the notice's words."""
    found: dict[str, int] = {}
    for index, line in enumerate(page.lines[:_QUOTED_LINES]):
        if "@" in line and page.quoted.is_header(index):
            found.update(dict.fromkeys(addresses_in(line), index))
    others = [address for address in found if address.lower() not in notice.ours]
    if len(others) != 1 or len(found) != 1 or page.quoted.is_copy(found[others[0]]):
        return None
    return _named_in(
        notice, page, FieldAddress(others[0]), found[others[0]], "to-line", Origin.RETURNED_HEADER
    )


def _by_verp(notice: Notice) -> Recipient | None:
    """By the address of ours that the notice was sent to."""
    path = our_path(notice)
    if path is None:
        return None
    named = FieldAddress(path.recipient)
    return named_elsewhere(notice, named, f"header.verp.{path.field}", path.path, Origin.VERP)


def _by_only_address(notice: Notice, page: Page) -> Recipient | None:
    """By the only address in the notice's words that nothing speaks against; words for it are not known."""
    if not notice.signs.has(Sign.RETURN_PATH) or not notice.signs.has(Sign.SUBJECT, Sign.TOLD):
        return None
    found: dict[str, Mention] = {}
    doubted: set[str] = set()
    for mention in mentions(notice, page):
        if any(one.weight < 0 for one in weigh(mention).observed):
            doubted.add(mention.key)
        else:
            found.setdefault(mention.key, mention)
    others = found.keys() - doubted
    if len(others) != 1:
        return None
    only = found[others.pop()]
    return _named_in(notice, page, FieldAddress(only.address, True), only.line, "only", Origin.STATED)


def _by_subject(notice: Notice) -> Recipient | None:
    """By the only address in the subject of what nobody wrote; a mail system may quote another's."""
    named = [address for address in addresses_in(notice.head.subject) if address.lower() not in notice.ours]
    if len(named) != 1 or not notice.signs.has(Sign.NOBODY):
        return None
    return named_elsewhere(notice, FieldAddress(named[0], True), "header.subject", notice.head.subject)


def _named_in(
    notice: Notice, page: Page, address: FieldAddress, line: int, rule: str, origin: Origin
) -> Recipient:
    part, number = notice.body.place(line)
    return named_elsewhere(notice, address, f"text.{rule}", page.lines[line], origin, part=part, line=number)


def _is_from_nobody(notice: Notice, recipient: Recipient) -> bool:
    """Whether nobody could answer it, or it quotes the header that names the recipient."""
    return (
        notice.signs.has(Sign.RETURN_PATH, Sign.NOBODY)
        or recipient.recipient_origin is Origin.RETURNED_HEADER
    )


def _tells_failure(notice: Notice) -> bool:
    has_subject = notice.signs.has(Sign.SUBJECT)
    if has_subject and notice.signs.has(Sign.REPORT):
        return True  # its words are lost, or in a script that nobody declared
    if has_subject and notice.signs.has(Sign.RETURN_PATH) and notice.auto_reply is None:
        return True  # the subject does
    if _is_told(notice) or _is_our_message_back(notice):
        return True
    return any(
        says("intro", line) or find_codes(line).reply_code or (has_subject and says("failure", line))
        for line in notice.body.lines[:_FAILURE_LINES]
        if line
    )


def _is_our_message_back(notice: Notice) -> bool:
    """Whether a system that has no address to answer to sends back what we sent, and does not answer it.

    Filters send back in words of their own ("comes back unread").
    """
    signs = notice.signs
    if not signs.has(Sign.RETURN_PATH) or not signs.has(Sign.DAEMON, Sign.NOBODY):
        return False
    if notice.roles.returned is None or notice.auto_reply is not None or notice.says_delivered:
        return False
    senders = [addresses_in(notice.original.get(name, "")) for name in ("return-path", "from")]
    ours = {
        address.lower() for name in OF_NOTICE for address in addresses_in(notice.head.first.get(name, ""))
    }
    return any(address.lower() in ours for found in senders for address in found)


def _is_told(notice: Notice) -> bool:
    """Whether the first sentences say that a message did not arrive."""
    return says("told", notice.body.first_sentences) and _is_no_answer(notice)


def _tells_why(notice: Notice) -> bool:
    """Whether a short text says why mail is refused; without a recipient, that is also said to an owner."""
    return is_short(notice) and tells_why(notice.body.beginning) and _is_no_answer(notice)


def _is_no_answer(notice: Notice) -> bool:
    text = notice.body.first_sentences
    return not any(says(name, text) for name in _NO_FAILURE)


def _returns_something(notice: Notice) -> bool:
    """Whether a notice that names nobody at least returns a message, or has a null return path.

    Postmasters write letters, too, which come back to them.
    """
    signs = notice.signs
    if notice.roles.returned or notice.original or notice.body.quoted or signs.has(Sign.REPORT):
        return True
    is_letter = notice.head.is_postmaster and "@" in notice.head.first.get("return-path", "")
    return signs.has(Sign.RETURN_PATH) and signs.has(*_SYSTEMS) and not is_letter

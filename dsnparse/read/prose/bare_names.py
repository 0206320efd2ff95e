"""Recipients that a notice names without their domain, as AOL and directory servers of universities did.

Facts:

* "…could not be delivered because they are not accepting mail from …:" and below it, set in, the name alone;
  " kim    No matches to nameserver query" below "Message not delivered to the following:"; "kim (is full)".
* Others put it behind a label ("Unknown user: kim"), in quotes in a sentence of failure ("the user 'kim' does
  not exist"), before Sendmail's dots ("550 5.1.1 kim... User unknown"), or as the mailbox's file.
* The system that writes so speaks of its own mailboxes. Where its From is at the mail domain itself
  (`MAILER-DAEMON@aol.com`), that is theirs; a host's own name (`mr2.its.example.edu`) need not be. The To of
  what came back may have it whole.
* So: that address, else the domain of From where it has no host name in front, else the name stays as it is.
  None of them is certain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from dsnparse.notice.notice import Notice
from dsnparse.notice.words import says
from dsnparse.read.prose.blocks import Blocks
from dsnparse.read.prose.mention import Mention
from dsnparse.read.prose.page import Page
from dsnparse.read.recipient import Recipient
from dsnparse.vocabulary import Origin
from dsnparse.wire.address_spans import Span, addresses_in

_LOCAL: Final = r"([A-Za-z0-9][A-Za-z0-9._-]{1,63})"
#: A name alone, set in or in angle brackets, perhaps behind its post office; or a name, a gap or a bracket,
#: and what is wrong with it.
_NAME: Final = re.compile(
    rf"[ \t]{{1,40}}(?:[A-Za-z0-9_-]{{1,30}}/){{0,3}}{_LOCAL}"
    r"(?:[ \t]{2,40}(\S[^\n]{3,200})|[ \t]\(([^()\n]{3,200})\))?[ \t]{0,9}"
)
_BRACKETED: Final = re.compile(rf"[ \t]{{0,40}}<{_LOCAL}>[ \t]{{0,9}}")
#: Sendmail's "550 5.1.1 kim... User unknown".
_DOTTED: Final = re.compile(rf"[45]\d\d (?:[45]\.\d{{1,3}}\.\d{{1,3}} )?<?{_LOCAL}>?\.\.\. ")
_IN_QUOTES: Final = re.compile(rf"(?:['\"`«„“‘‚][\s<]?|<){_LOCAL}(?:[\s>]?['\"`»“”’‘]|>)(?![\w@])")
#: "Unknown user: kim".
_BEHIND_LABEL: Final = re.compile(rf"([^:=]{{3,40}}[:=])[ \t]{{0,20}}{_LOCAL}[ \t.]{{0,9}}")
_FILE: Final = re.compile(rf"/(?:var/(?:spool/)?mail|home|mailboxes|usr/mail)/{_LOCAL}(?=[/:;,'\")\s]|$)")
#: Words that stand where a name may.
_NO_NAMES: Final = frozenset(
    "inbox mailbox user account unknown recipient failed none null sender error local postmaster root".split()
)
#: Lines of names below the announcement, and of text that are looked through for one.
_MOST_NAMES: Final = 100
_MOST_LINES: Final = 200
_LABELS_OF_A_MAIL_DOMAIN: Final = 2


class Named(NamedTuple):
    """A name, where it stands, and the line that announces it."""

    line: int
    name: str
    start: int
    announced: int


def bare_recipients(notice: Notice) -> list[Recipient]:
    """The names below a line that announces failed recipients; [] where there are none."""
    page = Page(notice)
    lines = notice.body.lines[: min(_MOST_LINES, len(page.lines))]
    for index, line in enumerate(page.lines[: len(lines)]):
        if line.endswith((":", "-----")) and (says("intro", line) or page.announces(index)):
            found = _names_below(lines, index)
            if found:
                return [_recipient(notice, page, one) for one in found]
    return []


def names_in_sentences(notice: Notice) -> list[Recipient]:
    """The names that single lines say failed, where nothing else tells whom the message went to."""
    page = Page(notice)
    lines = notice.body.lines[: min(_MOST_LINES, len(page.lines))]
    own = {one.name.lower(): one for one in _names_in(lines) if _is_name(one.name, notice)}
    return [_recipient(notice, page, one) for one in own.values()]


def _names_below(lines: list[str], index: int) -> list[Named]:
    """The names below line `index`; blank lines may stand before the first."""
    found: list[Named] = []
    for at in range(index + 1, min(index + 1 + _MOST_NAMES, len(lines))):
        if not lines[at].strip():
            if found:
                break
            continue
        name = _NAME.fullmatch(lines[at])
        reason = (name[2] or name[3]) if name is not None else None
        if name is not None and reason is not None and not says("failure", reason):
            break
        name = name or _BRACKETED.fullmatch(lines[at])
        if name is None:
            break
        found.append(Named(at, name[1], name.start(1), index))
    return found


def _names_in(lines: list[str]) -> Iterator[Named]:
    """The names that single lines say failed."""
    for at, line in enumerate(lines):
        text = line.strip()
        found = _DOTTED.match(text)
        if found is None and text and "@" not in text:
            labelled = _BEHIND_LABEL.fullmatch(text)
            if labelled is not None and says("label", labelled[1]):
                yield Named(at, labelled[2], line.index(text) + labelled.start(2), at)
                continue
            found = _in_a_sentence(text)
        if found is not None:
            yield Named(at, found[1], line.index(text) + found.start(1), at)


def _in_a_sentence(text: str) -> re.Match[str] | None:
    """The name in quotes, or the mailbox's file, in a line that tells of a failure."""
    found = _IN_QUOTES.search(text) or _FILE.search(text)
    return found if found is not None and (says("failure", text) or says("intro", text)) else None


def _is_name(name: str, notice: Notice) -> bool:
    """Whether a name may be that of a mailbox: no word that stands in its place, no host, none of ours."""
    low = name.lower().rstrip(".")
    if low in _NO_NAMES or low.isdigit() or len(low.split(".")) > _LABELS_OF_A_MAIL_DOMAIN:
        return False
    ours = {address.partition("@")[0] for address in notice.ours}
    others = [address for address in notice.mailed if address.lower() not in notice.ours]
    if others and low not in notice.mailed_by_local:
        return False  # whom the message went to is known, and it is somebody else
    hosts = {address.rpartition("@")[2].lower() for address in addresses_in(notice.head.mail_from)}
    return low not in ours and not any(low == host or host.endswith(f".{low}") for host in hosts)


def _recipient(notice: Notice, page: Page, named: Named) -> Recipient:
    whole = notice.mailed_by_local.get(named.name.lower(), {})
    domain = own_domain(notice)
    address = f"{named.name}@{domain}" if domain else named.name
    if len(whole) == 1:
        address = next(iter(whole.values()))
    recipient = Recipient(address, Origin.AMBIGUOUS)
    part, number = notice.body.place(named.line)
    recipient.note("recipient", part, number, "text.bare-name", page.lines[named.line])
    if len(whole) == 1:
        recipient.note("recipient", "", 0, "returned.to", address)
    elif domain:
        recipient.note("recipient", "header", 0, "text.bare-name.domain", notice.head.mail_from)
    raw = notice.body.lines[named.line]
    at = max(named.start - (len(raw) - len(raw.lstrip())), 0)
    mention = Mention(page, named.line, Span(at, at + len(named.name), named.name))
    blocks = Blocks(notice, {recipient.recipient.lower()})
    blocks.fill(recipient, [mention])
    if recipient.diagnostic is None:
        blocks.describe(recipient, *page.paragraph_to(named.announced))
    return recipient


def own_domain(notice: Notice) -> str:
    """The domain of the notice's From, where it is a mail domain and no host in one."""
    sender = addresses_in(notice.head.mail_from)[-1:]
    domain = sender[0].rpartition("@")[2].lower() if sender and notice.head.is_daemon else ""
    return domain if domain.count(".") + 1 == _LABELS_OF_A_MAIL_DOMAIN else ""

"""Recipients that a notice names without their domain, as AOL and directory servers of universities did.

Facts:

* "…could not be delivered because they are not accepting mail from …:" and below it, set in, the name alone;
  " kim    No matches to nameserver query" below "Message not delivered to the following:"; "kim (is full)".
* The system that writes so speaks of its own mailboxes. Where its From is at the mail domain itself
  (`MAILER-DAEMON@aol.com`), that is theirs; a host's own name (`mr2.its.example.edu`) need not be.
* So: the domain of From where it has no host name in front, else the name stays as it is. Neither is certain.
"""

from __future__ import annotations

import re
from typing import Final

from dsnparse.notice.notice import Notice
from dsnparse.notice.words import says
from dsnparse.read.prose.blocks import Blocks
from dsnparse.read.prose.mention import Mention
from dsnparse.read.prose.page import Page
from dsnparse.read.recipient import Recipient
from dsnparse.vocabulary import Origin
from dsnparse.wire.address_spans import Span, addresses_in

#: A name alone, set in; or a name, a gap or a bracket, and what is wrong with it.
_NAME: Final = re.compile(
    r"[ \t]{1,40}([A-Za-z0-9][A-Za-z0-9._-]{1,63})"
    r"(?:[ \t]{2,40}(\S[^\n]{3,200})|[ \t]\(([^()\n]{3,200})\))?[ \t]{0,9}"
)
#: Lines of names below the announcement, and of text that are looked through for one.
_MOST_NAMES: Final = 100
_MOST_LINES: Final = 200
_LABELS_OF_A_MAIL_DOMAIN: Final = 2


def bare_recipients(notice: Notice) -> list[Recipient]:
    """The names below a line that announces failed recipients; [] where there are none."""
    page = Page(notice)
    lines = notice.body.lines[: min(_MOST_LINES, len(page.lines))]
    for index, line in enumerate(page.lines[: len(lines)]):
        if line.endswith(":") and (says("intro", line) or page.announces(index)):
            found = _names_below(lines, index)
            if found:
                return [_recipient(notice, page, index, *one) for one in found]
    return []


def _names_below(lines: list[str], index: int) -> list[tuple[int, str, int]]:
    """Line, name and place of each name below line `index`; blank lines may stand before the first."""
    found: list[tuple[int, str, int]] = []
    for at in range(index + 1, min(index + 1 + _MOST_NAMES, len(lines))):
        if not lines[at].strip():
            if found:
                break
            continue
        name = _NAME.fullmatch(lines[at])
        reason = (name[2] or name[3]) if name is not None else None
        if name is None or (reason is not None and not says("failure", reason)):
            break
        found.append((at, name[1], name.start(1)))
    return found


def _recipient(notice: Notice, page: Page, announced: int, line: int, name: str, start: int) -> Recipient:
    domain = own_domain(notice)
    recipient = Recipient(f"{name}@{domain}" if domain else name, Origin.AMBIGUOUS)
    part, number = notice.body.place(line)
    recipient.note("recipient", part, number, "text.bare-name", page.lines[line])
    if domain:
        recipient.note("recipient", "header", 0, "text.bare-name.domain", notice.head.mail_from)
    at = max(start - (len(notice.body.lines[line]) - len(notice.body.lines[line].lstrip())), 0)
    mention = Mention(page, line, Span(at, at + len(name), name))
    blocks = Blocks(notice, {recipient.recipient.lower()})
    blocks.fill(recipient, [mention])
    if recipient.diagnostic is None:
        blocks.describe(recipient, *page.paragraph_to(announced))
    return recipient


def own_domain(notice: Notice) -> str:
    """The domain of the notice's From, where it is a mail domain and no host in one."""
    sender = addresses_in(notice.head.mail_from)[-1:]
    domain = sender[0].rpartition("@")[2].lower() if sender and notice.head.is_daemon else ""
    return domain if domain.count(".") + 1 == _LABELS_OF_A_MAIL_DOMAIN else ""

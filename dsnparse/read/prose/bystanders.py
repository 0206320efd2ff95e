"""Who stands in a notice besides those who failed: the sender, whom to ask, where to write instead."""

from __future__ import annotations

import re
from typing import Final

from dsnparse.notice.words import says
from dsnparse.read.prose.mention import Mention

#: What says so within a line; `new_address` in `data/words` does so on the line above, too.
_TRY_ANOTHER: Final = re.compile(
    r"\btry\b|\bmoved to|\bnew (?:e-?mail )?address|\binstead|\buse\b|write to|forward(?:ed)? to|changed to",
    re.IGNORECASE,
)
#: The same at the end of the line above, whose sentence goes on with the address.
_GOES_ON: Final = re.compile(
    r"\b(?:try|use|write to|contact|mail|e-?mail|moved to|forward(?:ed)? to)$", re.IGNORECASE
)
_ENDS: Final = ".:;!?"
#: What parts the words of a local part: "it-support", "assistance.dsi".
_PARTS: Final = re.compile(r"[-._+\d]")
#: Words that nobody has in his name: one of them in a local part is enough.
_OF_A_DESK: Final = frozenset(
    "postmaster abuse support helpdesk hostmaster webmaster noreply sysadmin ayuda soporte assistenza "
    "supporto suporte ajuda hilfe kundendienst assistance klantenservice pomoc podpora destek servicedesk "
    "kundenservice antispam".split()
)
#: Local parts of those who answer for a mail system. They fail too, but then the notice says so plainly.
_SERVICE: Final = _OF_A_DESK.union(
    "mailer-daemon help no-reply admin administrator info security contact unblock delist removal mailmaster "
    "itsupport contacto kontakt aide kundtjanst tuki service servicio care".split()
)
#: Of these, those that companies have as their mailbox: a sentence that says that it failed is enough.
COMPANY: Final = frozenset("info contact contacto contato contatto kontakt service servicio".split())
#: A signature in one line has a telephone beside the address.
_TELEPHONE: Final = re.compile(
    r"(?:^|\W)(?:tel|fon|phone|fax|telefon|telefone|téléphone|teléfono|puh|тел|телефон|電話|电话|전화)"
    r"[ .:]{1,4}\+?[\d(]",
    re.IGNORECASE,
)
#: Characters before an address in which a word for the sender counts, and where a label stands there, too.
_AROUND: Final = 60
_NEAR: Final = 25
#: How near words stand that tell of a new address; and what is a bullet before one, not words.
NEAR_WORDS: Final = 60
_BULLET_CHARS: Final = 3
#: What is no word before an address.
_OPENING: Final = " (["
#: How near a label stands to its address, if it is no part of another sentence.
_BESIDE: Final = 16


def is_of_service(seen: Mention) -> bool:
    """Whether its local part is that of somebody who answers for a mail system."""
    local = seen.key.rpartition("@")[0]
    return local in _SERVICE or not _OF_A_DESK.isdisjoint(_PARTS.split(local))


def is_new_address(seen: Mention) -> bool:
    """Whether it is where to write instead of an address that failed."""
    if len(seen.before) > _BULLET_CHARS:
        near = seen.before[-NEAR_WORDS:]
        return _TRY_ANOTHER.search(near) is not None or says("new_address", near)
    above = seen.page.text_above(seen.line)
    if seen.alone and "@" in above:  # in a list of such
        above = seen.page.heading_above(seen.line)
    if above[-1:] == ")":  # what stands in brackets is said of somebody before
        return False
    if above and above[-1] not in _ENDS and _GOES_ON.search(above) is not None:
        return True
    return bool(above) and says("new_address", above[-NEAR_WORDS:])


def is_senders(seen: Mention) -> bool:
    """Whether a word for the sender stands before it, on its line or as a table's cell."""
    if not seen.before:
        if seen.heading and says("sender", seen.heading):
            return True
        return seen.line > 0 and seen.page.lines[seen.line - 1].endswith(" from")
    near = seen.before[-_NEAR if seen.is_plain else -_AROUND :]
    if "@" in near:
        near = near.rpartition("@")[2].partition(" ")[2]  # "from a@b to": what is said of a@b is said
    return says("sender", near)


def is_offered(seen: Mention) -> bool:
    """Whether help is offered at it; a word for recipients further off is another's ("If you are not …")."""
    if seen.heading and says("contact", seen.heading):
        return True
    if seen.alone:  # "Questions go to", and the address below
        return seen.page.asks(seen.line - 1) and seen.page.lines[seen.line - 1][-1] not in ":."
    if seen.is_plain and not _is_labelled_afar(seen):
        return False
    if _TELEPHONE.search(seen.before + seen.after) is not None:
        return True
    if seen.after and says("contact_behind", seen.after[:_AROUND]):
        return True
    return says("contact", seen.before[-120:]) or (
        not seen.before.strip(_OPENING) and seen.page.asks(seen.line - 1)
    )


def _is_labelled_afar(seen: Mention) -> bool:
    return seen.is_labelled and not seen.is_heading and not says("label", seen.before[-_BESIDE:])


def is_failed_company(seen: Mention) -> bool:
    """Whether the sentence that names a company's mailbox says itself that it failed."""
    return seen.key.rpartition("@")[0] in COMPANY and seen.is_announced and seen.page.fails(seen.line)

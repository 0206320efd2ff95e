"""The suppression list for programs that send mail: Postfix, listmonk, Mautic. Written, not read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dsnparse.store.address.lenient import is_mailbox
from dsnparse.store.address.normalize import fold_domain
from dsnparse.store.lists.entry import Suppression
from dsnparse.store.lists.refusal import REJECT, refusal

#: Before the entries of a map, one comment.
_ABOUT_MAP = "# Made by dsnparse; what is written here by hand is lost. access(5)\n"


def postfix_map(entries: Iterable[Suppression]) -> Iterator[str]:
    """An access(5) table for `check_recipient_access`: each address with REJECT and why.

    Postfix asks for an address in small letters, quoted as RFC 5322 wants it, and for a domain as the client
    wrote it: internationalised ones stand here in both spellings. Left out is what is no mailbox, what begins
    with "#", which postmap(1) takes for a comment, and letters that Postfix folds to others: "ß" is no "ss".
    """
    yield _ABOUT_MAP
    for entry in entries:
        if is_mailbox(entry.address) and not entry.address.startswith("#"):
            action = f"{REJECT} {refusal('since', entry.since, entry.reason)}"
            for address in _spellings(entry.address):
                yield f"{address} {action}\n"


def _spellings(address: str) -> Iterator[str]:
    local, _, domain = address.rpartition("@")
    ascii_domain = fold_domain(domain)
    spellings = (f"{local}@{one}" for one in (ascii_domain, domain, _in_unicode(ascii_domain)))
    yield from dict.fromkeys(one.casefold() for one in spellings if not _becomes_another(one))


def _becomes_another(address: str) -> bool:
    """Whether Postfix, which folds the case of its keys, would make another address of it."""
    return not address.isascii() and any(
        letter.casefold().isascii() for letter in address if not letter.isascii()
    )


def _in_unicode(domain: str) -> str:
    """The letters of a domain that is written in A-labels; the domain itself where it has none."""
    if "xn--" not in domain:
        return domain
    import idna

    try:
        return idna.decode(domain)
    except (idna.IDNAError, UnicodeError):
        return domain

"""`explain`: what a status code, a reply code, a reason or a whole SMTP reply means, and what to do about it.

The facts are those of the IANA registry, RFC 3463, RFC 5321 and RFC 7504; the sentences are in `data/pages/`.
The reason, bounce type and advice on a page are those that the classifier draws from the bare code.
"""

from __future__ import annotations

import re
from difflib import get_close_matches

from dsnparse.classify import providers
from dsnparse.classify.codes import REPLY
from dsnparse.explain.code_pages import reply_class_page, reply_page, status_page
from dsnparse.explain.page import Page, PageKind, Sense
from dsnparse.explain.provider_pages import own_code_page, provider_page
from dsnparse.explain.reason_pages import reason_page, verdict_page
from dsnparse.vocabulary import Reason

__all__ = ["Page", "PageKind", "Sense", "explain"]

_STATUS = re.compile(r"#?([245Xx])\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})", re.ASCII)
#: A class of reply codes ("4xx", "55x"), and of enhanced codes ("5.1.x", "X.2.XXX", "4.X.X").
_CODE_CLASS = re.compile(r"([2-5])(?:xx|yz|[0-7]x)", re.IGNORECASE)
_STATUS_CLASS = re.compile(r"#?([245X])\.([0-7]|X{1,3})\.X{1,3}", re.IGNORECASE)
#: What looks like an enhanced code and is none: "3.1.1", "5.1", "5.01.1".
_NEARLY_STATUS = re.compile(r"#?[\dXx]{1,4}(?:\.\d{1,9}){1,3}", re.ASCII)


def explain(subject: str) -> Page:
    """The page of a code, a reason, a provider or a reply.

    `subject`: an enhanced status code ("5.1.1", or "X.1.1" for every class, "5.1.x" for its subject), an SMTP
    reply code ("421", or "4xx" for its class), a reason ("mailbox_full"), a provider ("microsoft"), a code
    of its own ("S3150"), or a reply as a server sends it ("550 5.7.1 Message rejected due to spam"). A code
    that nobody has registered gets the page of its subject or class (RFC 3463 section 2, RFC 5321 section
    4.2.1).

    Raises TypeError when `subject` is no str, and ValueError, with a hint, when it is none of these.
    """
    if not isinstance(subject, str):
        raise TypeError(f"explain() takes a code, a reason or a reply as str, not {type(subject).__name__}.")
    text = subject.strip()
    match = _STATUS.fullmatch(text)
    if match:
        return status_page(match[1].upper(), match[2], match[3])
    if REPLY.fullmatch(text):
        return reply_page(int(text))
    found = _CODE_CLASS.fullmatch(text)
    if found:
        return reply_class_page(found[1])
    found = _STATUS_CLASS.fullmatch(text)
    if found:
        return status_page(found[1].upper(), "0" if found[2] in "Xx" else found[2], "0")
    name = re.sub(r"[\s-]", "_", text.lower())
    if name in list(Reason):
        return reason_page(Reason(name))
    # One word is a provider, a code of its own, or a slip of the pen; several are a reply.
    page = verdict_page(text) if len(text.split()) > 1 else provider_page(name) or own_code_page(text)
    if page is None:
        raise ValueError(_hint(text, name))
    return page


def _hint(text: str, name: str) -> str:
    """The sentence for an argument that is nothing we know."""
    shown = text if len(text) <= 60 else f"{text[:57]}..."
    if not text:
        return 'Give a code ("5.1.1", "421"), a reason ("mailbox_full") or an SMTP reply.'
    if _NEARLY_STATUS.fullmatch(text):
        return (
            f'"{shown}" is no enhanced status code: that is class 2, 4 or 5, then subject and detail from 0 '
            'to 999, such as "5.1.1". "X.1.1" shows every class.'
        )
    if text.isdigit():
        return f'"{shown}" is no SMTP reply code: they have three digits and begin with 2, 3, 4 or 5.'
    near = (
        _named_elsewhere(text)
        or get_close_matches(name, list(Reason), n=1, cutoff=0.5)
        or get_close_matches(name, providers(), n=1)
    )
    what = f'"{shown}" is no status code, reply code or reason, and no reply whose words are understood.'
    if not near:
        return f'{what} Try "5.1.1", "421", "mailbox_full" or a whole reply in quotes.'
    return f"{what} Did you mean {' or '.join(near[:3])}?"


def _named_elsewhere(text: str) -> list[str]:
    """The reasons that another system calls so ("UserUnknown", "QuotaIssues")."""
    plain = text.lower()
    return [
        str(reason)
        for reason in Reason
        if plain in (reason.sisimai.lower(), reason.kumomta.lower(), reason.postmark.lower())
    ]

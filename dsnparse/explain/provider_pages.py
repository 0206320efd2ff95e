"""The pages of providers ("microsoft") and of codes of their own ("S3150", "TSS04", "OFR_506")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dsnparse.classify import Verdict, classify_reply
from dsnparse.classify.source import Source
from dsnparse.data import load
from dsnparse.explain.documented import documented
from dsnparse.explain.page import Page, PageKind
from dsnparse.explain.reason_pages import reason_page

#: Letters and digits that a provider puts beside a reply: "S3150", "TSS04", "OFR_506", "IB110", "(RTR:BL)".
_OWN_CODE = re.compile(r"[(\[]?([A-Za-z]{1,4}(?:\d{1,3}[_-])?[_:-]?[A-Za-z]{0,3}\d{0,4})[)\]]?", re.ASCII)
_LABELS = {"postmaster": "postmaster", "unblock": "ask to be unblocked", "from": "these links"}
#: What people call a provider.
_CALLED = {
    "outlook": "microsoft", "hotmail": "microsoft", "office365": "microsoft", "exchange_online": "microsoft",
    "gmail": "google", "aol": "yahoo", "xfinity": "comcast", "icloud": "apple", "web.de": "gmx",
}  # fmt: skip


def provider_page(name: str) -> Page | None:
    """The page of a provider whose documented replies are kept; None for any other name."""
    name = _CALLED.get(name, name)
    table = load("documented").get(name)
    if table is None:
        return None
    replies = list(documented(name))
    return Page(
        kind=PageKind.PROVIDER,
        subject=name,
        title=f"{table['title']}: what its replies mean",
        known=True,
        official=(
            ("documented", f"{len(replies)} replies"),
            *((page["title"], f"as read in {page['read']}") for page in table["page"]),
            *((_LABELS[key], link) for key, link in table["help"].items()),
        ),
        causes=tuple(
            f"{reply.reasons[0]}: {reply.text}" for reply in sorted(replies, key=lambda one: one.reasons[0])
        ),
    )


def own_code_page(text: str) -> Page | None:
    """The page of a code that is one provider's own; None when no provider is known to use it."""
    verdict = _verdict_of(text)
    return None if verdict is None else _page_of(text, verdict)


def provider_of_code(text: str) -> str | None:
    """The provider whose own code this is ("S3150": "microsoft"); None when none is known to use it."""
    verdict = _verdict_of(text)
    return None if verdict is None else verdict.rule.split(".")[1]


def provider_help(name: str) -> dict[str, str]:
    """Where a provider is asked: "postmaster", "unblock", and "from", where these are from; may be empty."""
    table = load("documented").get(name)
    return {} if table is None else dict(table["help"])


def _verdict_of(text: str) -> Verdict | None:
    found = _OWN_CODE.fullmatch(text)
    if found is None:
        return None
    for reply in _with_code(found[1]):
        verdict = classify_reply(reply)
        if verdict.source is Source.WORDS and verdict.rule.startswith("provider."):
            return verdict
    return None


def _with_code(code: str) -> Iterator[str]:
    """Replies with nothing but the code, as providers write it."""
    yield f"554 ({code})"
    yield f"554 [{code}] "
    for begins, provider in _NEEDS_ITS_PROVIDER.items():
        if code.lower().startswith(begins):
            yield f"554 [{code}] {provider}"


#: How codes begin that count only where the provider is known, and words that make it known.
_NEEDS_ITS_PROVIDER = {"ib": "secureserver.net", "ph": "postmaster.yahooinc.com"}


def _page_of(code: str, verdict: Verdict) -> Page:
    name = verdict.rule.split(".")[1]
    reason = reason_page(verdict.reason)
    of_provider = provider_page(name)
    notes = [
        f"Documented: {reply.text}"
        for reply in (documented(name) if of_provider is not None else ())
        if code.strip("()[]").lower() in reply.text.lower()
    ]
    return Page(
        kind=PageKind.PROVIDER,
        subject=code,
        title=f"{name}: {reason.title[0].lower()}{reason.title[1:]}",
        known=True,
        senses=reason.senses,
        official=of_provider.official if of_provider is not None else (("provider", name),),
        notes=tuple(notes),
    )

"""What is known: codes, reasons, providers."""

from __future__ import annotations

from typing import Any

from litestar import get

from dsnparse.explain import PageKind, explain
from dsnparse.explain.documented import coverage
from dsnparse.vocabulary import Reason
from dsnparse.web.access import needs
from dsnparse.web.problems import problem
from dsnparse.web.service import Service


@get("/v1/codes/{code:str}", **needs("parse"))
async def code(code: str, service: Service) -> dict[str, Any]:
    """What an SMTP reply code, an enhanced code or a code that is one provider's means, and what to do."""
    return await service.asking.run(_page, code, PageKind.STATUS, PageKind.REPLY, PageKind.PROVIDER)


@get("/v1/reasons", **needs("parse"), sync_to_thread=False)
def reasons() -> list[dict[str, Any]]:
    """The reasons that a record can have."""
    return [
        {
            "reason": reason.value,
            "meaning": reason.meaning,
            "bounce_type": reason.bounce_type.value,
            "advice": reason.advice.value,
        }
        for reason in Reason
    ]


@get("/v1/reasons/{reason:str}", **needs("parse"))
async def reason(reason: str, service: Service) -> dict[str, Any]:
    """What a reason means, its causes, and what to do."""
    return await service.asking.run(_page, reason, PageKind.REASON)


@get("/v1/providers", **needs("parse"))
async def providers(service: Service) -> list[dict[str, Any]]:
    """The providers whose documented replies are kept, and how much of these is understood."""
    return await service.asking.run(_providers)


@get("/v1/providers/{name:str}", **needs("parse"))
async def provider(name: str, service: Service) -> dict[str, Any]:
    """What a provider's replies mean, and where to ask."""
    return await service.asking.run(_page, name, PageKind.PROVIDER)


def _providers() -> list[dict[str, Any]]:
    return [
        {
            "provider": one.provider,
            "title": one.title,
            "documented": one.documented,
            "understood": one.understood,
            "share": round(one.share, 3),
            "read": one.read,
        }
        for one in coverage()
    ]


def _page(name: str, *kinds: PageKind) -> dict[str, Any]:
    try:
        page = explain(name)
    except ValueError as error:
        raise problem("not-known", str(error)) from None
    if page.kind not in kinds:
        raise problem("not-known", f"{page.subject} is a {page.kind.value}.")
    return page.to_dict()


handlers = (code, reasons, reason, providers, provider)

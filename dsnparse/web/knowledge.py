"""What is known: codes, reasons, providers."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.params import Parameter

from dsnparse.classify.codes import reply_codes, status_codes
from dsnparse.explain import PageKind, Sense, explain
from dsnparse.explain.documented import coverage
from dsnparse.vocabulary import Advice, BounceType, Reason
from dsnparse.web.describe import needs
from dsnparse.web.problems import problem
from dsnparse.web.service import Service

_Name = Annotated[str, Parameter(max_length=100)]


class Known(msgspec.Struct):
    """What is known of a code, a reason or a provider."""

    kind: PageKind
    subject: str
    title: str
    #: False where only the class of a code is known.
    known: bool
    senses: list[Sense]
    official: dict[str, str]
    causes: list[str]
    codes: list[str]
    elsewhere: dict[str, str]
    notes: list[str]


class OneReason(msgspec.Struct):
    """A reason, and what follows from it."""

    reason: Reason
    meaning: str
    bounce_type: BounceType
    advice: Advice


class OneProvider(msgspec.Struct):
    """A provider, how many replies it documents, and how many of these are understood."""

    provider: str
    title: str
    documented: int
    understood: int
    share: float
    #: When its pages were read: "2026-11".
    read: str


class OneCode(msgspec.Struct):
    """An enhanced status code or an SMTP reply code, and what it means by itself."""

    code: str
    name: str
    reason: Reason | None
    bounce_type: BounceType | None


@get("/v1/codes", **needs("parse"))
async def codes(service: Service) -> list[OneCode]:
    """The enhanced status codes and SMTP reply codes that are known, with what each means by itself."""
    return await service.ask(_codes)


@get("/v1/codes/{code:str}", **needs("parse", Known, 404))
async def code(code: _Name, service: Service) -> dict[str, Any]:
    """What an SMTP reply code, an enhanced code or a code that is one provider's means, and what to do."""
    return await service.ask(_page, code, PageKind.STATUS, PageKind.REPLY, PageKind.PROVIDER)


@get("/v1/reasons", **needs("parse"), sync_to_thread=False)
def reasons() -> list[OneReason]:
    """The reasons that a record can have."""
    return [OneReason(one, one.meaning, one.bounce_type, one.advice) for one in Reason]


@get("/v1/reasons/{reason:str}", **needs("parse", Known, 404))
async def reason(reason: _Name, service: Service) -> dict[str, Any]:
    """What a reason means, its causes, and what to do."""
    return await service.ask(_page, reason, PageKind.REASON)


@get("/v1/providers", **needs("parse"))
async def providers(service: Service) -> list[OneProvider]:
    """The providers whose documented replies are kept, and how much of these is understood."""
    return await service.ask(_providers)


@get("/v1/providers/{name:str}", **needs("parse", Known, 404))
async def provider(name: _Name, service: Service) -> dict[str, Any]:
    """What a provider's replies mean, and where to ask."""
    return await service.ask(_page, name, PageKind.PROVIDER)


@cache
def _codes() -> list[OneCode]:
    known = [f"X.{code}" for code in status_codes()] + [str(code) for code in reply_codes()]
    return [
        OneCode(sense.code, sense.name, sense.reason, sense.bounce_type)
        for code in known
        for sense in explain(code).senses
    ]


@cache
def _providers() -> list[OneProvider]:
    return [
        OneProvider(one.provider, one.title, one.documented, one.understood, round(one.share, 3), one.read)
        for one in coverage()
    ]


def _page(name: str, *kinds: PageKind) -> dict[str, Any]:
    try:
        page = explain(name)
    except ValueError as error:
        raise problem("not-known", str(error)) from None
    if page.kind not in kinds:
        raise problem("not-known", f"{page.subject} is a {page.kind.value}.")
    found = page.to_dict()
    return {name: found[name] for name in Known.__struct_fields__}


handlers = (codes, code, reasons, reason, providers, provider)

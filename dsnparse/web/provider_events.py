"""Events that a mail service posts: known by its signature, then stored by the steps of `ingest --as`."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, head, post

from dsnparse.errors import as_sentence
from dsnparse.ingest import ingest as work_off
from dsnparse.mailboxes.events import READER_FAILED, Event
from dsnparse.mailboxes.items import PassedOver, Problem
from dsnparse.mailboxes.sources import PathSource
from dsnparse.mailboxes.tally import Tally
from dsnparse.model import Report
from dsnparse.read.events.tables import providers
from dsnparse.store.changes.change import Change
from dsnparse.trust.envelope import Envelope
from dsnparse.trust.settings import TrustSettings
from dsnparse.trust.webhooks.fetch import fetch_https
from dsnparse.trust.webhooks.refusal import CannotVerify, NotVerified
from dsnparse.trust.webhooks.request import Request as Sent
from dsnparse.trust.webhooks.verify import Verified
from dsnparse.web.access import SIGNED, Caller
from dsnparse.web.bodies import read_body
from dsnparse.web.describe import BYTES, needs
from dsnparse.web.heard import Heard, in_short
from dsnparse.web.problems import problem
from dsnparse.web.reading_events import events_of
from dsnparse.web.service import Service

#: Sentences on what could not be read that an answer has.
_TOLD = 20
#: What services post; the type that they name does not matter.
_TAKEN = ("application/json", "application/x-www-form-urlencoded", "text/plain")
_log = logging.getLogger("dsnparse.web")


class IngestedEvents(msgspec.Struct):
    """What became of the events in a request."""

    #: Events that the database did not have, those it had, and those that tell nothing about delivery.
    added: int
    duplicates: int
    passed_over: int
    #: What could not be read, a sentence each; the first twenty.
    problems: list[str]
    #: The changes of state that they caused, as hooks are told them.
    changes: list[dict[str, Any]]


class Door(msgspec.Struct):
    """Where a service posts to."""

    provider: str


@get("/v1/ingest/{provider:str}", **needs(SIGNED, None, 404), sync_to_thread=False)
def is_there(provider: str) -> Door:
    """Answer services that ask whether the address is there before they post."""
    _refuse_unknown(provider)
    return Door(provider)


@head("/v1/ingest/{provider:str}", **needs(SIGNED, None, 404), sync_to_thread=False)
def is_there_too(provider: str) -> None:
    """The same, without an answer."""
    _refuse_unknown(provider)


@post(
    "/v1/ingest/{provider:str}",
    status_code=200,
    **needs(SIGNED, IngestedEvents, 404, takes=dict.fromkeys(_TAKEN, BYTES)),
)
async def ingest_events(
    request: Request[Any, Any, Any], service: Service, provider: str
) -> Response[IngestedEvents] | Response[dict[str, str]]:
    """Store what a mail service posts. Its signature, or its password, is the key; docs/webhooks.md."""
    service.store  # noqa: B018  (says so before anything is read)
    _refuse_unknown(provider)
    body = await read_body(request)
    headers = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.scope["headers"])
    sent = Sent(headers, body, request.scope["query_string"].decode("latin-1"))
    verified = await _verified(service, provider, sent)
    answer = service.verifier.handshake(provider, verified)
    if answer is not None:
        return Response(answer)
    if verified.confirm:
        await _confirm(service, provider, verified.confirm)
    try:
        return Response(await _ingest(service, provider, verified))
    except BaseException:
        service.verifier.release(verified)
        raise


async def _verified(service: Service, provider: str, sent: Sent) -> Verified:
    try:
        return await service.ask(service.verifier.verify, provider, sent, datetime.now(UTC))
    except NotVerified as reason:
        _log.warning("Events as of %s were refused: %s", provider, as_sentence(reason))
        refused = problem("not-verified", str(reason))
        if service.verifier.wants_basic(provider):
            # Amazon SNS sends user and password only when it is asked for them.
            refused.headers = {**(refused.headers or {}), "WWW-Authenticate": 'Basic realm="dsnparse"'}
        raise refused from None
    except CannotVerify as reason:
        _log.warning("Events of %s must wait: %s", provider, as_sentence(reason))
        raise problem("cannot-verify", str(reason)) from None


async def _confirm(service: Service, provider: str, url: str) -> None:
    """Confirm a subscription that was asked for in a topic of ours."""
    try:
        await service.ask(fetch_https, url)
    except OSError as error:
        _log.warning("The subscription of %s could not be confirmed (%s): open %s", provider, error, url)
        raise problem("cannot-verify", "The subscription could not be confirmed.") from None
    _log.warning("The subscription of %s was confirmed.", provider)


async def _ingest(service: Service, provider: str, verified: Verified) -> IngestedEvents:
    name = f"{service.settings.source}:{provider}"
    items = await service.parsing.run(events_of, provider, verified.content, name) if verified.content else []
    ingested, changes, problems, refused = await service.writing.run(_store, service, items)
    for one in problems:
        _log.warning("%s %s.", one.name, one.reason)
    service.note(
        Caller(f"{provider} ({', '.join(verified.by)})", frozenset()),
        "ingest",
        provider=provider,
        added=ingested.added,
        duplicates=ingested.duplicates,
        changes=in_short(changes),
    )
    if refused or any(READER_FAILED in one.reason for one in problems):
        # Not lost: the service posts it again, and what is stored counts once.
        raise problem("not-stored", problems[0].reason)
    return ingested


def _store(
    service: Service, items: Sequence[Event | Problem | PassedOver]
) -> tuple[IngestedEvents, list[Change], list[Problem], int]:
    """In the thread that writes: what became of them and what changed, what went wrong, and how many the
    database refused."""
    add, total = Heard(service.store), Tally()
    problems: list[Problem] = []
    for tally in work_off(_Posted(items), add, _NoMail(), keeping=service.keeping):
        service.changed(tally)
        problems += tally.problems
        total.add(tally)
    ingested = IngestedEvents(
        added=total.added,
        duplicates=total.duplicates,
        passed_over=total.passed_over,
        problems=[f"{one.name} {one.reason}." for one in problems[:_TOLD]],
        changes=[change.to_dict() for change in add.changes],
    )
    return ingested, add.changes, problems, total.refused


def _refuse_unknown(provider: str) -> None:
    if provider not in providers():
        raise problem(
            "not-known", f"There is no provider {provider[:80]!r}; there is: {', '.join(providers())}."
        )


class _Posted(PathSource):
    """A source of events that have been read."""

    def __init__(self, items: Sequence[Event | Problem | PassedOver]) -> None:
        super().__init__([])
        self._items = items

    def take(self, *, read: bool = True) -> Iterator[Any]:  # noqa: ARG002
        """Every one of them."""
        return iter(self._items)


class _NoMail:
    """The parser for what is no mail."""

    trust: TrustSettings | None = None

    def parse(self, message: bytes, *, envelope: Envelope | None = None) -> Report:  # noqa: ARG002
        raise AssertionError("events are no mail")


handlers = (is_there, is_there_too, ingest_events)

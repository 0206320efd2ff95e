"""Messages that share a transaction: each is told what became of it, and of it alone."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from ingest.mail import LETTER, bounce

from dsnparse import parse_dsn
from dsnparse.mailboxes.items import Mail
from dsnparse.store import Store, message_identity
from dsnparse.store.sql.errors import StoreError, StoreUnavailable
from dsnparse.web import ingesting
from dsnparse.web.access import Caller
from dsnparse.web.audit import Audit
from dsnparse.web.ingesting import Handed, Ingested
from dsnparse.web.service import Service
from dsnparse.web.settings import Settings


def handed(data: bytes) -> Handed:
    loop = asyncio.new_event_loop()
    answer: asyncio.Future[Ingested] = loop.create_future()
    loop.close()
    mail = Mail("http", data, len(data))
    return Handed(Caller("shop", frozenset()), mail, parse_dsn(data), message_identity(data), answer)


@pytest.fixture
def service(tmp_path: Path) -> Service:
    store = Store.open(str(tmp_path / "b.db"))
    return Service(Settings(), store, Audit(tmp_path / "audit"))


def test_each_hears_of_itself(service: Service, tmp_path: Path) -> None:
    service.store.add([])
    ingesting._store(service, [handed(bounce(1))])
    some = [bounce(1), bounce(2), LETTER, bounce(2), bounce(3)]
    answers = ingesting._store(service, [handed(data) for data in some])
    told = [
        (one.added, one.kind, [change["address"] for change in one.changes])
        for one in answers
        if isinstance(one, Ingested)
    ]
    assert told == [
        (False, "bounce", []),
        (True, "bounce", ["user2@example.com"]),
        (True, "other", []),
        (False, "bounce", []),
        (True, "bounce", ["user3@example.com"]),
    ]
    lines = [json.loads(line) for line in (tmp_path / "audit").read_text().splitlines()]
    assert [line["added"] for line in lines] == [True, False, True, True, False, True]
    assert lines[2]["changes"] == ["address.suppressed user2@example.com"]


def test_what_the_database_refuses_costs_the_others_nothing(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = message_identity(bounce(2))
    add = service.store.add

    def adding(items, *, positions=None, now=None):  # type: ignore[no-untyped-def]
        if any(item.digest == refused for item in items):
            raise StoreError("no such thing")
        return add(items, positions=positions, now=now)

    monkeypatch.setattr(service.store, "add", adding)
    first, second, third = ingesting._store(service, [handed(bounce(number)) for number in (1, 2, 3)])
    assert isinstance(first, Ingested)
    assert isinstance(third, Ingested)
    assert first.added
    assert third.added
    assert isinstance(second, Exception)
    assert service.store.check("user2@example.com")
    with pytest.raises(StoreError):
        ingesting._store(service, [handed(bounce(2))])


def test_while_the_database_is_away_all_are_told(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise StoreUnavailable("away")

    monkeypatch.setattr(service.store, "add", away)
    with pytest.raises(StoreUnavailable):
        ingesting._store(service, [handed(bounce(1)), handed(LETTER)])

"""What the handlers share: settings, parsing processes, the database with its threads, memory."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from dsnparse.ingest import NOTHING_KEPT, Keeping
from dsnparse.log import say_taken
from dsnparse.mailboxes.tally import Tally
from dsnparse.metrics import Metrics
from dsnparse.store.store import Store
from dsnparse.trust.webhooks.verify import Verifier
from dsnparse.web.access import Caller
from dsnparse.web.audit import Audit
from dsnparse.web.bounded import Room, Threads
from dsnparse.web.keys import KeyFile
from dsnparse.web.parsing import ParsingProcesses
from dsnparse.web.problems import problem
from dsnparse.web.settings import Settings

if TYPE_CHECKING:
    from litestar import Litestar

P = ParamSpec("P")
T = TypeVar("T")

_log = logging.getLogger("dsnparse.web")

#: Threads that ask the database, and that write. SQLite has one writer at a time.
_ASKING = 8
_WRITING = 4
#: Reports that are made at once, and that wait: each may be seconds of work.
_REPORTING, _REPORTS_WAITING = 1, 4


class Service:
    """One running API. `store` is None without a database."""

    def __init__(
        self,
        settings: Settings,
        store: Store | None,
        audit: Audit,
        keys: KeyFile | None = None,
        verifier: Verifier | None = None,
    ) -> None:
        """`keys`: None where none are needed. `verifier`: of what mail services post; None: nothing is."""
        self.settings = settings
        self._store = store
        self._audit = audit
        self.keys = keys
        self.verifier = verifier or Verifier({})
        self.metrics = Metrics(store)
        #: Which messages are kept themselves, and where copies go.
        self.keeping: Keeping = NOTHING_KEPT
        #: Called with what came of each change: hooks may wait for it.
        self.heard: Callable[[Tally], None] = lambda _: None
        self.parsing = ParsingProcesses(
            settings.rules,
            settings.trust,
            settings.limits,
            settings.jobs,
            settings.waiting,
            settings.timeout,
        )
        self.memory = Room(settings.memory, "The bytes for requests")
        one_writer = store is not None and store.database.engine.dialect.name == "sqlite"
        self.asking = Threads(_ASKING, settings.waiting, "ask")
        self.reporting = Threads(_REPORTING, _REPORTS_WAITING, "report")
        self.writing = Threads(1 if one_writer else _WRITING, settings.waiting, "write")

    @property
    def store(self) -> Store:
        """The database. Raise the problem `no-database`."""
        if self._store is None:
            raise problem("no-database", "Start it with a database: dsnparse serve --db URL.")
        return self._store

    @property
    def has_store(self) -> bool:
        """Whether there is a database."""
        return self._store is not None

    async def ask(self, work: Callable[P, T], *args: P.args, **values: P.kwargs) -> T:
        """What `work` returns or raises, in a thread, within the time for requests.

        Raise the problem `busy`, and TimeoutError.
        """
        async with asyncio.timeout(self.settings.timeout):
            return await self.asking.run(work, *args, **values)

    async def change(self, work: Callable[P, T], *args: P.args, **values: P.kwargs) -> T:
        """The same for what writes. What takes too long may be done later; to ask twice does no harm."""
        async with asyncio.timeout(self.settings.timeout):
            return await self.writing.run(work, *args, **values)

    def changed(self, tally: Tally) -> None:
        """Something was stored, and this came of it."""
        say_taken(tally)
        self.metrics.count(tally)
        self.heard(tally)

    def name_of(self, caller: Caller) -> str:
        """What the journal calls somebody who makes a change."""
        return f"key {caller.name}" if caller.name else "http"

    def note(self, caller: Caller, what: str, **more: Any) -> None:
        """A line of the audit log. What is done is done: when it cannot be written, the log says so."""
        try:
            self._audit.note(caller.name, what, **more)
        except OSError as error:
            _log.error("The audit log cannot be written: %s: %s %s", error.strerror, what, more)

    @asynccontextmanager
    async def running(self, _: Litestar) -> AsyncIterator[None]:
        """From the start of the application to its end."""
        await self.parsing.start()
        try:
            yield
        finally:
            self.writing.close()
            self.asking.close()
            self.reporting.close()

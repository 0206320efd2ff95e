"""What the handlers share: settings, parsing processes, the database with its threads, memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from dsnparse.mailboxes.tally import Tally
from dsnparse.store.store import Store
from dsnparse.web.audit import Audit
from dsnparse.web.bounded import Room, Threads
from dsnparse.web.parsing import ParsingProcesses
from dsnparse.web.problems import problem
from dsnparse.web.settings import Settings

if TYPE_CHECKING:
    from litestar import Litestar

#: Threads that ask the database, and that write. SQLite has one writer at a time.
_ASKING = 8
_WRITING = 4


class Service:
    """One running API. `store` is None without a database."""

    def __init__(
        self,
        settings: Settings,
        store: Store | None,
        audit: Audit,
        changed: Callable[[Tally], None] = lambda _: None,
    ) -> None:
        """`changed`: called with what came of each message that was stored."""
        self.settings = settings
        self._store = store
        self.audit = audit
        self.changed = changed
        self.parsing = ParsingProcesses(
            settings.rules, settings.trust, settings.workers, settings.waiting, settings.timeout
        )
        self.memory = Room(settings.memory, "The bytes for requests")
        one_writer = store is not None and store.database.engine.dialect.name == "sqlite"
        self.asking = Threads(_ASKING, settings.waiting, "ask")
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

    @asynccontextmanager
    async def running(self, _: Litestar) -> AsyncIterator[None]:
        """From the start of the application to its end."""
        await self.parsing.start()
        try:
            yield
        finally:
            self.writing.close()
            self.asking.close()

"""The store, opened while other processes read already: that takes some tenths of a second."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dsnparse.store.store import Store


class Opening:
    """Use it in a `with` block, within that of the processes that read; ask for `store` when it is needed."""

    def __init__(self, opened: AbstractContextManager[Store], *, early: bool) -> None:
        """`opened`: what opens it and closes it. `early`: whether others can begin before it is open."""
        self._opened = opened
        self._early = early
        self._store: Store | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._open, daemon=True)

    @property
    def store(self) -> Store:
        """The store, once it is open. Raise what opening it raises."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        assert self._store is not None
        return self._store

    def _open(self) -> None:
        try:
            self._store = self._opened.__enter__()
        except BaseException as error:  # noqa: BLE001  (it is raised where the store is asked for)
            self._error = error

    def __enter__(self) -> Opening:
        self._thread.start()
        if not self._early:
            self.store  # noqa: B018
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.join()
        if self._store is not None:
            self._opened.__exit__(kind, error, trace)

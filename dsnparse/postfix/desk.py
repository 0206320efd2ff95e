"""Asks the store for a mail server that waits, and never lets mail be lost by a failure of ours."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from dsnparse.errors import as_sentence
from dsnparse.postfix.advice import AWAY, PASS, Advice, advice_of
from dsnparse.store.queries.answer import Decision

#: Threads that ask the store.
THREADS = 4
#: Seconds for an answer. Postfix waits 100 for a policy service and a table.
ANSWER_SECONDS = 5.0
#: Letters of an address that is looked up: RFC 5321 has 256, and Postfix may quote them.
ADDRESS_CHARS = 1024

_log = logging.getLogger("dsnparse.postfix")


class Desk:
    """Answers for all connections. `check` runs in threads: `Store.check`."""

    def __init__(
        self,
        check: Callable[[str], Decision],
        *,
        passes_when_away: bool = True,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        """`passes_when_away`: mail is let through while the store cannot be asked; else it waits."""
        self._check = check
        self._away = PASS if passes_when_away else AWAY
        self._answer_seconds = answer_seconds
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="postfix")
        self._is_away = False

    async def advice(self, address: str) -> Advice:
        """What to do about a recipient. Never raises but for cancellation."""
        if "@" not in address[1:] or len(address) > ADDRESS_CHARS:
            return PASS
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._answer_seconds):
                decision = await loop.run_in_executor(self._threads, self._check, address)
        except TimeoutError:
            return self._failed(f"The database did not answer within {self._answer_seconds:g} seconds")
        except Exception as error:  # noqa: BLE001  (whatever it is, a mail server waits for an answer)
            return self._failed(f"{type(error).__name__}: {error}")
        if self._is_away:
            self._is_away = False
            _log.warning("The database works again: recipients are checked.")
        return advice_of(decision)

    def close(self) -> None:
        """No more questions."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _failed(self, why: str) -> Advice:
        if not self._is_away:
            self._is_away = True
            what = "pass unchecked" if self._away is PASS else "are deferred"
            _log.warning("%s Recipients %s until it works.", as_sentence(why), what)
        return self._away

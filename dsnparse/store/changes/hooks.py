"""Hooks: a command or a web address that is told of every change of state.

A hook gets the change as JSON (`Change.to_dict()` and a `sequence` number that grows). It is told at least
once: `id` is the same each time, so that a receiver can drop what it has. Deliveries can overtake each other
after a failure; `sequence` says which of two is the later one.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import shlex
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from http.client import HTTPException
from typing import Protocol
from urllib.error import HTTPError
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from dsnparse.errors import DsnparseError
from dsnparse.store.changes.bounded_command import run_bounded

#: How long a command may run, and how long a web server may take, in seconds.
EXEC_TIMEOUT = 60
WEBHOOK_TIMEOUT = 15

_LONGEST_ERROR = 300


class HookFailed(DsnparseError):  # noqa: N818  (it is an outcome, and reads as one)
    """The hook was not told; a sentence says why. It will be tried again."""


class Hook(Protocol):
    """Anything with a name that stays the same from run to run, and a way to deliver."""

    @property
    def name(self) -> str:
        """What the outbox calls it."""
        ...

    def deliver(self, payload: str, key: str, now: datetime) -> None:
        """Tell it; raise HookFailed when that did not work."""
        ...


class ExecHook:
    """Run a command with the change as JSON on its standard input; exit status 0 means it was told."""

    def __init__(self, command: str | Sequence[str], timeout: float = EXEC_TIMEOUT) -> None:
        """`command`: words, or a line that is split as a shell does; no shell runs. ValueError when empty."""
        words = shlex.split(command) if isinstance(command, str) else list(command)
        if not words:
            raise ValueError("The command of a hook must not be empty")
        self._words = words
        self._timeout = timeout
        self._stopped = threading.Event()

    @property
    def name(self) -> str:
        """ "exec:" and the command."""
        return "exec:" + shlex.join(self._words)

    def deliver(self, payload: str, key: str, now: datetime) -> None:  # noqa: ARG002
        """Run the command and wait for it."""
        try:
            status, said = run_bounded(
                self._words, payload.encode() + b"\n", self._timeout, self._stopped.is_set
            )
        except TimeoutError:
            end = "was stopped" if self._stopped.is_set() else f"did not end within {self._timeout:g} s"
            raise HookFailed(end) from None
        except (OSError, ValueError) as problem:
            raise HookFailed(f"could not be started: {problem}") from problem
        if status:
            last = said.strip().rpartition("\n")[2]
            raise HookFailed(f"exit status {status}: {last}"[:_LONGEST_ERROR].rstrip(": "))

    def stop(self) -> None:
        """End a delivery that is under way, and the later ones; from another thread."""
        self._stopped.set()


class WebhookHook:
    """POST the change as JSON, signed as the Standard Webhooks specification 1.0 has it.

    `webhook-id` is the change's id (also sent as `idempotency-key`), `webhook-timestamp` the time of the
    attempt in seconds, `webhook-signature` is "v1," and the base64 of HMAC-SHA-256 over
    "id.timestamp.body" under the secret. Any 2xx answer means that it was told; redirects are not followed.
    User and password of the URL are sent as an Authorization header, and shown nowhere.
    """

    def __init__(self, url: str, secret: bytes | str | None, timeout: float = WEBHOOK_TIMEOUT) -> None:
        """`secret`: bytes, or text; text that begins with "whsec_" is base64 after that. None: unsigned.

        Raise ValueError when `url` is not http or https, or the secret is empty or cannot be read.
        """
        parts = _web_address(url)
        host = parts.netloc.rpartition("@")[2]
        self._url = urlunsplit(parts._replace(netloc=host))
        self._authorization = _basic(parts.username, parts.password)
        self._name = f"webhook:{parts.scheme}://{host}{parts.path}"
        self._secret = _secret(secret)
        self._timeout = timeout
        self._stopped = threading.Event()
        self._open = build_opener(_NoRedirect).open

    @property
    def name(self) -> str:
        """ "webhook:" and the address without user, password and query."""
        return self._name

    def deliver(self, payload: str, key: str, now: datetime) -> None:
        """Send it and wait for the answer."""
        body = payload.encode()
        stamp = str(int(now.timestamp()))
        headers = {
            "content-type": "application/json",
            "user-agent": "dsnparse",
            "idempotency-key": key,
            "webhook-id": key,
            "webhook-timestamp": stamp,
        }
        if self._authorization is not None:
            headers["authorization"] = self._authorization
        if self._secret is not None:
            headers["webhook-signature"] = signature(self._secret, key, stamp, body)
        request = Request(self._url, body, headers, method="POST")  # noqa: S310  (http or https: see __init__)
        said = _Answer(lambda: self._ask(request))
        if not said.wait(self._timeout, self._stopped):
            raise HookFailed(
                "was stopped" if self._stopped.is_set() else f"no answer within {self._timeout:g} s"
            )
        if said.failure:
            raise HookFailed(said.failure[:_LONGEST_ERROR])

    def _ask(self, request: Request) -> str:
        """What went wrong, or nothing."""
        try:
            with self._open(request, timeout=self._timeout) as answer:
                answer.read(1_000)
        except HTTPError as problem:
            problem.close()
            return f"answered {problem.code} {problem.reason}"
        except (OSError, HTTPException, ValueError) as problem:
            return f"no answer: {problem}"
        return ""

    def stop(self) -> None:
        """End a delivery that is under way, and the later ones; from another thread."""
        self._stopped.set()


class _Answer:
    """A question asked in a thread, since a server that sends a byte now and then never times out."""

    def __init__(self, ask: Callable[[], str]) -> None:
        self.failure = ""
        self._ask = ask
        self._done = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            self.failure = self._ask()
        except Exception as problem:  # noqa: BLE001  (whatever it is, it was not told)
            self.failure = f"{type(problem).__name__}: {problem}"
        self._done.set()

    def wait(self, seconds: float, stopped: threading.Event) -> bool:
        """Whether the answer came in time."""
        deadline = time.monotonic() + seconds
        while not self._done.wait(min(0.1, max(0.0, deadline - time.monotonic()))):
            if stopped.is_set() or time.monotonic() >= deadline:
                return self._done.is_set()
        return True


def signature(secret: bytes, key: str, stamp: str, body: bytes) -> str:
    """The value of `webhook-signature`."""
    digest = hmac.digest(secret, f"{key}.{stamp}.".encode() + body, "sha256")
    return "v1," + base64.b64encode(digest).decode()


def _web_address(url: str) -> SplitResult:
    """Take a URL apart. Raise ValueError, without repeating it: it may hold a password."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise ValueError(
            "That is not a web address; write https://host/path, and a / or @ in a password as %2F, %40"
        ) from None
    return parts


def _basic(user: str | None, password: str | None) -> str | None:
    """The Authorization header (RFC 7617) for the credentials of a URL, where it has some."""
    if user is None:
        return None
    pair = f"{unquote(user)}:{unquote(password or '')}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def _secret(secret: bytes | str | None) -> bytes | None:
    if secret is None:
        return None
    if isinstance(secret, str):
        if secret.startswith("whsec_"):
            try:
                secret = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
            except binascii.Error as problem:
                raise ValueError(
                    "The webhook's secret begins with whsec_, but is not base64 after it"
                ) from problem
        else:
            secret = secret.encode()
    if not secret:
        raise ValueError("The webhook's secret is empty")
    return secret

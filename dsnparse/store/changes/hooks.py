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
import subprocess
from collections.abc import Sequence
from datetime import datetime
from http.client import HTTPException
from typing import Protocol
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from dsnparse.errors import DsnparseError

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

    @property
    def name(self) -> str:
        """ "exec:" and the command."""
        return "exec:" + shlex.join(self._words)

    def deliver(self, payload: str, key: str, now: datetime) -> None:  # noqa: ARG002
        """Run the command and wait for it."""
        try:
            done = subprocess.run(  # noqa: S603  (the operator's own command)
                self._words,
                input=payload.encode() + b"\n",
                capture_output=True,
                timeout=self._timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise HookFailed(f"did not end within {self._timeout:g} s") from None
        except OSError as problem:
            raise HookFailed(f"could not be started: {problem}") from problem
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
            raise HookFailed(f"exit status {done.returncode}: {said}"[:_LONGEST_ERROR].rstrip(": "))


class WebhookHook:
    """POST the change as JSON, signed as the Standard Webhooks specification 1.0 has it.

    `webhook-id` is the change's id (also sent as `idempotency-key`), `webhook-timestamp` the time of the
    attempt in seconds, `webhook-signature` is "v1," and the base64 of HMAC-SHA-256 over
    "id.timestamp.body" under the secret. Any 2xx answer means that it was told; redirects are not followed.
    """

    def __init__(self, url: str, secret: bytes | str | None, timeout: float = WEBHOOK_TIMEOUT) -> None:
        """`secret`: bytes, or text; text that begins with "whsec_" is base64 after that. None: unsigned.

        Raise ValueError when `url` is not http or https, or the secret is empty or cannot be read.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is not a web address; write https://host/path")
        self._url = url
        self._name = f"webhook:{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        self._secret = _secret(secret)
        self._timeout = timeout
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
        if self._secret is not None:
            headers["webhook-signature"] = signature(self._secret, key, stamp, body)
        request = Request(self._url, body, headers, method="POST")  # noqa: S310  (http or https: see __init__)
        try:
            with self._open(request, timeout=self._timeout) as answer:
                answer.read(1_000)
        except HTTPError as problem:
            problem.close()
            raise HookFailed(f"answered {problem.code} {problem.reason}"[:_LONGEST_ERROR]) from problem
        except (OSError, HTTPException, ValueError) as problem:
            raise HookFailed(f"no answer: {problem}"[:_LONGEST_ERROR]) from problem


def signature(secret: bytes, key: str, stamp: str, body: bytes) -> str:
    """The value of `webhook-signature`."""
    digest = hmac.digest(secret, f"{key}.{stamp}.".encode() + body, "sha256")
    return "v1," + base64.b64encode(digest).decode()


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

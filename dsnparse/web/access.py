"""Who is let in: keys and their scopes; without keys this machine, by its own names, and no foreign page.

A page that the operator looks at can send requests to this machine: under its own name, which its owner has
let point here (DNS rebinding), or to 127.0.0.1 by a form or a script. The name in Host tells the one, Origin
and Sec-Fetch-Site the other. With keys neither is of use to it, since no browser sends them along by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from dsnparse.web.keys import SCOPES, KeyFile, KeyFileError
from dsnparse.web.problems import problem
from dsnparse.web.settings import Settings

#: Of handlers that answer everybody.
OPEN = "open"
#: Of handlers that know by themselves whether a request is to be believed.
SIGNED = "signed"
#: What proxies add: whoever asks is somewhere else.
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
_BEARER = "bearer "


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request: the name of the key, "" without keys."""

    name: str
    scopes: frozenset[str]


ANYBODY = Caller("", frozenset(SCOPES))


class Access:
    """Lets requests in or not: the guard of all handlers. Sets `request.user` to the `Caller`."""

    def __init__(self, settings: Settings, keys: KeyFile | None) -> None:
        """`keys`: None where none are needed."""
        self._keys = keys
        self._open_to_all = settings.open_to_all
        self._names = {name.lower() for name in (*settings.names, settings.host)}

    def __call__(self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        """Raise the problem for a request that is not let in."""
        scope = handler.opt.get("scope")
        headers = connection.headers
        if scope == SIGNED:
            _refuse_foreign_pages(headers, str(connection.scope.get("method", "")))
            connection.scope["user"] = Caller("", frozenset())
        elif self._keys is None:
            self._admit_by_name(headers)
            _refuse_foreign_pages(headers, str(connection.scope.get("method", "")))
            connection.scope["user"] = ANYBODY
        elif scope == OPEN:
            connection.scope["user"] = Caller("", frozenset())
        else:
            connection.scope["user"] = self._caller(self._keys, headers, scope)

    def _admit_by_name(self, headers: Mapping[str, str]) -> None:
        if not self._open_to_all and any(name in headers for name in _FORWARDED):
            raise problem(
                "proxied-without-keys", "A proxy hands this on: start the server with --keys, and send a key."
            )
        host = _host(headers.get("host", ""))
        if host not in self._names and not _is_number(host):
            raise problem("wrong-host", f"Not {host[:80]!r}. If it is, start it with --name {host[:80]}.")

    def _caller(self, keys: KeyFile, headers: Mapping[str, str], scope: str | None) -> Caller:
        given = headers.get("authorization", "")
        if given[: len(_BEARER)].lower() != _BEARER:
            raise problem("key-needed", "Send a key: Authorization: Bearer dsnp_…")
        try:
            key = keys.find(given[len(_BEARER) :].strip())
        except KeyFileError as error:
            raise problem("keys-unreadable", "The keys cannot be read.") from error
        if key is None:
            raise problem("key-needed", "This key is not known.")
        if scope is not None and scope not in key.scopes:
            raise problem("scope-missing", f"The key {key.name} lacks the scope {scope}.", scope=scope)
        return Caller(key.name, frozenset(key.scopes))


def _refuse_foreign_pages(headers: Mapping[str, str], method: str) -> None:
    origin = headers.get("origin")
    if origin is not None and origin.partition("://")[2].lower() != headers.get("host", "").lower():
        raise problem("foreign-page", f"This request comes from a page of {origin[:80]}.")
    visited = method in ("GET", "HEAD") and headers.get("sec-fetch-mode") == "navigate"
    if headers.get("sec-fetch-site") in ("cross-site", "same-site") and not visited:
        raise problem("foreign-page", "This request comes from a page of another site.")


def _host(given: str) -> str:
    """The name in a Host header, without its port."""
    name = given.strip().lower()
    head, colon, port = name.rpartition(":")
    return head if colon and port.isdigit() and (not head.count(":") or head.endswith("]")) else name


def _is_number(host: str) -> bool:
    """Whether it is an IP address: nobody's name points elsewhere."""
    if host[:1] == "[":
        host = host[1:-1] if host[-1] == "]" else ""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True

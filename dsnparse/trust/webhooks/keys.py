"""What an operator gives of a service, so that its requests can be told: [webhooks.NAME] of `trust.toml`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dsnparse.trust.webhooks.scheme import PASSWORDS, Service, service

#: Letters of a secret, at least.
_SHORTEST = 8
#: Seconds that a window may be made as wide as.
_WIDEST = 7 * 24 * 3600
#: What must stand between the two parts of a password.
_BETWEEN = {"basic": (":", "user:password"), "query": ("=", "NAME=VALUE"), "header": (":", "NAME: VALUE")}


@dataclass(frozen=True, slots=True)
class WebhookKeys:
    """The keys and passwords of one service. All kinds that are given must come; of each, one of those given.

    Attributes:
        keys: Secrets of HMAC, or public keys: two while you change them.
        basic: User and password of HTTP Basic, as "user:password".
        bearer: Tokens of `Authorization: Bearer`.
        query: Parameters of the URL, as "NAME=VALUE".
        header: Headers, as "NAME: VALUE".
        topics: The SNS topics that are yours: a stranger's are signed as well.
        ca: Certificates in PEM that the service's must go back to; None: its https address is enough.
        url: The address that the service posts to, as it was told, where that is signed.
        window_seconds: How old a signature may be; None: as webhook.toml says.
        confirm: Whether a subscription to one of `topics` is confirmed by opening its SubscribeURL.
    """

    keys: tuple[str, ...] = field(default=(), repr=False)
    basic: tuple[str, ...] = field(default=(), repr=False)
    bearer: tuple[str, ...] = field(default=(), repr=False)
    query: tuple[str, ...] = field(default=(), repr=False)
    header: tuple[str, ...] = field(default=(), repr=False)
    topics: tuple[str, ...] = ()
    ca: bytes | None = field(default=None, repr=False)
    url: str = ""
    window_seconds: int | None = None
    confirm: bool = True

    @classmethod
    def from_table(cls, name: str, table: Any) -> WebhookKeys:
        """Read [webhooks.NAME]. Raise ValueError with a sentence for what is wrong in it."""
        known = service(name)
        if not isinstance(table, dict):
            raise ValueError(f"must be a table: [webhooks.{name}]")
        values: dict[str, Any] = {}
        for key, given in table.items():
            if key not in _READ:
                raise ValueError(f"there is no setting {key!r}; there is: {', '.join(_READ)}")
            try:
                values[key] = _READ[key](given)
            except ValueError as problem:
                raise ValueError(f"{key}: {problem}") from None
        keys = cls(**values)
        keys.refuse_unfit(known)
        return keys

    def refuse_unfit(self, known: Service) -> None:
        """Raise ValueError when this does not go with how the service signs."""
        schemes = {one.scheme for one in known.signatures}
        if self.keys and not schemes - {"sns"}:
            raise ValueError(f"{known.title} signs with no key; give {_ways(known)}")
        if self.topics and "sns" not in schemes:
            raise ValueError(f"{known.title} has no topics; give {_ways(known)}")
        if not (self.keys or self.topics or any(getattr(self, kind) for kind in PASSWORDS)):
            raise ValueError(f"there is nothing to tell its requests by; give {_ways(known)}")
        if self.topics and self.ca is None and any(one.needs_ca for one in known.signatures):
            raise ValueError("needs ca: the file of the authority that signs its certificates")
        if self.keys and not self.url and any("{url}" in one.signs for one in known.signatures):
            raise ValueError("needs url: the address that it posts to, exactly as you told it")
        for kind, (between, form) in _BETWEEN.items():
            for one in getattr(self, kind):
                if not all(part.strip() for part in one.partition(between)):
                    raise ValueError(f'{kind}: must be "{form}"')


def _ways(known: Service) -> str:
    ways = ["topics" if one.scheme == "sns" else "keys" for one in known.signatures]
    return " or ".join(dict.fromkeys([*ways, *(known.passwords or ("basic",))]))


def webhook_keys(table: Any) -> Mapping[str, WebhookKeys]:
    """The tables below [webhooks], by provider. Raise ValueError."""
    if not isinstance(table, dict):
        raise ValueError("webhooks must be tables, one a provider: [webhooks.sendgrid]")
    found = {}
    for name, inner in table.items():
        try:
            found[name] = WebhookKeys.from_table(name, inner)
        except ValueError as problem:
            raise ValueError(f"[webhooks.{name}] {problem}") from None
    return found


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(one, str) and one for one in value):
        raise ValueError('must be a list of texts, such as ["…"]')
    return tuple(value)


def _secrets(value: Any) -> tuple[str, ...]:
    if any(len(one) < _SHORTEST for one in _texts(value)):
        raise ValueError(f"a secret has at least {_SHORTEST} letters")
    return _texts(value)


def _url(value: Any) -> str:
    if not isinstance(value, str) or not value.startswith(("https://", "http://")):
        raise ValueError("must be a web address")
    return value


def _file(value: Any) -> bytes:
    if not isinstance(value, str):
        raise ValueError("must be the path of a file")
    try:
        return Path(value).read_bytes()
    except OSError as problem:
        raise ValueError(f"{value} cannot be read: {(problem.strerror or str(problem)).lower()}") from None


def _seconds(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _WIDEST:
        raise ValueError(f"must be a whole number of seconds, 1 to {_WIDEST}")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


_READ: dict[str, Callable[[Any], Any]] = {
    "keys": _secrets,
    **dict.fromkeys(PASSWORDS, _secrets),
    "topics": _texts,
    "ca": _file,
    "url": _url,
    "window_seconds": _seconds,
    "confirm": _flag,
}

"""How each mail service signs: the files data/providers/NAME/webhook.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from dsnparse.data import load

#: The schemes that signatures follow; `dsnparse.trust.webhooks.signatures` and `.sns` have the code.
SCHEMES = ("hmac", "rsa", "ecdsa", "key_in_body", "sns")
#: Where a fact is from.
SOURCES = ("documentation", "other programs", "memory")
#: The ways to give a password.
PASSWORDS = ("basic", "bearer", "query", "header")


@dataclass(frozen=True, slots=True)
class Signature:
    """One way in which a service signs. The fields are the keys of [[signature]], see docs/webhooks.md."""

    scheme: str
    source: str
    hash: str = "sha256"
    key: str = "text"
    key_prefix: str = ""
    encoding: str = "hex"
    prefix: str = ""
    separator: str = ""
    signs: str = "{body}"
    window: int | None = None
    once: bool = False
    where: Mapping[str, list[str]] = field(default_factory=dict)
    certificate: str = ""
    confirm: str = ""
    needs_ca: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """What is known of how a service proves that a request is its own.

    Attributes:
        name: As its folder is called.
        title: As people call it.
        signatures: How it signs; none: it does not.
        passwords: How it can send a password, and from where that is known.
        events: The field of a form in which its events are; "*" when its fields are one event; "" when they
            are the body.
        echo: What is answered to a request that tries the address: the value at the path `from`, under the
            name `as`; empty where there is no such thing.
    """

    name: str
    title: str
    signatures: tuple[Signature, ...]
    passwords: Mapping[str, str]
    events: str
    echo: Mapping[str, str]


def services() -> tuple[str, ...]:
    """The services of which it is known how they sign, or that they do not."""
    return tuple(load("webhook"))


@cache
def service(name: str) -> Service:
    """What is known of a service. Raise ValueError for other names."""
    if name not in services():
        raise ValueError(f"There is no provider {name!r}; there is: {', '.join(services())}.")
    row: dict[str, Any] = load("webhook")[name]
    return Service(
        name,
        row["title"],
        tuple(Signature(**one) for one in row.get("signature", ())),
        row.get("passwords", {}),
        row.get("events", ""),
        row.get("echo", {}),
    )

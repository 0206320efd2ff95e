"""What an operator says of his own mail: keys, servers, what his border writes (`trust.toml`)."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dsnparse.trust.keys import VARIABLE, Keys
from dsnparse.trust.signature import LIFETIME
from dsnparse.trust.tracking import FIELD

if TYPE_CHECKING:
    from dsnparse.trust.webhooks.keys import WebhookKeys

#: Fields in which a mail server notes the envelope when it delivers.
ENVELOPE_FIELDS = ("return-path", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
_OTHERS_MAY_READ = 0o077


@dataclass(frozen=True, slots=True)
class TrustSettings:
    """What dsnparse needs to know of your own mail to tell whether a notice about it is real.

    Attributes:
        keys: What return paths, Message-IDs and tokens are signed with; None when nothing is.
        lifetime_days: How many days after its mail a bounce may come.
        border_hosts: Your mail servers that take mail from outside, as they name themselves in `Received …
            by`. None named: what stands above the first Received counts as written by yours.
        border_fields: Which of Return-Path, Delivered-To, X-Original-To and Envelope-To they write on top.
        authserv_id: The name under which they write Authentication-Results (RFC 8601).
        sending_hosts: Your mail servers that send, as they name themselves in `Received … by`.
        signs_message_ids: Whether each message of yours has a signed Message-ID.
        token_fields: Fields of your messages that have a token, in lower case.
        batv_keys: The keys of BATV by their digit.
        srs_secrets: The secrets with which your forwarding server rewrites senders.
        dkim_domains: Domains with which your mail is signed (DKIM).
        arc_sealers: Domains whose ARC seals are believed: those that forward your notices to you.
        checks_dkim: Whether DKIM signatures are verified: the extra `dkim` is needed, and the DNS is asked.
        resolver: What asks the DNS for a TXT record: a name in, its text out, or None. None: dnspython.
        recipient_of: Whose id of a signed return path it is: an id in, an address out, or None.
        webhooks: Keys and passwords by which a mail service's requests are known, by its name.

    Raises ValueError when what is given does not go together.
    """

    keys: Keys | None = None
    lifetime_days: int = LIFETIME
    border_hosts: tuple[str, ...] = ()
    border_fields: tuple[str, ...] = ()
    authserv_id: str | None = None
    sending_hosts: tuple[str, ...] = ()
    signs_message_ids: bool = False
    token_fields: tuple[str, ...] = (FIELD.lower(), "feedback-id")
    batv_keys: Mapping[int, bytes] = field(default_factory=dict, repr=False, hash=False)
    srs_secrets: tuple[bytes, ...] = field(default=(), repr=False)
    dkim_domains: tuple[str, ...] = ()
    arc_sealers: tuple[str, ...] = ()
    checks_dkim: bool = False
    resolver: Callable[[bytes], bytes | None] | None = None
    recipient_of: Callable[[str], str | None] | None = None
    webhooks: Mapping[str, WebhookKeys] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if not 1 <= self.lifetime_days <= 365:
            raise ValueError(f"lifetime_days must be 1 to 365, not {self.lifetime_days!r}.")
        if self.signs_message_ids and self.keys is None:
            raise ValueError("signs_message_ids needs keys: 'dsnparse trust init' makes some.")
        for name in self.border_fields:
            if name not in ENVELOPE_FIELDS:
                raise ValueError(
                    f"{name!r} is no field in which a mail server notes the envelope; there are: "
                    f"{', '.join(ENVELOPE_FIELDS)}."
                )

    @property
    def first_day(self) -> date | None:
        """Since when mail is signed; None when there are no keys."""
        return self.keys.first_day if self.keys else None

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> TrustSettings:
        """The settings of a file (`dsnparse trust init` makes one); DSNPARSE_TRUST_KEY replaces its keys.

        Raises OSError when it cannot be read; ValueError, with a sentence, when others may read it or it is
        wrong.
        """
        name = os.fspath(path)
        with Path(name).open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read().decode("utf-8", "replace")
        try:
            settings = cls.from_toml(text)
        except (ValueError, TypeError) as problem:
            raise ValueError(f"{name}: {problem}") from None
        if mode & _OTHERS_MAY_READ and settings.has_secrets:
            raise ValueError(f"{name} has secrets, and others may read it: chmod 600 {name}")
        given = os.environ.get(VARIABLE)
        return replace(settings, keys=Keys.parse(given)) if given else settings

    @property
    def has_secrets(self) -> bool:
        """Whether there is anything that nobody else may know."""
        return bool(self.keys or self.batv_keys or self.srs_secrets or self.webhooks)

    @classmethod
    def from_toml(cls, text: str) -> TrustSettings:
        """The settings in a text. Raises ValueError for what is wrong in it."""
        import tomllib

        given = tomllib.loads(text)
        values: dict[str, Any] = {}
        if "webhooks" in given:
            from dsnparse.trust.webhooks.keys import webhook_keys

            values["webhooks"] = webhook_keys(given.pop("webhooks"))
        for (table, name), (target, read) in _NAMES.items():
            holder = given.get(table, {}) if table else given
            if not isinstance(holder, dict):
                raise ValueError(f"{table} must be a table: [{table}]")
            if name in holder:
                try:
                    values[target] = read(holder[name])
                except ValueError as problem:
                    raise ValueError(
                        f"[{table}] {name}: {problem}" if table else f"{name}: {problem}"
                    ) from None
        _refuse_unknown(given)
        return cls(**values)


def keys_from(path: str | None) -> Keys:
    """The keys of DSNPARSE_TRUST_KEY, else those of a file of settings.

    Raises OSError when the file cannot be read, ValueError when it is wrong, or when there are no keys.
    """
    given = os.environ.get(VARIABLE)
    if given:
        return Keys.parse(given)
    keys = TrustSettings.load(path).keys if path else None
    if keys is None:
        raise ValueError(
            f"There are no keys: give a file that 'dsnparse trust init' made (--keys FILE), or keys in "
            f"{VARIABLE}."
        )
    return keys


def _refuse_unknown(given: dict[str, Any]) -> None:
    tables = {table for table, _ in _NAMES}
    for name, value in given.items():
        if name in tables:
            for inner in value:
                if (name, inner) not in _NAMES:
                    known = ", ".join(one for table, one in _NAMES if table == name)
                    raise ValueError(f"[{name}] has no setting {inner!r}; it has {known}")
        elif ("", name) not in _NAMES:
            raise ValueError(f"there is no setting {name!r}")


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise ValueError('must be a list of texts, such as ["mx.example.org"]')
    return tuple(value)


def _low(value: Any) -> tuple[str, ...]:
    return tuple(one.lower() for one in _texts(value))


def _keys(value: Any) -> Keys:
    return Keys.parse("\n".join(_texts(value)))


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("must be a whole number")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _text(value: Any) -> str | None:
    if not isinstance(value, str):
        raise ValueError("must be a text in quotes")
    return value.lower() or None


def _batv(value: Any) -> dict[int, bytes]:
    is_table = isinstance(value, dict) and all(isinstance(one, str) and one for one in value.values())
    if not is_table or not all(len(name) == 1 and name in "0123456789" for name in value):
        raise ValueError('must be secrets by a digit, such as { 0 = "…" }')
    return {int(name): one.encode() for name, one in value.items()}


def _secrets(value: Any) -> tuple[bytes, ...]:
    return tuple(one.encode() for one in _texts(value))


#: Table and name in the file → attribute, and what reads it.
_NAMES: dict[tuple[str, str], tuple[str, Callable[[Any], Any]]] = {
    ("", "keys"): ("keys", _keys),
    ("", "lifetime_days"): ("lifetime_days", _count),
    ("border", "hosts"): ("border_hosts", _low),
    ("border", "fields"): ("border_fields", _low),
    ("border", "authserv_id"): ("authserv_id", _text),
    ("sending", "hosts"): ("sending_hosts", _low),
    ("sending", "message_ids"): ("signs_message_ids", _flag),
    ("sending", "token_fields"): ("token_fields", _low),
    ("sending", "dkim_domains"): ("dkim_domains", _low),
    ("batv", "keys"): ("batv_keys", _batv),
    ("srs", "secrets"): ("srs_secrets", _secrets),
    ("dkim", "check"): ("checks_dkim", _flag),
    ("dkim", "arc_sealers"): ("arc_sealers", _low),
}

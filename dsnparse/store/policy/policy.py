"""The suppression policy: the operator's TOML file over the documented default (`data/policy.toml`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from dsnparse import data
from dsnparse.store.address.normalize import AddressIdentity
from dsnparse.store.policy.durations import parse_duration
from dsnparse.vocabulary import Reason

T = TypeVar("T")

#: Why an address can be suppressed besides the reasons of a bounce.
OTHER_REASONS = ("complaint", "manual", "unsubscribed", "hard_bounce")
SUPPRESSION_REASONS = (*(reason.value for reason in Reason), *OTHER_REASONS)
TREATMENTS = ("hard", "soft", "block", "review", "nothing")
CONFIRMATIONS = ("second_notice", "known_message")
FORWARDED = ("same", "second_notice", "review")
TRUST = ("by_keys", "none", "plausible", "authenticated")


@dataclass(frozen=True, slots=True)
class Policy:
    """What a notice does to an address. Durations are seconds; None is never.

    The names follow `data/policy.toml`, which explains each of them.
    """

    hard_min_confidence: float
    hard_confirm: frozenset[str]
    complaint_confirm: frozenset[str]
    hard_confirm_after: int
    hard_confirm_within: int
    hard_lookup_command: tuple[str, ...]
    notice_recipients: int
    soft_limit: int
    soft_window: int
    soft_spacing: int
    soft_pauses: tuple[int, ...]
    soft_in_a_row: int
    full_suppress_after: int
    full_forget_after: int
    block_alert_after: int
    complaint_suppress: frozenset[str]
    complaint_review: frozenset[str]
    success_settle: int
    review_expires: int | None
    forwarded_hard: str
    trust_require_for_hard: str
    treat: Mapping[str, str]
    expires: Mapping[str, int | None]
    expires_default: int | None
    addresses: AddressIdentity

    @classmethod
    def default(cls) -> Policy:
        """The policy as `data/policy.toml` documents it."""
        return _default()

    @classmethod
    def load(cls, path: str | Path) -> Policy:
        """The policy in a file. Raise OSError when it cannot be read, ValueError when it is not a policy."""
        return cls.from_toml(Path(path).read_text(encoding="utf-8"), str(path))

    @classmethod
    def from_toml(cls, text: str, name: str = "policy") -> Policy:
        """The policy in a text; what it leaves out stays as in the default.

        Raise ValueError with a sentence that begins with `name`.
        """
        import tomllib

        try:
            given = tomllib.loads(text)
            return _build(_merge(data.load("policy"), given))
        except ValueError as problem:  # tomllib.TOMLDecodeError and UnicodeDecodeError are two
            raise ValueError(f"{name}: {problem}") from problem

    def ends(self, reason: str, since: float) -> float | None:
        """When a suppression for this reason that began at `since` (seconds of the epoch) ends."""
        duration = self.expires.get(reason, self.expires_default)
        return None if duration is None else since + duration


def default_text() -> str:
    """The documented default, as its file has it."""
    return (data.HERE / "policy.toml").read_text(encoding="utf-8")


@cache
def _default() -> Policy:
    return _build(data.load("policy"))


_FREE_TABLES = {"treat": tuple(reason.value for reason in Reason), "expires": SUPPRESSION_REASONS}


def _merge(default: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    merged = {table: dict(values) for table, values in default.items()}
    for table, values in given.items():
        if table not in default:
            raise ValueError(f"there is no table [{table}]; the tables are {', '.join(default)}")
        if not isinstance(values, dict):
            raise ValueError(f"{table} must be a table: [{table}]")
        for name, value in values.items():
            known = (*default[table], *_FREE_TABLES.get(table, ()))
            if name not in known:
                raise ValueError(f"[{table}] has no setting {name!r}; it has {', '.join(sorted(set(known)))}")
            merged[table][name] = value
    return merged


def _build(tables: dict[str, Any]) -> Policy:
    def get(table: str, name: str, read: Callable[[Any], T]) -> T:
        try:
            return read(tables[table][name])
        except (ValueError, TypeError) as problem:
            raise ValueError(f"[{table}] {name}: {problem}") from problem

    return Policy(
        hard_min_confidence=get("hard", "min_confidence", _share),
        hard_confirm=frozenset(get("hard", "confirm", _some_of(CONFIRMATIONS))),
        complaint_confirm=frozenset(get("complaint", "confirm", _some_of(CONFIRMATIONS))),
        hard_confirm_after=get("hard", "confirm_after", _duration),
        hard_confirm_within=get("hard", "confirm_within", _duration),
        hard_lookup_command=get("hard", "lookup_command", _texts),
        notice_recipients=get("notice", "recipients", _count),
        soft_limit=get("soft", "limit", _count),
        soft_window=get("soft", "window", _duration),
        soft_spacing=get("soft", "spacing", _duration),
        soft_pauses=get("soft", "pauses", lambda value: tuple(_duration(text) for text in _texts(value))),
        soft_in_a_row=get("soft", "in_a_row", _count),
        full_suppress_after=get("mailbox_full", "suppress_after", _duration),
        full_forget_after=get("mailbox_full", "forget_after", _duration),
        block_alert_after=get("block", "alert_after", _count),
        complaint_suppress=frozenset(get("complaint", "suppress", _lower)),
        complaint_review=frozenset(get("complaint", "review", _lower)),
        success_settle=get("success", "settle", _duration),
        review_expires=get("review", "expires", _duration_or_never),
        forwarded_hard=get("forwarded", "hard", _one_of(FORWARDED)),
        trust_require_for_hard=get("trust", "require_for_hard", _one_of(TRUST)),
        treat={reason: get("treat", reason, _one_of(TREATMENTS)) for reason in tables["treat"]},
        expires={
            reason: get("expires", reason, _duration_or_never)
            for reason in tables["expires"]
            if reason != "default"
        },
        expires_default=get("expires", "default", _duration_or_never),
        addresses=AddressIdentity.of(
            plus_tags=get("addresses", "plus_tags", _yes_or_no),
            provider_dots=get("addresses", "provider_dots", _yes_or_no),
            fold_domains=get("addresses", "fold_domains", _texts),
            ignore_case=get("addresses", "ignore_case", _yes_or_no),
        ),
    )


def _duration(value: Any) -> int:
    if not isinstance(value, str):
        raise ValueError('must be a duration in quotes, as "30d"')
    return int(parse_duration(value).total_seconds())


def _duration_or_never(value: Any) -> int | None:
    return None if value == "never" else _duration(value)


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError("must be a whole number of at least 1")
    return value


def _share(value: Any) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value <= 1:
        raise ValueError("must be a number from 0.0 to 1.0")
    return float(value)


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError("must be a list of texts")
    return tuple(value)


def _lower(value: Any) -> tuple[str, ...]:
    return tuple(text.lower() for text in _texts(value))


def _one_of(known: tuple[str, ...]) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in known:
            raise ValueError(f"{value!r} is none of {', '.join(known)}")
        return str(value)

    return read


def _some_of(known: tuple[str, ...]) -> Callable[[Any], tuple[str, ...]]:
    one = _one_of(known)
    return lambda value: tuple(one(text) for text in _texts(value))

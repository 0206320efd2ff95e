"""Which records: conditions as an operator writes them, "reason=blocklisted,provider=microsoft"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dsnparse.rulebook.errors import instead, meant
from dsnparse.store.sql.rows import Rows, one_of
from dsnparse.vocabulary import Action, Advice, BounceType, Kind, Reason, TrustLevel

#: What can be asked for, and where it stands. `r` is the record, `m` its message, `a` the refused address.
_COLUMNS = {
    "reason": "r.reason",
    "type": "r.bounce_type",
    "provider": "coalesce(r.provider, 'other')",
    "domain": "coalesce(a.domain, '')",
    "kind": "m.kind",
    "status": "coalesce(r.effective_status, '')",
    "code": "coalesce(CAST(r.reply_code AS TEXT), '')",
    "action": "coalesce(r.action, '')",
    "advice": "r.advice",
    "host": "coalesce(r.remote_mta, '')",
    "address": "r.recipient",
}
#: Fields of the returned message, which stand in JSON.
_OF_ORIGINAL = {"list": "list_id", "feedback": "feedback_id", "from": "from"}
NAMES = (*_COLUMNS, *_OF_ORIGINAL, "trust")
#: Names whose values are words of ours; "" is what has none.
_WORDS: dict[str, tuple[str, ...]] = {
    "reason": tuple(Reason),
    "type": tuple(BounceType),
    "kind": tuple(Kind),
    "action": tuple(Action),
    "advice": tuple(Advice),
    "trust": tuple(TrustLevel),
}
#: More values of one name are a list of addresses, for which there is `check`.
_MOST_VALUES = 200


@dataclass(frozen=True, slots=True)
class Where:
    """Conditions, each a name and the values it may have; all of them must hold."""

    conditions: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Where:
        """From "name=value,name=value": the same name again allows another value.

        Raise ValueError, with a sentence, for what is no condition.
        """
        found: dict[str, list[str]] = {}
        for text in texts:
            for one in text.split(","):
                name, equals, value = (part.strip() for part in one.partition("="))
                if not equals or name not in NAMES:
                    hint = meant(name, NAMES) if equals else ""
                    raise ValueError(
                        f"{one.strip()!r} is no condition; write NAME=VALUE with one of {', '.join(NAMES)}"
                        f"{f'. {hint}' if hint else ''}"
                    )
                if value and value not in _WORDS.get(name, (value,)):
                    raise ValueError(f"There is no {name} {value!r}. {instead(value, _WORDS[name])}")
                found.setdefault(name, []).append(value)
                if len(found[name]) > _MOST_VALUES:
                    raise ValueError(f"There are more than {_MOST_VALUES} values of {name}")
        return cls(tuple((name, tuple(values)) for name, values in found.items()))

    def __str__(self) -> str:
        return ",".join(f"{name}={value}" for name, values in self.conditions for value in values)

    def sql(self, rows: Rows) -> tuple[str, list[Any]]:
        """The conditions for a statement over `r`, `m` and `a`, each with AND in front, and their values."""
        text, given = "", []
        for name, values in self.conditions:
            condition, some = one_of(_expression(name, rows), values, postgresql=rows.postgresql)
            text += f" AND {condition}"
            given += some
        return text, given


#: Everything.
ALL = Where()


def _expression(name: str, rows: Rows) -> str:
    if name in _COLUMNS:
        return _COLUMNS[name]
    if name == "trust":
        return f"coalesce({json_text('m.authenticity', 'authenticity', rows)}, '')"
    return f"coalesce({json_text('m.original', _OF_ORIGINAL[name], rows)}, '')"


def json_text(column: str, name: str, rows: Rows) -> str:
    """A text in a column of JSON, as an expression."""
    if rows.postgresql:
        return f"{column} ->> '{name}'"
    return f"json_extract({column}, '$.{name}')"

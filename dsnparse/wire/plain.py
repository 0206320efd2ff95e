"""Values as plain JSON types, and back: what every dataclass of a report can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Self, get_args, get_origin, get_type_hints

from dsnparse.wire.dates import read_iso

_CALLED = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


class Plain:
    """A dataclass that goes into JSON and comes back the same."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The fields as plain JSON types, under the same names; a name's last "_" is left out."""
        kind: Any = type(self)
        return {shown: _plain(getattr(self, name)) for shown, name in _names(kind).items()}

    def to_json(self, *, indent: int | None = None) -> str:
        """`to_dict` as JSON, letters beyond ASCII as they are. `indent`: blanks a level; None: one line."""
        import json

        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The way back from what `to_dict` gave, or from its JSON once it is loaded.

        A field that is left out has its default. Raises TypeError for a value of a wrong type, and ValueError
        for a name or a word that is not known, or a field that is needed and not there. Each names the place,
        such as `Report.records[2].reason`.
        """
        value: Self = _read_fields(cls, data, cls.__name__)
        return value


@cache
def _names(kind: Any) -> dict[str, str]:
    """The names of the fields in JSON, and in Python."""
    return {field.name.rstrip("_"): field.name for field in fields(kind)}


def _plain(value: Any) -> Any:
    if value is None or type(value) is str or isinstance(value, (int, float)):
        return value
    if isinstance(value, str):
        return value.value if isinstance(value, StrEnum) else value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return dict(value) if isinstance(value, Mapping) else value.to_dict()


@cache
def _types(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


@cache
def _needed(kind: Any) -> list[str]:
    """The fields without a default."""
    return [f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING]


def _read_fields(kind: Any, data: Any, where: str) -> Any:
    if not isinstance(data, Mapping):
        hint = "; load the JSON first, with json.loads()" if isinstance(data, (str, bytes)) else ""
        raise TypeError(f"{where} is made from a dict, not from {type(data).__name__}{hint}.")
    names, types = _names(kind), _types(kind)
    unknown = [str(name) for name in data if name not in names]
    if unknown:
        raise ValueError(f"{where} has no field {unknown[0]!r}. Its fields: {', '.join(names)}.")
    values = {names[key]: _read(types[names[key]], data[key], f"{where}.{key}") for key in data}
    absent = [name for name in _needed(kind) if name not in values]
    if absent:
        raise ValueError(f"{where} needs the field {absent[0]!r}.")
    return kind(**values)


def _read(kind: Any, value: Any, where: str) -> Any:
    """`value` as the type of a field."""
    if isinstance(kind, UnionType):
        return _read_union(get_args(kind), value, where)
    origin = get_origin(kind)
    if origin is tuple:
        if not isinstance(value, (list, tuple)):
            raise _wrong(where, "a list", value)
        return tuple([_read(get_args(kind)[0], item, f"{where}[{n}]") for n, item in enumerate(value)])
    if origin is Mapping:
        if not isinstance(value, Mapping):
            raise _wrong(where, "a dict", value)
        return {_read(str, name, where): _read(str, text, f"{where}.{name}") for name, text in value.items()}
    if is_dataclass(kind):
        return _read_fields(kind, value, where)
    if issubclass(kind, StrEnum):
        return _read_word(kind, value, where)
    wanted = (int, float) if kind is float else kind
    if not isinstance(value, wanted) or isinstance(value, bool) != (kind is bool):
        raise _wrong(where, _CALLED[kind], value)
    return value


def _read_union(kinds: tuple[Any, ...], value: Any, where: str) -> Any:
    if value is None and NoneType in kinds:
        return None
    if datetime in kinds and isinstance(value, str):
        date = read_iso(value)
        return date if date is not None and date.isoformat() == value else value
    return _read(next(kind for kind in kinds if kind not in (NoneType, datetime)), value, where)


def _read_word(kind: type[StrEnum], value: Any, where: str) -> StrEnum:
    try:
        return kind(value)
    except ValueError:
        raise ValueError(f"{where} is {value!r:.80}; it is one of: {', '.join(kind)}.") from None


def _wrong(where: str, wanted: str, value: Any) -> TypeError:
    return TypeError(f"{where} must be {wanted}, not {type(value).__name__}.")

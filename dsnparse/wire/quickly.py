"""Values that are made quickly: a record has more than twenty fields, and ten pieces of evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar

Made = TypeVar("Made")


def made_quickly(kind: type[Made]) -> type[Made]:
    """`kind`, a frozen dataclass with slots, whose instances are made in a third of the time.

    The `__init__` that `dataclass` writes for it goes through `object.__setattr__` for each field. This one
    makes the new instance one of a twin class, with the same slots and not frozen, for as long as it sets
    them. Subclasses keep the usual one, and so must what has a `__post_init__` or a default factory.
    """
    usual: Any = kind.__init__
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    twin = type(kind.__name__, kind.__bases__, {"__slots__": tuple(names)})
    lines = [
        f"def __init__(self, {', '.join(names)}):",
        f"    if type(self) is not kind: return usual(self, {', '.join(names)})",
        "    thaw(self, '__class__', twin)",
        *[f"    self.{name} = {name}" for name in names],
        "    self.__class__ = kind",
    ]
    made: dict[str, Any] = {"kind": kind, "usual": usual, "twin": twin, "thaw": object.__setattr__}
    exec("\n".join(lines), made)  # noqa: S102  (names of fields, as `dataclass` does itself)
    init = made["__init__"]
    for name in ("__annotations__", "__defaults__", "__doc__", "__module__", "__qualname__"):
        setattr(init, name, getattr(usual, name))
    kind.__init__ = init  # type: ignore[method-assign]
    return kind


def made_when_read(kind: type, name: str, entry: Callable[..., object]) -> None:
    """Has the field `name` of `kind`, a tuple of `entry`s, keep tuples of their values until it is read.

    Python's collector looks at all objects there are, again and again; tuples of texts and numbers it leaves
    alone.
    """
    setattr(kind, name, _MadeWhenRead(vars(kind)[name], entry))


class _MadeWhenRead:
    def __init__(self, slot: Any, entry: Callable[..., object]) -> None:
        self._slot = slot
        self._entry = entry

    def __get__(self, instance: object | None, owner: type | None = None) -> Any:
        if instance is None:
            return self
        kept = self._slot.__get__(instance)
        if kept and type(kept[0]) is tuple:
            kept = tuple([self._entry(*values) for values in kept])
            self._slot.__set__(instance, kept)
        return kept

    def __set__(self, instance: object, value: tuple[object, ...]) -> None:
        self._slot.__set__(instance, value)

"""Frozen dataclasses that are made quickly: a verdict has thirteen fields, a record more than twenty."""

from __future__ import annotations

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

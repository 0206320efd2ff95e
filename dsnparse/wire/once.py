"""A property that is worked out once, when first asked for.

`functools.cached_property` does the same, and takes a lock on Python 3.11, which every message pays a few
dozen times. Without it, two threads may each work the value out, and both get an equal one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

_Value = TypeVar("_Value")


class once(Generic[_Value]):  # noqa: N801  (used as a decorator, like property)
    """Decorates a method without arguments; the value is kept in the object's `__dict__` under its name."""

    def __init__(self, work_out: Callable[[Any], _Value]) -> None:
        self._work_out = work_out
        self._name = work_out.__name__
        self.__doc__ = work_out.__doc__

    def __get__(self, owner: Any, _: type) -> _Value:
        value = owner.__dict__[self._name] = self._work_out(owner)
        return value

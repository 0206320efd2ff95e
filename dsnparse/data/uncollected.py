"""Tables are made without Python's collector looking at them again and again.

Facts:

* It looks at all objects whenever there are a quarter more: that was a third of the third of a second that
  the tables of a process take.
* What is made here stays, and has no circles: there is nothing to collect.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def uncollected(make: Callable[P, T]) -> Callable[P, T]:
    """`make`, with the collector at rest meanwhile, where it is not anyway."""

    @wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> T:
        if not gc.isenabled():
            return make(*args, **kwargs)
        gc.disable()
        try:
            return make(*args, **kwargs)
        finally:
            gc.enable()

    return made

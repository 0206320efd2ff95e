"""Dataclasses that are made quickly behave as others do."""

from __future__ import annotations

import inspect
import pickle
from copy import copy, deepcopy
from dataclasses import FrozenInstanceError, dataclass, fields, replace
from typing import Any

import pytest

from dsnparse.classify.verdict import Conflict, Verdict
from dsnparse.model import BounceRecord
from dsnparse.wire.quickly import made_quickly

QUICK = [BounceRecord, Conflict, Verdict]


@dataclass(frozen=True, slots=True)
class Usual:
    one: str
    two: int = 2


@made_quickly
@dataclass(frozen=True, slots=True)
class Quick:
    one: str
    two: int = 2


@pytest.mark.parametrize("values", [("a",), ("a", 1), (["a"], None)])
def test_they_have_the_values_that_they_were_given(values: tuple[Any, ...]) -> None:
    assert str(Quick(*values)) == str(Usual(*values)).replace("Usual", "Quick")


@pytest.mark.parametrize("values", [(), ("a", 1, 2)])
def test_what_is_missing_or_too_much_is_told_as_usual(values: tuple[Any, ...]) -> None:
    said = []
    for kind in (Usual, Quick):
        with pytest.raises(TypeError) as told:
            kind(*values)
        said.append(str(told.value).replace("Usual", "Quick"))
    assert said[0] == said[1]


def test_they_show_the_same_signature() -> None:
    assert inspect.signature(Quick) == inspect.signature(Usual)


@pytest.mark.parametrize("kind", QUICK)
def test_they_do_not_change_and_are_copied_compared_hashed_and_pickled(kind: Any) -> None:
    made = kind(*[field.name for field in fields(kind)])
    assert type(made) is kind
    for name in [field.name for field in fields(kind)]:
        with pytest.raises(FrozenInstanceError):
            setattr(made, name, "x")
        assert getattr(made, name) == name
        assert getattr(replace(made, **{name: "x"}), name) == "x"
    for other in (copy(made), deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert other == made
        assert hash(other) == hash(made)


def test_a_subclass_is_made_as_usual() -> None:
    class Further(Quick):
        pass

    further = Further("a", two=3)
    assert type(further) is Further
    assert (further.one, further.two) == ("a", 3)
    with pytest.raises(FrozenInstanceError):
        further.two = 4  # type: ignore[misc]

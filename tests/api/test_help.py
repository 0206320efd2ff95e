"""`dir()` and `help()` show the public names, and a sentence for each field and each word."""

from __future__ import annotations

import pydoc
import re
from dataclasses import fields, is_dataclass
from enum import Enum

import pytest

import dsnparse

FIRST = ["parse_dsn", "Parser", "classify_reply", "compose_dsn", "Limits"]
PUBLIC = [name for name in dsnparse.__all__ if name != "__version__"]
DATACLASSES = [name for name in PUBLIC if is_dataclass(getattr(dsnparse, name))]
ENUMS = ["Kind", "Action", "Reason", "BounceType", "Advice", "Source", "Objection"]


def help_of(thing: object) -> str:
    """What `help()` shows, without the bars and blanks at the left."""
    text = pydoc.plain(pydoc.render_doc(thing))
    return "\n".join(re.sub(r"^[ |]+", "", line) for line in text.splitlines())


def test_dir_shows_the_public_names_and_nothing_else() -> None:
    assert dir(dsnparse) == sorted(dsnparse.__all__)


def test_what_is_needed_first_stands_first() -> None:
    assert dsnparse.__all__[: len(FIRST)] == FIRST
    text = help_of(dsnparse)
    places = [re.search(rf"^{name}\(.*\)  +\w", text, re.MULTILINE) for name in FIRST]
    starts = [place.start() for place in places if place]
    assert len(starts) == len(FIRST)
    assert starts == sorted(starts)
    assert starts[-1] < text.index("PACKAGE CONTENTS")


@pytest.mark.parametrize("name", PUBLIC)
def test_help_shows_every_public_name_with_a_docstring(name: str) -> None:
    assert f"{name}(" in help_of(dsnparse)
    assert (
        (getattr(dsnparse, name).__doc__ or "").strip().partition("\n")[0].rstrip(",").endswith((".", "`."))
    )


def test_every_dataclass_is_among_those_whose_help_is_tested() -> None:
    assert {"Limits", "Report", "BounceRecord", "OriginalMessage", "Evidence", "Verdict"} < set(DATACLASSES)


@pytest.mark.parametrize("name", DATACLASSES)
def test_help_shows_a_sentence_for_every_field(name: str) -> None:
    kind = getattr(dsnparse, name)
    text = help_of(kind)
    section = text[text.index("Attributes:") : text.index("Methods defined here:")]
    found = re.findall(r"^(\w+): (?:\S.*\n)+?(?=\w+: |\n|$)", section, re.MULTILINE)
    assert found == [field.name for field in fields(kind)]
    for field in fields(kind):
        sentence = re.search(rf"^{field.name}: [A-Z0-9`].*", section, re.MULTILINE)
        assert sentence is not None, field.name


@pytest.mark.parametrize("name", DATACLASSES)
def test_the_types_of_public_fields_are_public(name: str) -> None:
    kind = getattr(dsnparse, name)
    named = {word for field in fields(kind) for word in re.findall(r"\b[A-Z]\w+", str(field.type))}
    assert named - set(PUBLIC) <= {"None", "Mapping", "Callable"}


@pytest.mark.parametrize("name", ENUMS)
def test_help_shows_the_meaning_of_every_word(name: str) -> None:
    words: type[Enum] = getattr(dsnparse, name)
    text = help_of(words)
    for word in words:
        assert re.search(rf"^{word.name}: [A-Z].*[.)]$", text, re.MULTILINE), word.name

"""All notice formats together: one pass over the header and one over the text recognise them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from dsnparse.data import load
from dsnparse.rulebook.errors import instead
from dsnparse.rulebook.pattern_finder import PatternFinder
from dsnparse.rulebook.template import TEXT, Format, from_row, pattern


class Formats:
    """Formats, compiled so that one pass over header and text finds which of them a notice is in."""

    __slots__ = ("_conditions", "_header", "_places", "_text", "fields", "formats", "has_text")

    def __init__(self, formats: Sequence[Format]) -> None:
        self.formats = tuple(formats)
        #: For each format, whether its text must agree; and how many fields of the header must.
        self.has_text = [form.has_text for form in formats]
        self._conditions = [len(form.conditions) - form.has_text for form in formats]
        conditions: dict[str, list[tuple[int, str]]] = {TEXT: []}
        for number, form in enumerate(formats):
            for name, patterns in form.conditions.items():
                conditions.setdefault(name, []).extend([(number, one) for one in patterns])
        self._text = PatternFinder(conditions.pop(TEXT), pattern)
        self._header = {name: PatternFinder(found, pattern) for name, found in sorted(conditions.items())}
        #: The header fields that any format looks at.
        self.fields = tuple(self._header)
        best_first = sorted(range(len(formats)), key=lambda n: (formats[n].builtin, *formats[n].weakness, n))
        #: For each format, its place among all: of several that recognise a notice the first one counts.
        self._places = [best_first.index(number) for number in range(len(formats))]

    def in_header(self, header: Mapping[str, str]) -> set[int]:
        """The numbers of the formats for which every condition on the header holds.

        `header`: the values of `fields`, by their names.
        """
        holds: dict[int, int] = {}
        for name, value in header.items():
            for number in self._header[name].found_in(value):
                holds[number] = holds.get(number, 0) + 1
        return {number for number, held in holds.items() if held == self._conditions[number]}

    def best(self, in_header: set[int], text: str, *, suspected: bool) -> tuple[int, str | None] | None:
        """The number of the format that recognises a notice, and the pattern in its text by which it does.

        `in_header`: those whose conditions on the header hold. `suspected`: whether a format may do without
        such conditions, or without any on the text. Of several: the user's; those that know header and text,
        those that know the text, those that know the header; the one that stands first in the files.
        """
        places, formats = self._places, self.formats

        def order(numbers: set[int]) -> list[int]:
            known = [n for n in numbers if n in in_header or (suspected and not formats[n].has_header)]
            return sorted(known, key=places.__getitem__)

        by_text = self._text.first_in(text, order)
        if suspected:
            without_text = [n for n in in_header if not self.has_text[n]]
            by_header = min(without_text, key=places.__getitem__, default=None)
            if by_header is not None and (by_text is None or places[by_header] < places[by_text[0]]):
                return by_header, None
        return by_text

    def __len__(self) -> int:
        return len(self.formats)


def load_formats(
    extra: Sequence[Format] = (), only: Sequence[str] | None = None, *, builtin: bool = True
) -> Formats:
    """The package's formats behind those of `extra`, which are the user's.

    `only`: the names of those to keep; () for none. Raises ValueError for a name that no format has.
    """
    formats = [*extra, *(_builtin() if builtin else ())]
    if only is None:
        return Formats(formats)
    unknown = sorted(set(only) - {form.name for form in formats})
    if unknown:
        names = sorted({form.name for form in formats})
        raise ValueError(f"There is no notice format {unknown[0]!r}. {instead(unknown[0], names)}")
    return Formats([form for form in formats if form.name in only])


@cache
def default_formats() -> Formats:
    """The package's own formats, compiled once."""
    return load_formats()


@cache
def _builtin() -> tuple[Format, ...]:
    """The package's formats: what is one provider's goes before what is a program's, which many run."""
    tables = [*load("notices").values(), *load("formats").values()]
    return tuple(from_row(row) for table in tables for row in table["formats"])

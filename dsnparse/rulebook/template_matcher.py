"""All notice formats together: one pass over the header and one over the text recognise them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Any

from dsnparse.data import load
from dsnparse.data.uncollected import uncollected
from dsnparse.rulebook.errors import instead
from dsnparse.rulebook.pattern_finder import PatternFinder
from dsnparse.rulebook.template import TEXT, Format, find, from_row, pattern


class Formats:
    """Formats, compiled so that one pass over header and text finds which of them a notice is in."""

    __slots__ = (
        "_conditions",
        "_first_alone",
        "_header",
        "_places",
        "_text",
        "fields",
        "formats",
        "has_text",
    )

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
        without_text = [
            place for place, has_text in zip(self._places, self.has_text, strict=True) if not has_text
        ]
        #: The first place of a format that asks for nothing but a header.
        self._first_alone = min(without_text, default=len(formats))

    def recognise(
        self, header: Mapping[str, str], opening: Callable[[], str], *, suspected: bool
    ) -> tuple[int, Any] | None:
        """The number of the format that a notice is in, and RE2's match in its text (or None) by which it is.

        `header`: the values of `fields`, by their names. `opening`: gives the text. `suspected`: whether a
        format may do without conditions on the header, or without any on the text; if not, the text is asked
        for only where the header is that of a format. Of several: the user's; those that know header and
        text, those that know the text, those that know the header; the one that stands first in the files.
        """
        if not suspected:
            possible = {n for n, rest in self._by_header(header).items() if self.has_text[n] and _hold(rest)}
            return self._by_text(opening(), possible.__contains__) if possible else None
        found = self._by_text(opening(), partial(self._has_header, header=header))
        if found is None or self._first_alone < self._places[found[0]]:
            alone = self._by_header_alone(header)
            if alone is not None and (found is None or self._places[alone] < self._places[found[0]]):
                return alone, None
        return found

    def _by_text(self, text: str, may_be: Callable[[int], bool]) -> tuple[int, Any] | None:
        """The first format whose words are in `text`; `may_be`: whether one of that number is possible."""
        sure, perhaps = self._text.by_owner(text)
        for number in sorted(sure.keys() | perhaps.keys(), key=self._places.__getitem__):
            if not may_be(number):
                continue
            for one in (sure[number],) if number in sure else perhaps[number]:
                found = find(one, text)
                if found is not None:
                    return number, found
        return None

    def _has_header(self, number: int, header: Mapping[str, str]) -> bool:
        """Whether all conditions of a format on the header hold."""
        for name, patterns in self.formats[number].conditions.items():
            if name != TEXT and not (name in header and any(_is_in(one, header[name]) for one in patterns)):
                return False
        return True

    def _by_header_alone(self, header: Mapping[str, str]) -> int | None:
        """The first of the formats that ask for nothing but a header, and have it."""
        alone = [n for n, rest in self._by_header(header).items() if not self.has_text[n] and _hold(rest)]
        return min(alone, key=self._places.__getitem__, default=None)

    def _by_header(self, header: Mapping[str, str]) -> dict[int, list[tuple[list[str], str]]]:
        """The formats whose conditions on the header may hold, and what is to be tried of each of them.

        That is patterns, of which one has to be in a value. Most formats are ruled out by words alone.
        """
        held: dict[int, int] = {}
        to_try: dict[int, list[tuple[list[str], str]]] = {}
        for name, value in header.items():
            sure, perhaps = self._header[name].by_owner(value)
            for number in sure:
                held[number] = held.get(number, 0) + 1
            for number, patterns in perhaps.items():
                if number not in sure:
                    held[number] = held.get(number, 0) + 1
                    to_try.setdefault(number, []).append((patterns, value))
        return {n: to_try.get(n, []) for n, count in held.items() if count == self._conditions[n]}

    def __len__(self) -> int:
        return len(self.formats)


def _hold(conditions: Iterable[tuple[list[str], str]]) -> bool:
    """Whether of each list of patterns one is in the text beside it."""
    return all(any(_is_in(one, text) for one in patterns) for patterns, text in conditions)


def _is_in(one: str, text: str) -> bool:
    return pattern(one).is_in(text.encode("utf-8", "replace"))


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
@uncollected
def default_formats() -> Formats:
    """The package's own formats, compiled once."""
    return load_formats()


@cache
def _builtin() -> tuple[Format, ...]:
    """The package's formats: what is one provider's goes before what is a program's, which many run."""
    tables = [*load("notices").values(), *load("formats").values()]
    return tuple(from_row(row) for table in tables for row in table["formats"])

"""All notice formats compiled together: one pass over the header and one over the text recognise them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from dsnparse.data import load
from dsnparse.rulebook.errors import instead
from dsnparse.rulebook.template import TEXT, Format, from_row

#: Memory for the states of each automaton.
_AUTOMATON_MEMORY = 64 << 20


class Formats:
    """Formats, compiled so that one pass over header and text finds which of them a notice is in."""

    __slots__ = ("_header", "_owners", "_text", "fields", "formats")

    def __init__(self, formats: Sequence[Format]) -> None:
        self.formats = tuple(formats)
        #: The header fields that any format looks at.
        self.fields = tuple(sorted({name for form in formats for name in form.conditions} - {TEXT}))
        #: Pattern number → (format number, header field), and → (format number, pattern of the text).
        self._owners: tuple[list[tuple[int, str]], list[tuple[int, str]]] = ([], [])
        self._header, self._text = _new_set(), _new_set()
        for number, form in enumerate(formats):
            for name, patterns in form.conditions.items():
                for one in patterns:
                    (self._header if name else self._text).Add(header_pattern(name, one) if name else one)
                    self._owners[not name].append((number, name or one))
        for automaton in (self._header, self._text):
            automaton.Add(r"\x00never\x00")  # an empty set cannot be searched
            automaton.Compile()

    def in_header(self, header: str) -> set[int]:
        """The numbers of the formats for which every condition on the header holds."""
        holds: dict[int, set[str]] = {}
        owners = self._owners[0]
        for number in self._header.Match(header.encode("utf-8", "replace")) or ():
            form, name = owners[number]
            holds.setdefault(form, set()).add(name)
        return {
            number
            for number, names in holds.items()
            if len(names) == len(self.formats[number].conditions) - self.formats[number].has_text
        }

    def in_text(self, text: str) -> dict[int, str]:
        """The numbers of the formats that recognise the text, and a pattern of each by which it does."""
        owners = self._owners[1]
        found: dict[int, str] = {}
        for number in self._text.Match(text.encode("utf-8", "replace")) or ():
            form, one = owners[number]
            found.setdefault(form, one)
        return found

    def __len__(self) -> int:
        return len(self.formats)


def header_pattern(name: str, pattern: str) -> str:
    """The pattern for one header field, on lines of `name: value`."""
    anchored = pattern.startswith("^")
    return f"(?m)^{re.escape(name)}: {'' if anchored else '.*'}(?:{pattern[anchored:]})"


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


def _new_set() -> Any:
    import re2

    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = _AUTOMATON_MEMORY
    return re2.Set.SearchSet(options)

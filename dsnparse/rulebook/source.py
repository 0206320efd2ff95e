"""A rules file as its author sees it: tables whose values come out checked, and the lines of mistakes.

tomllib reads values and no lines: `lines.py` finds these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Protocol, TypeVar

from dsnparse.rulebook.errors import RuleError, instead
from dsnparse.rulebook.lines import Address, Place, places

_Member = TypeVar("_Member", bound=Enum)

_NUMBER = re.compile(r"\d{1,9}")
#: What tomllib says, and what helps.
_CURES = (
    ("Unescaped '\\'", "Write patterns in single quotes: '\\d+'."),
    ("Unclosed array", "Put words into quotes, a comma between entries, and a bracket behind the last one."),
    ("Unterminated string", "Close the quotes where the text ends."),
    ("Expected \"'", "Close the quotes where the text ends."),
    ("Illegal character", "Close the quotes in the line in which they open, or use three of them."),
    ("Cannot overwrite", "Each key may stand only once in its table."),
    ("Cannot declare", "Write a table only once; what has two brackets, as [[rule]], may be repeated."),
    ("Invalid value", "Put words into quotes."),
    ("Expected newline", "Put each key into a line of its own, and each text into one pair of quotes."),
    ("Expected '='", 'Write key = value, such as id = "full".'),
    ("Expected ']", "Write [[rule]], [[format]] or [provider] on a line of its own."),
)


class TableSource(Protocol):
    """Where tables come from: a file, or a dictionary of a program's."""

    path: str

    def where(self, address: Address, item: str | None) -> str:
        """The place of what stands at `address`, or of `item` in it, as mistakes tell it."""

    def table_cure(self, key: str) -> str:
        """How to write the table `key`, a sentence."""

    def tables_cure(self, heading: str) -> str:
        """How to write tables of that heading, a sentence."""

    def heading(self, key: str, *, each: bool) -> str:
        """How one writes the beginning of the table `key`, of which there may be several (`each`)."""


class Table:
    """One table of a rules file. Whatever is taken out of it is checked; `error` says where it stands.

    `label` is what its mistakes call it: "rule 'full'".
    """

    __slots__ = ("_address", "_source", "label", "values")

    def __init__(self, source: TableSource, address: Address, values: Mapping[str, Any], label: str) -> None:
        self._source = source
        self._address = address
        self.values = values
        self.label = label

    def error(self, sentence: str, key: str | None = None, item: str | None = None) -> RuleError:
        """A mistake in this table, at the line of `key`, or of `item` in the list of that key."""
        label = f"{self.label}: " if self.label else ""
        return RuleError(f"{self.where(key, item)}: {label}{sentence}")

    def where(self, key: str | None = None, item: str | None = None) -> str:
        """`file:line` of this table, of `key`, or of `item` in the list of that key."""
        return self._source.where(self._address if key is None else (*self._address, key), item)

    def heading(self, key: str, *, each: bool) -> str:
        """How one writes the beginning of the table `key`, of which there may be several (`each`)."""
        return self._source.heading(key, each=each)

    def only(self, known: Iterable[str]) -> None:
        """Refuses keys that nobody reads."""
        names = sorted(known)
        for key in self.values:
            if key not in names:
                raise self.error(f"there is no key {key!r} here. {instead(key, names)}", key)

    def text(self, key: str) -> str | None:
        """The text of `key`, or None."""
        value = self.values.get(key)
        if value is None or (isinstance(value, str) and value.strip()):
            return value
        raise self.error(f'{key} must be a text in quotes, such as {key} = "…".', key)

    def flag(self, key: str) -> bool:
        """The truth of `key`; False when it is left out."""
        value = self.values.get(key, False)
        if isinstance(value, bool):
            return value
        raise self.error(f"{key} must be true or false, without quotes.", key)

    def strings(self, key: str) -> list[str]:
        """The texts of a list; [] when it is left out."""
        value = self.values.get(key)
        if value is None:
            return []
        if isinstance(value, str):
            raise self.error(f"{key} must be a list, also for one entry: {key} = [{value!r}].", key)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(f"{key} must be a list of strings, such as ['one', 'two'].", key)
        if not value:
            raise self.error(f"{key} is empty. Write at least one entry, or leave {key} out.", key)
        for number, item in enumerate(value, 1):
            if not item.strip():
                raise self.error(f"{key} has an empty entry (number {number}). Take it out.", key)
        return value

    def numbers(self, key: str, least: int, most: int) -> list[int]:
        """The numbers of a list; [] when it is left out."""
        value = self.values.get(key)
        if value is None:
            return []
        if (
            isinstance(value, list)
            and value
            and all(type(one) is int and least <= one <= most for one in value)
        ):
            return value
        raise self.error(f"{key} must be a list of numbers from {least} to {most}, such as [550, 554].", key)

    def member(self, key: str, kind: type[_Member], value: Any = None) -> _Member | None:
        """The member of `kind` that `key` (or the default `value`) names, or None."""
        value = self.values.get(key, value)
        if value is None:
            return None
        names = [str(member.value) for member in kind]
        if isinstance(value, str) and value in names:
            return kind(value)
        raise self.error(f"has {key} {value!r}. {instead(value, names)}", key)

    def table(self, key: str) -> Table | None:
        """The table below `key`, or None."""
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, dict):
            return Table(self._source, (*self._address, key), value, self.label)
        raise self.error(self._source.table_cure(key), key)

    def tables(self, key: str) -> Iterator[Table]:
        """The tables of a list below `key`, each headed `[[key]]`."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            heading = ".".join([*(str(part) for part in self._address if isinstance(part, str)), key])
            raise self.error(self._source.tables_cure(heading), key)
        for number, one in enumerate(value):
            yield Table(self._source, (*self._address, key, number), one, f"{key} {number + 1}")


class Source:
    """A TOML file: its values as a `Table`, and the lines on which they stand."""

    __slots__ = ("_lines", "_places", "path", "root")

    def __init__(self, path: Path | str, text: str) -> None:
        """Raises RuleError when `text` is no TOML; `path` is what its mistakes call the file."""
        import tomllib

        self.path = str(path)
        text = text.replace("\r\n", "\n")
        self._lines = text.split("\n")
        try:
            values = tomllib.loads(text)
        except RecursionError:
            raise RuleError(f"{path}:1: is nested too deeply. Take brackets out.") from None
        except ValueError as error:  # TOMLDecodeError, or a number that Python will not read
            raise RuleError(self._syntax(str(error))) from None
        self._places = dict(places(text))
        self.root = Table(self, (), values, "")

    def where(self, address: Address, item: str | None) -> str:
        """`file:line`."""
        return f"{self.path}:{self._line(address, item)}"

    def table_cure(self, key: str) -> str:
        """How to write the table `key`."""
        return f"{key} must be a table: write [{key}], and its keys below."

    def tables_cure(self, heading: str) -> str:
        """How to write tables of that heading."""
        return f"write [[{heading}]] with two brackets, once per {heading.rpartition('.')[2]}."

    def heading(self, key: str, *, each: bool) -> str:
        """`[[rule]]`, `[provider]`."""
        return f"[[{key}]]" if each else f"[{key}]"

    def _line(self, address: Address, item: str | None) -> int:
        """The line of what stands at `address`, or of the table around it."""
        while address and address not in self._places:
            address = address[:-1]
        place = self._places.get(address, Place(1, 1))
        if item is not None:
            for number in range(place.first, place.last + 1):
                if item in self._lines[number - 1]:
                    return number
        return place.first

    def _syntax(self, message: str) -> str:
        what, known, place = message.rpartition(" (at ")
        line, column = (*_NUMBER.findall(place), None, None)[:2] if known else (1, None)
        cure = next(
            (cure for words, cure in _CURES if what.startswith(words)), "Compare it with docs/rules.md."
        )
        if known and line is None:
            statements = [place.first for _, place in places("\n".join(self._lines))]
            line = statements[-1] if statements else 1  # the one that goes on to the end of the file
        where = f" in column {column}" if column else " at the end of the file" if known else ""
        return f"{self.path}:{line}: is not valid TOML: {what if known else message}{where}. {cure}"


def read_source(path: Path) -> Source:
    """The file at `path`. Raises RuleError when it cannot be read, is not UTF-8 or is no TOML."""
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or error
        raise RuleError(f"{path}: cannot be read ({why}). Check the path and its permissions.") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RuleError(f"{path}:{line}: is not UTF-8. Save the file as UTF-8.") from None
    return Source(path, text)

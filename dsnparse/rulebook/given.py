"""Rules that a program gives as a dictionary, of the shape that a rules file has once it is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dsnparse.rulebook.errors import RuleError
from dsnparse.rulebook.lines import Address
from dsnparse.rulebook.source import Table

#: Deeper than any table of a rules file, shallower than what Python can follow.
_DEEPEST = 20


class Given:
    """The tables of a dictionary; where a mistake stands is told as a program would write it."""

    __slots__ = ("path", "root")

    def __init__(self, path: str, values: Mapping[str, Any]) -> None:
        """`path` is what mistakes call the dictionary: "rules[0]". Raises RuleError when it is no table."""
        self.path = path
        self.root = Table(self, (), plain_table(path, values), "")

    def where(self, address: Address, item: str | None) -> str:
        """The table or value at `address`, or `item` in its list: `rules[0]['rule'][2]['phrases'][1]`."""
        value: Any = self.root.values
        for part in address:
            value = value[part] if isinstance(part, int) else value.get(part)
        if isinstance(value, list) and item in value:
            address = (*address, value.index(item))
        return _place(self.path, address)

    def table_cure(self, key: str) -> str:
        """How to write the table `key`."""
        return f"{key} must be a dictionary: {{{key!r}: {{…}}}}."

    def tables_cure(self, heading: str) -> str:
        """How to write tables of that heading."""
        key = heading.rpartition(".")[2]
        return f"{key} must be a list of dictionaries: {{{key!r}: [{{…}}, {{…}}]}}."

    def heading(self, key: str, *, each: bool) -> str:  # noqa: ARG002
        """What the table `key` is called in advice."""
        return key


def plain_table(path: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of `values` as tomllib would have read them: dicts and lists that nobody changes later.

    Raises RuleError for what no file could say: keys that are no text, text that is no Unicode, endless
    nesting.
    """
    table: dict[str, Any] = _plain(path, (), values)
    return table


def _plain(path: str, address: Address, value: Any) -> Any:
    if len(address) > _DEEPEST:
        raise RuleError(f"{path}: is nested too deeply. Take brackets out.")
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise RuleError(f"{_place(path, address)}: has the key {key!r}. Write keys as text.")
        return {str(key): _plain(path, (*address, str(key)), one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(path, (*address, number), one) for number, one in enumerate(value)]
    if isinstance(value, str):
        text = str(value)
        if not text.isascii() and not _is_unicode(text):
            raise RuleError(f"{_place(path, address)}: has half a character, {text!r}. Take it out.")
        return text
    return value


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _place(path: str, address: Address) -> str:
    return path + "".join(f"[{part!r}]" for part in address)

"""A regular expression of RE2, asked in the shortest way.

Facts:

* RE2 looks at each byte once, whatever the expression: a stranger's text cannot make it slow.
* `search` of the package `re2` makes a generator and an object with all groups for each question, which takes
  two to three times as long as RE2 itself. Its own function is asked, where the package still has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from dsnparse.rulebook.errors import said_by

#: What RE2 is asked: how it is anchored, the text, from where to where. It answers where each group stands.
_Ask = Callable[[Any, bytes, int, int], Any]


class Place:
    """A place where an expression was found: where each of its groups stands, the whole being group 0."""

    __slots__ = ("_spans",)

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self._spans = spans

    def span(self, group: int = 0) -> tuple[int, int]:
        """Start and end of a group; (-1, -1) where it takes no part."""
        return self._spans[group]

    def start(self) -> int:
        """Where the place begins."""
        return self._spans[0][0]

    def end(self) -> int:
        """Where it ends."""
        return self._spans[0][1]


class Expression:
    """A compiled expression. Immutable, and may be shared by threads."""

    __slots__ = ("_anchor", "_ask", "_one", "groups")

    def __init__(self, pattern: str, *, ignores_case: bool = False) -> None:
        """Raises ValueError when RE2 cannot read `pattern`."""
        import re2

        options = re2.Options()
        options.case_sensitive = not ignores_case
        options.log_errors = False
        try:
            self._one: Any = re2.compile(pattern, options)  # bounded by the number of patterns in files
        except re2.error as error:
            raise ValueError(said_by(error)) from None
        self.groups: int = self._one.groups
        self._anchor: Any = getattr(getattr(re2, "_Anchor", None), "UNANCHORED", None)
        self._ask: _Ask | None = getattr(getattr(self._one, "_regexp", None), "Match", None)

    def span(self, text: bytes) -> tuple[int, int] | None:
        """Where it is first found in `text`, start and end; None where it is not."""
        ask = self._ask
        if ask is None or self._anchor is None:
            found = self._one.search(text)
            return None if found is None else found.span()
        start, end = ask(self._anchor, text, 0, len(text))[0]
        return None if start < 0 else (start, end)

    def is_in(self, text: bytes) -> bool:
        """Whether it is found in `text`."""
        return self.span(text) is not None

    def place(self, text: str | bytes, start: int = 0) -> Any:
        """The first place from `start` on: a `Place`, or RE2's match, which says the same; None for none."""
        ask = self._ask
        if ask is None or self._anchor is None or isinstance(text, str):
            return self._one.search(text, start)
        spans = ask(self._anchor, text, min(start, len(text)), len(text))
        return Place(spans) if spans[0][0] >= 0 else None

    def places(self, text: str | bytes) -> Iterator[Any]:
        """Every such place; they do not overlap."""
        start = 0
        while (found := self.place(text, start)) is not None:
            yield found
            if start == len(text):
                return
            start = found.end() if found.end() > start else start + 1

    def search(self, text: str | bytes, start: int = 0) -> Any:
        """RE2's match of the first place from `start` on, with its groups; None for none."""
        return self._one.search(text, start)

    def finditer(self, text: str | bytes) -> Iterator[Any]:
        """RE2's matches of all places."""
        found: Iterator[Any] = self._one.finditer(text)
        return found

r"""A regular expression of RE2, asked in the shortest way.

Facts:

* RE2 looks at each byte once, whatever the expression: a stranger's text cannot make it slow.
* `search` of the package `re2` makes a generator and an object with all groups for each question, which takes
  two to three times as long as RE2 itself. Its own function is asked, where the package still has it.
* For UTF-8 any letter of a script (`\pL`) is 2,400 instructions, and any but some is ten; for a byte a
  letter both are a few. Nearly all texts are ASCII: for these a pattern is compiled as Latin-1, which finds
  the same in them in half the time, with `\pL` in a hundredth. Each form is made when it is first asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from dsnparse.rulebook.errors import said_by

#: What RE2 is asked: how it is anchored, the text, from where to where. It answers where each group stands.
_Ask = Callable[[Any, bytes, int, int], Any]
#: Any letter of a script; an escaped letter; what begins a class, with a bracket that is in it; a letter.
_PIECE: Final = re.compile(r"\\[pP]L|\\.|\[\^?\]?|.", re.DOTALL)
_LETTERS: Final = {r"\pL": "[:alpha:]", r"\PL": "[:^alpha:]"}
_NOT_LATIN: Final = "\u0100"
_LAST_LATIN: Final = "\xff"


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


class _Compiled:
    """What RE2 made of a pattern."""

    __slots__ = ("anchor", "ask", "one")

    def __init__(self, pattern: str | bytes, ignores_case: bool) -> None:
        """`pattern`: as bytes where a byte is a letter. Raises ValueError when RE2 cannot read it."""
        import re2

        options = re2.Options()
        options.case_sensitive = not ignores_case
        options.log_errors = False
        if isinstance(pattern, bytes):
            options.encoding = re2.Options.Encoding.LATIN1
        try:
            self.one: Any = re2.compile(pattern, options)  # bounded by the number of patterns in files
        except re2.error as error:
            raise ValueError(said_by(error)) from None
        self.anchor: Any = getattr(getattr(re2, "_Anchor", None), "UNANCHORED", None)
        ask: _Ask | None = getattr(getattr(self.one, "_regexp", None), "Match", None)
        #: Its own function, where that can be asked.
        self.ask = None if self.anchor is None else ask


class Expression:
    """An expression, compiled when it is first asked. May be shared by threads."""

    __slots__ = ("_ignores_case", "_of_any", "_of_ascii", "_pattern")

    def __init__(self, pattern: str, *, ignores_case: bool = False) -> None:
        """What RE2 cannot read raises ValueError when it is asked; `check` asks at once."""
        self._pattern = pattern
        self._ignores_case = ignores_case
        self._of_ascii: _Compiled | None = None
        self._of_any: _Compiled | None = None

    def check(self) -> None:
        """Raises ValueError when RE2 cannot read the expression."""
        self._compiled_for("")

    @property
    def groups(self) -> int:
        """How many groups it has, without the whole."""
        found: int = self._compiled_for("").one.groups
        return found

    def span(self, text: bytes) -> tuple[int, int] | None:
        """Where it is first found in `text`, start and end; None where it is not."""
        known = self._of_ascii
        if known is None or not text.isascii():
            known = self._compiled_for(text)
        ask = known.ask
        if ask is None:
            found = known.one.search(text)
            return None if found is None else found.span()
        start, end = ask(known.anchor, text, 0, len(text))[0]
        return None if start < 0 else (start, end)

    def is_in(self, text: bytes) -> bool:
        """Whether it is found in `text`."""
        return self.span(text) is not None

    def place(self, text: str | bytes, start: int = 0) -> Any:
        """The first place from `start` on: a `Place`, or RE2's match, which says the same; None for none."""
        known = self._compiled_for(text)
        ask = known.ask
        if ask is None or isinstance(text, str):
            return known.one.search(text, start)
        spans = ask(known.anchor, text, min(start, len(text)), len(text))
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
        return self._compiled_for(text).one.search(text, start)

    def finditer(self, text: str | bytes) -> Iterator[Any]:
        """RE2's matches of all places."""
        found: Iterator[Any] = self._compiled_for(text).one.finditer(text)
        return found

    def _compiled_for(self, text: str | bytes) -> _Compiled:
        if isinstance(text, bytes) and text.isascii():
            if self._of_ascii is None:
                self._of_ascii = self._for_ascii()
            return self._of_ascii
        if self._of_any is None:
            self._of_any = _Compiled(self._pattern, self._ignores_case)
        return self._of_any

    def _for_ascii(self) -> _Compiled:
        try:
            return _Compiled(_as_latin(self._pattern), self._ignores_case)
        except ValueError:  # perhaps for a letter's number, which Latin-1 has not
            return self._compiled_for("")


def group_of(found: Any) -> str | None:
    """The name of the last group that takes part in RE2's match `found`; None where that has no name."""
    name: str | bytes | None = found.lastgroup
    return name.decode() if isinstance(name, bytes) else name


def _as_latin(pattern: str) -> bytes:
    """A pattern for texts in ASCII: whatever Latin-1 has not is one letter, which is in none of them."""
    if "\\p" in pattern or "\\P" in pattern:
        pattern = _with_ascii_letters(pattern)
    if pattern.isascii():
        return pattern.encode()
    return "".join([letter if letter < _NOT_LATIN else _LAST_LATIN for letter in pattern]).encode("latin-1")


def _with_ascii_letters(pattern: str) -> str:
    """A pattern with the letters of ASCII in place of all that are some in any script."""
    pieces = []
    is_in_class = False
    for piece in _PIECE.findall(pattern):
        if piece in _LETTERS:
            pieces.append(_LETTERS[piece] if is_in_class else f"[{_LETTERS[piece]}]")
            continue
        is_in_class = piece[0] == "[" or (is_in_class and piece != "]")
        pieces.append(piece)
    return "".join(pieces)

"""Named notice formats as data: a `[[format]]` table, checked, and all of them compiled for one scan.

    [[format]]
    name = "acme"                       # becomes Report.format; several tables may share it
    seen = "Acme Mail 4 and 5"          # where it comes from
    from = ['^mailer@acme\\.example']    # RE2 on header fields, case ignored; one of the list must match
    subject = ['^Mail not delivered']
    headers = { x-mailer = ['^Acme'] }  # any other fields
    marks = ["Acme could not deliver"]  # literal words near the top of the text, line ends count as blanks
    patterns = ['ACME-\\d{4}']           # RE2 on the same text; "^" is the start of a line
    start = '^Recipients:'              # RE2 on a line: the block of recipients starts with this line …
    end = '^Original message'           # … and ends before this one; default: the whole text
    recipient = ['^- (\\S+)']            # RE2 on the block: the group is the address, or the local part
    original = ['alias of (\\S+)']       # RE2 on the lines of a recipient: the address that was mailed
    diagnostic = ['Reason: (.+)']       # RE2 on the lines of a recipient, else on the whole text
    domain = ['at domain (\\S+)']        # RE2 on the text: the domain of recipients given without one
    delayed = ['still being tried']     # or true or false; default: what the words of the text say

    [[format.example]]                  # at least one, in the shape that is sent; it runs as a test
    from = "mailer@acme.example"
    subject = "Mail not delivered"
    text = "…"
    recipients = ["kim@example.com"]    # what must come out; also kind, reply, status, original, returned

Every kind of sign that a table gives must be there: `from` and `subject` and each header, and (`marks` or
`patterns`). Without `recipient`, the generic reader of free text finds the recipients.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from dsnparse.rulebook.example_keys import Example, checked_examples, is_field_name
from dsnparse.rulebook.expression import Expression
from dsnparse.rulebook.source import Table

KEYS = frozenset(
    "name seen from subject headers marks patterns start end recipient original diagnostic domain delayed"
    " example".split()
)
#: The condition that is looked for in the text; the others are names of header fields.
TEXT = ""
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
#: Names that the other readers give to what they read.
_TAKEN = frozenset(["rfc3464", "rfc3464-text", "generic", "arf", "mdn", "auto-reply", "amazon-sns"])


@dataclass(frozen=True, slots=True)
class Format:
    """One notice format. Patterns are RE2, as text; `pattern` compiles them when first needed."""

    name: str
    #: Field name (or `TEXT`) → patterns, one of which must be found. All conditions must hold.
    conditions: Mapping[str, tuple[str, ...]]
    start: str | None = None
    end: str | None = None
    recipient: tuple[str, ...] = ()
    original: tuple[str, ...] = ()
    diagnostic: tuple[str, ...] = ()
    domain: tuple[str, ...] = ()
    #: Whether it tells of a delay: always, never, when a pattern is found, or (None) when words say so.
    delayed: bool | tuple[str, ...] | None = None
    #: One of the package's; the user's own go before it.
    builtin: bool = False
    #: For its readers, in formats read from TOML only: where it comes from, notices in it, and `file:line`.
    seen: str = ""
    examples: tuple[Example, ...] = ()
    where: str = ""

    @property
    def has_text(self) -> bool:
        """Whether the text must agree before the format is recognised."""
        return TEXT in self.conditions

    @property
    def has_header(self) -> bool:
        """Whether header fields must agree before the format is recognised."""
        return len(self.conditions) > self.has_text

    @property
    def weakness(self) -> tuple[bool, bool]:
        """Sorts formats: first those with signs in header and text, then in the text, then in the header."""
        return not (self.has_header and self.has_text), not self.has_text


def make_format(table: Table) -> Format:
    """Check one `[[format]]` table. Raises RuleError."""
    name = table.text("name")
    if name is None or not _NAME.fullmatch(name):
        raise table.error('needs a name in lower case, such as name = "acme".', "name")
    table.label = f"format {name!r}"
    if name in _TAKEN:
        raise table.error("has a name that another reader uses. Choose another.", "name")
    table.only(KEYS)
    conditions = {field: _patterns(table, field) for field in ("from", "subject")}
    if headers := table.table("headers"):
        for field in headers.values:
            if not is_field_name(field) or field.lower() in conditions:
                raise headers.error(f"no header is called {field!r}. Write from and subject above it.", field)
            conditions[field.lower()] = _patterns(headers, field)
    conditions[TEXT] = (
        *(_literal(mark) for mark in table.strings("marks")),
        *(_indented(one) for one in _patterns(table, "patterns")),
    )
    conditions = {field: patterns for field, patterns in conditions.items() if patterns}
    if not conditions:
        raise table.error("cannot be recognised. Give it from, subject, headers, marks or patterns.")
    return Format(
        name=name,
        conditions=conditions,
        start=_single(table, "start"),
        end=_single(table, "end"),
        recipient=_patterns(table, "recipient", groups=1),
        original=_patterns(table, "original", groups=1),
        diagnostic=_patterns(table, "diagnostic", groups=1),
        domain=_patterns(table, "domain", groups=1),
        delayed=_delayed(table),
        seen=table.text("seen") or "",
        examples=checked_examples(table),
        where=table.where(),
    )


def to_row(form: Format) -> dict[str, Any]:
    """A format as plain JSON types, defaults left out."""
    row: dict[str, Any] = {"name": form.name, "conditions": form.conditions}
    for key in ("start", "end", "recipient", "original", "diagnostic", "domain"):
        if value := getattr(form, key):
            row[key] = value
    if form.delayed is not None:
        row["delayed"] = form.delayed
    return row


def from_row(row: Mapping[str, Any]) -> Format:
    """The format that `to_row` wrote: one of the package's."""
    get = row.get
    delayed = get("delayed")
    return Format(
        row["name"],
        {field: tuple(patterns) for field, patterns in row["conditions"].items()},
        get("start"),
        get("end"),
        tuple(get("recipient", ())),
        tuple(get("original", ())),
        tuple(get("diagnostic", ())),
        tuple(get("domain", ())),
        tuple(delayed) if isinstance(delayed, list) else delayed,
        builtin=True,
    )


@cache
def pattern(text: str) -> Expression:
    """An expression: case ignored, "^" and "$" at line ends. Raises ValueError when RE2 cannot read it."""
    return Expression(f"(?m){text}", ignores_case=True)


def find(one: str, text: str, start: int = 0) -> Any:
    """Where the pattern `one` is first found in `text`, from `start` on; None when it is not."""
    return pattern(one).place(_as_searched(text), start)


def find_all(one: str, text: str) -> Iterator[Any]:
    """Every place in `text` where the pattern `one` is found."""
    return pattern(one).places(_as_searched(text))


def _as_searched(text: str) -> str | bytes:
    """Bytes, where places in them are the same: RE2 searches bytes, and has to translate places otherwise.

    Text that goes into no bytes (lone surrogates) has question marks for that.
    """
    return text.encode() if text.isascii() else text.encode("utf-8", "replace").decode()


def _literal(mark: str) -> str:
    return r"\s+".join(re.escape(word) for word in mark.split())


def _indented(one: str) -> str:
    """`^` as the start of a line, whatever white space or quote mark the line begins with."""
    return rf"(?m)^[ \t>]*(?:{one[1:]})" if one.startswith("^") else f"(?m){one}"


def _patterns(table: Table, key: str, *, groups: int | None = None) -> tuple[str, ...]:
    """The patterns of a list; with `groups`, each must have just so many."""
    given = table.strings(key)
    for one in given:
        _check(table, key, one, groups)
    return tuple(given)


def _check(table: Table, key: str, one: str, groups: int | None) -> None:
    try:
        found: int = pattern(one).groups
        pattern(one.removeprefix("^")).check()  # what stands behind it is put into a group
    except ValueError as error:
        raise table.error(
            f"has a pattern that RE2 cannot read: {one!r} ({error}). "
            "Its syntax: https://github.com/google/re2/wiki/Syntax.",
            key,
            one,
        ) from None
    if groups is not None and found != groups:
        raise table.error(
            f"{key} {one!r} needs one group in round brackets around what it finds; write (?:…) for others.",
            key,
            one,
        )


def _single(table: Table, key: str) -> str | None:
    value = table.values.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value:
        raise table.error(f"{key} must be one pattern, in quotes.", key)
    _check(table, key, value, None)
    return value


def _delayed(table: Table) -> bool | tuple[str, ...] | None:
    value = table.values.get("delayed")
    return value if isinstance(value, bool) else _patterns(table, "delayed") or None

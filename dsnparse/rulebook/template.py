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
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from dsnparse.classify import RuleError

KEYS = frozenset(
    "name seen from subject headers marks patterns start end recipient original diagnostic domain delayed"
    " example".split()
)
#: Keys whose values are patterns; those that find something have one group around it.
_PLAIN = ("from", "subject", "patterns", "start", "end", "delayed")
_GROUPED = ("recipient", "original", "diagnostic", "domain")
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


def make_format(table: Any, where: str, *, builtin: bool = False) -> Format:
    """Check one `[[format]]` table. Raises RuleError, whose text begins with `where`.

    `builtin`: the package's own, whose patterns and examples its tests check; they compile when needed.
    """
    if not isinstance(table, Mapping):
        raise RuleError(f"{where}: a format is a table. Write [[format]] and its keys below.")
    name = table.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise RuleError(f'{where}: a format needs a name in lower case, such as name = "acme".')
    where = f"{where}: format {name!r}"
    if name in _TAKEN:
        raise RuleError(f"{where} has a name that another reader uses. Choose another.")
    unknown = sorted(set(table) - KEYS)
    if unknown:
        raise RuleError(f"{where} has the unknown key {unknown[0]!r}. Known keys: {', '.join(sorted(KEYS))}.")
    headers = table.get("headers", {})
    if not isinstance(headers, Mapping):
        raise RuleError(f"{where}: headers must be a table, such as {{ x-mailer = ['^Acme'] }}.")
    conditions = {field: _patterns(table, field, where) for field in ("from", "subject")}
    conditions |= {field.lower(): _patterns(headers, field, where) for field in headers}
    conditions[TEXT] = (
        *(_literal(mark) for mark in _strings(table, "marks", where)),
        *(_indented(one) for one in _patterns(table, "patterns", where)),
    )
    conditions = {field: patterns for field, patterns in conditions.items() if patterns}
    if not conditions:
        raise RuleError(f"{where} cannot be recognised. Give it from, subject, headers, marks or patterns.")
    delayed = table.get("delayed")
    form = Format(
        name=name,
        conditions=conditions,
        start=_single(table, "start", where),
        end=_single(table, "end", where),
        recipient=_patterns(table, "recipient", where),
        original=_patterns(table, "original", where),
        diagnostic=_patterns(table, "diagnostic", where),
        domain=_patterns(table, "domain", where),
        delayed=delayed
        if delayed is None or isinstance(delayed, bool)
        else _patterns(table, "delayed", where),
        builtin=builtin,
    )
    if not builtin:
        _check(table, where)
        if not table.get("example"):
            raise RuleError(f"{where} has no example. Add [[format.example]] with a text and its recipients.")
    return form


def _check(table: Mapping[str, Any], where: str) -> None:
    """Compiles every pattern as it stands in the table."""
    given = [(key, table.get(key, ())) for key in (*_PLAIN, *_GROUPED)]
    given += [("headers", value) for value in table.get("headers", {}).values()]
    for key, value in given:
        for one in [value] if isinstance(value, str) else [] if isinstance(value, bool) else value:
            try:
                groups = pattern(one).groups
            except ValueError as error:
                raise RuleError(f"{where} has a pattern that RE2 cannot read: {one!r} ({error}).") from None
            if key in _GROUPED and groups != 1:
                raise RuleError(
                    f"{where}: {key} {one!r} needs one group in round brackets around what it finds."
                )


@cache
def pattern(text: str) -> Any:
    """RE2, compiled: case ignored, "^" and "$" at line ends. Raises ValueError when RE2 cannot read it."""
    import re2

    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    try:
        return re2.compile(f"(?m){text}", options)  # bounded by the number of patterns in format tables
    except re2.error as error:
        raise ValueError(str(error)) from None


def _literal(mark: str) -> str:
    return r"\s+".join(re.escape(word) for word in mark.split())


def _indented(one: str) -> str:
    """`^` as the start of a line, whatever white space or quote mark the line begins with."""
    return rf"(?m)^[ \t>]*(?:{one[1:]})" if one.startswith("^") else f"(?m){one}"


def _strings(table: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = table.get(key, ())
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) and item.strip() for item in value):
        return tuple(value)
    raise RuleError(f"{where}: {key} must be a list of strings, such as ['one', 'two'].")


_patterns = _strings


def _single(table: Mapping[str, Any], key: str, where: str) -> str | None:
    value = table.get(key)
    if value is not None and not (isinstance(value, str) and value):
        raise RuleError(f"{where}: {key} must be one pattern, in quotes.")
    return value

"""What the example of a notice format may say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from dsnparse.rulebook.source import Table
from dsnparse.vocabulary import Kind

#: What an example may say; all but `text` (or `html`) may be left out.
KEYS = frozenset(
    "from to subject headers text html returned kind recipients original reply status format".split()
)
#: What must come out, and how that is written.
_EXPECTED: dict[str, tuple[type, str]] = {
    "recipients": (str, 'a list of addresses, such as ["kim@example.com"]; [] for none'),
    "reply": (int, "a number without quotes, such as 550, or a list of one for each recipient; 0 for none"),
    "status": (str, 'a code such as "5.1.1", or a list of one for each recipient; "" for none'),
    "original": (str, 'an address, or a list of one for each recipient; "" for none'),
}
#: RFC 5322 section 2.2: what the name of a header field is made of.
_FIELD = re.compile(r"[!-9;-~]+")


def is_field_name(name: str) -> bool:
    """Whether `name` can be the name of a header field."""
    return _FIELD.fullmatch(name) is not None


class Example(NamedTuple):
    """A `[[format.example]]` table, and where it stands: `file:line`."""

    values: Mapping[str, Any]
    where: str


def checked_examples(table: Table) -> tuple[Example, ...]:
    """The examples of a `[[format]]` table. Raises RuleError when there is none, or one cannot be built."""
    examples = list(table.tables("example"))
    if not examples:
        raise table.error("has no example. Add [[format.example]] with a text and its recipients.")
    return tuple(_checked(one, f"{table.label}, example {number}") for number, one in enumerate(examples, 1))


def _checked(example: Table, label: str) -> Example:
    example.label = label
    example.only(KEYS)
    values = example.values
    for key in ("from", "to", "subject"):  # "" takes the field away
        if not isinstance(values.get(key, ""), str) or not values.get(key, "").isprintable():
            raise example.error(f"{key} must be one line of text in quotes.", key)
    texts = [example.text(key) for key in ("text", "html", "returned", "format")]
    if not texts[0] and not texts[1]:
        raise example.error("has no text. Give it what the notice says: text = '''…'''.")
    headers = example.table("headers")
    for field, value in headers.values.items() if headers else ():
        if field.lower() in ("from", "to", "subject") or field.lower().startswith(("content-", "mime-")):
            raise example.error(
                f"headers cannot have {field}. Write from, to or subject above it.", "headers"
            )
        if not isinstance(value, str) or not value.isprintable() or not is_field_name(field):
            raise example.error(
                "headers must give each field a line of text, as { x-mailer = 'Acme' }.", "headers"
            )
    example.member("kind", Kind)
    for key, (kind, form) in _EXPECTED.items():
        value = values.get(key, [])
        given = value if isinstance(value, list) else [value]
        if not all(type(one) is kind for one in given) or (key == "recipients" and given is not value):
            raise example.error(f"{key} must be {form}.", key)
    return Example(values, example.where())

"""The examples that notice formats carry: each is built into a message, parsed, and compared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dsnparse.rulebook.source import Table
from dsnparse.vocabulary import Kind

if TYPE_CHECKING:
    from dsnparse.parser import Parser
    from dsnparse.rulebook.template import Format

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
#: How an example says that a recipient has none.
_NONE: dict[str, int | str] = {"reply": 0, "status": "", "original": ""}
_SENDER = "sender@example.net"
_DAEMON = "Mail Delivery System <MAILER-DAEMON@mail.example.net>"


def is_field_name(name: str) -> bool:
    """Whether `name` can be the name of a header field."""
    return _FIELD.fullmatch(name) is not None


def checked_examples(table: Table) -> tuple[Mapping[str, Any], ...]:
    """The examples of a `[[format]]` table. Raises RuleError when there is none, or one cannot be built."""
    examples = list(table.tables("example"))
    if not examples:
        raise table.error("has no example. Add [[format.example]] with a text and its recipients.")
    return tuple(_checked(one, f"{table.label}, example {number}") for number, one in enumerate(examples, 1))


def _checked(example: Table, label: str) -> Mapping[str, Any]:
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
    return values


def message_of(example: Mapping[str, Any]) -> bytes:
    """The message that an example describes: header, text, and what came back below it."""
    from email.header import Header
    from email.message import EmailMessage, Message
    from email.mime.text import MIMEText

    text = MIMEText(example.get("html") or example["text"], "html" if "html" in example else "plain", "utf-8")
    message: Message = text
    if "returned" in example:
        message = EmailMessage()
        message["Content-Type"] = 'multipart/mixed; boundary="=-example-=-"'
        back = MIMEText("\n".join(line.strip() for line in example["returned"].strip().splitlines()) + "\n")
        back.replace_header("Content-Type", "text/rfc822-headers")
        message.set_payload([text, back])
    fields = {"From": _DAEMON, "To": _SENDER, "Subject": "Undelivered Mail"}
    for name in ("from", "to", "subject"):
        if name in example:
            fields[name.title()] = example[name]
    fields = {name: value for name, value in fields.items() if value} | example.get("headers", {})
    for name, value in fields.items():
        message[name] = value if value.isascii() else str(Header(value, "utf-8", maxlinelen=900))
    return message.as_bytes()


def complaints(form: Format, parser: Parser) -> Iterator[str]:
    """What is wrong with the examples of one format, as sentences; nothing when all hold."""
    for number, example in enumerate(form.examples, 1):
        report = parser.parse(message_of(example))
        records = report.records
        wants: dict[str, tuple[Any, Any]] = {
            "format": (report.format, example.get("format", form.name)),
            "kind": (report.kind.value, example.get("kind", "bounce")),
            "recipients": ([record.recipient for record in records], example.get("recipients", [])),
        }
        for key, field in (("reply", "reply_code"), ("status", "status"), ("original", "original_recipient")):
            if key in example:
                found = [getattr(record, field) or _NONE[key] for record in records]
                want = example[key]
                wants[key] = found, want if isinstance(want, list) else [want] * len(found)
        place = f"{form.where}: format {form.name!r}, example {number}"
        for key, (found, want) in wants.items():
            if found != want:
                yield f"{place}: {key} is {found!r}, wants {want!r}."

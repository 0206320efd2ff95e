"""The examples that notice formats carry: each is built into a message, parsed, and compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from dsnparse.model import Report
from dsnparse.rulebook.template import Format

#: How an example says that a recipient has none.
_NONE: dict[str, int | str] = {"reply": 0, "status": "", "original": ""}
_SENDER = "sender@example.net"
_DAEMON = "Mail Delivery System <MAILER-DAEMON@mail.example.net>"


class Parser(Protocol):
    """Who reads the message that an example describes."""

    def parse(self, message: bytes, /) -> Report:
        """What `dsnparse.Parser.parse` does."""


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
    for number, (example, where) in enumerate(form.examples, 1):
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
        place = f"{where}: format {form.name!r}, example {number}"
        for key, (found, want) in wants.items():
            if found != want:
                yield f"{place}: {key} is {found!r}, wants {want!r}."

"""A message as a comparable tree, from the standard parser and from ours."""

from __future__ import annotations

import email
from email.errors import MessageDefect
from email.message import Message
from typing import NamedTuple

from dsnparse.wire.mime import FIELD_TYPES, Part, read_message


class Node(NamedTuple):
    """One entity: its fields in order, and either its parts or its payload, raw and decoded."""

    type: str
    fields: list[tuple[str, str]]
    unix_from: str | None
    parts: list[Node]
    payload: str
    decoded: bytes


def standard_tree(data: bytes) -> Node:
    """The tree of `email.message_from_bytes`."""
    return _node(email.message_from_bytes(data))


def our_tree(data: bytes) -> Node:
    """The tree of `dsnparse.wire.mime.read_message`."""
    return _node(read_message(data))


def _node(message: Message) -> Node:
    kind = one_line_end(message.get_content_type())
    fields = [(name, one_line_end(str(value)).lstrip(" \t\n")) for name, value in message.raw_items()]
    from_line = message.get_unixfrom()
    if kind in FIELD_TYPES:
        return Node(kind, fields, from_line, _groups(message), "", b"")
    payload = message.get_payload()
    if message.is_multipart():
        return Node(kind, fields, from_line, [_node(part) for part in _parts(message)], "", b"")
    text = str(payload or "")
    decoded = message.get_payload(decode=True)
    if message.get_content_maintype() == "multipart":
        # Whose the line end before the next delimiter is only shows where a multipart has no parts.
        text, decoded = text.rstrip("\r\n"), b""
    return Node(kind, fields, from_line, [], text, decoded if isinstance(decoded, bytes) else b"")


def _parts(message: Message) -> list[Message]:
    payload = message.get_payload()
    return [part for part in payload if isinstance(part, Message)] if isinstance(payload, list) else []


def _groups(message: Message) -> list[Node]:
    """The groups of fields that the standard parser makes of a status part, ours put through that parser."""
    if isinstance(message, Part):
        head = f"Content-Type: {message.type}\n\n".encode()
        message = email.message_from_bytes(head + message.raw())
    groups = [_node(part) for part in _parts(message)]
    return [
        Node("", group.fields, None, group.parts, group.payload.rstrip("\r\n"), b"")
        for group in groups
        if group.fields or group.payload.strip()
    ]


def one_line_end(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def defects(data: bytes) -> set[str]:
    """The names of the defects that the standard parser finds anywhere in a message."""
    found: set[str] = set()
    waiting = [email.message_from_bytes(data)]
    while waiting:
        message = waiting.pop()
        found |= {type(defect).__name__ for defect in message.defects if isinstance(defect, MessageDefect)}
        waiting += _parts(message)
    return found


def difference(data: bytes) -> str | None:
    """Where the two trees differ first, in words; None when they are equal."""
    return _difference(standard_tree(data), our_tree(data), "message")


def _difference(standard: Node, ours: Node, where: str) -> str | None:
    for name in ("type", "unix_from", "fields", "payload", "decoded"):
        a, b = getattr(standard, name), getattr(ours, name)
        if a != b:
            return f"{where}: {name}: standard {a!r:.600}, ours {b!r:.600}"
    if len(standard.parts) != len(ours.parts):
        return f"{where}: standard has {len(standard.parts)} parts, ours {len(ours.parts)}"
    for number, pair in enumerate(zip(standard.parts, ours.parts, strict=True), 1):
        found = _difference(*pair, f"{where}.{number}")
        if found:
            return found
    return None

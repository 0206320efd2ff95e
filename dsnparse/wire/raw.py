"""The bytes of a message, from what a caller has; what he should have given, where it is no message."""

from __future__ import annotations

from email.message import Message
from os import PathLike


def bytes_of(message: bytes | bytearray | memoryview | Message) -> bytes:
    """The message as bytes. Raises TypeError when it is none, ValueError when it cannot be written."""
    if isinstance(message, bytes):
        return message
    if isinstance(message, (bytearray, memoryview)):
        return bytes(message)
    if isinstance(message, Message):
        try:
            return _written(message)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError(
                f"This message object cannot be written as bytes ({type(error).__name__}: {error}): pass the "
                "bytes that it was read from."
            ) from error
    raise TypeError(
        f"parse_dsn() reads the raw bytes of a message, not {type(message).__name__}: {_cure(message)}"
    )


def _cure(message: object) -> str:
    """What to do about what is no message."""
    if isinstance(message, PathLike):
        return "parse_file() reads a file, parse_many() a folder or an archive."
    if isinstance(message, str):
        return (
            "if it is a path, parse_file() reads the file; if it is the text of a message, take the bytes "
            "that it was made from (open the file with mode 'rb'), or text.encode() where there are none."
        )
    if callable(getattr(message, "read", None)):
        return "open the file with mode 'rb', and pass what its read() gives; parse_file() does both."
    return "pass bytes, or an email.message.Message."


def _written(message: Message) -> bytes:
    try:
        return message.as_bytes()
    except (UnicodeError, LookupError):  # text of no declared encoding, as of message_from_string()
        return message.as_string().encode("utf-8", "surrogateescape")

"""The protocol of tcp_table(5): "get KEY", and "200 VALUE", "500 …" (not found) or "400 …" (ask later)."""

from __future__ import annotations

from asyncio import IncompleteReadError, LimitOverrunError, StreamReader
from urllib.parse import quote, unquote_to_bytes

from dsnparse.postfix.advice import Step
from dsnparse.postfix.desk import Desk
from dsnparse.postfix.limits import LINE_BYTES, Unreadable

#: What need not be encoded: anything but white space, %, and what is not ASCII.
_PLAIN = "".join(map(chr, range(0x21, 0x7F))).replace("%", "")


async def answer(reader: StreamReader, desk: Desk) -> bytes | None:
    """The answer to the next request; None at the end. Raise Unreadable."""
    try:
        line = (await reader.readuntil(b"\n")).rstrip(b"\r\n")
    except IncompleteReadError as error:
        if error.partial:
            raise Unreadable("A request broke off") from None
        return None
    except LimitOverrunError:
        raise Unreadable(f"A line has more than {LINE_BYTES} bytes") from None
    command, _, key = line.partition(b" ")
    if command != b"get":
        return _reply(500, "only get is known")
    advice = await desk.advice(unquote_to_bytes(key).decode("utf-8", "replace"))
    if advice.step is Step.AWAY:
        return _reply(400, advice.text)
    return _reply(200, advice.action) if advice.action else _reply(500, "not found")


def _reply(code: int, text: str) -> bytes:
    return f"{code} {quote(text, safe=_PLAIN)}\n".encode("ascii")

"""The protocol of socketmap_table(5): netstrings, "NAME KEY" and "OK VALUE", "NOTFOUND " or "TEMP …"."""

from __future__ import annotations

from asyncio import IncompleteReadError, StreamReader, timeout

from dsnparse.postfix.advice import Step
from dsnparse.postfix.desk import Desk
from dsnparse.postfix.limits import LINE_BYTES, REQUEST_SECONDS, Unreadable

_MOST_DIGITS = len(str(LINE_BYTES))


async def answer(reader: StreamReader, desk: Desk) -> bytes | None:
    """The answer to the next request; None at the end. Raise Unreadable, TimeoutError.

    The name of the map does not matter. Keys that are no whole address (Postfix also asks for domains and
    local parts) are not found: what is held against a domain is found with each address in it.
    """
    first = await reader.read(1)
    if not first:
        return None
    try:
        async with timeout(REQUEST_SECONDS):
            request = await _netstring(first, reader)
    except IncompleteReadError:
        raise Unreadable("A request broke off") from None
    _, _, key = request.decode("utf-8", "replace").partition(" ")
    advice = await desk.advice(key)
    if advice.step is Step.AWAY:
        return _reply(f"TEMP {advice.text}")
    return _reply(f"OK {advice.action}" if advice.action else "NOTFOUND ")


async def _netstring(first: bytes, reader: StreamReader) -> bytes:
    digits = first
    while not digits.endswith(b":"):
        if len(digits) > _MOST_DIGITS:
            raise Unreadable("A request does not begin with its length")
        digits += await reader.readexactly(1)
    size = digits[:-1]
    if not size.isdigit() or int(size) > LINE_BYTES:
        raise Unreadable(f"A request does not begin with its length, at most {LINE_BYTES}")
    data = await reader.readexactly(int(size) + 1)
    if not data.endswith(b","):
        raise Unreadable("A request does not end where it says")
    return data[:-1]


def _reply(text: str) -> bytes:
    data = text.encode("ascii")
    return b"%d:%b," % (len(data), data)

"""The policy protocol of Postfix (SMTPD_POLICY_README): lines "name=value" and an empty one; "action=…"."""

from __future__ import annotations

from asyncio import IncompleteReadError, LimitOverrunError, StreamReader, timeout

from dsnparse.postfix.desk import Desk
from dsnparse.postfix.limits import LINE_BYTES, REQUEST_SECONDS, Unreadable

#: Lines of one request; Postfix 3.9 sends some thirty.
ATTRIBUTES = 100


async def answer(reader: StreamReader, desk: Desk) -> bytes | None:
    """The answer to the next request; None at the end. Raise Unreadable, TimeoutError."""
    first = await _line(reader)
    if first is None:
        return None
    async with timeout(REQUEST_SECONDS):
        said = await _attributes(first, reader)
    if said.get("request") != "smtpd_access_policy" or said.get("protocol_state") != "RCPT":
        return _reply("")
    return _reply((await desk.advice(said.get("recipient", ""))).action)


async def _attributes(line: bytes | None, reader: StreamReader) -> dict[str, str]:
    said: dict[str, str] = {}
    for _ in range(ATTRIBUTES):
        if line is None:
            raise Unreadable("A request broke off")
        if not line:
            return said
        name, _, value = line.decode("utf-8", "replace").partition("=")
        said.setdefault(name, value)
        line = await _line(reader)
    raise Unreadable(f"A request has more than {ATTRIBUTES} lines")


async def _line(reader: StreamReader) -> bytes | None:
    try:
        return (await reader.readuntil(b"\n")).rstrip(b"\r\n")
    except IncompleteReadError as error:
        if error.partial:
            raise Unreadable("A request broke off") from None
        return None
    except LimitOverrunError:
        raise Unreadable(f"A line has more than {LINE_BYTES} bytes") from None


def _reply(action: str) -> bytes:
    return f"action={action or 'DUNNO'}\n\n".encode("ascii")

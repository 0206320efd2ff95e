"""The text of a diagnostic, made ready for the rules: one spelling, addresses blanked, codes found."""

from __future__ import annotations

import re
from typing import NamedTuple

#: Longer texts are cut here. An SMTP reply line has at most 512 octets (RFC 5321 section 4.5.3.1.5), and
#: Sendmail and Postfix keep a few KB of a multiline reply; what decides stands at its beginning.
MAX_TEXT = 4096

# Every replacement is one character for one, so that offsets hold.
_SPELLING = str.maketrans(
    {"_": " ", "’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "\u00a0": " "}
)
#: What an address ends at, on either side, and which of these go with it.
_EDGES = frozenset(" <>\"'(),:;[]{}=|!")
_WRAPPING = frozenset("<>\"'[](){}")
#: RFC 5321 section 4.5.3.1: a local part has at most 64 octets, a domain 255.
_MAX_LOCAL = 64
_MAX_DOMAIN = 255

#: "550-5.1.1 text" at the start of the text or of a line: what each line of a multiline reply repeats.
_PREFIX = re.compile(r"(?:^|[\s:;\"'(])([245]\d\d)-'?(?:([245]\.\d{1,3}\.\d{1,3})[\s-])?")
#: The usual case: a reply begins with both.
_BOTH = re.compile(r"(?:smtp; ?)?([45][0-7]\d)[ -]([45]\.\d{1,3}\.\d{1,3})(?![\w.])")
#: A reply code standing alone, and the enhanced code that follows it.
_REPLY = re.compile(
    r"(?<![\w.,+@/-])(?<!\d:)([245][0-7]\d)(?:(?: |-|: ?)[(\['\"]?#?([245]\.\d{1,3}\.\d{1,3})(?![\w.]\w))?"
    r"(?![\w@%]|[.,/]\w|:[0-9a-f]{0,4}:)"
)
#: What follows a number that only looks like a reply code.
_UNITS = ("kb", "mb", "gb", "k ", "m ", "bytes", "octets", "messages", "mails", "recipients", "connections",
          "seconds", "minutes", "hours", "days", "char", "lines", "per ", "times", "addresses")  # fmt: skip
_STATUS = re.compile(r"(?<![\w.])([245]\.\d{1,3}\.\d{1,3})(?![a-zA-Z0-9]|\.\d)")
#: What stands before a version number, not before a status code.
_VERSION = ("version", "exim", "postfix", "sendmail", "release", "ver", "v", "build", "qmail")


class Text(NamedTuple):
    """A diagnostic in two forms of one length: as written (white space collapsed) and as matched."""

    #: White space collapsed, continuation codes of a multiline reply taken out.
    shown: str
    #: In lower case, "_" read as space, addresses blanked with "@".
    low: str


def normalise(text: str) -> str:
    """One spelling of a text or phrase: white space collapsed, lower case, typographic quotes made plain."""
    return " ".join(text.translate(_SPELLING).lower().split())


def read_text(text: str) -> Text:
    """Prepare a diagnostic (any text) for matching; linear in at most `MAX_TEXT` characters."""
    shown = " ".join(text[:MAX_TEXT].split())
    if not shown.isascii():
        shown = shown.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate cannot be matched
    if "-" in shown:
        shown = _join_lines(shown)
    low = shown.lower()
    low = low.replace("_", " ").replace("`", "'") if low.isascii() else low.translate(_SPELLING)
    if len(low) != len(shown):  # "İ" grows in lower case
        shown = low
    if "@" in low:
        low = _blank_addresses(low)
    return Text(shown, low)


def _join_lines(shown: str) -> str:
    found = _PREFIX.search(shown)
    if found is None:
        return shown
    code, status = found.groups()
    head = shown[: found.end()]
    rest = shown[found.end() :]
    for prefix in (
        (f"{code}-{status} ", f"{code} {status} ", f"{code}-{status}-", f"{code}-")
        if status
        else (
            f"{code}-",
            f" {code} ",
        )
    ):
        rest = rest.replace(prefix, " " if prefix.startswith(" ") else "")
    return head + rest


def _blank_addresses(low: str) -> str:
    """Replace each address, with the brackets or quotes around it, by as many "@"."""
    out: list[str] = []
    done = 0
    size = len(low)
    at = low.find("@")
    while at >= 0:
        start = at
        first = max(done, at - _MAX_LOCAL)
        while start > first and low[start - 1] not in _EDGES:
            start -= 1
        if start == at and low[at - 1 : at] == '"':  # a quoted local part may hold anything
            start = max(low.rfind('"', first, at - 1), first)
        end = at + 1
        last = min(size, end + _MAX_DOMAIN)
        while end < last and low[end] not in _EDGES:
            end += 1
        if start > done and low[start - 1] in _WRAPPING:
            start -= 1
        while end < size and low[end] in _WRAPPING:
            end += 1
        out += (low[done:start], "@" * (end - start))
        done = end
        at = low.find("@", end)
    out.append(low[done:])
    return "".join(out)


def find_codes(shown: str) -> tuple[int | None, str | None]:
    """The SMTP reply code and the enhanced status code that a text states; None for what it does not.

    RFC 5321 section 4.2 puts the reply code first; RFC 2034 section 4 puts the enhanced code right behind it.
    Systems that quote a reply in a sentence keep the two together; qmail writes "(#5.1.1)" at the end.
    """
    both = _BOTH.match(shown)
    if both is not None:
        return int(both[1]), both[2]
    reply = status = None
    for found in _REPLY.finditer(shown):
        if found[1][0] == "2" or (found[2] is None and _is_amount(shown, found.start(), found.end())):
            continue
        reply, status = int(found[1]), found[2]
        break
    if status is not None:
        return reply, status
    for found in _STATUS.finditer(shown):
        before = shown[max(0, found.start() - 12) : found.start()].lower().split()
        if found[1][0] == "2" or (before and before[-1].strip("(/#-") in _VERSION):
            continue
        if reply is None or found[1][0] == str(reply)[0]:
            return reply, found[1]
    return reply, None


def _is_amount(shown: str, start: int, end: int) -> bool:
    """Whether a number within a sentence counts something ("more than 500 messages per hour")."""
    return shown[max(0, start - 2) : start - 1].isalnum() and shown[end : end + 12].lstrip(
        " -"
    ).lower().startswith(_UNITS)

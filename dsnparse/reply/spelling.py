"""One spelling for all texts that rules are matched against: white space, case, quotes, addresses."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from dsnparse.reply.wrapping import unwrapped

#: As a value, so that it is Python's own: what mypyc makes of `text.lower()` knows no final sigma.
_lower: Callable[[str], str] = str.lower
# Every replacement is one character for one, so that offsets hold.
_SPELLING: Final = str.maketrans(
    {"_": " ", "’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "\u00a0": " "}
)
#: What an address ends at, on either side, and which of these go with it.
_EDGES: Final = " <>\"'(),:;[]{}=|!"
_WRAPPING: Final = "<>\"'[](){}"
_EDGE: Final = re.compile(f"[{re.escape(_EDGES)}]")
#: By their number: a table of all, since to miss a letter in a smaller one takes time.
_TO_BLANKS: Final = "".join([" " if chr(code) in _EDGES else chr(code) for code in range(128)])
#: Scripts that part words by nothing, and their punctuation: an address in other letters ends at theirs.
_WITHOUT_BLANKS: Final = re.compile("[\u0e00-\u0e7f\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]")
#: RFC 5321 section 4.5.3.1: a local part has at most 64 octets, a domain 255.
_MAX_LOCAL: Final = 64
_MAX_DOMAIN: Final = 255

#: Where what follows may stand: at a hyphen behind three digits.
_HYPHEN: Final = re.compile(r"-(?<=[245]\d\d-)")
#: "550-5.1.1 text" at the start of the text or of a line: what each line of a multiline reply repeats.
_PREFIX: Final = re.compile(r"(?:^|[\s:;\"'(])([245]\d\d)-'?(?:([245]\.\d{1,3}\.\d{1,3})[\s-])?")
#: What Sendmail makes of any refusal, below the reply or behind it: "550 5.1.1 <kim@b>... User unknown".
_CODES: Final = r"[45]\d\d (?:[45]\.\d{1,3}\.\d{1,3} )?"
SENDMAILS_OWN: Final = re.compile(rf"{_CODES}<[^<>]{{1,320}}>\.\.\. ")
#: The same behind a reply in one line, where the address may have no brackets.
_BEHIND_A_REPLY: Final = re.compile(rf"{_CODES}(?:<[^<>]{{1,320}}>|[^\s<>@]{{1,64}}@[^\s<>]{{1,255}})\.\.\. ")
#: How that reply begins; what follows may be such a line, if a Sendmail wrote it.
_QUOTED_REPLY: Final = "<<< 550"


def normalise(text: str) -> str:
    """One spelling of a text or phrase: white space collapsed, lower case, typographic quotes made plain."""
    return " ".join(text.translate(_SPELLING).lower().split())


def as_shown(text: str) -> str:
    """`text` in one line, with the codes taken out that each line of a multiline reply repeats."""
    shown = unwrapped(text)
    if "  " in shown or not shown.isprintable() or shown[:1] == " " or shown[-1:] == " ":
        shown = " ".join(shown.split())
    if not shown.isascii():
        shown = shown.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate cannot be matched
    if shown[:3] == "<<<":
        own = _BEHIND_A_REPLY.search(shown, len(_QUOTED_REPLY))
        shown = shown if own is None else shown[: own.start()].rstrip()
    return _join_lines(shown) if "-" in shown and _HYPHEN.search(shown) is not None else shown


def as_matched(shown: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """`shown` in lower case and one spelling, addresses blanked with "@"; and where these stand.

    Of the same length as `shown`, save where a letter grows in lower case ("İ").
    """
    low = _lower(shown)
    if not low.isascii():
        low = low.translate(_SPELLING)
    elif "_" in low or "`" in low:
        low = low.replace("_", " ").replace("`", "'")
    return _blank_addresses(low) if "@" in low else (low, ())


def _join_lines(shown: str) -> str:
    found = _PREFIX.search(shown)
    if found is None:
        return shown
    code, status = found.groups()
    hyphen = found.end(1)
    head = f"{shown[:hyphen]} {shown[hyphen + 1 : found.end()]}"  # so that words begin behind it
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


def _blank_addresses(low: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Replace each address, with the brackets or quotes around it, by as many "@"."""
    out: list[str] = []
    places: list[tuple[int, int]] = []
    done = 0
    size = len(low)
    parted = low if low.isascii() else _WITHOUT_BLANKS.sub(" ", low)
    at = low.find("@")
    while at >= 0:
        first = max(done, at - _MAX_LOCAL)
        local = parted if parted[at - 1 : at] != " " else low
        domain = parted if parted[at + 1 : at + 2] != " " else low
        start = at - len(local[first:at].translate(_TO_BLANKS).rpartition(" ")[2])
        if start == at and low[at - 1 : at] == '"':  # a quoted local part may hold anything
            start = max(low.rfind('"', first, at - 1), first)
        last = min(size, at + 1 + _MAX_DOMAIN)
        edge = _EDGE.search(domain, at + 1, last)
        end = edge.start() if edge is not None else last
        if ".." in low[at:end]:  # "<kim@example.org>..." of Sendmail, without the brackets
            end = low.index("..", at)
        if start > done and low[start - 1] in _WRAPPING:
            start -= 1
        while end < size and low[end] in _WRAPPING:
            end += 1
        out += (low[done:start], "@" * (end - start))
        places.append((start, end))
        done = end
        at = low.find("@", end)
    out.append(low[done:])
    return "".join(out), tuple(places)

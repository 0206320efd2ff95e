"""Addresses in running text: where they stand, and whether they can be read in one way only.

Facts:

* Notices write them bare, in brackets or quotes, glued to labels ("to=<a@b>", "Recipient:a@b") and, in
  scripts without blanks, to the words around them; a comma or full stop may follow.
* Whoever sends mail to `"foo|kim"@example.com`, `'kim@example.com` or `"x <kim@example.com>"@evil.example`
  chooses what the notice of its failure has in front of an address, or around it. qmail writes a local part
  without its quotes: `<kim@example.com>: x@evil.example>:`.
* A display name may be an address: `kim@example.com <lee@example.org>`. The sender chose that, too.
* Logs write "rcpt=kim@example.com", which is an address, too.
* So: in angle brackets an addr-spec is taken as it stands, and a quoted local part is read before any bracket
  is looked for. Elsewhere an address begins at a blank or at a bracket that closes behind it. What begins
  otherwise is `uncertain`.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from dsnparse.wire.address import INVISIBLE, is_addr_spec, is_address
from dsnparse.wire.address_edges import CLOSING, brackets_around, goes_on, is_nested, run_around

#: A plain addr-spec, tried only where a run of such characters starts: linear.
_PLAIN: Final = re.compile(
    r"""(?<![^\s<>()\[\]{},;:"'`|=*«»“”„‘’（）［］＜＞【】「」『』、，。：；،؛؟।/])
    ((?:"[^"@<>\x00-\x1f\x7f-\x9f]{1,64}"|[^\s<>()\[\]{},;:"`|@«»“”„＜＞（）［］【】「」『』、，。：；،؛؟।\x00-\x1f\x7f-\x9f]{1,80})
    @(?:\[[0-9A-Fa-f:.IPv]{3,60}\]|[^\s<>()\[\]{},;:"'`|@/\\=*!?&%#$^~+«»“”„‘’＜＞（）「」『』、，。：；،؛؟।]{1,255}))""",
    re.VERBOSE,
)
#: A quoted local part may hold anything, other addresses too.
_QUOTED: Final = re.compile(
    r'"(?:[^"\\\x00-\x1f\x7f]|\\[\x20-\x7e]){1,64}"@[A-Za-z0-9\[\x80-\uffff][^\s<>()"\',;]{0,254}'
)
#: Scripts that are written without blanks, so that an address stands glued to the words around it.
_UNSPACED: Final = (
    "\u0e00-\u0eff\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
)
_GLUED_BEFORE: Final = re.compile(f"[{_UNSPACED}]{{1,80}}(?=[!-~]{{1,80}}@)")
_GLUED_AFTER: Final = re.compile(rf"(?<=\.)([A-Za-z]{{2,24}})[{_UNSPACED}]")
#: Names of values in a log's line.
_KEY: Final = re.compile(
    r"(?:orig_?|x-?)?(?:to|from|rcpt(?:[_-]?to)?|recipients?|sender|mail[_-]?from|(?:msg|message)[_-]?id|user|"
    r"e?mail|addr(?:ess)?)=",
    re.IGNORECASE,
)
_WORD: Final = re.compile(f"[{_UNSPACED}]")
#: Bytes beyond ASCII, as Exim writes them: "\316\264".
_OCTAL: Final = re.compile(r"\\([23][0-7]{2})")
#: Trailing characters that belong to the sentence, not to the address.
_TRAILING: Final = ".-_'"
#: Marks of the text around an address, in Arabic and Hebrew notices above all.
_MARKS: Final = "".join(
    map(chr, (0xAD, 0x61C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF))
)
#: What may open before an address, and closes behind it.
_PAIRS: Final = {"(": ")", "[": "]", "{": "}", '"': '"', "'": "'", "`": "'", "«": "»", "“": "”", "„": "“",
          "‘": "’", "（": "）", "［": "］", "＜": "＞", "【": "】", "「": "」", "『": "』"}  # fmt: skip
#: Around an address on both sides: what plain text keeps of bold type and of code ("**a@b.example**").
_MARKUP: Final = ("*", "`")
#: Characters between a name and its address.
_NAME_GAP: Final = 4


class Span:
    """An address in a text."""

    __slots__ = (
        "address",
        "end",
        "is_uncertain",
        "start",
    )

    def __init__(
        self,
        start: int,
        end: int,
        address: str,
        is_uncertain: bool = False,
    ) -> None:
        self.start = start
        self.end = end
        self.address = address
        #: Whether the text can be read as another address, or as none.
        self.is_uncertain = is_uncertain


def addresses_in(text: str) -> list[str]:
    """The addresses in a line of text or a header value, in their order, as written."""
    return [span.address for span in spans_in(text)]


def spans_in(text: str) -> list[Span]:
    """The addresses in a line of text or a header value, with where each stands."""
    if not text.isascii():
        text = _without_surrogates(text).replace("＠", "@")
    if "@" not in text:
        return []
    spans: list[Span] = []
    quoted = _quoted_spans(text) if '"' in text else []
    done = 0
    for found in _plain(text):
        start = found.start(1)
        while quoted and quoted[-1].start <= start:
            spans.append(quoted.pop())
            done = max(done, spans[-1].end)
        if start >= done and (span := _span(text, found)) is not None:
            spans.append(span)
            done = span.end
    spans += quoted[::-1]
    if len(spans) > 1:
        _doubt_names(text, spans)
    return spans


def _doubt_names(text: str, spans: list[Span]) -> None:
    """Marks as uncertain what may be the name of the address beside it, or a piece of the same address.

    `a@b.example <c@d.example>`, `a@b.example (c@d.example)`, `a@b.example c@d.example`.
    """
    for one, other in pairwise(spans):
        between = text[one.end : other.start].lstrip(CLOSING)
        if len(between) > _NAME_GAP or one.address.lower() == other.address.lower():
            continue
        opened = between.strip()
        if opened[:1] == "<":
            one.is_uncertain = True
        elif between == " " or (opened == "(" and text[other.end : other.end + 1] == ")"):
            one.is_uncertain = other.is_uncertain = True


def _plain(text: str) -> Iterable[re.Match[str]]:
    """What `_PLAIN` finds. It is tried where the run of characters begins that an "@" stands in."""
    if '"@' in text:  # a quoted local part may have blanks
        return _PLAIN.finditer(text)
    found: list[re.Match[str]] = []
    done = 0
    at = text.find("@")
    while at >= 0:
        start = max(text.rfind(" ", done, at), text.rfind("<", done, at)) + 1
        one = _PLAIN.search(text, start or done)
        if one is None:
            break
        found.append(one)
        done = one.end()
        at = text.find("@", done)
    return found


def _quoted_spans(text: str) -> list[Span]:
    """The addresses with a quoted local part, the last one first."""
    found = [Span(*found.span(), found[0].rstrip(_TRAILING)) for found in _QUOTED.finditer(text)]
    return found[::-1]


def _without_surrogates(text: str) -> str:
    """Raw UTF-8, which stands in header values as lone surrogates, decoded."""
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    except UnicodeEncodeError:  # others, which JSON can spell
        return text.encode("utf-8", "replace").decode("utf-8")


def _span(text: str, found: re.Match[str]) -> Span | None:
    start, end = found.span(1)
    bracket, closing = brackets_around(text, start, end)
    if closing >= 0:
        inside = text[bracket + 1 : closing]
        if is_addr_spec(inside):
            return Span(bracket + 1, closing, inside, is_nested(text, bracket, closing))
        if inside.count("@") > 1:
            return Span(bracket + 1, closing, inside, is_uncertain=True)
    address = _trim(found[1])
    if text[found.end(1) : found.end(1) + 1] == "'":
        address = address.rpartition("'")[2]  # to='a@b.example': no domain ends in a quote
    if address[:5].lower() == "smtp=" and text[max(0, start - 5) : start].lower() in (";dda:", " dda:"):
        # "c=US;a= ;dda:SMTP=a@b.example;", by an X.400 gateway: no addr-spec holds ":" or ";" unquoted
        address = address[5:]
        if is_address(address) and text[found.end(1) : found.end(1) + 1] in (";", ""):
            return Span(end - len(address), end, address)
    if not is_address(address) or text[start + len(address) :].rstrip() == "-":
        return None  # or the line breaks at a hyphen within it
    if address is not found[1]:
        start += max(found[1].rfind(address), 0)
        end = start + len(address)
    key = _KEY.match(address) if "=" in address else None
    if key is not None and is_address(address[key.end() :]):  # "rcpt=a@b.example": or is that an address?
        return Span(start + key.end(), end, address[key.end() :], is_uncertain=True)
    before, after = text[start - 1 : start], text[end : end + 1]
    behind = found.end(1)
    is_piece = goes_on(text, behind) or (closing < 0 and text[behind : behind + 1] == ">")
    if closing < 0 and not is_piece and (not before or before == " ") and address.isascii():
        return Span(start, end, address)
    first, last = run_around(text, start, end)
    if is_piece or text[first] == "@":  # "@b.example:a@c.example"
        return Span(first, last, text[first:last], is_uncertain=True)
    stands_apart = not before or before.isspace() or _PAIRS.get(before) == after or before == after in _MARKUP
    if stands_apart and closing < 0 and not INVISIBLE.search(address):
        return Span(start, end, address)
    if is_addr_spec(text[first:end]) and not _WORD.match(before):  # "foo|a@b.example" is an address, too
        return Span(first, end, text[first:end], is_uncertain=True)
    return Span(start, end, address, is_uncertain=True)


def _trim(address: str) -> str:
    """What a pattern found, without what belongs to the sentence around it."""
    if not address.isascii():
        address = _unglued(address)
        address = address.strip(_MARKS)
    address = address.rstrip(_TRAILING).lstrip("'.*")
    if "\\" in address and _OCTAL.search(address):
        raw = _OCTAL.sub(lambda found: chr(int(found[1], 8)), address)
        with contextlib.suppress(UnicodeError):
            address = raw.encode("latin-1").decode("utf-8")
    return address


def _unglued(address: str) -> str:
    """The address alone, where Chinese, Japanese, Korean or Thai words stand next to it without a blank."""
    local, _, domain = address.rpartition("@")
    glued = _GLUED_AFTER.search(domain)
    if glued is not None:
        domain = domain[: glued.end(1)]
    before = _GLUED_BEFORE.match(address) if domain.isascii() else None
    return f"{local[before.end() :] if before else local}@{domain}"

"""Addresses: finding them in text, cleaning what fields give, and deciding the doubtful ones.

Facts:

* RFC 5321/6531: local part of up to 64 octets, quoted or not, domain or address literal of up to 255.
* Notices write them bare, in angle brackets, in quotes, with display names, with "rfc822;" or "SMTP:" in
  front, with a comma or full stop behind, with source routes, and without a domain.
* So: a linear scanner of our own for what is plain; flanker, loaded when first needed, for display names,
  quoted local parts and internationalised forms that the scanner leaves open.
"""

from __future__ import annotations

import contextlib
import re
from functools import lru_cache

#: A plain addr-spec, tried only where a run of such characters starts: linear.
_PLAIN = re.compile(
    r"""(?<![^\s<>()\[\]{},;:"'`|=*«»“”„‘’（）［］＜＞【】「」、，。：；/])
    ((?:"[^"@<>\x00-\x1f\x7f-\x9f]{1,64}"|[^\s<>()\[\]{},;:"`|@«»“”„＜＞（）［］【】「」、，。：；\x00-\x1f\x7f-\x9f]{1,80})
    @(?:\[[0-9A-Fa-f:.IPv]{3,60}\]|[^\s<>()\[\]{},;:"'`|@/\\=*!?&%#$^~+«»“”„‘’＜＞（）、，。：；]{1,255}))""",
    re.VERBOSE,
)
#: Scripts that are written without blanks, so that an address stands glued to the words around it.
_UNSPACED = "\u0e00-\u0eff\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_GLUED_BEFORE = re.compile(f"[{_UNSPACED}]{{1,80}}(?=[!-~]{{1,80}}@)")
_GLUED_AFTER = re.compile(rf"(?<=\.)([A-Za-z]{{2,24}})[{_UNSPACED}]")
_QUOTED_LOCAL = re.compile(r'"[^"\\\n]{1,64}"@[A-Za-z0-9][A-Za-z0-9.-]{0,254}')
_TYPE = re.compile(r"\s{0,10}([A-Za-z0-9][A-Za-z0-9._-]{0,30})\s{0,5};")
_UTF8_ESCAPE = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")
_OCTAL = re.compile(r"\\([0-3][0-7]{2})")
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
#: Trailing characters that belong to the sentence, not to the address.
_TRAILING = ".-_'"
_LONGEST = 320
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
#: Zero-width characters, and those that change the direction of writing: an address can hide behind them.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)
#: The same where they stand around an address: marks of the text, in Arabic and Hebrew notices above all.
_MARKS = "".join(
    map(chr, (0xAD, 0x61C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF))
)


def addresses_in(text: str) -> list[str]:
    """The plain addresses in a line of text or a header value, in their order, as written."""
    if "@" not in text and (text.isascii() or "＠" not in text):
        return []
    if not text.isascii():
        text = _without_surrogates(text).replace("＠", "@")
    return [address for found in _PLAIN.finditer(text) if (address := _trim(found)) and is_address(address)]


def _without_surrogates(text: str) -> str:
    """Raw UTF-8, which stands in header values as lone surrogates, decoded."""
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    except UnicodeEncodeError:  # others, which JSON can spell
        return text.encode("utf-8", "replace").decode("utf-8")


def spans_in(text: str) -> list[tuple[int, int, str]]:
    """Like `addresses_in`, with where each stands."""
    if not text.isascii():
        text = text.replace("＠", "@")
    if "@" not in text:
        return []
    return [
        ((start := found.start(1) + max(found[1].find(address), 0)), start + len(address), address)
        for found in _PLAIN.finditer(text)
        if (address := _trim(found)) and is_address(address)
    ]


def _trim(found: re.Match[str]) -> str:
    address = found[1]
    if not address.isascii() and not (
        found.string[found.start(1) - 1 : found.start(1)] == "<"
        and found.string[found.end(1) : found.end(1) + 1] == ">"
    ):
        address = _unglued(address)
    address = address.rstrip(_TRAILING + _MARKS).lstrip("'.*" + _MARKS)
    if "\\" in address and _OCTAL.search(address):  # Exim writes UTF-8 as \316\264
        raw = _OCTAL.sub(lambda found: chr(int(found[1], 8) & 255), address)
        with contextlib.suppress(UnicodeError):
            address = raw.encode("latin-1").decode("utf-8")
    # "dda:SMTP=user@host" (X.400 gateways), "mailto:user@host", "/home/x/user@host" (a path).
    if "=" in address or ":" in address:
        address = address.rpartition("='")[2]  # to='user@host'
        for prefix in ("smtp=", "smtp:", "mailto:", "rfc822="):
            if address[:7].lower().startswith(prefix):
                return address[len(prefix) :]
    return address


def _unglued(address: str) -> str:
    """The address alone, where Chinese, Japanese, Korean or Thai words stand next to it without a blank."""
    local, _, domain = address.rpartition("@")
    glued = _GLUED_AFTER.search(domain)
    if glued is not None:
        domain = domain[: glued.end(1)]
    before = _GLUED_BEFORE.match(address) if domain.isascii() else None
    return f"{local[before.end() :] if before else local}@{domain}"


def is_address(address: str) -> bool:
    """Whether the text could be a mail address: one with a local part and a domain of plausible form."""
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain or len(address) > _LONGEST:
        return False
    if local[0] == "/" or "/../" in local:
        return False
    if domain[0] == "[":
        return domain[-1] == "]"
    if domain[0] in ".-" or ".." in domain or domain[-1] == "-":
        return False
    if not domain.isascii():
        domain = _INVISIBLE.sub("", domain)
    return domain.replace(".", "").replace("-", "").replace("_", "").isalnum()


def is_routable(address: str) -> bool:
    """Whether mail can be sent to `address` from elsewhere: its domain has a dot, or is a literal."""
    if address.startswith("@"):  # a source route (RFC 5321 appendix C) starts at its first host
        address = address.partition(":")[0]
    domain = address.rpartition("@")[2]
    return ("." in domain or domain.startswith("[")) and not address.startswith("/")


def typed_address(value: str) -> tuple[str, str]:
    """RFC 3464's `type; address`: the type in lower case ("" when none is given), and the address."""
    found = _TYPE.match(value)
    if found and "@" not in found[1]:
        return found[1].lower(), value[found.end() :].strip()
    return "", value.strip()


def field_address(value: str) -> str | None:
    """The address in Final-Recipient, Original-Recipient and their like, or None when there is none.

    Undoes the utf-8 address type's escapes (RFC 6533 section 3) and xtext (RFC 3461 section 4).
    """
    kind, text = typed_address(value)
    if not text.isprintable():
        text = "".join(char for char in text if char.isprintable() or _INVISIBLE.match(char))
    if kind == "utf-8" or "\\x{" in text:
        text = _UTF8_ESCAPE.sub(_code_point, text)
        if "\\x{" in text:
            return None
    if "+40" in text and "@" not in text:
        text = _XTEXT.sub(lambda found: chr(int(found[1], 16)), text)
    return clean(text, kind)


def unmasked(address: str) -> str:
    """`address` with its invisible characters spelled out ("a<U+200B>@example.org"), else as it is."""
    if address.isascii():
        return address
    return _INVISIBLE.sub(lambda found: f"<U+{ord(found[0]):04X}>", address)


def from_xtext(text: str | None) -> str | None:
    """xtext (RFC 3461 section 4) decoded, where every "+" begins an escape; other text as it is."""
    if not text or "+" not in text or text.count("+") != len(_XTEXT.findall(text)):
        return text
    decoded = _XTEXT.sub(lambda found: chr(int(found[1], 16)), text)
    return decoded if decoded.isprintable() else text


def _code_point(found: re.Match[str]) -> str:
    try:
        char = chr(int(found[1], 16))
    except (ValueError, OverflowError):
        return found[0]
    return char if char.isprintable() else found[0]


def clean(text: str, kind: str = "") -> str | None:
    """One address out of a field's text: brackets, display name, comments and prefixes taken off."""
    text = (text if text.isprintable() else _CONTROL.sub("", text).strip(_MARKS)).strip()
    if text.startswith("<") and text.endswith(">") and text.count("<") == 1:
        text = text[1:-1].strip()
    if not text or len(text) > 4 * _LONGEST:
        return None
    if kind == "x400" or text.startswith("/") or (text.startswith("@") and ":" in text):
        return text[:_LONGEST]
    if text[:5].lower() in ("smtp:", "smtp;"):
        text = text[5:].strip()
    bare = text.strip("'")
    if bare.count("@") == 1 and is_address(bare) and _PLAIN.fullmatch(bare):
        return bare
    if kind in ("x-unix", "x-local", "local") or text.startswith(("|", "#")):
        return None  # a program or a file that mail is handed to
    if "<" in text:
        inner = text.rpartition("<")[2].partition(">")[0].strip()
        if inner and is_address(inner) and not inner.startswith('"'):
            return inner
    quoted = _QUOTED_LOCAL.fullmatch(text)
    if quoted:
        return quoted[0]
    if "@" in text[1:]:
        parsed = by_flanker(text)
        if parsed:
            return parsed
        found = addresses_in(text)
        if found:
            return found[0]
    return None


@lru_cache(maxsize=1024)
def by_flanker(text: str) -> str | None:
    """The address that flanker reads in `text` (display names, quoted local parts, EAI), or None."""
    if len(text) > 2 * _LONGEST:
        return None
    parse = _flanker()
    try:
        parsed = parse(text)
    except Exception:  # noqa: BLE001 -- a parser of another project's, fed by strangers
        return None
    address = getattr(parsed, "address", None)
    return address if isinstance(address, str) and "@" in address else None


@lru_cache(maxsize=1)
def _flanker():  # type: ignore[no-untyped-def]
    """flanker's `address.parse`, imported when first needed, its grammar chatter silenced."""
    import io
    import logging
    import warnings

    for name in ("", ".addresslib._parser.lexer", ".addresslib._parser.parser"):  # these set their own level
        logging.getLogger(f"flanker{name}").disabled = True
    with contextlib.redirect_stderr(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            from flanker.addresslib import address
        except ImportError:
            return lambda _text: None
    return address.parse

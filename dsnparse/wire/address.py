"""What a mail address is, and the address that a field gives.

Facts:

* RFC 5321 section 4.1.2, RFC 6531: a local part of up to 64 octets, a dot-string of atoms or a quoted string;
  a domain or address literal of up to 255. "'", "*", "|", "=", "{" are letters of an atom like any other.
* Fields write it bare, in angle brackets, in quotes, behind a display name, before a comment, with "rfc822;"
  or "SMTP:" in front, with source routes, and without a domain.
* Postfix and others write a quoted local part without its quotes: `"x <a@b.example>"@c.example` becomes
  `x <a@b.example>@c.example`. No domain ends in ">", ")" or "'": what does so is no such thing.
* So: an addr-spec is taken as it stands; what may be wrapped around one is taken off in pairs; anything else
  is kept as text, and is `uncertain`: nobody is silenced by it. flanker decides what is left open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from dsnparse.wire.flanker import by_flanker
from dsnparse.wire.limits import DEFAULT_LIMITS

#: RFC 5322 section 3.2.3's atext, all letters beyond ASCII (RFC 6532), and dots, which Japanese providers
#: allowed at the end and one after the other ("a..b.@docomo.ne.jp"). Said by what is none of them: `re` takes
#: 30 ms to compile sets that reach beyond ASCII.
_ATOM: Final = r"""[^\x00-\x20"(),:;<>@\[\\\]\x7f-\x9f]"""
#: Letters, digits and "_", and all beyond ASCII; and the same with "-".
_LETTER, _LETTER_OR_HYPHEN = r"[^\x00-/:-@\[-^`{-\x9f]", r"[^\x00-,./:-@\[-^`{-\x9f]"
_LABEL: Final = rf"{_LETTER}(?:{_LETTER_OR_HYPHEN}{{0,62}}{_LETTER})?"
_ADDR_SPEC: Final = re.compile(
    rf"""(?:{_ATOM}{{1,255}}|"(?:[^"\\\x00-\x1f\x7f]|\\[\x20-\x7e]){{1,255}}")
    @(?:\[[0-9A-Fa-f:.IPv]{{3,60}}\]|{_LABEL}(?:\.{_LABEL}){{0,31}}\.?)""",
    re.VERBOSE,
)
#: Dots of other scripts, which IDNA takes for ".": with them a domain can be read as another one.
_OTHER_DOTS: Final = frozenset("。．｡")
#: Types of addresses and hosts as nearly all write them.
_USUAL_TYPES: Final = frozenset(["rfc822", "RFC822", "dns", "DNS", "smtp", "SMTP", "utf-8"])
_TYPE: Final = re.compile(r"\s{0,10}([A-Za-z0-9][A-Za-z0-9._-]{0,30})\s{0,5};")
_UTF8_ESCAPE: Final = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")
_XTEXT: Final = re.compile(r"\+([0-9A-F]{2})")
#: A display name is parted from its "<" by a blank, or ends in a quote; else it is a piece of a local part.
_NAMED: Final = re.compile(r'(?:[^<>]{0,900}[\s"])?<([^<>]{1,400})>')
_LONGEST: Final = 320
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
#: Zero-width characters, and those that change the direction of writing: an address can hide behind them.
INVISIBLE: Final = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)
#: Addresses of programs, files and local stores, by the type of the field.
LOCAL_TYPES: Final = ("x-unix", "x-local", "local")


class FieldAddress(NamedTuple):
    """What a field gives as an address."""

    #: The address; or the field's text, where it can be read as more than one, or as none.
    text: str
    #: Whether that is so: it names nobody for certain.
    is_uncertain: bool = False


def is_addr_spec(text: str) -> bool:
    """Whether `text` is a mail address as it stands (RFC 5321, RFC 6531)."""
    if len(text) > _LONGEST or _ADDR_SPEC.fullmatch(text) is None:
        return False
    return text.isascii() or not (INVISIBLE.search(text) or _OTHER_DOTS.intersection(text))


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
        domain = INVISIBLE.sub("", domain)
    return domain.replace(".", "").replace("-", "").replace("_", "").isalnum()


def is_routable(address: str) -> bool:
    """Whether mail can be sent to `address` from elsewhere: its domain has a dot, or is a literal.

    Nobody can mail a program or a file, to which Postfix gives a domain (`"|/bin/filter"@example.org`).
    """
    if address.startswith("@"):  # a source route (RFC 5321 appendix C) starts at its first host
        address = address.partition(":")[0]
    domain = address.rpartition("@")[2]
    return ("." in domain or domain.startswith("[")) and not address.startswith(("/", '"|', '"/'))


def typed_address(value: str) -> tuple[str, str]:
    """RFC 3464's `type; address`: the type in lower case ("" when none is given), and the address."""
    kind, semicolon, rest = value.partition(";")
    if semicolon and kind in _USUAL_TYPES:
        return kind.lower(), rest.strip()
    found = _TYPE.match(value)
    if found and "@" not in found[1]:
        return found[1].lower(), value[found.end() :].strip()
    return "", value.strip()


def field_address(value: str) -> FieldAddress | None:
    """The address in Final-Recipient, Original-Recipient and their like, or None when there is none.

    Undoes the utf-8 address type's escapes (RFC 6533 section 3) and xtext (RFC 3461 section 4).
    """
    kind, text = typed_address(value)
    if text[:7].lower() == "rfc822;":  # the type twice
        text = text[7:].strip()
    if kind == "utf-8":
        text = _UTF8_ESCAPE.sub(_code_point, text)
    if "\\x{" in text:
        return None
    if "+40" in text and "@" not in text:
        decoded = address_in_field(_XTEXT.sub(lambda found: chr(int(found[1], 16)), text), kind)
        return decoded._replace(is_uncertain=True) if decoded else None
    return address_in_field(text, kind)


def address_in_field(text: str, kind: str = "") -> FieldAddress | None:
    """The address that a field's text gives, without what is wrapped around it in pairs.

    `kind`: the type of the address (RFC 3464 section 2.3.2), in lower case. None where there is no address.
    """
    text = text.strip(" \t\r\n")
    if not text or len(text) > 4 * _LONGEST:
        return None
    if is_addr_spec(text):
        return FieldAddress(text.removesuffix("."))
    inner = _unwrapped(text)
    if inner is not None:
        return FieldAddress(inner.removesuffix("."))
    if kind in LOCAL_TYPES or text.startswith(("|", "#")):
        return None  # a program or a file that mail is handed to
    if kind == "x400" or (text.startswith("/") and "=" in text):
        return FieldAddress(_CONTROL.sub("", text)[:_LONGEST])
    if text[:5].lower() in ("smtp:", "smtp;") and is_addr_spec(text[5:].strip()):
        return FieldAddress(text[5:].strip(), is_uncertain=True)
    if "@" not in text[1:] or len(text) > _LONGEST:
        return None
    return FieldAddress(_CONTROL.sub("", text), is_uncertain=True)


def _unwrapped(text: str) -> str | None:
    """The addr-spec within what ends as no domain does: brackets, a pair of quotes, a comment."""
    last = text[-1]
    if last == ">":
        found = _NAMED.fullmatch(text)
        inner = found[1].strip() if found is not None else by_flanker(text) or ""
        return inner if is_addr_spec(inner) else None
    if last in "'\"" and text[0] == last and is_addr_spec(text[1:-1]):
        return text[1:-1]
    if last == ")":
        first = text.partition(" ")[0]
        return first if is_addr_spec(first) else None
    return None


def listed_addresses(value: str, most: int = DEFAULT_LIMITS.text_addresses) -> list[FieldAddress]:
    """The addresses of a header field that lists them with commas (X-Failed-Recipients), at most `most`."""
    found: list[FieldAddress] = []
    for piece in _between_commas(value):
        if len(found) >= most:
            break
        address = address_in_field(piece)
        if address is not None:
            found.append(address)
    return found


def _between_commas(value: str) -> Iterator[str]:
    """The pieces of a list; a comma within quotes parts nothing."""
    piece: list[str] = []
    for number, part in enumerate(value.split('"')):
        if number % 2:
            piece.append(f'"{part}"')
            continue
        first, *rest = part.split(",")
        piece.append(first)
        for following in rest:
            yield "".join(piece)
            piece = [following]
    yield "".join(piece)


def unmasked(address: str) -> str:
    """`address` with its invisible characters spelled out ("a<U+200B>@example.org"), else as it is."""
    if address.isascii():
        return address
    return INVISIBLE.sub(lambda found: f"<U+{ord(found[0]):04X}>", address)


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

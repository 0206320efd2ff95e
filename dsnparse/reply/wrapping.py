"""A reply as programs hand it on: escapes of source code, JSON, HTML, URLs and MIME, undone first."""

from __future__ import annotations

import re
from html import unescape
from typing import Final
from urllib.parse import unquote

from dsnparse.wire.text import decode_bytes, header_text

#: "\\r\\n" written out, and the quotes and brackets that JSON and `repr` escape.
_ESCAPE: Final = re.compile(r"\\(?:r\\n|[rnt]|u00(?:3c|3e|26|22|27|0a|0d|a0)|x0[ad9]|[\"'/])", re.IGNORECASE)
_ESCAPED: Final = {
    "u003c": "<",
    "u003e": ">",
    "u0026": "&",
    "u0022": '"',
    "u0027": "'",
    '"': '"',
    "'": "'",
    "/": "/",
}
_BREAK: Final = re.compile(r"<(?:br|/?p|/?div) ?/?>", re.IGNORECASE)
#: Letters beyond ASCII in quoted-printable: "r=E9pertori=E9"; an "=" before a value ("id=AB12") is none.
_QUOTED: Final = re.compile(r"(?<![=?&])(?:=[89A-F][0-9A-F]){1,8}(?![0-9A-Z=])")
_ENTITY: Final = re.compile(r"&(?:lt|gt|amp|quot|apos|nbsp|#\d{1,4}|#x[0-9a-f]{1,4});", re.IGNORECASE)


def unwrapped(text: str) -> str:
    """`text` without the escapes of what it was quoted in; line ends that were written out become blanks."""
    if "\\" in text:
        text = _ESCAPE.sub(_unescaped, text)
    if "&" in text:
        text = _ENTITY.sub(lambda found: unescape(found[0]), text)
    if "<" in text:
        text = _BREAK.sub(" ", text)
    if "=" in text and len(_QUOTED.findall(text)) > 1:
        text = _QUOTED.sub(_as_letters, text.replace("=\n", ""))
    text = decoded(text)
    if "%20" in text and " " not in text:
        text = unquote(text)
    return text


def decoded(text: str) -> str:
    """`text` with its encoded words (RFC 2047) as letters; an address whose local part is one keeps it."""
    return header_text(text) if "=?" in text and "?=@" not in text else text


def _as_letters(found: re.Match[str]) -> str:
    return decode_bytes(bytes.fromhex(found[0].replace("=", "")), guess=False)


def _unescaped(found: re.Match[str]) -> str:
    return _ESCAPED.get(found[0][1:].lower(), " ")

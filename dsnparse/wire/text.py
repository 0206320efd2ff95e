"""Decoded text: transfer encodings, character sets, encoded words.

Facts:

* What a notice declares and what it contains differ often: us-ascii with raw 8-bit bytes, iso-2022-jp
  without a declaration, base64 that is cut off.
* Python has codecs that are no character sets (rot13, hex, zlib, idna, unicode_escape); a stranger must
  not be able to name them.
* So: the declared character set if it is one and fits, else UTF-8, else a guess on the first kilobytes,
  else latin-1, which fits everything.
"""

from __future__ import annotations

import binascii
import codecs
import re
from collections.abc import Callable
from contextlib import suppress
from functools import cache, lru_cache
from typing import Final

from dsnparse.wire.header import raw_bytes
from dsnparse.wire.limits import DEFAULT_LIMITS
from dsnparse.wire.mime import Buffer, Part

_CHARSET: Final = re.compile(
    r"""charset\*?\s{0,20}=\s{0,20}["']?([A-Za-z0-9][A-Za-z0-9._:+-]{0,60})""", re.IGNORECASE
)
_ENCODED_WORD: Final = re.compile(r"=\?([A-Za-z0-9][A-Za-z0-9._:+*-]{0,60})\?([BbQq])\?([^?\s]{0,2000})\?=")
_BETWEEN_WORDS: Final = re.compile(r"(\?=)\s{1,100}(?==\?[A-Za-z0-9])")
_NOT_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/]")
#: C0 and C1 control characters, which act on terminals; and lone surrogates, which go into no UTF-8.
_CONTROLS: dict[int, str | None] = dict.fromkeys((*range(32), *range(127, 160)))
_CONTROLS |= dict.fromkeys(b"\t\n\r", " ") | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_ESC: Final = "\x1b"
#: Codecs of Python's that are no character set for mail, or that can expand or execute escapes.
_NOT_FOR_MAIL: Final = frozenset(
    [
        "idna",
        "punycode",
        "raw_unicode_escape",
        "unicode_escape",
        "undefined",
        "mbcs",
        "oem",
        "palmos",
        "unicode_internal",
    ]
)
#: Names in mail that Python does not know, or knows too narrowly: what such text really is encoded in.
_ALIASES: Final = {
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "unknown-8bit": "utf-8",
    "x-unknown": "utf-8",
    "unknown": "utf-8",
    "default": "utf-8",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-8859-8-i": "iso8859-8",
    "x-mac-roman": "mac-roman",
    "x-gbk": "gb18030",
}
#: Character sets that are declared for what is UTF-8; hardly a word of theirs can be read as that.
_OF_ONE_BYTE: Final = frozenset(
    ("cp1250", "cp1251", "cp1252", "cp1254", "iso8859-2", "iso8859-9", "iso8859-15", "koi8-r", "koi8-u")
)
_BASE64_PROBE: Final = 500
#: Bytes on which a character set is guessed; it takes 2 ms a kilobyte.
_GUESS_BYTES: Final = 2 * 1024
_HIGH_BYTES: Final = bytes(range(128, 256))


@lru_cache(maxsize=256)
def _codec(name: str) -> str | None:
    """Python's name of a character set, or None when it has none fit for mail."""
    name = _ALIASES.get(name.lower(), name.lower())
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError, UnicodeError):
        return None
    if found.name.replace("-", "_") in _NOT_FOR_MAIL or not found._is_text_encoding:  # noqa: SLF001
        return None
    return found.name


def decode_bytes(data: bytes, charset: str | None = None, *, guess: bool = True) -> str:
    """`data` as text: by the declared character set if it fits, else by what the bytes look like.

    `guess`: False where there may be thousands of such values; a guess takes half a millisecond.
    """
    if data.isascii() and b"\x1b" not in data and (charset is None or charset.lower() not in ("utf-7", "hz")):
        return data.decode("ascii")
    codec = _codec(charset) if charset else None
    if codec in _OF_ONE_BYTE:
        with suppress(UnicodeDecodeError):
            return data.decode("utf-8")
    if codec in (None, "utf-8") and b"\x1b$" in data:
        codec = "iso2022_jp_ext"
    for name in (codec, "utf-8"):
        if name is not None:
            try:
                return _paired(data.decode(name), name)
            except (UnicodeError, ValueError):
                pass
    if codec is not None and codec != "utf-8":
        with suppress(UnicodeError, ValueError):  # not every codec of the standard library can replace
            return _paired(data.decode(codec, "replace"), codec)
    return data.decode(_guess(data[:_GUESS_BYTES]) if guess else "cp1252", "replace")


def _paired(text: str, codec: str) -> str:
    """`text` without lone surrogates, which UTF-7 can spell and no other text library takes."""
    return text.encode("utf-8", "replace").decode("utf-8") if codec == "utf-7" else text


#: What mail without a declared character set is written in.
_GUESSES: Final = (
    "cp932 euc_jp gb18030 big5 cp949 cp1251 koi8_r cp1250 cp1252 cp1253 cp1254 cp1255 cp1256 cp874".split()
)


def _guess(data: bytes) -> str:
    try:
        data.decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        if error.start > 0 and error.end >= len(data):  # cut in the middle of a character
            return "utf-8"
    if len(data) - len(data.translate(None, _HIGH_BYTES)) < len(data) // 8:
        return "cp1252"  # a few accents among ASCII: a Western language
    best = _guesser()(data)
    return (_codec(best) if best else None) or "latin-1"


@cache
def _guesser() -> Callable[[bytes], str | None]:
    """charset-normalizer, which tells a logger of each of its steps, without that."""
    import logging
    import threading

    from charset_normalizer import from_bytes

    asking = threading.local()
    logging.getLogger("charset_normalizer").addFilter(lambda _record: not getattr(asking, "we_are", False))

    def guess(data: bytes) -> str | None:
        asking.we_are = True
        try:
            best = from_bytes(data, cp_isolation=_GUESSES).best()
        finally:
            asking.we_are = False
        return best.encoding if best is not None else None

    return guess


def decode_transfer(data: bytes, encoding: str) -> bytes:
    """Undoes a Content-Transfer-Encoding (RFC 2045 section 6). What cannot be decoded stays as it is."""
    encoding = encoding.strip().lower()
    if encoding == "quoted-printable":
        return binascii.a2b_qp(data)
    if encoding == "base64":
        return _base64(data)
    if encoding in ("x-uuencode", "uuencode", "uue", "x-uue"):
        return _uudecode(data)
    return data


def _base64(data: bytes) -> bytes:
    if b": " in data[:_BASE64_PROBE]:  # header fields: the declaration is wrong
        return data
    clean = _NOT_BASE64.sub(b"", data.partition(b"=")[0] if data.find(b"=") >= len(data) - 8 else data)
    if len(clean) % 4 == 1:
        clean = clean[:-1]
    try:
        return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))
    except binascii.Error:
        return data


def _uudecode(data: bytes) -> bytes:
    out = []
    for line in data.splitlines():
        if line.startswith((b"begin ", b"end")) or not line.strip():
            continue
        try:
            out.append(binascii.a2b_uu(line)[: len(line)])  # a length that lies is filled up with zeros
        except binascii.Error:
            return data
    return b"".join(out)


def charset_of(part: Part) -> str | None:
    """The charset parameter of a part's Content-Type, or None."""
    found = _CHARSET.search(part.first.get("content-type", ""))
    return found[1] if found else None


def body_text(part: Part, limit: int, warning: str = "limit.text_bytes") -> str:
    """A part's body as text with LF line ends, from at most `limit` encoded bytes.

    `warning`: the code of what is said when it has more.
    """
    raw = part.raw(limit + 1)
    if len(raw) > limit:
        part.buffer.warn(warning, most=limit)
        raw = raw[:limit]
    encoding = part.first.get("content-transfer-encoding")
    if encoding:
        raw = decode_transfer(raw, encoding)
        if len(raw) > limit:
            raw = raw[:limit]
    return tidy(decode_bytes(raw, charset_of(part)))


def tidy(text: str) -> str:
    """Line ends as LF, no NUL, no byte order mark; a CR amid other line ends is none (see `wire.mime`)."""
    if "\r" in text:
        text = text.replace("\r\n", "\n")
        text = text.replace("\r", " " if "\n" in text else "\n")
    if "\x00" in text:
        text = text.replace("\x00", "")
    return text.removeprefix("\ufeff")


def without_controls(text: str) -> str:
    """`text` without control characters (terminal escapes among them); tabs and line ends become spaces."""
    return text if text.isprintable() else text.translate(_CONTROLS)


def header_text(value: str, buffer: Buffer | None = None, *, guess: bool = True) -> str:
    """A header value as text: encoded words (RFC 2047) and raw 8-bit bytes decoded, unfolded, no controls.

    `buffer`: of the message that has it, for its limits and warnings. `guess`: as in `decode_bytes`.
    """
    if value.isascii():
        if "=?" not in value and value.isprintable():
            return value.strip()
    else:
        value = decode_bytes(raw_bytes(value), guess=guess)
    if _ESC in value:
        value = decode_bytes(value.encode("utf-8", "replace"), "iso-2022-jp")
    if "=?" in value:
        most = (buffer.limits if buffer is not None else DEFAULT_LIMITS).encoded_words
        value = _BETWEEN_WORDS.sub(r"\1", value)
        value, count = _ENCODED_WORD.subn(_decode_word, value, count=most)
        if count == most and buffer is not None and _ENCODED_WORD.search(value) is not None:
            buffer.warn("limit.encoded_words", most=most)
    if "\n" in value:
        value = " ".join(value.split())
    return without_controls(value).strip()


def _decode_word(found: re.Match[str]) -> str:
    charset, how, text = found.groups()
    raw = text.encode("ascii", "replace")
    raw = _base64(raw) if how in "Bb" else binascii.a2b_qp(raw, header=True)
    return decode_bytes(raw, charset.partition("*")[0], guess=False)

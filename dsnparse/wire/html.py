"""The text of HTML, as it is shown.

Facts:

* Some notices are HTML alone. Exchange, Gmail and webmail systems write tables, and mailto links whose text
  is a name.
* Others are plain text that is declared as HTML: with lines, "<a@b>", and no tag at all.
* A parser that follows HTML's rules takes the square of the nesting, and of the attributes of one tag.
* So: the lexbor parser, on as many tags and as much of a tag as no notice has; lines are marked beforehand.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Final

from dsnparse.wire.limits import DEFAULT_LIMITS
from dsnparse.wire.mime import Buffer

#: Tags that begin or end a line of text.
_LINE_BREAKING: Final = frozenset(
    "br hr /td /th p div tr table li ul ol h1 h2 h3 h4 h5 h6 pre blockquote "
    "/p /div /tr /table /li /ul /ol /h1 /h2 /h3 /h4 /h5 /h6 /pre /blockquote".split()
)
#: Those around which a blank line is shown.
_PARAGRAPHS: Final = frozenset(
    "hr p table ul ol h1 h2 h3 h4 h5 h6 pre blockquote "
    "/p /table /ul /ol /h1 /h2 /h3 /h4 /h5 /h6 /pre /blockquote".split()
)
#: What begins like a tag, and its name where it has one.
_TAG: Final = re.compile(r"<(/?[A-Za-z][A-Za-z0-9]{0,11}(?=[\s/>]))?")
_MAILTO: Final = re.compile(r"""mailto:([^"'?\s>]{3,320})""", re.IGNORECASE)
_BLANKS: Final = re.compile(r"  +")
#: Stand for the end of a line, for `<br>`, and for a blank line, while the tree is made.
_BREAK, _BR, _BLANK = "\ue000", "\ue001", "\ue002"
_TWO_BR: Final = re.compile(f"{_BR}[ \\n]{{0,200}}{_BR}")
#: What is put before a tag and behind it, by its name. A break before it, too: what stands between table
#: cells is moved out of the table by HTML's rules.
_MARKS: Final = (
    dict.fromkeys(_LINE_BREAKING, (_BREAK, _BREAK))
    | dict.fromkeys(_PARAGRAPHS, (_BLANK, _BLANK))
    | {"br": (_BR, "")}
)
#: Characters of one tag. Attributes are told apart in the square of their number.
_LONGEST_TAG: Final = 4096


def html_text(html: str, buffer: Buffer | None = None) -> str:
    """The readable text of an HTML document, a line per block; addresses of mailto links are kept.

    `buffer`: of the message that has it, for its limits and warnings.
    """
    from selectolax.lexbor import LexborHTMLParser

    most = (buffer.limits if buffer is not None else DEFAULT_LIMITS).html_tags
    pieces = html.split("<", most + 1)
    if len(pieces) > most + 1:
        pieces.pop()
        if buffer is not None:
            buffer.warn("limit.html_tags", most=most)
    names = [name.lower() for name in _TAG.findall(html)[: len(pieces) - 1]]
    tags = set(names)
    if tags <= {""}:
        return "\n".join([" ".join(line.split()) for line in unescape(html).split("\n")]).rstrip("\n") + "\n"
    if tags.isdisjoint(_LINE_BREAKING):
        pieces = [piece.replace("\n", _BREAK) for piece in pieces]
    marked = [_with_breaks(name, piece) for name, piece in zip(names, pieces[1:], strict=True)]
    html = _with_single_blanks(pieces[0] + "".join(marked))
    tree = LexborHTMLParser(html)
    tree.strip_tags(["script", "style", "head", "title", "noscript"])
    body = tree.body
    text = body.text(separator="") if body is not None else ""
    paragraphs = _TWO_BR.sub(_BLANK, text).replace(_BR, _BREAK).split(_BLANK)
    return "\n\n".join([shown for one in paragraphs if (shown := _lines_of(one))]) + "\n"


def _with_single_blanks(html: str) -> str:
    """`html` with one blank for each run of white space; letter for letter first, since most runs are one."""
    return _BLANKS.sub(" ", html.replace("\n", " ").replace("\t", " ").replace("\u00a0", " "))


def _lines_of(paragraph: str) -> str:
    if not paragraph or paragraph == " ":
        return ""
    lines = [" ".join(line.split()) for line in paragraph.split(_BREAK)]
    return "\n".join([line for line in lines if line])


def _with_breaks(name: str, piece: str) -> str:
    """A tag with the text behind it (`piece` comes without the "<"), marked where lines begin and end."""
    marks = _MARKS.get(name)
    if marks is None and name != "a" and (len(piece) <= _LONGEST_TAG or not name):
        return f"<{piece}"
    tag, end, text = piece.partition(">")
    if len(tag) > _LONGEST_TAG:
        tag, end = tag[:_LONGEST_TAG], end or ">"
    if marks is not None:
        return f"{marks[0]}<{tag}{end}{marks[1]}{text}"
    address = _MAILTO.search(tag) if name == "a" else None
    return f"<{tag}{end} {address[1]} {text}" if address is not None else f"<{tag}{end}{text}"

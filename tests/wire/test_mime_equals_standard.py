"""Our MIME reader gives what `email.message_from_bytes` gives.

The deliberate differences are in `test_mime_differences.py`; what follows here steers clear of them by name.
"""

from __future__ import annotations

import email
import itertools
import os
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from mime_trees import defects, difference

from dsnparse.wire.boundary import boundary_of
from dsnparse.wire.mime import read_message

ROOT = Path(__file__).parent.parent.parent
SAMPLES = sorted((ROOT / "samples").glob("*/*.eml"))
CORPORA = Path(os.environ.get("DSNPARSE_CORPORA", ROOT.parent / "shared" / "corpora"))
#: What the standard parser calls a defect and we repair.
REPAIRED = {
    "MissingHeaderBodySeparatorDefect",
    "NoBoundaryInMultipartDefect",
    "StartBoundaryNotFoundDefect",
    "MisplacedEnvelopeHeaderDefect",
}


def with_one_line_end(data: bytes) -> bytes:
    """What we read when a message has lone carriage returns: see "lone carriage returns"."""
    if b"\r" not in data.replace(b"\r\n", b""):
        return data
    return data.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def unequal(data: bytes) -> str | None:
    """Where the two readers differ on a message; None where they agree, or where we repair a defect."""
    data = with_one_line_end(data)
    if data[:1].isspace():
        data = data.lstrip()
    if has_lost_its_type(data):
        return None
    found = difference(data)
    return found if found and not defects(data) & REPAIRED else None


def has_lost_its_type(data: bytes) -> bool:
    """Whether we split a message that has no Content-Type: see "missing type"."""
    root = read_message(data)
    return "content-type" not in root.first and root.type.startswith("multipart/")


@pytest.mark.parametrize("path", SAMPLES, ids=[f"{path.parent.name}/{path.stem}" for path in SAMPLES])
def test_a_sample_is_read_as_the_standard_parser_reads_it(path: Path) -> None:
    assert unequal(path.read_bytes()) is None


@pytest.mark.skipif(not CORPORA.is_dir(), reason="no corpora here: name their folder in DSNPARSE_CORPORA")
def test_the_corpora_are_read_as_the_standard_parser_reads_them() -> None:
    messages = [path for path in sorted(CORPORA.glob("*/*")) if path.suffix not in (".jsonl", ".md")]
    assert len(messages) > 1000
    wrong, repaired = [], 0
    for path in messages:
        data = path.read_bytes()
        found = unequal(data)
        if found:
            wrong.append(f"{path.parent.name}/{path.name}: {found}")
        elif difference(with_one_line_end(data)):
            repaired += 1
    assert wrong == []
    assert repaired <= len(messages) // 25


# -- generated messages ---------------------------------------------------------------------------------

TEXT = st.text('ab-= \t.:;"é\x00\x0b\x0c\x1c\x85\u2028\xff', max_size=30)
NAMES = st.sampled_from(["Subject", "X", "x-Y_z", "To", "1;a", "Content-Transfer-Encoding", "!#$%'*+"])
BOUNDARIES = st.sampled_from(
    ["b", "bb", "b-", "--b", "b--", "=_a:b/c+d'e(f)g?h,i.", "B", "b b", "-", "a;b", 'q"q', "q\\q"]
)
TYPES = st.sampled_from(
    ["text/plain", "Text/HTML; charset=utf-8", "application/octet-stream", "text", "a/b/c", "", "image/*"]
)
STANDALONE = st.sampled_from(
    ["message/rfc822", "MESSAGE/RFC822", "message/global", "message/external-body; access-type=URL",
     "message/partial; id=1", "message/news", "message/"]
)  # fmt: skip
FIELDS = st.sampled_from(["message/delivery-status", "message/feedback-report", "text/rfc822-headers"])
ENCODINGS = st.sampled_from(["7bit", "base64", "Quoted-Printable", "x-uuencode", "8bit", "binary", "bogus"])


@st.composite
def headers(draw: st.DrawFn, content_type: str | None) -> str:
    """A header block, folded here and there, with Content-Type somewhere in it."""
    fields = draw(st.lists(st.tuples(NAMES, st.lists(TEXT, min_size=1, max_size=3)), max_size=4))
    lines = [f"{name}:" + "\n ".join(value) for name, value in fields]
    if content_type is not None:
        name = draw(st.sampled_from(["Content-Type", "content-type", "CONTENT-TYPE"]))
        lines.insert(draw(st.integers(0, len(lines))), f"{name}: {content_type}")
        if draw(st.booleans()):
            lines.append(f"Content-Transfer-Encoding: {draw(ENCODINGS)}")
    return "".join(line + "\n" for line in lines)


def parameter(draw: st.DrawFn, boundary: str) -> str:
    """The boundary parameter, quoted where it must be or by chance, among others."""
    quoted = '"' + boundary.replace("\\", "\\\\").replace('"', '\\"') + '"'
    plain = not set(boundary) & set(' ;"\\()?,')
    written = draw(st.sampled_from([boundary, quoted, f"<{boundary}>"])) if plain else quoted
    name = draw(st.sampled_from(["boundary=", "BOUNDARY = ", "Boundary ="]))
    before = draw(st.sampled_from(["; ", ";", ";\n\t", '; x="a;boundary=no\\"";', "; xboundary=no; ", ";; "]))
    return (
        before
        + name
        + written
        + draw(st.sampled_from(["", "; charset=utf-8", " ; report-type=delivery-status", ";"]))
    )


@st.composite
def entities(draw: st.DrawFn, depth: int = 3) -> str:
    """A header block and a body, well formed or nearly so, with LF line ends."""
    shape = (
        draw(st.sampled_from(["leaf", "leaf", "multipart", "multipart", "message", "fields", "bare"]))
        if depth
        else "leaf"
    )
    if shape == "bare":
        return "\n" + draw(TEXT) + "\n"
    if shape == "fields":
        groups = draw(st.lists(headers(None), max_size=3))
        return draw(headers(draw(FIELDS))) + "\n" + "\n".join(groups)
    if shape == "message":
        return draw(headers(draw(STANDALONE))) + "\n" + draw(entities(depth - 1))
    if shape == "leaf":
        content_type = draw(st.one_of(st.none(), TYPES))
        return draw(headers(content_type)) + "\n" + "\n".join(draw(st.lists(TEXT, max_size=4)))
    boundary = draw(BOUNDARIES)
    subtype = draw(st.sampled_from(["mixed", "Report", "digest", "alternative"]))
    parts = draw(st.lists(entities(depth - 1), min_size=1, max_size=3))
    pieces = [
        draw(
            st.sampled_from(
                ["", "preamble\n", f" --{boundary}\n", f"--{boundary}x\n", "\n", f"x--{boundary}\n"]
            )
        )
    ]
    for part in parts:
        tail = draw(st.sampled_from(["", "", "", " ", "\t \t"]))
        pieces.append(f"--{boundary}{tail}\n" * draw(st.sampled_from([1, 1, 1, 2])) + part + "\n")
    if draw(st.booleans()):
        pieces.append(
            f"--{boundary}--"
            + draw(st.sampled_from(["", "\n", " \n", "\nepilogue\n", f"\n--{boundary}\nX: y\n"]))
        )
    return draw(headers(f"multipart/{subtype}{parameter(draw, boundary)}")) + "\n" + "".join(pieces)


@st.composite
def messages(draw: st.DrawFn) -> bytes:
    """A generated message as bytes: LF, CRLF or a mixture of both, complete or cut off."""
    text = draw(st.sampled_from(["", "", "From a@b.example Mon Jan  1 00:00:00 2024\n"])) + draw(entities())
    data = text.encode("utf-8")
    ending = draw(st.sampled_from(["LF", "CRLF", "mixed"]))
    if ending == "CRLF":
        data = data.replace(b"\n", b"\r\n")
    elif ending == "mixed":
        every = draw(st.integers(2, 5))
        lines = data.split(b"\n")
        data = b"".join(
            line + (b"" if at == len(lines) else b"\r\n" if at % every else b"\n")
            for at, line in enumerate(lines, 1)
        )
    if draw(st.booleans()):
        data = data[: draw(st.integers(0, len(data)))]
    return data


@given(messages())
def test_a_generated_message_is_read_as_the_standard_parser_reads_it(data: bytes) -> None:
    assert unequal(data) is None


LINES = st.sampled_from(
    ["", "", "--b", "--b--", "--bb", "--bb--", "--", "-- ", "Content-Type: multipart/mixed; boundary=b",
     "Content-Type: multipart/digest; boundary=bb", "Content-Type: message/rfc822", "X: y", " folded",
     "\tfolded", "Content-Type: text/plain", "text", "From x", ">From x", ":no name",
     "Content-Transfer-Encoding: base64", "aGk="]
)  # fmt: skip


@given(st.lists(LINES, max_size=25), st.sampled_from(["\n", "\r\n"]))
@example(["Content-Type: multipart/mixed; boundary=b", "", "--b", "--b", "X: y", "", "a", "--b--"], "\n")
@example(
    [
        "Content-Type: multipart/mixed; boundary=b",
        "",
        "--b",
        "Content-Type: multipart/mixed; boundary=b",
        "",
        "--b",
        "a",
        "--b--",
    ],
    "\n",
)
@example([" folded", "X: y", "", "text"], "\n")
@example([":no name", "X: y", "", "text"], "\n")
def test_lines_in_any_order_are_read_as_the_standard_parser_reads_them(lines: list[str], ending: str) -> None:
    data = ending.join(lines).encode()
    assume(not data[:1].isspace() and not is_named_difference(lines))
    assert unequal(data) is None


def is_named_difference(lines: list[str]) -> bool:
    """Whether two lines show "closed at once" or "an mbox line that ends a header block" ."""
    pairs = itertools.pairwise([*lines, ""])
    return any((a.startswith("--") and b.startswith("--")) or (a == "From x" and not b) for a, b in pairs)


@given(st.lists(st.sampled_from([*'abB";=\\<>*0 \n', "boundary", "boundary=", "; ", "x="]), max_size=20))
def test_the_boundary_is_the_one_that_the_standard_library_reads(pieces: list[str]) -> None:
    value = "multipart/mixed; " + "".join(pieces).strip()
    message = email.message_from_string("")
    message["Content-Type"] = value
    try:
        wanted = message.get_boundary()
    except ValueError:  # a continuation that is none
        wanted = None
    assert boundary_of(value) == ((wanted or "").encode() or None)

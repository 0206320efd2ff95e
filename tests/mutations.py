"""Samples with something wrong: bytes flipped, cut, spliced, repeated, or words of mail strewn in."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

from benchmarks.alphabet import spelled

ROOT = Path(__file__).parent.parent
SAMPLES = sorted((ROOT / "samples").glob("*/*.eml"))
_CONTENTS = [path.read_bytes() for path in SAMPLES]

#: Any bytes, most of them spelled in words of mail.
ANY_BYTES = st.one_of(st.binary(max_size=400), st.binary(max_size=60).map(lambda data: spelled(b"\0" + data)))
_STREWN = st.one_of(
    ANY_BYTES, st.sampled_from([b"\0", b"\r", b"\n", b"\n\n", b"\xff\xfe", b"\x1b[2J", b"=", b'"'])
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A sample with one to four things wrong."""
    data = draw(st.sampled_from(_CONTENTS))
    for _ in range(draw(st.integers(1, 4))):
        data = draw(_wrong(data))
    return data


@st.composite
def _wrong(draw: st.DrawFn, data: bytes) -> bytes:
    what = draw(st.sampled_from(["flip", "truncate", "cut", "strew", "splice", "repeat", "part", "line"]))
    start = draw(st.integers(0, len(data)))
    end = min(len(data), start + draw(st.integers(0, 200)))
    match what:
        case "flip":
            return data[:start] + bytes(byte ^ 32 for byte in data[start:end]) + data[end:]
        case "truncate":
            return data[:start]
        case "cut":
            return data[:start] + data[end:]
        case "strew":
            return data[:start] + draw(_STREWN) + data[start:]
        case "splice":
            other = draw(st.sampled_from(_CONTENTS))
            return data[:start] + other[draw(st.integers(0, len(other))) :]
        case "repeat":
            return data[:end] + data[start:end] * draw(st.integers(1, 20)) + data[end:]
        case "part":
            return _with_a_part_twice(data, start)
        case _:
            at = data.find(b"\n", start) + 1
            return data[:at] + data[data.rfind(b"\n", 0, max(at - 1, 0)) + 1 : at] + data[at:]


def _with_a_part_twice(data: bytes, near: int) -> bytes:
    start = data.find(b"\n--", near)
    end = data.find(b"\n--", start + 1)
    return data[:end] + data[start:end] + data[end:] if 0 <= start < end else data

"""Answers questions of `same_output.py`, one line of JSON each, with the dsnparse that Python finds."""

from __future__ import annotations

import json
import struct
import sys
from typing import Any

from dsnparse import classify_reply, parse_dsn


def answer(question: bytes) -> Any:
    """What dsnparse says, as `to_dict` has it."""
    if question[:1] == b"m":
        return parse_dsn(question[1:]).to_dict()
    reply, host = json.loads(question[1:])
    return classify_reply(reply, host=host or None).to_dict()


def main() -> None:
    """Reads until the end of standard input."""
    import dsnparse.parser

    source = sys.stdin.buffer
    print(f"{sys.version.split()[0]}: {dsnparse.parser.__file__} {dsnparse.__version__}", flush=True)
    while head := source.read(4):
        (size,) = struct.unpack(">I", head)
        print(json.dumps(answer(source.read(size)), ensure_ascii=True), flush=True)


if __name__ == "__main__":
    main()

"""The texts that suppression lists are written as, some hundred entries at a time."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from dsnparse.store.pieces import in_pieces

#: Entries that are held at a time.
_AT_ONCE = 500


def csv_text(names: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Comma-separated values below the names of their columns."""
    for some in in_pieces(chain([names], rows), _AT_ONCE):
        lines = io.StringIO()
        csv.writer(lines, lineterminator="\n").writerows(some)
        yield lines.getvalue()


def json_lines(objects: Iterable[Any]) -> Iterator[str]:
    """JSON, one object a line."""
    return together(f"{_json(one)}\n" for one in objects)


def json_document(name: str, objects: Iterable[Any]) -> Iterator[str]:
    """A JSON object whose one member is a list of objects, each on a line of its own."""
    return together(_document(name, objects))


def together(pieces: Iterable[str]) -> Iterator[str]:
    """Many short pieces as fewer that are long."""
    return map("".join, in_pieces(pieces, _AT_ONCE))


def _document(name: str, objects: Iterable[Any]) -> Iterator[str]:
    before = f"{{{_json(name)}: ["
    for one in objects:
        yield f"{before}\n{_json(one)}"
        before = ","
    yield "\n]}\n" if before == "," else f"{before}]}}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)

"""What must hold for any bytes, however broken; a law that does not is told in a sentence."""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Iterator
from typing import Any

from dsnparse import BounceType, Kind, Report, parse_dsn
from dsnparse.wire.warning import INTERNAL_ERROR

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
#: What else must be the same when only the line endings differ; line numbers and warnings may not be.
_APART_FROM_ENDINGS = ("evidence", "warnings")


def broken_law(data: bytes) -> str | None:
    """The first law that `parse_dsn` breaks on `data`, as a sentence; None when all hold."""
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            report = parse_dsn(data)
    except Exception as error:  # noqa: BLE001
        return f"It raises {type(error).__name__} in {_place(error)}."
    if said.getvalue():
        return "It prints or logs."
    for warning in report.warnings:
        if warning.code == INTERNAL_ERROR:
            return f"A mistake was caught. {warning}"
    return _hard(report) or _plain(report) or _same(report, data)


def _hard(report: Report) -> str | None:
    if report.kind is Kind.BOUNCE:
        return None
    hard = [record.recipient for record in report if record.bounce_type is BounceType.HARD]
    return f"A hard record in a message of kind {report.kind}." if hard else None


def _plain(report: Report) -> str | None:
    """Goes into JSON and UTF-8, and holds no control character that would act on a terminal."""
    as_json = report.to_dict()
    try:
        text = json.dumps(as_json, ensure_ascii=False, allow_nan=False)
        text.encode("utf-8")
    except (TypeError, ValueError) as error:
        return f"It does not go into JSON: {type(error).__name__}."
    if json.loads(text) != as_json:
        return "It comes back from JSON as something else."
    for name, value in _texts("", as_json):
        if _CONTROL.search(value):
            return f"A control character in {name}."
    for record in report:
        if not record.recipient.strip():
            return "A record without a recipient."
        if not 0 <= record.confidence <= 1:
            return "A confidence outside 0 to 1."
    return None


def _same(report: Report, data: bytes) -> str | None:
    if parse_dsn(bytearray(data)) != report:
        return "Twice the same bytes, two reports."
    if b"\r" in data or not _is_utf8(data):  # other character sets are guessed, and every byte weighs in
        return None
    want = _without_lines(report.to_dict())
    for ending, name in ((b"\r\n", "CRLF"), (b"\r", "CR")):
        found = _without_lines(parse_dsn(data.replace(b"\n", ending)).to_dict())
        if found != want:
            wrong = [key for key in want if found[key] != want[key]]
            return f"With {name} instead of LF, {' and '.join(wrong)} differ."
    return None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _without_lines(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_lines(item) for key, item in value.items() if key not in _APART_FROM_ENDINGS}
    return [_without_lines(item) for item in value] if isinstance(value, list) else value


def _texts(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield f"{name} (a key)", key
            yield from _texts(f"{name}.{key}".lstrip(".") if name != "original.x_headers" else name, item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(name, item)


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "an unknown place"
    code = trace.tb_frame.f_code
    return f"{code.co_filename.rpartition('dsnparse/')[2]}:{trace.tb_lineno} ({code.co_name})"

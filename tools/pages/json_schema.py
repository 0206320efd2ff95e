"""`docs/json-schema.md`: what a report is in JSON, from `dsnparse/data/report.schema.json`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dsnparse.render.report_schema import report_schema
from tools.pages import MADE, cell


def page() -> str:
    """The page."""
    return "\n".join(_lines(report_schema())) + "\n"


def _lines(schema: dict[str, Any]) -> Iterator[str]:
    parts = schema["$defs"]
    objects = {name: part for name, part in parts.items() if "properties" in part}
    yield from ("# Reports as JSON", "", MADE, "")
    yield (
        "One object for each message: what `Report.to_dict()` and `Report.to_json()` give, what "
        "`dsnparse parse` prints as JSON Lines and JSON, and what `POST /v1/parse` answers. "
        f"The schema is `{schema['$id']}` (JSON Schema, draft 2020-12): the file "
        "[report.schema.json](../dsnparse/data/report.schema.json), also `dsnparse.report_schema()`."
    )
    yield from (
        "",
        "- Every field is always there, except `source`; what is not known is `null`.",
        "- Times are ISO 8601 with their offset.",
        "- No other fields exist. A new version may add some, and says so in its changes.",
        "",
        "## Report",
        "",
        *_table(schema, schema["required"]),
    )
    for name, part in objects.items():
        yield from ("", f"## {name}", "", *_table(part, part.get("required", [])))
    yield from ("", "## Words", "", "| name | its words |", "|---|---|")
    for name, part in parts.items():
        if "enum" in part:
            yield f"| `{name}` | {', '.join(f'`{word}`' for word in part['enum'])} |"


def _table(part: dict[str, Any], required: list[str]) -> Iterator[str]:
    yield from ("| field | type | meaning |", "|---|---|---|")
    for name, field in part["properties"].items():
        optional = "" if name in required else " May be missing."
        yield f"| `{name}` | {_type(field)} | {cell(field.get('description', ''))}{optional} |"


def _type(field: dict[str, Any]) -> str:
    """What a field holds, in a few words, with links."""
    if "$ref" in field:
        return _referred(field["$ref"])
    if "anyOf" in field:
        return " or ".join(_type(one) for one in field["anyOf"])
    if "enum" in field:
        return ", ".join(f"`{word}`" for word in field["enum"])
    kinds = field["type"] if isinstance(field["type"], list) else [field["type"]]
    if "array" in kinds:
        return f"list of {_type(field['items'])}"
    shown = " or ".join("null" if kind == "null" else str(kind) for kind in kinds)
    if "object" in kinds and isinstance(field.get("additionalProperties"), dict):
        return f"object of {_type(field['additionalProperties'])}"
    bounds = [f"{field[key]:g}" for key in ("minimum", "maximum") if key in field]
    return f"{shown}, {' to '.join(bounds)}" if len(bounds) == 2 else shown


def _referred(reference: str) -> str:
    name = reference.rpartition("/")[2]
    part = report_schema()["$defs"][name]
    if "properties" in part:
        return f"[{name}](#{name})"
    return f"[{name}](#words)" if "enum" in part else _type(part)

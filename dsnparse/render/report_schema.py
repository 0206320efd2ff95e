"""The JSON Schema of a report."""

from __future__ import annotations

import json
from typing import Any

from dsnparse import data


def report_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of `Report.to_dict()` and of lines of `dsnparse parse --format jsonl`.

    The same as the file `dsnparse/data/report.schema.json`.
    """
    schema: dict[str, Any] = json.loads((data.HERE / "report.schema.json").read_text("utf-8"))
    return schema

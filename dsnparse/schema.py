"""The JSON Schema of a report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent / "data" / "report.schema.json"


def report_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of `Report.to_dict()` and of lines of `dsnparse parse --format jsonl`.

    The same as the file `dsnparse/data/report.schema.json`.
    """
    schema: dict[str, Any] = json.loads(_FILE.read_text("utf-8"))
    return schema

"""The table contract: made from the model, held by number, and the same in the docs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from dsnparse import BounceRecord, Evidence, OriginalMessage, ParseWarning, Report
from dsnparse.model import Authenticity, Kind, TrustLevel
from dsnparse.scale.schema import VERSION, places, table_schema

HERE = Path(__file__).parent
DOCS = HERE.parent.parent / "docs" / "scale.md"
#: Columns of the row itself.
OWN = ["key", "source", "size", "received", "error", "parser", "table_version"]


def lines(fields: Any, indent: str = "") -> list[str]:
    """A schema as text, one line a column."""
    found = []
    for field in fields:
        kind = field.type
        inner = kind.value_type if pa.types.is_list(kind) else kind
        if pa.types.is_struct(inner):
            found.append(f"{indent}{field.name}: {'list of structs' if inner is not kind else 'struct'}")
            found += lines(inner, indent + "  ")
        else:
            found.append(f"{indent}{field.name}: {kind}")
    return found


def test_the_contract_changes_only_with_its_number() -> None:
    frozen = (HERE / f"table_{VERSION}.txt").read_text("utf-8")
    now = "\n".join(lines(table_schema())) + "\n"
    assert now == frozen, (
        "The model has changed, and with it the table. A new field at the end of its struct: write it into "
        f"tests/scale/table_{VERSION}.txt. Anything else: raise VERSION in dsnparse/scale/schema.py, too."
    )


def names(fields: Any) -> list[str]:
    """The names of columns without the second ones of times."""
    found = [field.name for field in fields]
    return [name for name in found if name.removesuffix("_text") not in found or not name.endswith("_text")]


def test_each_struct_has_the_fields_that_the_model_has_in_json() -> None:
    schema = table_schema()
    record = schema.field("records").type.value_type
    evidence = Evidence("reason", "1", 2, "rule", "text")
    for fields, value in (
        (list(schema)[len(OWN) :], Report(Kind.BOUNCE)),
        (record, BounceRecord("a@example.com")),
        (record.field("evidence").type.value_type, evidence),
        (schema.field("evidence").type.value_type, evidence),
        (schema.field("original").type, OriginalMessage()),
        (schema.field("warnings").type.value_type, ParseWarning("a", "b")),
        (schema.field("authenticity").type, Authenticity(TrustLevel.PLAUSIBLE)),
    ):
        assert names(fields) == list(value.to_dict())


def test_times_are_microseconds_in_utc_and_what_is_none_has_a_column_beside() -> None:
    schema = table_schema()
    utc = pa.timestamp("us", tz="UTC")
    assert schema.field("received").type == schema.field("arrival_date").type == utc
    assert schema.field("arrival_date_text").type == pa.string()
    record = schema.field("records").type.value_type
    assert record.field("last_attempt_date").type == utc
    assert schema.metadata == {b"dsnparse.table_version": str(VERSION).encode()}


def test_a_type_that_has_no_column_is_refused() -> None:
    from dataclasses import dataclass

    @dataclass
    class Odd:
        odd: complex

    with pytest.raises(TypeError, match="No column is known for the field odd"):
        places(Odd)


def test_the_docs_name_every_column() -> None:
    table = DOCS.read_text("utf-8").partition("## The columns")[2].partition("\n## ")[0]
    told = re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)))
    columns = [field.name for field in table_schema()]
    record = [field.name for field in table_schema().field("records").type.value_type]
    assert set(columns + record) - set(told) == set()
    assert f"version is {VERSION}" in DOCS.read_text("utf-8")

"""`parse_batches`: messages in, rows out; nothing is lost, and each row leads back to its report."""

from __future__ import annotations

import pickle
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from api.test_values import REPORTS
from cli.mail import ORDINARY, bounce
from hypothesis import given

from dsnparse import BounceRecord, Kind, Parser, Report, parse_dsn
from dsnparse.mailboxes.received import received_at
from dsnparse.scale import batches as module
from dsnparse.scale import message_schema, parse_batches, report_of, table_schema
from dsnparse.scale.batches import Row, batch_of, message_batch
from dsnparse.scale.schema import VERSION, Message
from dsnparse.version import VERSION as PARSER_VERSION
from dsnparse.wire.identity import message_identity

ROOT = Path(__file__).parent.parent.parent
SAMPLES = sorted((ROOT / "samples").glob("*/*.eml"))


def rows_of(*messages: bytes | None, **more: Any) -> list[dict[str, Any]]:
    batch = pa.record_batch({"data": pa.array(messages, pa.binary()), **more})
    return [row for out in parse_batches([batch]) for row in out.to_pylist()]


def fits(report: Report) -> bool:
    """Whether every whole number has room in 32 bits."""
    entries = [*report.evidence, *(report.authenticity.evidence if report.authenticity else ())]
    entries += [entry for record in report for entry in record.evidence]
    numbers = [record.reply_code or 0 for record in report] + [entry.line for entry in entries]
    return all(-(2**31) <= number < 2**31 for number in numbers)


@given(REPORTS)
def test_any_report_comes_back_from_its_row(report: Report) -> None:
    (row,) = batch_of([Row("here", "key", 1, None, report)]).to_pylist()
    if fits(report):
        assert report_of(row) == report
    else:
        assert row["error"].startswith("does not fit into the table (")


def test_the_row_of_every_sample_is_its_report() -> None:
    messages = [path.read_bytes() for path in SAMPLES]
    names = [str(path) for path in SAMPLES]
    batch = pa.record_batch({"source": names, "data": messages})
    rows = [row for out in parse_batches([batch]) for row in out.to_pylist()]
    assert [row["source"] for row in rows] == names
    assert sum(row["error"] is None for row in rows) > len(rows) * 0.98
    for row, data in zip(rows, messages, strict=True):
        if row["error"] is None:
            assert report_of(row) == parse_dsn(data)
            assert row["received"] == received_at(data)
            assert (row["key"], row["size"]) == (message_identity(data), len(data))
            assert (row["table_version"], row["parser"]) == (VERSION, PARSER_VERSION)
        else:
            assert row["error"] in ("is empty", "is not a mail message")


def test_batches_have_the_schema_and_bounded_numbers_of_rows_and_records(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "BATCH_ROWS", 3)
    monkeypatch.setattr(module, "BATCH_RECORDS", 2)
    batch = message_batch([Message(str(n), bounce(f"k{n}@example.com")) for n in range(5)])
    plain = message_batch([Message(str(n), ORDINARY) for n in range(5)])
    out = list(parse_batches(iter([batch, plain, batch.slice(0, 0)])))
    assert [one.num_rows for one in out] == [2, 2, 1, 3, 2]
    assert all(one.schema.equals(table_schema(), check_metadata=True) for one in out)
    for one in out:
        one.validate(full=True)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (None, "has no bytes (null)"),
        (b"", "is empty"),
        (b"\0\1\2\3", "is not a mail message"),
        (b"no header at all", "is not a mail message"),
    ],
)
def test_a_bad_row_becomes_a_row_with_its_error(data: bytes | None, error: str) -> None:
    rows = rows_of(bounce(), data, ORDINARY)
    assert [row["error"] for row in rows] == [None, error, None]
    assert [row["kind"] for row in rows] == ["bounce", None, "other"]


def test_so_does_a_mistake_of_a_parser_and_a_value_that_no_column_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Broken(Parser):
        def parse(self, message: Any, **_: Any) -> Report:
            if b"k1@" in message:
                raise RuntimeError("it broke")
            code = 2**40 if b"k2@" in message else 550
            return Report(Kind.BOUNCE, (BounceRecord("a@example.com", reply_code=code),))

    batch = message_batch([Message(str(n), bounce(f"k{n}@example.com")) for n in range(4)])
    (out,) = parse_batches([batch], Broken())
    assert out.column("source").to_pylist() == ["0", "1", "2", "3"]
    first, second, third, fourth = out.column("error").to_pylist()
    assert (first, fourth) == (None, None)
    assert second == "made the parser fail (RuntimeError: it broke)"
    assert third.startswith("does not fit into the table (")


@pytest.mark.parametrize("name", ["data", "content", "value", "body"])
@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary()])
def test_the_column_with_messages_is_found(name: str, kind: pa.DataType) -> None:
    batch = pa.record_batch({"n": pa.array([1]), name: pa.array([bounce()], kind)})
    (out,) = parse_batches([batch])
    assert out.column("kind").to_pylist() == ["bounce"]


@pytest.mark.parametrize(
    "columns",
    [
        {"data": pa.array(["text"])},
        {"key": pa.array([b"1"]), "body": pa.array([b"2"])},
        {"n": pa.array([1])},
    ],
)
def test_a_frame_without_such_a_column_is_told(columns: dict[str, pa.Array]) -> None:
    with pytest.raises(
        ValueError, match="No column with messages: name the binary one data, content or value"
    ):
        list(parse_batches([pa.record_batch(columns)]))


def test_what_stands_beside_is_used_where_it_is_of_the_right_kind() -> None:
    arrived = datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    undated = b"From: a@example.org\n\nx\n"
    (row,) = rows_of(
        undated,
        path=pa.array(["there"]),
        size=pa.array([99]),
        arrived=pa.array([arrived], pa.timestamp("ns", "Europe/Paris")),
    )
    assert (row["source"], row["size"], row["received"]) == ("there", 99, arrived)
    (row,) = rows_of(undated, source=pa.array([1]), arrived=pa.array([arrived.replace(tzinfo=None)]))
    assert (row["source"], row["size"], row["received"]) == (None, len(undated), None)
    (row,) = rows_of(None, problem=pa.array(["is a riddle"]))
    assert row["error"] == "is a riddle"


def test_a_parser_with_options_can_be_sent_to_a_worker(tmp_path: Path) -> None:
    rules = tmp_path / "own.toml"
    rules.write_text(
        '[[rule]]\nid = "own"\nreason = "mailbox_full"\nphrases = ["cheese"]\nexamples = ["550 cheese"]\n'
    )
    function = pickle.loads(pickle.dumps(partial(parse_batches, parser=Parser(rules=[rules]))))
    batch = message_batch([Message("x", bounce(reply="550 full of cheese", code="5.0.0"))])
    (out,) = function([batch])
    assert out.column("records").to_pylist()[0][0]["reason"] == "mailbox_full"


def test_what_a_stranger_writes_fits_into_every_engine() -> None:
    # A name that is no UTF-8, a date before the calendar and one after pandas' last.
    for year, column in ((1, "arrival_date_text"), (2999, "arrival_date_text"), (2020, "arrival_date")):
        report = Report(Kind.BOUNCE, arrival_date=datetime(year, 1, 1, tzinfo=timezone(timedelta(hours=5))))
        row = batch_of([Row("a\udcffb\0", "k", 1, datetime(year, 1, 1, tzinfo=UTC), report)])
        row.validate(full=True)
        (found,) = row.to_pylist()
        assert found["source"] == "a\\udcffb\0"
        assert found[column] is not None
        assert report_of(found) == report


def test_a_time_without_its_zone_and_a_word_that_is_not_known_are_refused() -> None:
    with pytest.raises(ValueError, match="The time arrival_date has no zone"):
        report_of({"kind": "bounce", "arrival_date": datetime(2026, 1, 1)})  # noqa: DTZ001
    with pytest.raises(ValueError, match="nonsense"):
        report_of({"kind": "nonsense"})
    with pytest.raises(TypeError, match="kind"):
        report_of({})
    assert report_of({"kind": "bounce"}) == Report(Kind.BOUNCE)


def test_the_messages_have_their_schema() -> None:
    assert message_batch([]).schema.equals(message_schema())


def test_pyarrow_loads_when_it_is_needed() -> None:
    script = "import sys, dsnparse.scale, dsnparse.scale.batches, dsnparse.scale.parts, dsnparse.cli.tables\n"
    script += "import dsnparse.cli.manifest, dsnparse.scale.decisions\n"
    script += "assert not {'pyarrow', 'duckdb', 'pyspark', 'sqlalchemy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)

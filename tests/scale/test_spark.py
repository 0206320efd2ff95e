"""Spark 4 for real: the same rows as a local run, from a manifest, from any frame, and from a stream."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from cli.mail import bounce
from click.testing import CliRunner

from dsnparse.cli import group
from dsnparse.scale import decide, events, parse_batches, report_of
from dsnparse.scale.decisions import decision_schema, event_schema
from dsnparse.scale.manifest import make_packs, read_manifest, write_packs
from dsnparse.scale.packs import Pack
from dsnparse.scale.parts import parts

from .docs import blocks
from .test_decisions import decisions
from .test_packs import FROM, tar_of

ROOT = Path(__file__).parent.parent.parent
SAMPLES = ROOT / "samples" / "provider"
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def register(spark: Any) -> None:
    from dsnparse.scale.spark import DsnDataSource

    spark.dataSource.register(DsnDataSource)


@pytest.fixture(scope="module")
def mail(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files, a large mbox, a large archive, and what is no message."""
    folder = tmp_path_factory.mktemp("mail")
    letters = [path.read_bytes() for path in sorted(SAMPLES.glob("*.eml"))[:60]]
    for number, letter in enumerate(letters[:20]):
        (folder / f"{number:02}.eml").write_bytes(letter)
    lines = [letter.replace(b"\r\n", b"\n").replace(b"\nFrom ", b"\n>From ") for letter in letters[20:40]]
    (folder / "big.mbox").write_bytes(b"".join(FROM + letter + b"\n\n" for letter in lines))
    (folder / "big.tar").write_bytes(tar_of((f"{n}.eml", one) for n, one in enumerate(letters[40:])))
    (folder / "odd.bin").write_bytes(b"\0\1\2")
    return folder


@pytest.fixture(scope="module")
def local(mail: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same mail as parts, written by the command."""
    folder = tmp_path_factory.mktemp("local") / "table"
    words = ["parse", str(mail), "--format", "parquet", "-o", str(folder), "--part-bytes", "20000"]
    assert CliRunner().invoke(group, words).exit_code == 1
    kinds = [pack.kind for pack in read_manifest(str(folder / "_manifest.jsonl")).packs]
    assert set(kinds) == {"files", "mbox", "tar"}
    assert len(kinds) < 15
    return folder


def rows_of(folder: Path) -> list[dict[str, Any]]:
    return [row for part in parts(folder) for row in pq.read_table(part).to_pylist()]


def same(frame: Any, folder: Path) -> bool:
    """Whether Spark's rows are those of the parts, one by one, in any order."""
    found = frame.toArrow().cast(pq.read_schema(parts(folder)[0])).to_pylist()
    wanted = rows_of(folder)
    return sorted(map(repr, found)) == sorted(map(repr, wanted)) and len(found) == len(wanted)


def test_the_rows_of_a_manifest_are_those_of_a_local_run(spark: Any, local: Path, tmp_path: Path) -> None:
    register(spark)
    manifest = str(local / "_manifest.jsonl")
    frame = spark.read.format("dsn").option("manifest", manifest).load()
    assert frame.rdd.getNumPartitions() == len(read_manifest(manifest).packs)
    assert same(frame, local)
    frame.write.parquet(str(tmp_path / "written"))
    assert same(spark.read.parquet(str(tmp_path / "written")), local)
    assert same(spark.read.parquet(*map(str, parts(local))), local)


def test_any_frame_with_a_binary_column_is_parsed(spark: Any, mail: Path, local: Path) -> None:
    from dsnparse.scale.spark import spark_schema

    register(spark)
    manifest = str(local / "_manifest.jsonl")
    messages = spark.read.format("dsn").option("manifest", manifest).option("parse", "false").load()
    assert messages.columns == ["source", "data", "size", "arrived", "problem"]
    assert same(messages.mapInArrow(parse_batches, spark_schema()), local)
    files = spark.read.format("binaryFile").load(str(mail / "*.eml"))
    found = files.mapInArrow(parse_batches, spark_schema()).toArrow().to_pylist()
    by_key = {row["key"]: report_of(row) for row in rows_of(local)}
    assert len(found) == 20
    for row in found:
        assert report_of(row) == by_key[row["key"]]


def test_own_rules_reach_the_tasks(spark: Any, tmp_path: Path) -> None:
    register(spark)
    rules = tmp_path / "own.toml"
    rules.write_text(
        '[[rule]]\nid = "own"\nreason = "mailbox_full"\nphrases = ["cheese"]\nexamples = ["550 cheese"]\n'
    )
    (tmp_path / "a.eml").write_bytes(bounce(reply="550 full of cheese", code="5.0.0"))
    write_packs(str(tmp_path / "m.jsonl"), [Pack("files", (str(tmp_path / "a.eml"),), 1)], 0)
    reader = spark.read.format("dsn").option("manifest", str(tmp_path / "m.jsonl"))
    (row,) = reader.option("rules", json.dumps([str(rules)])).load().selectExpr("records[0].reason").collect()
    assert row[0] == "mailbox_full"
    with pytest.raises(Exception, match="needs the option manifest"):
        spark.read.format("dsn").load().count()


def test_a_stream_reads_each_new_pack_once_also_after_a_stop(spark: Any, tmp_path: Path) -> None:
    register(spark)
    manifest, mail = tmp_path / "m.jsonl", tmp_path / "mail"
    mail.mkdir()

    def add(*names: str) -> None:
        for name in names:
            (mail / name).write_bytes(bounce(f"{name}@example.com"))
        known = read_manifest(str(manifest)) if manifest.exists() else None
        packs = make_packs([mail], share=1, known=known.packs if known else ())
        write_packs(
            str(manifest), [pack for pack in packs if isinstance(pack, Pack)], known.end if known else 0
        )

    def catch_up() -> list[str]:
        stream = spark.readStream.format("dsn").option("manifest", str(manifest)).load()
        query = (
            stream.writeStream.format("parquet")
            .option("checkpointLocation", str(tmp_path / "checkpoint"))
            .trigger(availableNow=True)
            .start(str(tmp_path / "out"))
        )
        query.awaitTermination()
        rows = spark.read.parquet(str(tmp_path / "out")).selectExpr("explode(records) r").collect()
        return sorted(row.r.recipient.partition("@")[0] for row in rows)

    add("a", "b")
    assert catch_up() == ["a", "b"]
    add("c")
    with manifest.open("a") as file:
        file.write('{"form": 1, "kin')  # a line that is being written
    assert catch_up() == ["a", "b", "c"]
    add("d", "e")
    assert catch_up() == ["a", "b", "c", "d", "e"]


def test_the_decisions_of_a_query_are_those_of_the_store(spark: Any, local: Path) -> None:
    from pyspark.sql.pandas.types import from_arrow_schema

    table = spark.read.parquet(*map(str, parts(local)))
    happened = table.mapInArrow(partial(events, now=NOW), from_arrow_schema(event_schema()))
    ordered = happened.repartition("address").sortWithinPartitions("address", "happened", "ref")
    decided = ordered.mapInArrow(partial(decide, now=NOW), from_arrow_schema(decision_schema()))
    rows = decided.toArrow().cast(decision_schema()).to_pylist()
    found = {row.pop("address"): tuple(row.values()) for row in rows}
    batches = [batch for part in parts(local) for batch in pq.read_table(part).to_batches()]
    from dsnparse.store import Policy

    assert found == decisions(batches, NOW, Policy.default())
    assert len(found) > 5


def test_the_programs_of_the_page_run(
    spark: Any, mail: Path, local: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = {
        "packs.jsonl": local / "_manifest.jsonl",
        "samples/provider/*.eml": mail / "*.eml",
        "bounces": local,
        "checkpoint": tmp_path / "checkpoint",
        "reports": tmp_path / "reports",
    }
    names: dict[str, Any] = {"spark": spark}
    for block in blocks(spark=True):
        text = block.text
        for name, place in places.items():
            text = text.replace(f'"{name}"', f'"{place}"')
        exec(compile(text, f"docs/scale.md line {block.line}", "exec"), names)
    printed = capsys.readouterr().out
    assert printed.count("+---") >= 9
    assert "user_unknown" in printed
    assert same(spark.read.parquet(str(tmp_path / "reports")), local)

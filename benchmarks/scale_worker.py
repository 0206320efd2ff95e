"""One step of `scale.py` in a process of its own: `scale_worker.py STEP …` prints what it found as JSON."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def library(mail: str) -> dict[str, Any]:
    """`parse_dsn` of every message."""
    from dsnparse.mailboxes import Mail, messages
    from dsnparse.parser import Parser

    parser = Parser()
    parser.parse(b"From: MAILER-DAEMON@a.example\n\n<k@b.example>: 550 5.1.1 no such user\n")
    parse, count = 0.0, 0
    for mail_ in messages([mail]):
        if isinstance(mail_, Mail):
            started = time.process_time()
            parser.parse(mail_.data)
            parse += time.process_time() - started
            count += 1
    return {"parse": parse, "messages": count}


def local(mail: str, out: str, share: str, jobs: str) -> dict[str, Any]:
    """`parse --format parquet`; in one process also the time in the parser."""
    from dsnparse.cli import main, trust_option
    from dsnparse.model import Report
    from dsnparse.parser import Parser

    spent = 0.0

    class Timed(Parser):
        def parse(self, *args: Any, **more: Any) -> Report:
            nonlocal spent
            started = time.process_time()
            report = super().parse(*args, **more)
            spent += time.process_time() - started
            return report

    if jobs == "1":
        vars(trust_option)["Parser"] = Timed
    status = main(
        ["parse", mail, "--format", "parquet", "-o", out, "--part-bytes", share, "--jobs", jobs, "--quiet"]
    )
    import pyarrow.dataset as ds

    count = ds.dataset(out, format="parquet").count_rows()
    return {"status": status, "messages": count} | ({"parse": spent} if jobs == "1" else {})


def spark(mail: str, out: str, share: str, cores: str) -> dict[str, Any]:
    """A manifest, by Spark, to Parquet."""
    from pyspark.sql import SparkSession

    from dsnparse.scale.manifest import make_packs, write_packs
    from dsnparse.scale.packs import Pack

    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["PYTHONPATH"] = str(ROOT)
    manifest = f"{out}.jsonl"
    packs = [pack for pack in make_packs([mail], share=int(share)) if isinstance(pack, Pack)]
    write_packs(manifest, packs, 0)
    session = SparkSession.builder.master(f"local[{cores}]").config("spark.ui.enabled", "false")
    running = (
        session.config("spark.driver.host", "127.0.0.1").config("spark.log.level", "ERROR").getOrCreate()
    )
    running.dataSource.register(timed_source(f"{out}.parsing"))
    # What a JVM compiles, it compiles once: some packs go first, and count as the start.
    write_packs(f"{out}.first", packs[:2], 0)
    running.read.format("dsn").option("manifest", f"{out}.first").load().write.parquet(f"{out}.warm")
    start, started = tree_cpu(), time.monotonic()
    Path(f"{out}.parsing").unlink()
    running.read.format("dsn").option("manifest", manifest).load().write.parquet(out)
    spent, clock = tree_cpu(), time.monotonic() - started
    peak = max(tree_peaks())
    count = running.read.parquet(out).count()
    running.stop()
    parse = sum(map(float, Path(f"{out}.parsing").read_text().split()))
    return {"start": start, "cpu": spent, "messages": count, "peak": peak, "clock": clock, "parse": parse}


def timed_source(notes: str) -> type[Any]:
    """The data source, whose tasks write down the seconds that they were in the parser."""
    from dsnparse.scale.batches import parse_messages
    from dsnparse.scale.packs import Pack, pack_messages
    from dsnparse.scale.spark import DsnDataSource, DsnReader

    class Timed:
        """A parser, timed."""

        def __init__(self) -> None:
            from dsnparse.scale.spark import _parser

            self.parser = _parser("[]", None)
            self.trust = None
            self.spent = 0.0

        def parse(self, *args: Any, **more: Any) -> Any:
            started = time.process_time()
            report = self.parser.parse(*args, **more)
            self.spent += time.process_time() - started
            return report

    class TimedReader(DsnReader):
        """As the other one."""

        def read(self, partition: Any) -> Any:
            parser = Timed()
            yield from parse_messages(pack_messages(Pack.from_line(partition.value)), parser)  # type: ignore[arg-type]
            with open(notes, "a") as file:  # noqa: PTH123
                file.write(f"{parser.spent}\n")

    class TimedSource(DsnDataSource):
        """As the other one."""

        def reader(self, schema: Any) -> TimedReader:  # noqa: ARG002
            return TimedReader(dict(self.options))

    return TimedSource


def tree() -> list[int]:
    """This process and all below it."""
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                stat = (path / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(stat[1]), []).append(int(path.name))
    found = [os.getpid()]
    for one in found:
        found += parents.get(one, [])
    return found


def tree_cpu() -> float:
    """CPU seconds of the processes of a tree, and of those of them that have ended."""
    ticks = 0
    for one in tree():
        try:
            stat = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(map(int, stat[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def tree_peaks() -> list[float]:
    """The peak of each Python of a tree, in MB."""
    found = []
    for one in tree():
        try:
            lines = Path(f"/proc/{one}/status").read_text().splitlines()
        except OSError:
            continue
        if any(line.startswith("Name:") and "python" in line for line in lines):
            found += [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")]
    return found


def manifest(mail: str, share: str) -> dict[str, Any]:
    """The packs of the mail."""
    from dsnparse.scale.manifest import make_packs

    return {"packs": len(list(make_packs([mail], share=int(share))))}


def equal(first: str, second: str) -> dict[str, Any]:
    """Whether two tables have the same rows."""
    import pyarrow.parquet as pq

    from dsnparse.scale.schema import table_schema

    tables = []
    for folder in (first, second):
        table = pq.ParquetDataset(folder).read().cast(table_schema())
        tables.append(table.sort_by("source").combine_chunks())
    return {"equal": tables[0].equals(tables[1]), "messages": tables[0].num_rows}


def main() -> None:
    """Runs a step and prints what it found, with its time and memory."""
    step, *words = sys.argv[1:]
    started = time.monotonic()
    found: dict[str, Any] = {
        "library": library, "local": local, "spark": spark, "manifest": manifest, "equal": equal,
    }[step](*words)  # type: ignore[operator]  # fmt: skip
    mine, below = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = mine.ru_utime + mine.ru_stime + below.ru_utime + below.ru_stime
    peak = max(mine.ru_maxrss, below.ru_maxrss) / 1024
    print(json.dumps({"cpu": cpu, "peak": peak, "clock": time.monotonic() - started} | found))


if __name__ == "__main__":
    main()

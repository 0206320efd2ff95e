"""How right the parser is without its named formats, which tells most about mail that nobody has seen."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.messages import ROOT, folders
from benchmarks.tables import Paper
from dsnparse import Parser

#: The judge that the corpora came with; without it there is nothing to compare with.
JUDGE = ROOT.parent / "shared" / "tools" / "score.py"
_FIGURES = ("kind", "rcpt", "status", "reason", "type")


def show(paper: Paper) -> None:
    """A row for all rules and one without named formats; or a sentence why not."""
    labelled = folders()
    if not JUDGE.is_file() or not labelled:
        paper.say("Left out: the labelled corpora and their judge are not here.")
        return
    judge = _load(JUDGE)
    parsers: dict[str, Parser] = {"everything": Parser()}
    try:
        parsers["named formats off"] = Parser(formats=())  # type: ignore[call-arg,unused-ignore]
    except TypeError:
        paper.say("Parser has no argument `formats` yet, so there is no figure without named formats.")
    rows = []
    for name, parser in parsers.items():
        tally = judge.Tally()
        for folder in labelled:
            _judge(judge, tally, folder, parser)
        counts = [str(tally.of[what]) for what in ("blamed", "silenced")]
        rows.append((name, *(f"{tally.share(what).strip()} %" for what in _FIGURES), *counts))
    paper.table(("with", "kind", "recipients", "status", "reason", "type", "blamed", "silenced"), rows)


def _judge(judge: ModuleType, tally: Any, folder: Path, parser: Parser) -> None:
    for line in (folder / "labels.jsonl").read_text("utf-8").splitlines():
        label = json.loads(line)
        report = parser.parse((folder / label["file"]).read_bytes())
        judge.judge(label, report, tally, label["file"])


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("judge", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

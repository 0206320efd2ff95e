"""How right the parser is without its named formats, which tells most about mail that nobody has seen."""

from __future__ import annotations

import email
import importlib.util
import json
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.messages import folders
from benchmarks.tables import Paper
from dsnparse import Parser

_FIGURES = ("kind", "rcpt", "status", "reason", "type")


def show(paper: Paper) -> None:
    """A row for all rules and one without named formats; or a sentence why not."""
    labelled = folders()
    # The judge that the corpora came with, in the folder `tools` beside theirs.
    beside = [folder.parent.parent / "tools" / "score.py" for folder in labelled]
    found = next((path for path in beside if path.is_file()), None)
    if found is None:
        paper.say("Left out: the labelled corpora and their judge are not here.")
        return
    judge = _load(found)
    parsers = {"dsnparse": Parser(), "dsnparse, named formats off": Parser(formats=())}
    rows = []
    for name, parser in parsers.items():
        tally = judge.Tally()
        for label, data in _labels(labelled):
            judge.judge(label, parser.parse(data), tally, label["file"])
        counts = [str(tally.of[what]) for what in ("blamed", "silenced")]
        rows.append((name, *(f"{tally.share(what).strip()} %" for what in _FIGURES), *counts))
    neighbour = _flufl(judge, labelled)
    if neighbour is not None:
        right, of, blamed = neighbour
        rows.append(("flufl.bounce", "-", f"{100 * right / of:.1f} %", "-", "-", "-", str(blamed), "-"))
    paper.table(("with", "kind", "recipients", "status", "reason", "type", "blamed", "silenced"), rows)
    paper.say(
        "Shares of the labelled messages that are exactly right. flufl.bounce gives addresses only, of "
        "temporary and permanent failures together; one of the corpora is its own."
    )


def _flufl(judge: ModuleType, labelled: Sequence[Path]) -> tuple[int, int, int] | None:
    """flufl.bounce on the same messages: sets of recipients that are right, of how many, wrong addresses."""
    try:
        from flufl.bounce import all_failures
    except ImportError:
        return None
    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)
    right = of = blamed = 0
    for label, data in _labels(labelled):
        if label["kind"] not in ("bounce", "delay") or label.get("recipients") is None:
            continue
        try:
            temporary, permanent = all_failures(email.message_from_bytes(data))
        except Exception:  # noqa: BLE001 -- some messages are too broken for it
            temporary, permanent = frozenset(), frozenset()
        found = {judge.norm(address.decode("utf-8", "replace")) for address in {*temporary, *permanent}}
        wanted = [
            {judge.norm(a) for a in (one["address"], *one.get("also", ()))} for one in label["recipients"]
        ]
        of += 1
        wrong = found - set().union(*wanted)
        right += not wrong and len(found) == len(wanted) and all(found & names for names in wanted)
        blamed += len(wrong)
    return right, of, blamed


def _labels(labelled: Sequence[Path]) -> Iterator[tuple[dict[str, Any], bytes]]:
    for folder in labelled:
        for line in (folder / "labels.jsonl").read_text("utf-8").splitlines():
            label = json.loads(line)
            yield label, (folder / label["file"]).read_bytes()


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("judge", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

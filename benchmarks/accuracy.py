"""How right the parser is, and what is left of that without its helps, which tells most about unknown mail.

    python benchmarks/accuracy.py [FOLDER …] [--misses 20]

Without its named formats the generic reader does them all; without status parts the readers of words do, for
these parts are cut out of every report. A folder has labels.jsonl and the messages that it names (default:
those of DSNPARSE_CORPORA, or ../shared/corpora), and its judge lies beside, in ../tools/score.py.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.messages import folders  # noqa: E402
from benchmarks.neighbours import Named, is_said, neighbours  # noqa: E402
from benchmarks.tables import Paper  # noqa: E402
from dsnparse import Parser  # noqa: E402
from dsnparse.notice.roles import roles_of  # noqa: E402
from dsnparse.wire.mime import read_message  # noqa: E402

_FIGURES = ("kind", "rcpt", "status", "reason", "type")


def without_status_parts(data: bytes) -> bytes:
    """The message with its parts for machines (RFC 3464, RFC 6533) cut out."""
    root = read_message(data)
    spans = [(part.start, part.body_end) for part in roles_of(root).status if part is not root]
    left = root.buffer.data
    for start, end in sorted(spans, reverse=True):
        left = left[:start] + left[end:]
    return left if spans else data


def _as_it_is(data: bytes) -> bytes:
    return data


#: What is left away: the parser, and what is done to each message.
ABLATIONS: dict[str, tuple[Parser, Callable[[bytes], bytes]]] = {
    "dsnparse": (Parser(), _as_it_is),
    "named formats off": (Parser(formats=()), _as_it_is),
    "status parts removed": (Parser(), without_status_parts),
    "both": (Parser(formats=()), without_status_parts),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table, and what went wrong where that is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--misses", type=int, default=0, metavar="N", help="up to N of each row")
    args = parser.parse_args(arguments)
    labelled = [labels.parent for root in args.folders for labels in sorted(root.glob("**/labels.jsonl"))]
    show(Paper(), labelled or folders(), misses=args.misses)
    return 0


def show(paper: Paper, labelled: Sequence[Path] | None = None, *, misses: int = 0) -> None:
    """A row for all rules and one for each help left away; or a sentence why not."""
    labelled = folders() if labelled is None else labelled
    # The judge that the corpora came with, in the folder `tools` beside theirs.
    beside = [folder.parent.parent / "tools" / "score.py" for folder in labelled]
    found = next((path for path in beside if path.is_file()), None)
    if found is None:
        paper.say("Left out: the labelled corpora and their judge are not here.")
        return
    judge = _load(found)
    rows, missed = [], []
    for name, (parser, change) in ABLATIONS.items():
        tally = judge.Tally()
        for label, path in _labels(labelled):
            judge.judge(label, parser.parse(change(path.read_bytes())), tally, label["file"])
        counts = [str(tally.of[what]) for what in ("blamed", "silenced")]
        rows.append((name, *(f"{tally.share(what).strip()} %" for what in _FIGURES), *counts))
        missed += [f"{name}: {miss}" for miss in tally.misses[:misses]]
    for name, neighbour in neighbours().items():
        rows.append((name, *_beside(judge, labelled, neighbour)))
    paper.table(("with", "kind", "recipients", "status", "reason", "type", "blamed", "silenced"), rows)
    paper.say(
        "Shares of the labelled messages that are exactly right. flufl.bounce gives addresses only, of "
        "temporary and permanent failures together; Sisimai's reasons are compared in its own words. One of "
        "the corpora is flufl.bounce's own, three are Sisimai's. Without status parts a status is known only "
        "where the words state it."
    )
    for miss in missed:
        print(miss)


def _beside(
    judge: ModuleType, labelled: Sequence[Path], read: Callable[[Sequence[Path]], list[Named]]
) -> tuple[str, ...]:
    """The cells of another parser, on the messages that tell of a failure or a delay."""
    labels = [
        (label, path)
        for label, path in _labels(labelled)
        if label["kind"] in ("bounce", "delay") and label.get("recipients") is not None
    ]
    right = blamed = 0
    reasons: list[bool] = []
    for (label, _), named in zip(labels, read([path for _, path in labels]), strict=True):
        found = {judge.norm(address): reason for address, reason in named.items()}
        wanted = [
            {judge.norm(a) for a in (one["address"], *one.get("also", ()))} for one in label["recipients"]
        ]
        wrong = found.keys() - set().union(*wanted)
        blamed += len(wrong)
        right += not wrong and len(found) == len(wanted) and all(found.keys() & names for names in wanted)
        for one, names in zip(label["recipients"], wanted, strict=True):
            if one.get("reason"):
                allowed = [one["reason"], *one.get("reason_ok", ())]
                reasons += [is_said(found[address], allowed) for address in found.keys() & names]
    share = f"{100 * sum(reasons) / len(reasons):.1f} %" if any(reasons) else "-"
    return "-", f"{100 * right / len(labels):.1f} %", "-", share, "-", str(blamed), "-"


def _labels(labelled: Sequence[Path]) -> Iterator[tuple[dict[str, Any], Path]]:
    for folder in labelled:
        for line in (folder / "labels.jsonl").read_text("utf-8").splitlines():
            label = json.loads(line)
            yield label, folder / label["file"]


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("judge", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    raise SystemExit(main())

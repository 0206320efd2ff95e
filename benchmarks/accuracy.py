"""How right the parser is, and what is left of that without its helps, which tells most about unknown mail.

    python benchmarks/accuracy.py [FOLDER …] [--misses 20]

Without its named formats the generic reader does them all; without status parts the readers of words do, for
these parts are cut out of every report. A folder has labels.jsonl and the messages that it names (default:
those of DSNPARSE_CORPORA, or ../shared/corpora), and its judge lies beside, in ../tools/score.py.
"""

from __future__ import annotations

import argparse
import email
import importlib.util
import json
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.messages import folders  # noqa: E402
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
        for label, data in _labels(labelled):
            judge.judge(label, parser.parse(change(data)), tally, label["file"])
        counts = [str(tally.of[what]) for what in ("blamed", "silenced")]
        rows.append((name, *(f"{tally.share(what).strip()} %" for what in _FIGURES), *counts))
        missed += [f"{name}: {miss}" for miss in tally.misses[:misses]]
    neighbour = _flufl(judge, labelled)
    if neighbour is not None:
        right, of, blamed = neighbour
        rows.append(("flufl.bounce", "-", f"{100 * right / of:.1f} %", "-", "-", "-", str(blamed), "-"))
    paper.table(("with", "kind", "recipients", "status", "reason", "type", "blamed", "silenced"), rows)
    paper.say(
        "Shares of the labelled messages that are exactly right. flufl.bounce gives addresses only, of "
        "temporary and permanent failures together; one of the corpora is its own. Without status parts a "
        "status is known only where the words state it."
    )
    for miss in missed:
        print(miss)


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


if __name__ == "__main__":
    raise SystemExit(main())

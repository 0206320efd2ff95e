"""Learn what replies of each reason look like, and write the weights into dsnparse/data/learned.json.

Three files of replies are learned from, all masked: without addresses, hosts, links, ids and numbers.

    tools/learned/replies.txt          replies as servers give them, with the reason that a person gave each
    tools/learned/in_other_words.txt   replies written for the sake of breadth, the same
    tools/learned/known.txt            phrases and examples of the rules, what providers document, the list of
                                       tests/classify; made by --collect

The same files give the same weights, to the byte: the solver goes through sorted rows in an order of its own,
by one thread, until nothing moves, and weights are rounded to 8 bits.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tomllib
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator, Sequence
from math import sqrt
from pathlib import Path
from typing import Any, NamedTuple

from dsnparse.classify import learned
from dsnparse.data import HERE
from dsnparse.reply import Reply
from dsnparse.rulebook.files import builtin_sources
from dsnparse.rulebook.ranks import HINT_RANK

HOME = Path(__file__).parent / "learned"
REPLIES = HOME / "replies.txt"
OTHER_WORDS = HOME / "in_other_words.txt"
KNOWN = HOME / "known.txt"
LABELLED = [
    Path(__file__).parent.parent / "tests" / "classify" / name for name in ("replies.txt", "real_replies.txt")
]

#: A phrase of a rule is a part of a reply, and there are many of them; a hint often is all that a reply says.
PHRASE_WEIGHT = 0.5
#: Features of fewer rows than this are not learned: they are names, and accidents.
LEAST_ROWS = 2
#: How far weights may go (the inverse of the penalty); of 3, 10, 30 the best on sources held out.
FREEDOM = 10.0
#: Rounds of the solver at most, and the change of a weight at which it stops.
ROUNDS = 400
STILL = 1e-3
#: What one step of a weight in the file is; and the least that is worth a line.
STEP = 0.125
LEAST_WEIGHT = 0.7


class Row(NamedTuple):
    """A known reply, masked."""

    reason: str
    #: "550", "5.7.1", "550 5.7.1", or "-".
    codes: str
    words: str
    weight: float = 1.0

    def features(self) -> set[str]:
        """What the model looks at."""
        codes = self.codes.split()
        reply = next((int(code) for code in codes if code.isdigit()), None)
        return learned.features(self.words.split(), reply, next((one for one in codes if "." in one), None))

    def line(self) -> str:
        """The row as it stands in a file."""
        return f"{self.reason} | {self.codes} | {'~' if self.weight < 1 else ''}{self.words}\n"


def row_of(reason: str, text: str, weight: float = 1.0) -> Row:
    """A reply with a known reason, masked as the classifier masks it."""
    reply = Reply.parse(text)
    codes = " ".join(str(code) for code in (reply.code, reply.status) if code)
    return Row(reason, codes or "-", " ".join(learned.masked(reply)), weight)


def read_rows(path: Path) -> list[Row]:
    """The rows of a file: `reason | codes | words`, "~" before those of a phrase; "#" is a comment."""
    rows = []
    for line in path.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            reason, codes, words = (part.strip() for part in line.split("|"))
            phrase = words.startswith("~")
            rows.append(Row(reason, codes, words.removeprefix("~"), PHRASE_WEIGHT if phrase else 1.0))
    return rows


def collected() -> list[Row]:
    """What the package itself says of replies: rules, documented replies, the tests' lists; sorted."""
    rows = []
    for rule in builtin_sources()[0]:
        rows += [row_of(rule.reason, example) for example in rule.examples]
        weight = 1.0 if rule.rank <= HINT_RANK else PHRASE_WEIGHT
        rows += [row_of(rule.reason, phrase, weight) for phrase in rule.phrases]
    for path in sorted(HERE.glob("providers/*/documented.toml")):
        for page in tomllib.loads(path.read_text("utf-8"))["page"]:
            rows += [row_of(reply["reason"][0], reply["text"]) for reply in page["reply"]]
    for line in "\n".join(path.read_text("utf-8") for path in LABELLED).splitlines():
        if "|" in line and not line.startswith("#"):
            reasons, *_, text = line.split("|")
            rows.append(row_of(reasons.split()[0], text.strip().replace("\\n", "\n")))
    return sorted({row for row in rows if row.words.strip("0@ ")})


def all_rows() -> list[Row]:
    """The rows of all files, sorted, each once."""
    return sorted({row for path in (REPLIES, OTHER_WORDS, KNOWN) for row in read_rows(path)})


def checksum(rows: Sequence[Row]) -> str:
    """Of all that the weights follow from: the features of each row, and how they are learned."""
    digest = hashlib.sha256(repr((LEAST_ROWS, FREEDOM, ROUNDS, STILL, STEP, LEAST_WEIGHT)).encode())
    for row in rows:
        digest.update(repr((row.reason, row.weight, sorted(row.features()))).encode())
    return digest.hexdigest()


class Model(NamedTuple):
    """What was learned, before it is rounded."""

    reasons: list[str]
    grams: list[str]
    #: By gram, then by reason.
    weights: Any
    bias: list[float]


def train(rows: Sequence[Row]) -> Model:
    """Logistic regression over the features of the rows (scikit-learn)."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    counts = Counter(gram for row in rows for gram in row.features())
    grams = sorted(gram for gram, rows_with in counts.items() if rows_with >= LEAST_ROWS)
    number = {gram: at for at, gram in enumerate(grams)}
    values: list[float] = []
    columns: list[int] = []
    starts = [0]
    for row in rows:
        known = sorted(number[gram] for gram in row.features() if gram in number)
        values += [1 / sqrt(max(len(known), 1))] * len(known)
        columns += known
        starts.append(len(columns))
    model = LogisticRegression(C=FREEDOM, solver="saga", max_iter=ROUNDS, tol=STILL, random_state=0)
    model.fit(
        csr_matrix((values, columns, starts), shape=(len(rows), len(grams))),
        [row.reason for row in rows],
        sample_weight=[row.weight for row in rows],
    )
    return Model(list(model.classes_), grams, model.coef_.T, list(model.intercept_))


def lines(model: Model, made_from: str) -> Iterator[str]:
    """`data/learned.json`, a gram a line."""
    yield "{\n"
    yield f'"made_from": {json.dumps(made_from)},\n'
    yield f'"reasons": {json.dumps(model.reasons)},\n'
    yield f'"step": {STEP},\n'
    yield f'"bias": {json.dumps([round(value, 2) for value in model.bias])},\n'
    yield '"grams": {\n'
    kept = [at for at, weights in enumerate(model.weights) if abs(weights).max() >= LEAST_WEIGHT]
    for at in kept:
        steps = [min(max(round(value / STEP) + learned.ZERO, 0), 255) for value in model.weights[at]]
        gram = json.dumps(model.grams[at], ensure_ascii=False)
        yield f'{gram}: "{b64encode(bytes(steps)).decode()}"{"," if at != kept[-1] else ""}\n'
    yield "}\n}\n"


def main(arguments: list[str] | None = None) -> int:
    """Collect, or learn. Exit status: 0."""
    options = argparse.ArgumentParser(
        prog="python -m tools.learn_replies",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_argument("--collect", action="store_true", help="write tools/learned/known.txt anew before")
    if options.parse_args(arguments).collect:
        KNOWN.write_text(
            "# What the package says of replies, masked: made by `python -m tools.learn_replies --collect`.\n"
            + "".join(row.line() for row in collected()),
            "utf-8",
        )
    rows = all_rows()
    learned.DATA.write_text("".join(lines(train(rows), checksum(rows))), "utf-8")
    print(f"Learned from {len(rows)} rows: {learned.DATA.stat().st_size} bytes.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

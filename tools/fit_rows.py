"""What the weights are fitted to: addresses and messages of labelled mail, each with what was seen of it.

Mail comes from samples/ and from folders with labels.jsonl; each message counts as it is, and once more with
its parts for machines cut out. A source is a mail system, by the file's name: its mail is held out together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.accuracy import without_status_parts
from benchmarks.passed_on import WAYS, source_of
from dsnparse.notice.notice import Notice
from dsnparse.read.prose.candidate import Candidate, weigh
from dsnparse.read.prose.page import Page
from dsnparse.read.prose.recipients import mentions, prose_recipients
from dsnparse.rulebook.template_matcher import default_formats
from dsnparse.wire.mime import read_message

ROOT = Path(__file__).resolve().parent.parent
_NOTICES = ("bounce", "delay", "delivery")
_NO_NOTICES = ("other", "auto_reply")
#: Words in files' names that are no mail system's.
_NO_SYSTEM = frozenset(["lhost", "rhost", "dsn", "simple", "text", "bounce", ""])
#: Addresses of one message that count: a list of a thousand is no thousand observations.
_OF_ONE = 25
#: Every so many notices are passed on in all ways, as mail that is none.
_PASSED_ON = 8


class Labelled(NamedTuple):
    """A message, its source, its kind, and who failed: the spellings of each (None: not told)."""

    source: str
    kind: str
    failed: tuple[frozenset[str], ...] | None
    data: bytes

    @property
    def named(self) -> frozenset[str]:
        """All spellings of all who failed."""
        return frozenset().union(*(self.failed or ()))


class Row(NamedTuple):
    """What was seen of an address or a message, and whether it is one of those that are looked for."""

    source: str
    seen: frozenset[str]
    is_one: bool


def labelled_mail(folders: Sequence[Path]) -> list[Labelled]:
    """The messages of samples/ and of `folders`, as they are and without their parts for machines."""
    found = [*_samples(), *_corpora(folders)]
    less = [one._replace(data=without_status_parts(one.data)) for one in found]
    return found + [cut for one, cut in zip(found, less, strict=True) if cut.data != one.data]


def _samples() -> Iterator[Labelled]:
    for path in sorted((ROOT / "samples").glob("*/*.eml")):
        label = json.loads(path.with_suffix(".json").read_text("utf-8"))
        records = label.get("records")
        failed = None
        if records is not None:
            failed = tuple([frozenset([one["recipient"].lower()]) for one in records])
        yield Labelled(source(path.stem), label["kind"], failed, path.read_bytes())


def _corpora(folders: Sequence[Path]) -> Iterator[Labelled]:
    for labels in sorted({path for folder in folders for path in folder.glob("**/labels.jsonl")}):
        for line in labels.read_text("utf-8").splitlines():
            label = json.loads(line)
            path = labels.parent / label["file"]
            yield Labelled(source(path.stem), label["kind"], _failed(label), path.read_bytes())


def _failed(label: dict[str, Any]) -> tuple[frozenset[str], ...] | None:
    recipients = label.get("recipients")
    if recipients is None:
        return None
    names = [(one["address"], *one.get("also", ())) for one in recipients]
    return tuple([frozenset([name.lower() for name in each]) for each in names])


def source(stem: str) -> str:
    """The mail system that a file's name begins with: "lhost-postfix-31" is Postfix's."""
    words = re.split(r"[^a-z]+", stem.lower())
    return next((word for word in words if word not in _NO_SYSTEM), stem)


def notice_of(data: bytes) -> Notice:
    """A message as a notice."""
    return Notice(read_message(data), default_formats())


def address_rows(mail: Sequence[Labelled]) -> list[Row]:
    """A row for each address that the text of a notice names, with what is observed where it stands best."""
    rows = []
    for one in mail:
        if one.kind not in ("bounce", "delay") or not one.failed:
            continue
        notice = notice_of(one.data)
        best: dict[str, Candidate] = {}
        for mention in mentions(notice, Page(notice)):
            found = weigh(mention)
            if mention.key not in best or found.score > best[mention.key].score:
                best[mention.key] = found
        rows += [
            Row(one.source, frozenset([seen.name for seen in found.observed]), key in one.named)
            for key, found in list(best.items())[:_OF_ONE]
        ]
    return rows


def sign_rows(mail: Sequence[Labelled]) -> list[Row]:
    """A row for each message with the signs of its kind; notices that are passed on are none."""
    rows = []
    for number, one in enumerate(mail):
        if one.kind not in (*_NOTICES, *_NO_NOTICES):
            continue
        is_notice = one.kind in _NOTICES
        rows.append(Row(one.source, _signs(one.data), is_notice))
        if is_notice and number % _PASSED_ON == 0:
            made = source_of(one.data)
            rows += [Row(one.source, _signs(make(made)), is_one=False) for make in WAYS.values()]
    return rows


def _signs(data: bytes) -> frozenset[str]:
    return frozenset([sign.name for sign in notice_of(data).signs.seen])


def is_exact(one: Labelled) -> bool | None:
    """Whether the reader of free text finds exactly who failed; None where that is not asked."""
    if one.kind not in ("bounce", "delay") or not one.failed:
        return None
    found = {recipient.recipient.lower() for recipient in prose_recipients(notice_of(one.data))}
    if not found:
        return None
    return found <= one.named and all(found & names for names in one.failed)

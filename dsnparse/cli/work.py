"""From found messages to text: what a worker process does, and the only process when there is one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from dsnparse.cli.output import ENCODING_ERRORS
from dsnparse.cli.render import Renderer, make_renderer
from dsnparse.mailboxes import Item, MessageRef, PassedOver, Problem, looks_like_message, save_name
from dsnparse.model import Kind
from dsnparse.understood import is_understood


class Settings(NamedTuple):
    """What the user asked for; small, so that it can be sent to worker processes."""

    form: str = "jsonl"
    encoding: str = "utf-8"
    why: bool = False
    width: int = 80
    colour: bool = False
    #: What all sources begin with (the folder that was named), which a table leaves out.
    prefix: str = ""
    #: Kinds to show; empty: all.
    kinds: frozenset[str] = frozenset()
    rules: tuple[str, ...] = ()
    #: Folder that takes copies of messages that a person should look at.
    unknown: str | None = None

    def renderer(self) -> Renderer:
        """What turns reports into text."""
        return make_renderer(
            self.form, why=self.why, width=self.width, colour=self.colour, prefix=self.prefix
        )


@dataclass(slots=True)
class Result:
    """What came of some items, in their order."""

    #: The text of the messages shown, encoded; parted by the renderer's `between`.
    output: bytes = b""
    #: What to tell the user: (name, reason).
    problems: list[Problem] = field(default_factory=list)
    #: The same for messages that were read, but not to the end.
    notes: list[Problem] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    records: int = 0
    warned: int = 0
    copied: int = 0
    passed_over: int = 0
    weight: int = 0

    @property
    def messages(self) -> int:
        """How many messages were read."""
        return sum(self.kinds.values())

    def add(self, other: Result) -> None:
        """Adds the counts of `other`; its output and problems are told at once and not kept."""
        self.kinds += other.kinds
        self.failed += len(other.problems)
        self.records += other.records
        self.warned += other.warned
        self.copied += other.copied
        self.passed_over += other.passed_over
        self.weight += other.weight


class Worker:
    """Parses and renders. Raises RuleError (a ValueError) at once when a rule file is wrong."""

    def __init__(self, settings: Settings) -> None:
        from dsnparse.parser import Parser

        self.settings = settings
        self.parser = Parser(rules=settings.rules)
        self.renderer = settings.renderer()

    def warm_up(self) -> None:
        """Loads what parsing loads when first needed, so that forked processes share it."""
        import gc

        from dsnparse.classify import classify_reply

        classify_reply("550 5.1.1 no such user")
        gc.freeze()

    def __call__(self, items: Sequence[Item]) -> Result:
        result = Result()
        texts: list[str] = []
        for item in items:
            if isinstance(item, MessageRef):
                self._message(item, result, texts)
            elif isinstance(item, PassedOver):
                result.passed_over += 1
            else:
                result.problems.append(item)
        result.output = self.renderer.between.join(texts).encode(self.settings.encoding, ENCODING_ERRORS)
        return result

    def _message(self, found: MessageRef, result: Result, texts: list[str]) -> None:
        limit = self.parser.limits.message_bytes
        try:
            message = found.read(limit)
        except OSError as error:
            result.problems.append(Problem.of(found.name, error))
            return
        result.weight += message.size if found.weight is None else found.weight
        if not message.data:
            result.problems.append(Problem(found.name, "is empty"))
            return
        try:
            report = self.parser.parse(message.data)
        except Exception as error:  # noqa: BLE001
            # It never should. One message must not end a run over a million, nor be lost in silence.
            reason = f"made the parser fail, please report it ({type(error).__name__}: {error})"
            result.problems.append(Problem(found.name, reason))
            return
        if report.kind is Kind.OTHER and not report.records and not looks_like_message(message.data):
            result.problems.append(Problem(found.name, "is not a mail message"))
            return
        if message.truncated:
            note = f"only the first {len(message.data):,} of {message.size:,} bytes were read"
            result.notes.append(Problem(found.name, note))
        result.kinds[report.kind.value] += 1
        result.records += len(report.records)
        result.warned += bool(report.warnings)
        if self.settings.unknown is not None and not is_understood(report):
            self._copy(message.name, message.data, self.settings.unknown, result)
        if not self.settings.kinds or report.kind.value in self.settings.kinds:
            texts.append(self.renderer.report(found.name, report))

    def _copy(self, name: str, data: bytes, folder: str, result: Result) -> None:
        target = Path(folder) / save_name(name, data)
        try:
            target.write_bytes(data)
        except OSError as error:
            result.problems.append(Problem.of(str(target), error))
        else:
            result.copied += 1

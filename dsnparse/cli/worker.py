"""From found messages to text: what a worker process does, and the only process when there is one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dsnparse.cli.copies import Copies
from dsnparse.cli.output import ENCODING_ERRORS
from dsnparse.mailboxes import Item, Mail, PassedOver, Problem, read_item
from dsnparse.mailboxes.tally import Tally
from dsnparse.render.reports import Renderer, make_renderer
from dsnparse.understood import is_understood
from dsnparse.wire.limits import DEFAULT_LIMITS, Limits


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
    #: The file that says what is known of our own mail.
    trust: str | None = None
    limits: Limits = DEFAULT_LIMITS
    #: Folder that takes copies of messages that a person should look at.
    unknown: str | None = None

    def renderer(self) -> Renderer:
        """What turns reports into text."""
        return make_renderer(
            self.form,
            why=self.why,
            width=self.width,
            colour=self.colour,
            prefix=self.prefix,
            trust=self.trust is not None,
        )


class Rendered(NamedTuple):
    """What came of some items, in their order."""

    #: The text of the messages shown, encoded; parted by the renderer's `between`.
    output: bytes
    tally: Tally


class Worker:
    """Parses and renders. Raises RuleError (a ValueError) or OSError at once when a file cannot be used."""

    def __init__(self, settings: Settings) -> None:
        from dsnparse.parser import Parser

        self.settings = settings
        self.parser = Parser(rules=settings.rules, trust=settings.trust, limits=settings.limits)
        self.renderer = settings.renderer()

    def warm_up(self) -> None:
        """Loads what parsing loads when first needed, so that forked processes share it."""
        import gc

        from dsnparse.classify import classify_reply

        classify_reply("550 5.1.1 no such user")
        gc.freeze()

    def __call__(self, items: Sequence[Item]) -> Rendered:
        tally = Tally()
        texts: list[str] = []
        for item in items:
            found = read_item(item, self.parser.limits.message_bytes)
            if isinstance(found, PassedOver):
                tally.passed_over += 1
            elif isinstance(found, Problem):
                tally.problems.append(found)
            else:
                self._message(found, tally, texts)
        text = self.renderer.between.join(texts)
        return Rendered(text.encode(self.settings.encoding, ENCODING_ERRORS), tally)

    def _message(self, message: Mail, tally: Tally, texts: list[str]) -> None:
        report = tally.parse(message, self.parser)
        if report is None:
            return
        if tally.is_stray(message, report):
            return
        tally.note_size(message)
        tally.kinds[report.kind.value] += 1
        tally.records += len(report.records)
        tally.warned += bool(report.warnings)
        if not is_understood(report):
            tally.unknown += 1
            if self.settings.unknown is not None:
                tally.problems += Copies(self.settings.unknown)(message.name, message.data)
        if not self.settings.kinds or report.kind.value in self.settings.kinds:
            texts.append(self.renderer.report(message.name, report))

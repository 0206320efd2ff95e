"""The signs that were seen of one message, and their sum."""

from __future__ import annotations

from typing import Final

from dsnparse.model import Evidence
from dsnparse.notice.sign import BELIEVE, MACHINE, Sign
from dsnparse.notice.template import Known

_MAX_EVIDENCE_TEXT: Final = 200
#: Signs that somebody passes a notice on, or imitates one.
_PASSED_ON: Final = (Sign.ANSWER, Sign.OF_NOTICE, Sign.TICKET, Sign.FORWARDED, Sign.LURE, Sign.GREETING)
#: Signs that need no help: together they show what the notice is. A list's mark is one against it.
_PLAIN: Final = (*MACHINE, Sign.SUBJECT, Sign.LIST)
_IN_TEXT: Final = (Sign.BANNER, Sign.GREETING, Sign.OPENING, Sign.PROGRAM, Sign.REPLY, Sign.TOLD)
_OF_TEMPLATE: Final = (Sign.TEMPLATE_SURE, Sign.TEMPLATE)


class Signs:
    """The signs that were seen, and the named format that the notice is in."""

    def __init__(self) -> None:
        self.seen: list[Sign] = []
        self.evidence: list[Evidence] = []
        self.template: Known | None = None
        #: The sum of all points; and the same without what the first lines of the text say.
        self.score = 0
        self.score_without_text = 0

    def add(self, sign: Sign, text: str) -> None:
        """Counts a sign of the header or the text; `text` shows it."""
        self.count(sign, Evidence("kind", "header", 0, sign.rule, text[:_MAX_EVIDENCE_TEXT]))

    def count(self, sign: Sign, evidence: Evidence) -> None:
        """Counts a sign."""
        self.seen.append(sign)
        self.evidence.append(evidence)
        self.score += sign.points
        if sign not in _IN_TEXT:
            self.score_without_text += sign.points

    def has(self, *signs: Sign) -> bool:
        """Whether one of these was seen."""
        for sign in self.seen:  # noqa: SIM110  (asked many times a message: a loop is twice as fast as any())
            if sign in signs:
                return True
        return False

    @property
    def is_plain(self) -> bool:
        """Whether the notice shows what it is without any help of its recipients: a daemon's, or a banner."""
        if self.has(Sign.BANNER, *_OF_TEMPLATE) and not self.has(Sign.TICKET, Sign.FORWARDED):
            return True
        return sum(sign.points for sign in self.seen if sign in _PLAIN) >= BELIEVE and not self.has(
            *_PASSED_ON
        )

    @property
    def is_believed(self) -> bool:
        """Whether the text is believed without a status part."""
        return self.score >= BELIEVE or self.is_plain

"""The pages that `explain` gives: `Page` and its `Sense`s."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from dsnparse.vocabulary import Advice, BounceType, Reason

if TYPE_CHECKING:
    from dsnparse.classify import Verdict


class PageKind(StrEnum):
    """What a page is about."""

    #: An enhanced status code (RFC 3463).
    STATUS = "status"
    #: An SMTP reply code (RFC 5321).
    REPLY = "reply"
    #: A reason of this package's vocabulary.
    REASON = "reason"
    #: A provider, or a code of its own beside its replies.
    PROVIDER = "provider"
    #: A whole SMTP reply, with its verdict and the pages of its codes.
    VERDICT = "verdict"


@dataclass(frozen=True, slots=True)
class Sense:
    """What one code means in one class, or what a reason means."""

    #: "5.1.1", "550", "mailbox_full".
    code: str
    #: What is wrong, in a few words.
    name: str
    #: What happened, in plain words.
    happened: str
    #: What the sender does.
    fix: str
    #: Whether it mends itself, and when to try again; None for success.
    mends: str | None
    #: Another way to reach the person, where that makes sense.
    other: str | None
    #: What follows from the code alone; None for success.
    reason: Reason | None
    bounce_type: BounceType | None
    advice: Advice

    def to_dict(self) -> dict[str, Any]:
        """The fields as plain JSON types, under the same names."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        return {name: str(value) if isinstance(value, StrEnum) else value for name, value in plain.items()}


@dataclass(frozen=True, slots=True)
class Page:
    """Everything known about one code, reason or reply."""

    kind: PageKind
    #: The code, the reason or the reply, in its usual spelling.
    subject: str
    #: What is wrong, in a few words.
    title: str
    #: False where only the class, the subject or the digits of a code are known.
    known: bool
    #: One for a code of a certain class, two or three for X.y.z.
    senses: tuple[Sense, ...] = ()
    #: The official sense: label and text ("class", "subject", "detail", "title", "use", …).
    official: tuple[tuple[str, str], ...] = ()
    #: Causes that have been seen (of a reason).
    causes: tuple[str, ...] = ()
    #: Codes that usually stand for it (of a reason).
    codes: tuple[str, ...] = ()
    #: The name in other systems (of a reason): system and name.
    elsewhere: tuple[tuple[str, str], ...] = ()
    #: Meanings that some providers give it, and other things worth knowing.
    notes: tuple[str, ...] = ()
    #: What the classifier says of a whole reply.
    verdict: Verdict | None = None
    #: The pages of the reason and the codes of a whole reply.
    pages: tuple[Page, ...] = ()

    @property
    def succeeded(self) -> bool:
        """Whether this is a reply that reports no failure (2xx, 3xx): it has no page of a reason."""
        return self.kind is PageKind.VERDICT and not any(page.kind is PageKind.REASON for page in self.pages)

    def to_dict(self) -> dict[str, Any]:
        """The page as plain JSON types, under the same names."""
        return {
            "kind": str(self.kind),
            "subject": self.subject,
            "title": self.title,
            "known": self.known,
            "senses": [sense.to_dict() for sense in self.senses],
            "official": dict(self.official),
            "causes": list(self.causes),
            "codes": list(self.codes),
            "elsewhere": dict(self.elsewhere),
            "notes": list(self.notes),
            "verdict": _verdict_dict(self.verdict) if self.verdict else None,
            "pages": [page.to_dict() for page in self.pages],
        }


def _verdict_dict(verdict: Verdict) -> dict[str, Any]:
    plain: dict[str, Any] = {name: getattr(verdict, name) for name in verdict.__slots__}
    plain["conflicts"] = [
        {"rule": conflict.rule, "reason": str(conflict.reason), "text": conflict.text}
        for conflict in verdict.conflicts
    ]
    return {name: str(value) if isinstance(value, StrEnum) else value for name, value in plain.items()}

"""What providers document of their replies, and how much of it is understood.

The replies, their pages and the dates at which these were read: `data/providers/NAME/documented.toml`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from dsnparse.classify import Verdict, classify_reply
from dsnparse.data import load
from dsnparse.vocabulary import Reason


class Documented(NamedTuple):
    """A reply that a provider documents."""

    text: str
    #: What it may be read as: ours of the page, the plainest first.
    reasons: tuple[Reason, ...]
    #: The title of the page, and when it was read ("2026-11").
    page: str
    read: str

    def verdict(self, provider: str | None) -> Verdict:
        """What the classifier says of it."""
        return classify_reply(self.text, provider)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of what a provider documents is understood."""

    provider: str
    title: str
    documented: int
    #: Of these, read as documented when the provider is known, and when it is not.
    understood: int
    understood_alone: int
    #: When its pages were last read.
    read: str

    @property
    def share(self) -> float:
        """`understood` as a share of `documented`."""
        return self.understood / self.documented


def documented(provider: str) -> Iterator[Documented]:
    """The replies that a provider documents. Raises KeyError when none of its are kept."""
    for page in load("documented")[provider]["page"]:
        for reply in page["reply"]:
            reasons = tuple(Reason(reason) for reason in reply["reason"])
            yield Documented(reply["text"], reasons, page["title"], page["read"])


def coverage() -> tuple[Coverage, ...]:
    """The coverage of every provider whose documented replies are kept, by name."""
    return tuple(_coverage(provider, table["title"]) for provider, table in load("documented").items())


def _coverage(provider: str, title: str) -> Coverage:
    replies = list(documented(provider))
    return Coverage(
        provider,
        title,
        len(replies),
        sum(reply.verdict(provider).reason in reply.reasons for reply in replies),
        sum(reply.verdict(None).reason in reply.reasons for reply in replies),
        max(reply.read for reply in replies),
    )

"""A text as rules see it: the words that are its own."""

from __future__ import annotations

from dsnparse.reply.addressed import without_addressed
from dsnparse.reply.names import with_whole_links, without_fields, without_names
from dsnparse.reply.spelling import as_matched, as_shown


class Words:
    """The words of a reply, or of the notice around it."""

    __slots__ = (
        "low",
        "sentences",
        "shown",
        "spans",
    )

    def __init__(
        self,
        shown: str,
        low: str,
        sentences: str,
        spans: tuple[tuple[int, int], ...],
    ) -> None:
        #: The text in one line, without the codes that each line of a multiline reply repeats.
        self.shown = shown
        #: The same as rules see it: lower case, one spelling, addresses, log fields and the name of the host
        #: that speaks blanked. As long as `shown`.
        self.low = low
        #: The same without links and host names: the text's own sentences.
        self.sentences = sentences
        #: Where the addresses stand in `shown`: start and end.
        self.spans = spans


def words_of(text: str) -> Words:
    """The words of a text."""
    shown = as_shown(text)
    low, addresses = as_matched(shown)
    if len(low) != len(shown):
        shown = low
    low = without_addressed(without_fields(low))
    whole = with_whole_links(low, shown) if "_" in shown and "://" in shown else low
    return Words(shown, low, without_names(whole), addresses)

"""What a claim rests on: `Source`."""

from __future__ import annotations

from dsnparse.vocabulary import Word, shown_in_help


@shown_in_help
class Source(Word):
    """What a claim rests on."""

    WORDS = "words", "Words of the reply."
    CONTEXT = "context", "Words elsewhere in the notice."
    CODE = "code", "An enhanced code, a reply code, or a provider's meaning of one."
    CLASS = "class", "The first digit alone."
    LEARNED = "learned", "What the reply looks like: a learned guess."
    EVENT = "event", "How a provider's event classifies the failure."

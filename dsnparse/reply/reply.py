"""One SMTP reply, or what a mail system says in its place, taken apart once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from dsnparse.reply.codes import MAX_TEXT, find_codes
from dsnparse.reply.command import command_in, host_in
from dsnparse.reply.words import words_of

#: RFC 3464 section 2.3.6: `type; text`. The type of a Diagnostic-Code is one word.
_TYPE: Final = re.compile(r"\s{0,10}([A-Za-z][A-Za-z0-9-]{0,30})\s{0,5};")
#: The same in front of a reply that stands alone, where any word could be one of the reply's own.
_KNOWN_TYPE: Final = re.compile(r"\s{0,10}(e?smtp|lmtp|x400|x-[A-Za-z0-9-]{1,30})\s{0,5};", re.IGNORECASE)
#: A letter of any script, in a text in lower case whose addresses, hosts and links are blanked.
_WORD: Final = re.compile(r"[^\x00-`{-\x7f]")
#: Replies that are remembered: the recipients of a notice often share one.
_REMEMBERED: Final = 256


@dataclass(slots=True)
class Reply:
    """A reply and what it states. Made by `Reply.parse`; every reader and the classifier use the same."""

    #: The SMTP reply code of a failure or delay (RFC 5321), or None.
    code: int | None
    #: The enhanced status code of a failure or delay that belongs to it (RFC 3463), or None.
    status: str | None
    #: The SMTP command that was refused: "RCPT", "MAIL", "DATA", "CONN", …
    command: str | None
    #: The host that the text says it was told by.
    host: str | None
    #: The type in front of it ("smtp", "x-unix"), in lower case, or None.
    type: str | None
    #: The text in one line, without the codes that each line of a multiline reply repeats.
    shown: str
    #: The same as rules see it: lower case, one spelling, addresses, log fields and the name of the host that
    #: speaks blanked. As long as `shown`.
    low: str
    #: The same without links and host names: the reply's own sentences.
    sentences: str
    #: Whether it has words of its own besides codes, addresses and names.
    has_words: bool
    #: Every enhanced code of a failure or delay in `shown`: where it starts, and the code.
    statuses: tuple[tuple[int, str], ...]
    #: Where the addresses stand in `shown`: start and end.
    spans: tuple[tuple[int, int], ...]

    @staticmethod
    def parse(text: str) -> Reply:
        """Takes a reply apart; linear in at most `MAX_TEXT` characters, and any text is fine."""
        return _parse(text[:MAX_TEXT])


def typed(value: str) -> tuple[str | None, str]:
    """The value of a Diagnostic-Code, `type; text`: its type in lower case, or None, and the text."""
    found = _TYPE.match(value)
    if found is None:
        return None, value
    return found[1].lower(), value[found.end() :].strip()


@lru_cache(maxsize=_REMEMBERED)
def _parse(text: str) -> Reply:
    kind = _KNOWN_TYPE.match(text) if ";" in text else None
    words = words_of(text[kind.end() :] if kind else text)
    shown = words.shown
    found = find_codes(shown)
    return Reply(
        found.reply_code,
        found.status,
        command_in(shown),
        host_in(shown),
        kind[1].lower() if kind else None,
        shown,
        words.low,
        words.sentences,
        _WORD.search(words.sentences) is not None,
        found.statuses,
        words.spans,
    )

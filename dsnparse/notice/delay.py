"""Whether a notice says that the message is still being tried, and not that it was given up."""

from __future__ import annotations

from dsnparse.notice.words import says, subject_says

#: Where words of delay are looked for; notices say it in their first sentences.
_LINES = 60
_CHARS = 3000
#: Where they say that it is over.
_OPENING = 600


def says_delayed(subject: str, lines: list[str]) -> bool:
    """Whether subject or text say so; words that it is over go before."""
    if subject_says("delay", subject) and not subject_says("final", subject):
        return True
    text = " ".join(" ".join(lines[:_LINES]).split())[:_CHARS]
    if says("over", text[:_OPENING]):
        return False
    return says("continues", text) or (says("delay", text) and not says("final", text[:_OPENING]))

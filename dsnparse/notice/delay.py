"""Whether a notice says that the message is still being tried, and not that it was given up."""

from __future__ import annotations

from dsnparse.notice.words import says, subject_says

#: Where words of delay are looked for; notices say it in their first sentences.
_LINES = 60
_CHARS = 3000
#: The text is looked at in windows that overlap, so that no sentence is cut in all of them.
_WINDOW = 600
_STEP = 500


def says_delayed(subject: str, lines: list[str]) -> bool:
    """Whether subject or text say so; words that it is over go before."""
    if subject_says("delay", subject) and not subject_says("final", subject):
        return True
    text = " ".join(" ".join(lines[:_LINES]).split())[:_CHARS]
    windows = [text[at : at + _WINDOW] for at in range(0, len(text), _STEP)]
    if says("over", text[:_WINDOW]):
        return False
    if any(says("continues", window) for window in windows):
        return True
    return any(says("delay", window) for window in windows) and not says("final", text[:_WINDOW])

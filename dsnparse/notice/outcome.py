"""What a notice says was done with the message: still being tried, or delivered; else it failed."""

from __future__ import annotations

from dsnparse.notice.words import says, subject_says
from dsnparse.reply.codes import find_codes

#: Where such words are looked for; notices say it in their first sentences.
_LINES = 60
_CHARS = 3000
#: The text is looked at in windows that overlap, so that no sentence is cut in all of them.
_WINDOW = 600
_STEP = 500


def says_delayed(subject: str, lines: list[str]) -> bool:
    """Whether subject or text say that the message is still being tried; words that it is over go before."""
    if subject_says("delay", subject) and not subject_says("final", subject):
        return True
    windows = _windows(lines)
    if says("over", windows[0]):
        return False
    if any(says("continues", window) for window in windows):
        return True
    return any(says("delay", window) for window in windows) and not says("final", windows[0])


def says_delivered(subject: str, lines: list[str]) -> bool:
    """Whether subject or text say that the message was delivered, and nothing says that it was not."""
    windows = _windows(lines)
    if not subject_says("success", subject) and not any(says("success", window) for window in windows):
        return False
    if any(says(name, window) for window in windows for name in ("over", "final", "delay", "continues")):
        return False
    return not any(_refuses(line) for line in lines[:_LINES] if line)


def _windows(lines: list[str]) -> list[str]:
    text = " ".join(" ".join(lines[:_LINES]).split())[:_CHARS]
    return [text[at : at + _WINDOW] for at in range(0, len(text), _STEP)] or [""]


def _refuses(line: str) -> bool:
    """Whether a line states a code of failure."""
    found = find_codes(line)
    return (found.reply_code or 0) >= 400 or (found.status or "2")[0] in "45"

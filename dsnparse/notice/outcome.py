"""What a notice says was done with the message: still being tried, or delivered; else it failed."""

from __future__ import annotations

from typing import Final

from dsnparse.notice.body import BEGINNING_LINES, Body
from dsnparse.notice.words import says, subject_says
from dsnparse.reply.codes import find_codes

#: Where they say that it is over.
_OPENING: Final = 600


def says_delayed(subject: str, body: Body) -> bool:
    """Whether subject or text say that the message is still being tried; words that it is over go before."""
    if subject_says("delay", subject) and not subject_says("final", subject):
        return True
    return tells_delay(body.beginning)


def tells_delay(text: str) -> bool:
    """Whether a notice's text says so, as far as it begins with it."""
    return _is_still_tried(text, text[:_OPENING])


def is_still_tried(text: str) -> bool:
    """Whether some words of a notice say so of those whom they are about."""
    return _is_still_tried(text, text)


def _is_still_tried(text: str, opening: str) -> bool:
    if says("over", opening):
        return False
    return says("continues", text) or (says("delay", text) and not says("final", opening))


def says_delivered(subject: str, body: Body) -> bool:
    """Whether subject or text say that the message was delivered, and nothing says that it was not."""
    text = body.beginning
    if not subject_says("success", subject) and not says("success", text):
        return False
    if any(says(name, text) for name in ("over", "final", "delay", "continues", "told")):
        return False
    lines = [line for line in body.lines[:BEGINNING_LINES] if line]
    if subject_says("bounce", subject) and any(_fails(line) for line in lines):
        return False
    return not any(_refuses(line) for line in lines)


def _fails(line: str) -> bool:
    """Whether a line tells of a failure, and is not about those whom the message reached."""
    return says("failure", line) and not says("arrived", line) and not says("success", line)


def _refuses(line: str) -> bool:
    """Whether a line states a code of failure."""
    found = find_codes(line)
    return (found.reply_code or 0) >= 400 or (found.status or "2")[0] in "45"

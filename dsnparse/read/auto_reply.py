"""Automatic answers: out of office, acknowledgements of tickets, challenges."""

from __future__ import annotations

import re
from typing import Final

from dsnparse.model import Evidence
from dsnparse.notice.head import OF_LETTERS, Head
from dsnparse.notice.notice import Notice
from dsnparse.notice.sign import LOOK, Sign
from dsnparse.notice.words import may_say, says, subject_says
from dsnparse.read.reading import Reading
from dsnparse.reply.codes import find_codes
from dsnparse.vocabulary import Kind

_TEXT_LINES: Final = 40
_OPENING_LINES: Final = 10
_MAX_EVIDENCE_TEXT: Final = 200
#: Signs that something failed.
_OF_FAILURE: Final = (Sign.SUBJECT, Sign.REPORT, Sign.FAILED_RECIPIENTS, Sign.TEMPLATE, Sign.TEMPLATE_SURE)
#: Signs that a script's answer has as well as a notice.
_NOBODYS: Final = (Sign.NOBODY, Sign.RETURN_PATH, Sign.AUTO_SUBMITTED, Sign.ANSWER)
#: Fields of answers that people write: then the text need not be read.
_OF_PEOPLE: Final = ("user-agent", "x-mailer", "list-id")
_CHALLENGE_CHARS: Final = 3000
#: An address that takes no answers: no person's.
_NO_ANSWERS: Final = re.compile(
    r"(?:^|<)(?:no|ne|do-?not|nao|n[aã]o|non|nicht)[-_.]?(?:pas[-_.]?)?"
    r"(?:repl|r[ée]pon|respon|contest|antwort|rispon|odpovid|odpowi)",
    re.IGNORECASE,
)
#: A challenge is shown by a piece of the text; the pieces overlap.
_WINDOW: Final = 600
_STEP: Final = 400


def read_auto_reply(notice: Notice) -> Reading | None:
    """An answer whose header says so, where no mail system shows as its author."""
    if notice.signs.score_without_text >= LOOK and (_is_machine(notice) or is_of_a_script(notice)):
        return _stated(notice) if _is_absence(notice) or _is_thanks(notice) else None
    return _stated(notice)


def _is_thanks(notice: Notice) -> bool:
    """Whether a post office thanks for mail, and tells of no failure."""
    found = notice.auto_reply
    if found is None or found.rule != "kind.subject" or notice.signs.has(*_OF_FAILURE):
        return False
    lines = [line for line in notice.body.lines[:_TEXT_LINES] if line]
    return any(says("auto_reply", line) for line in lines[:_OPENING_LINES]) and not any(
        find_codes(line).reply_code for line in lines
    )


def _is_absence(notice: Notice) -> bool:
    """Whether the subject begins as that of an answer does ("Automatic reply: …"); the rest is another's."""
    head = notice.head
    if "x-failed-recipients" in head.first:
        return False
    first = head.subject.partition(":")[0]
    return subject_says("auto_reply", first) and not subject_says("bounce", first)


def read_auto_reply_in_words(notice: Notice) -> Reading | None:
    """An answer that only its null return path and its first words give away."""
    if notice.signs.score >= LOOK and not _is_of_nobody(notice):
        return None
    challenge = _challenge(notice)
    if challenge is not None:
        return _reading("1", "text.challenge", challenge)
    path = notice.head.low("return-path", "unknown").strip("<> ")
    if path not in ("", "mailer-daemon") and not _is_by_a_program(notice.head):
        return None
    for line in [line for line in notice.body.lines[:_TEXT_LINES] if line][:_OPENING_LINES]:
        if says("auto_reply", line):
            return _reading("1", "text.auto_reply", line)
    return None


def _challenge(notice: Notice) -> str | None:
    """The words by which an answer asks its reader to prove that he is a person, or None."""
    head = notice.head
    asks = head.is_answer or subject_says("receipt_of_mail", head.subject)
    if not asks or any(name in head.first for name in _OF_PEOPLE):
        return None
    if "references" in head.first and not _returns_elsewhere(head):
        return None
    text = " ".join(" ".join(notice.body.lines[:_TEXT_LINES]).split())[:_CHALLENGE_CHARS]
    if not says("challenge", text):
        return None
    windows = [text[at : at + _WINDOW] for at in range(0, len(text), _STEP)]
    return next((window for window in windows if says("challenge", window)), windows[0])


def _is_of_nobody(notice: Notice) -> bool:
    """Whether all that looks like a notice is that nobody is its author: scripts answer so, too."""
    if not all(sign in _NOBODYS for sign in notice.signs.seen):
        return False
    return not any(says(name, notice.body.beginning) for name in ("told", "intro"))


def _is_by_a_program(head: Head) -> bool:
    """Whether the header says that a program wrote; what it writes to many goes back to its "bounces@"."""
    auto = head.low("auto-submitted")
    if auto.startswith("auto-generated"):
        return OF_LETTERS.search(head.low("return-path")) is None
    return auto.startswith("auto-") or (head.low("precedence") == "junk" and "x-loop" in head.first)


def _returns_elsewhere(head: Head) -> bool:
    """Whether a message's return path is not the address that it is from: people's is."""
    path = head.low("return-path").strip("<> ")
    return "return-path" in head.first and path not in head.mail_from.lower()


def read_stated_auto_reply(notice: Notice) -> Reading | None:
    """An answer by a mail system's address, whose header states that it is one."""
    return _stated(notice) if notice.auto_reply is not None and notice.auto_reply.is_stated else None


def _stated(notice: Notice) -> Reading | None:
    found = notice.auto_reply
    return _reading("header", found.rule, found.text[:_MAX_EVIDENCE_TEXT]) if found is not None else None


def _reading(part: str, rule: str, text: str) -> Reading:
    return Reading(Kind.AUTO_REPLY, [Evidence("kind", part, 0, rule, text)], "auto-reply")


def _is_machine(notice: Notice) -> bool:
    known = notice.signs.template
    return (
        notice.head.is_daemon
        or notice.signs.has(Sign.NOBODY)
        or (known is not None and known.form.has_header and known.form.has_text)
        or "x-failed-recipients" in notice.head.first
        or bool(notice.roles.status)
        or (notice.root.type == "multipart/report" and not notice.head.mail_from)
    )


def is_of_a_script(notice: Notice) -> bool:
    """Whether a subject of failure stands beside Auto-Submitted alone, and nobody seems to be the author.

    Scripts of hosting panels and gateways put "auto-replied" on their notices, as Postfix and Exim do. They
    have a null return path, or write from an address that takes no answers; where the path was not kept, the
    first sentences tell. So does whoever answers with the subject and text that a stranger sent: what is read
    here is second hand.
    """
    found, signs = notice.auto_reply, notice.signs
    if found is None or found.rule != "kind.auto-submitted" or notice.head.is_answer:
        return False
    if not signs.has(Sign.SUBJECT) or signs.has(Sign.TICKET, Sign.TAG):
        return False
    if not signs.has(Sign.RETURN_PATH) and _NO_ANSWERS.search(notice.head.mail_from) is None:
        # Where nobody kept the return path, the first sentences have to say it, and no person be the author.
        is_kept = "return-path" in notice.head.first
        if is_kept or signs.has(Sign.PERSON) or not says("told", notice.body.first_sentences):
            return False
    if _is_machine(notice):
        return False
    lines = notice.body.lines[:_OPENING_LINES]
    return not (may_say("auto_reply", lines) and any(says("auto_reply", line) for line in lines if line))

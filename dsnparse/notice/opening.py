"""The signs in the first lines of a message's text, for notices whose header alone does not say enough.

Facts:

* A notice says in its first sentences what was not done, some behind a ruled-off headline; people begin with
  a greeting or a quotation.
* Answers, challenges and monitors use the same words, and say what they are.
"""

from __future__ import annotations

import re
from typing import Final

from dsnparse.notice import passing_on
from dsnparse.notice.auto_reply import auto_reply_of
from dsnparse.notice.body import Body
from dsnparse.notice.head import DAEMON_NAME, Head
from dsnparse.notice.seen import Signs
from dsnparse.notice.sign import BELIEVE, HUMAN, Sign
from dsnparse.notice.words import says, subject_says
from dsnparse.reply.codes import find_codes

_OPENING_LINES: Final = 20
_OPENING: Final = 5
#: What answers, challenges and monitors say, which no failure does.
_NO_FAILURE: Final = ("auto_reply", "challenge", "alarm")
#: First words of a person's mail.
_GREETING: Final = re.compile(
    r"^(?:hi|hello|hey|dear(?! sender\b)|hallo|guten|sehr geehrte|bonjour|hola|ciao|moin|liebe"
    r"|greetings|good morning)\b"
    r"|\b(?:i get|i got|i am getting|i.m getting|i keep|i received|i have been|we get|anyone|my mail)\b",
    re.IGNORECASE,
)
#: What a line of a program's begins with, or of a change to one.
_NO_SENTENCE: Final = "+|{};$%"
#: A ruled line, or a label, before what is wrong.
_BANNER: Final = re.compile(r"[*=#-]{3,80}|(?:delivery )?(?:error|failure)(?: message)?\s?:", re.IGNORECASE)


def look_at_text(body: Body, signs: Signs, head: Head) -> None:
    """The signs in the first lines of the text, for notices whose header alone does not say enough."""
    if not signs.has(Sign.SUBJECT, Sign.DAEMON):
        _look_for_told(body, signs, head)
        return
    if signs.has(Sign.DAEMON) and _is_robot(head):
        _look_for_robots(body, signs)
    _look_for_lures(body, signs)
    if signs.score >= BELIEVE and not head.is_letter_writer:
        return
    opening = [line.strip() for line in body.lines[:_OPENING_LINES] if line.strip()][:_OPENING]
    if not opening:
        return
    if _BANNER.match(opening[0]) and (
        DAEMON_NAME.search(opening[0]) or says("intro", opening[0]) or subject_says("bounce", opening[0])
    ):
        signs.add(Sign.BANNER, opening[0])
    elif any(line.startswith(">") for line in opening) or (
        not signs.has(Sign.AUTO_SUBMITTED)
        and any(_GREETING.search(line) for line in opening)
        and not _is_told_by_a_program(body, head)
    ):
        signs.add(Sign.GREETING, opening[0])
    elif not signs.has(*HUMAN, Sign.LURE) and (not head.is_letter_writer or signs.has(Sign.RETURN_PATH)):
        lists = ("intro", "told") if signs.has(Sign.RETURN_PATH) or head.is_program else ("intro",)
        line = next(
            (
                line
                for line in opening
                if line[0] not in _NO_SENTENCE and any(says(name, line) for name in lists)
            ),
            None,
        )
        if line is not None:
            signs.add(Sign.OPENING, line)


def _is_told_by_a_program(body: Body, head: Head) -> bool:
    """Whether an address that takes no answers says first that a message did not arrive."""
    if not (head.is_program or head.is_mailer_daemon):
        return False
    text = body.first_sentences
    return says("told", text) and not any(says(name, text) for name in _NO_FAILURE)


def _look_for_told(body: Body, signs: Signs, head: Head) -> None:
    """What a machine says first that nothing else gives away; absences have no return path, either."""
    is_of_nobody = head.first.get("return-path", "").strip() == "<>" or signs.has(Sign.NOBODY)
    if not (is_of_nobody or head.is_program) or signs.has(*HUMAN):
        return
    text = body.first_sentences
    if (
        not says("told", text)
        or subject_says("success", head.subject)
        or auto_reply_of(head, body) is not None
    ):
        return
    if any(says(name, text) for name in _NO_FAILURE) or passing_on.lure(body) is not None:
        return
    if not is_of_nobody:
        if passing_on.parcel(body) is not None:
            return
        signs.add(Sign.PROGRAM, head.mail_from)
        reply = next((line for line in body.lines[:_OPENING_LINES] if find_codes(line).status), None)
        if reply is not None:
            signs.add(Sign.REPLY, reply)
    line = next((line for line in body.lines[:_OPENING_LINES] if says("told", line)), text)
    signs.add(Sign.TOLD, line)


def _is_robot(head: Head) -> bool:
    """Whether a program answers, which keeps the subject and thread of what it answers (formail -r)."""
    return head.is_answer and ("x-loop" in head.first or head.low("precedence") in ("junk", "bulk"))


def _look_for_robots(body: Body, signs: Signs) -> None:
    """What a mail system's robot says first, above what it returns."""
    text = body.first_sentences
    if body.returns_something and says("told", text) and not says("challenge", text):
        signs.add(Sign.TOLD, text)


def _look_for_lures(body: Body, signs: Signs) -> None:
    """Who passes a notice on without a word in the header, and who imitates one."""
    if signs.has(Sign.REPORT, Sign.FAILED_RECIPIENTS) or body.returns_something:
        return
    line = passing_on.lure(body)
    if line is None and not signs.has(Sign.DAEMON, Sign.NOBODY, Sign.RETURN_PATH):
        line = passing_on.parcel(body)
    if line is not None:
        signs.add(Sign.LURE, line)
    if not signs.has(Sign.DAEMON, Sign.NOBODY, Sign.LOG) and passing_on.is_log(body):
        signs.add(Sign.LOG, body.beginning)
    line = passing_on.forwarded_header(body) if not signs.has(Sign.DAEMON) else None
    if line is not None:
        signs.add(Sign.FORWARDED, line)

"""What speaks for a notice of non-delivery and against it, as a sum.

A null return path alone proves nothing, nor does a subject: people answer and forward bounces, lists discuss
them, and spam imitates them. Each is a sign; a sum decides.
"""

from __future__ import annotations

import re
from typing import Final

from dsnparse.model import Evidence
from dsnparse.notice import passing_on
from dsnparse.notice.auto_reply import auto_reply_of
from dsnparse.notice.body import Body
from dsnparse.notice.head import DAEMON, DAEMON_NAME, OF_LETTERS, Head
from dsnparse.notice.sign import BELIEVE, HUMAN, LOOK, MACHINE, Sign
from dsnparse.notice.template import Known, find_template
from dsnparse.notice.words import says, subject_says
from dsnparse.reply.codes import find_codes
from dsnparse.rulebook.template_matcher import Formats

_MAX_EVIDENCE_TEXT: Final = 200
_OPENING_LINES: Final = 20
_OPENING: Final = 5
#: What answers, challenges and monitors say, which no failure does.
_NO_FAILURE: Final = ("auto_reply", "challenge", "alarm")


#: Signs that somebody passes a notice on, or imitates one.
_PASSED_ON: Final = (Sign.ANSWER, Sign.OF_NOTICE, Sign.TICKET, Sign.FORWARDED, Sign.LURE, Sign.GREETING)
#: Signs that need no help: together they show what the notice is. A list's mark is one against it.
_PLAIN: Final = (*MACHINE, Sign.SUBJECT, Sign.LIST)
_IN_TEXT: Final = (Sign.BANNER, Sign.GREETING, Sign.OPENING, Sign.PROGRAM, Sign.REPLY, Sign.TOLD)
_OF_TEMPLATE: Final = (Sign.TEMPLATE_SURE, Sign.TEMPLATE)

_LIST_WORDS: Final = ("list", "bulk", "junk")
_LIST_FIELDS: Final = (
    "list-id",
    "list-post",
    "list-unsubscribe",
    "mailing-list",
    "x-mailing-list",
    "list-help",
)
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


class Signs:
    """The signs that were seen, and the named format that the notice is in."""

    def __init__(self) -> None:
        self.seen: list[Sign] = []
        self.evidence: list[Evidence] = []
        self.template: Known | None = None
        #: The sum of all points; and the same without what the first lines of the text say.
        self.score = 0
        self.score_without_text = 0

    def add(self, sign: Sign, text: str) -> None:
        """Counts a sign of the header or the text; `text` shows it."""
        self.count(sign, Evidence("kind", "header", 0, sign.rule, text[:_MAX_EVIDENCE_TEXT]))

    def count(self, sign: Sign, evidence: Evidence) -> None:
        """Counts a sign."""
        self.seen.append(sign)
        self.evidence.append(evidence)
        self.score += sign.points
        if sign not in _IN_TEXT:
            self.score_without_text += sign.points

    def has(self, *signs: Sign) -> bool:
        """Whether one of these was seen."""
        for sign in self.seen:  # noqa: SIM110  (asked many times a message: a loop is twice as fast as any())
            if sign in signs:
                return True
        return False

    @property
    def is_plain(self) -> bool:
        """Whether the notice shows what it is without any help of its recipients: a daemon's, or a banner."""
        if self.has(Sign.BANNER, *_OF_TEMPLATE) and not self.has(Sign.TICKET, Sign.FORWARDED):
            return True
        return sum(sign.points for sign in self.seen if sign in _PLAIN) >= BELIEVE and not self.has(
            *_PASSED_ON
        )

    @property
    def is_believed(self) -> bool:
        """Whether the text is believed without a status part."""
        return self.score >= BELIEVE or self.is_plain


def signs_of(head: Head, body: Body, formats: Formats) -> Signs:
    """All signs: of the header, of a format known by name, of the first lines in doubt."""
    signs = _of_header(head)
    suspected = signs.score >= LOOK
    if not suspected:
        _look_at_text(body, signs, head)
    _add_template(signs, find_template(head, body, formats, suspected=signs.score >= LOOK))
    if suspected:
        _look_at_text(body, signs, head)
    return signs


def is_like_a_notice(head: Head) -> bool:
    """Whether the header alone says enough for a notice."""
    return _of_header(head).score >= LOOK


def _of_header(head: Head) -> Signs:
    signs = Signs()
    first = head.first
    if "x-failed-recipients" in first:
        signs.add(Sign.FAILED_RECIPIENTS, first["x-failed-recipients"])
    if head.is_daemon:
        signs.add(Sign.DAEMON, head.mail_from)
    return_path = first.get("return-path", "").strip()
    if not head.is_daemon and (
        head.mail_from == "<>"
        or ("from" not in first and (return_path == "<>" or (not return_path and "to" in first)))
    ):
        signs.add(Sign.NOBODY, head.mail_from)
    if return_path == "<>" or (DAEMON.match(return_path.lstrip("<")) and not OF_LETTERS.search(return_path)):
        signs.add(Sign.RETURN_PATH, return_path)
    if head.type == "multipart/report" and "disposition" not in first.get("content-type", ""):
        signs.add(Sign.REPORT, first["content-type"])
    if subject_says("bounce", head.subject) or subject_says("delay", head.subject):
        signs.add(Sign.SUBJECT, head.subject)
    if not signs.seen and not head.is_program:
        return signs
    auto = head.low("auto-submitted")
    if auto.startswith("auto-"):
        signs.add(Sign.AUTO_SUBMITTED, auto)
    # What a mail system returns without a return path may keep its subject (James, gateways); and nobody writes
    # answers by the name of MAILER-DAEMON (Odoo).
    is_kept = not head.is_of_notice and (
        head.is_mailer_daemon
        or (signs.has(Sign.DAEMON, Sign.NOBODY) and return_path == "<>" and "auto-submitted" not in first)
    )
    if head.is_answer and not is_kept and not passing_on.ends_in_failure(head.subject):
        signs.add(Sign.ANSWER, head.subject)
        if head.is_of_notice:
            signs.add(Sign.OF_NOTICE, head.subject)
    if signs.has(Sign.SUBJECT) and "[" in head.subject:
        _of_tags(head, signs)
    if not head.is_daemon:
        _of_people(head, signs)
    elif head.is_letter_writer or head.is_postmaster:
        # Lists pass on what daemons write about their members; a postmaster or mailer writes letters, too.
        if head.is_letter_writer or not signs.has(Sign.SUBJECT, Sign.REPORT):
            _of_lists(head, signs)
        _of_programs(head, signs)
    return signs


def _of_tags(head: Head, signs: Signs) -> None:
    if passing_on.names_ticket(head.subject):
        signs.add(Sign.TICKET, head.subject)
    elif passing_on.has_tag(head.subject):
        signs.add(Sign.TAG, head.subject)


def _of_lists(head: Head, signs: Signs) -> None:
    field = next((name for name in _LIST_FIELDS if name in head.first), None)
    if field is not None:
        signs.add(Sign.LIST, f"{field}: {head.first[field]}")


def _of_people(head: Head, signs: Signs) -> None:
    first = head.first
    _of_lists(head, signs)
    # Absences say "auto-replied"; what a program made itself and has no return path is no person's, nor is
    # what has none below a subject of notices.
    is_made = signs.has(Sign.RETURN_PATH) and head.low("auto-submitted").startswith("auto-generated")
    if not is_made and ("in-reply-to" in first or "references" in first):
        signs.add(Sign.THREAD, first.get("in-reply-to") or first.get("references", ""))
    sender = first.get("sender", "").lower()
    by_list = sender.startswith("owner-") or "-owner@" in sender
    # Programs that answer say "bulk" or "junk" as well (RFC 3834 section 3.1.8).
    words = _LIST_WORDS[:1] if signs.has(Sign.AUTO_SUBMITTED) else _LIST_WORDS
    if not signs.has(Sign.LIST) and (by_list or first.get("precedence", "").lower() in words):
        signs.add(Sign.LIST_WORD, sender or first["precedence"])
    _of_programs(head, signs)
    is_made = is_made or (signs.has(Sign.SUBJECT) and first.get("return-path", "").strip() == "<>")
    if not is_made and not head.is_program and passing_on.is_person(head.mail_from):
        signs.add(Sign.PERSON, head.mail_from)


def _of_programs(head: Head, signs: Signs) -> None:
    if head.program and passing_on.is_mail_reader(head.program):
        signs.add(Sign.MAIL_READER, head.program)
    if passing_on.is_of_cron(head):
        signs.add(Sign.LOG, head.subject)


def _add_template(signs: Signs, known: Known | None) -> None:
    """Counts that the notice is in a format known by name, where its words and its header bear that out."""
    signs.template = known
    if known is None:
        return
    form = known.form
    human = signs.has(Sign.ANSWER, Sign.LIST, Sign.LIST_WORD) or passing_on.is_quoted(known.line)
    if "from" not in form.conditions:
        human = human or signs.has(Sign.PERSON, Sign.MAIL_READER)
    if not human and form.has_text and (form.has_header or signs.has(*MACHINE)):
        sign = Sign.TEMPLATE_SURE if form.has_header else Sign.TEMPLATE
        signs.count(sign, Evidence("kind", known.evidence.part, known.evidence.line, sign.rule, form.name))
    signs.evidence.append(known.evidence)


def _look_at_text(body: Body, signs: Signs, head: Head) -> None:
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
    """Whether an address that takes no answers says first that a message did not arrive, in a letter's form."""
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
    if not says("told", text) or auto_reply_of(head, body) is not None:
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

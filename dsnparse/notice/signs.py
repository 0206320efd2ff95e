"""What speaks for a notice of non-delivery and against it, as a sum.

A null return path alone proves nothing, nor does a subject: people answer and forward bounces, lists discuss
them, and spam imitates them. Each is a sign; a sum decides.
"""

from __future__ import annotations

from typing import Final

from dsnparse.model import Evidence
from dsnparse.notice import passing_on
from dsnparse.notice.body import Body
from dsnparse.notice.head import DAEMON, OF_LETTERS, Head
from dsnparse.notice.opening import look_at_text
from dsnparse.notice.seen import Signs
from dsnparse.notice.sign import LOOK, MACHINE, Sign
from dsnparse.notice.template import Known, find_template
from dsnparse.notice.words import subject_says
from dsnparse.rulebook.template_matcher import Formats

_LIST_WORDS: Final = ("list", "bulk", "junk")
_LIST_FIELDS: Final = (
    "list-id",
    "list-post",
    "list-unsubscribe",
    "mailing-list",
    "x-mailing-list",
    "list-help",
)


def signs_of(head: Head, body: Body, formats: Formats) -> Signs:
    """All signs: of the header, of a format known by name, of the first lines in doubt."""
    signs = _of_header(head)
    suspected = signs.score >= LOOK
    if not suspected:
        look_at_text(body, signs, head)
    _add_template(signs, find_template(head, body, formats, suspected=signs.score >= LOOK))
    if suspected:
        look_at_text(body, signs, head)
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
    if head.is_answer and not _keeps_a_subject(head, signs) and not passing_on.ends_in_failure(head.subject):
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


def _keeps_a_subject(head: Head, signs: Signs) -> bool:
    """Whether a mail system returns what it got below its subject.

    What has no return path (James, gateways); and nobody writes answers by the name of MAILER-DAEMON (Odoo).
    """
    if head.is_of_notice:
        return False
    if signs.has(Sign.DAEMON, Sign.NOBODY) and head.first.get("return-path", "").strip() == "<>":
        return "auto-submitted" not in head.first or head.is_mailer_daemon
    return head.is_mailer_daemon


def _of_tags(head: Head, signs: Signs) -> None:
    if passing_on.names_ticket(head.subject):
        signs.add(Sign.TICKET, head.subject)
    elif not head.is_program and passing_on.has_tag(head.subject):
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
    is_automatic = signs.has(Sign.AUTO_SUBMITTED) or head.is_program
    words = _LIST_WORDS[:1] if is_automatic else _LIST_WORDS
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

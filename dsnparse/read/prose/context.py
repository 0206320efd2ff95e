"""What a notice's text says about recipients that are known from elsewhere: for the classifier."""

from __future__ import annotations

import re
from typing import Final

from dsnparse.notice.notice import Notice
from dsnparse.notice.words import may_say, says
from dsnparse.read.prose.blocks import Blocks
from dsnparse.read.prose.in_general import without_general
from dsnparse.read.prose.mention import mentions_of
from dsnparse.read.recipient import Recipient
from dsnparse.reply import Reply
from dsnparse.reply.command import command_in
from dsnparse.vocabulary import Action

#: Characters of the notice's text about a recipient that go to the classifier as context.
_CONTEXT_CHARS: Final = 1200
_CONTEXT_LINES: Final = 60
_SHORT_DIAGNOSTIC: Final = 40
#: One or two sentences.
_SHORT_TEXT: Final = 200
#: What a server says when it took the message.
_SUCCESS: Final = re.compile(r"2[0-5]\d(?:[ -]|$)")
#: Nobody writes a paragraph each about more recipients.
_MOST_RECIPIENTS: Final = 100


def prose(notice: Notice) -> str:
    """The notice's text in one line."""
    lines = without_general(notice.body.lines[:_CONTEXT_LINES])
    if may_say("boilerplate", lines):
        lines = [line for line in lines if not says("boilerplate", line.strip())]
    return " ".join(" ".join(lines).split())[:_CONTEXT_CHARS]


def add_context(notice: Notice, recipients: list[Recipient]) -> None:
    """Gives each recipient the words of the notice's text about him."""
    if len(recipients) > _MOST_RECIPIENTS:
        return
    failed = {recipient.recipient.lower() for recipient in recipients}
    silent = [
        recipient for recipient in recipients if not recipient.diagnostic or _is_contradicted(recipient)
    ]
    if silent or len(recipients) > 1:
        blocks = Blocks(notice, failed)
        mentions = mentions_of(notice, failed)
        # OpenSMTPD, Exchange 2007, Domino, old AOL: the reply stands in the text alone.
        for recipient in silent:
            found = mentions.get(recipient.recipient.lower())
            if found and recipient.diagnostic and Reply.parse(blocks.about(found)).code is None:
                continue
            if found:
                recipient.outrank("diagnostic")
                blocks.fill(recipient, found)
    if len(recipients) == 1:
        _add_paragraph(notice, recipients[0])
        return
    for recipient in recipients:
        found = mentions.get(recipient.recipient.lower())
        if found:
            text = blocks.about(found)
            recipient.context = f"{recipient.context} {text}".strip()
            recipient.smtp_command = recipient.smtp_command or command_in(text)


def _is_contradicted(recipient: Recipient) -> bool:
    """Whether he failed, and the field with the reply has one of success ("smtp; 250 OK")."""
    if recipient.action is not Action.FAILED or recipient.reply_code is not None:
        return False
    is_smtp = (recipient.diagnostic_type or "").lower() == "smtp"
    return is_smtp and _SUCCESS.match(recipient.diagnostic or "") is not None


def _add_paragraph(notice: Notice, recipient: Recipient) -> None:
    """Adds the paragraph that names the only recipient."""
    paragraph = _paragraph(notice.body.lines, recipient)
    if not paragraph:
        if recipient.diagnostic is None:
            _add_short_text(notice, recipient)
        return
    around = " ".join(" ".join(paragraph).split())[:_CONTEXT_CHARS]
    recipient.context = f"{recipient.context} {around}".strip()
    if len(recipient.diagnostic or "") < _SHORT_DIAGNOSTIC:
        # Sendmail gives the first line of a reply only; its transcript has the rest.
        recipient.add_context(lambda: prose(notice))
    if recipient.smtp_command is None:
        recipient.smtp_command = command_in(around)


def _add_short_text(notice: Notice, recipient: Recipient) -> None:
    """Adds a text of a sentence or two that names nobody: it can be about nothing but the only recipient.

    Longer ones say what may be the matter, and mislead more often than not.
    """
    text = prose(notice)
    if len(text) <= _SHORT_TEXT and "@" not in text:
        recipient.context = f"{recipient.context} {text}".strip()


def _paragraph(lines: list[str], recipient: Recipient) -> list[str]:
    """The lines around the first that names the recipient (the last, when no reply is known); else []."""
    order = range(len(lines)) if recipient.diagnostic is not None else range(len(lines) - 1, -1, -1)
    for address in (recipient.recipient, recipient.original_recipient):
        name = address.lower() if address else ""
        for index in order if name else ():
            if name in lines[index].lower():
                start = end = index
                while start > 0 and lines[start - 1]:
                    start -= 1
                while end < len(lines) and lines[end]:
                    end += 1
                return lines[start:end]
    return []

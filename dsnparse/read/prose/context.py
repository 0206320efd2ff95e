"""What a notice's text says about recipients that are known from elsewhere: for the classifier."""

from __future__ import annotations

from dsnparse.notice.notice import Notice
from dsnparse.read.prose.blocks import Blocks
from dsnparse.read.prose.mention import mentions_of
from dsnparse.read.recipient import Recipient
from dsnparse.reply.command import command_in

#: Characters of the notice's text about a recipient that go to the classifier as context.
_CONTEXT_CHARS = 1200
_CONTEXT_LINES = 60
_SHORT_DIAGNOSTIC = 40
#: Nobody writes a paragraph each about more recipients.
_MOST_RECIPIENTS = 100


def prose(notice: Notice) -> str:
    """The notice's text in one line."""
    return " ".join(" ".join(notice.body.lines[:_CONTEXT_LINES]).split())[:_CONTEXT_CHARS]


def add_context(notice: Notice, recipients: list[Recipient]) -> None:
    """Gives each recipient the words of the notice's text about him."""
    if len(recipients) > _MOST_RECIPIENTS:
        return
    failed = {recipient.recipient.lower() for recipient in recipients}
    silent = [recipient for recipient in recipients if not recipient.diagnostic]
    if silent or len(recipients) > 1:
        blocks = Blocks(notice, failed)
        mentions = mentions_of(notice, failed)
        # OpenSMTPD, Exchange 2007, Domino: the reply stands in the text alone.
        for recipient in silent:
            found = mentions.get(recipient.recipient.lower())
            if found:
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


def _add_paragraph(notice: Notice, recipient: Recipient) -> None:
    """Adds the paragraph that names the only recipient."""
    text = "\n".join(notice.body.lines)
    lower = text.lower()
    found = -1
    for address in (recipient.recipient, recipient.original_recipient):
        if address and found < 0:
            find = lower.rfind if recipient.diagnostic is None else lower.find
            found = find(address.lower())
    if found < 0:
        return
    start = text.rfind("\n\n", 0, found) + 1
    end = text.find("\n\n", found)
    around = " ".join(text[start : end if end >= 0 else len(text)].split())[:_CONTEXT_CHARS]
    recipient.context = f"{recipient.context} {around}".strip()
    if len(recipient.diagnostic or "") < _SHORT_DIAGNOSTIC:
        # Sendmail gives the first line of a reply only; its transcript has the rest.
        recipient.context = f"{recipient.context} {prose(notice)}"
    if recipient.smtp_command is None:
        recipient.smtp_command = command_in(around)

"""What a notice's text says about recipients that are known from elsewhere: for the classifier."""

from __future__ import annotations

from dsnparse.notice.notice import Notice
from dsnparse.read.prose import recipients as generic
from dsnparse.read.recipient import Draft, command_in

#: Characters of the notice's text about a recipient that go to the classifier as context.
_CONTEXT_CHARS = 1200
_SHORT_DIAGNOSTIC = 40


def prose(notice: Notice) -> str:
    return " ".join(" ".join(notice.lines[:60]).split())[:_CONTEXT_CHARS]


def add_context(notice: Notice, drafts: list[Draft]) -> None:
    """Gives each draft the words of the notice's text about its recipient."""
    if len(drafts) > 100:
        return  # nobody writes that many paragraphs
    if not all(draft.diagnostic for draft in drafts):
        # OpenSMTPD, Exchange 2007, Domino: the reply stands in the text alone.
        generic.fill_from_text(notice, drafts)
    if len(drafts) > 1:
        generic.add_blocks(notice, drafts)
        return
    text = "\n".join(notice.lines)
    lower = text.lower()
    for draft in drafts:
        found = -1
        for address in (draft.recipient, draft.original_recipient):
            if address and found < 0:
                found = (
                    lower.rfind(address.lower()) if draft.diagnostic is None else lower.find(address.lower())
                )
        if found < 0:
            continue
        start = text.rfind("\n\n", 0, found) + 1
        end = text.find("\n\n", found)
        around = " ".join(text[start : end if end >= 0 else len(text)].split())[:_CONTEXT_CHARS]
        draft.context = f"{draft.context} {around}".strip()
        if len(draft.diagnostic or "") < _SHORT_DIAGNOSTIC:
            # Sendmail gives the first line of a reply only; its transcript has the rest.
            draft.context = f"{draft.context} {prose(notice)}"
        if draft.smtp_command is None:
            draft.smtp_command = command_in(around)

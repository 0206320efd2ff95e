"""A record in the making: what a reader found out about one recipient, with its evidence."""

from __future__ import annotations

import re
from datetime import datetime

from dsnparse.model import Action, Evidence
from dsnparse.wire.text import without_controls

#: A reply code where one can stand: not inside a number, an address, a host name or a date.
REPLY_CODE = re.compile(r"(?<![\w.#:/=@+-])([245][0-5]\d)(?=[ \-:;,)\]}>\"']|$)(?![- ]\d{4}\b)")
STATUS = re.compile(r"(?<![\w.])([245]\.\d{1,3}\.\d{1,3})(?![\w]|\.\d|-\d)")
_TYPE = re.compile(r"\s{0,10}([A-Za-z][A-Za-z0-9-]{0,30})\s{0,5};")
_COMMAND = re.compile(
    r"(?:in reply to|after|following|response to|reply to|our|for|:|\()\s{0,3}(?:the |pipelined |initial )?"
    r"(RCPT|MAIL|end of DATA|DATA|HELO|EHLO|LHLO|BDAT|STARTTLS|AUTH|TEXT|connection)\b",
    re.IGNORECASE,
)
#: Looked for first: most texts have none of them, and the whole pattern is slow to say so.
_COMMAND_WORD = re.compile(
    r"RCPT|DATA|MAIL |HELO|EHLO|LHLO|STARTTLS|AUTH |TEXT|initial|connection|rcpt|data|mail "
)
_COMMANDS = {"END OF DATA": "DATA", "TEXT": "DATA", "CONNECTION": "CONN", "BDAT": "DATA"}
_MAX_EVIDENCE_TEXT = 500


class Draft:
    """One recipient while it is being read. Field names are those of `BounceRecord`."""

    __slots__ = (
        "action",
        "actual_recipient",
        "context",
        "diagnostic",
        "diagnostic_type",
        "evidence",
        "final_log_id",
        "last_attempt_date",
        "original_recipient",
        "recipient",
        "remote_mta",
        "reply_code",
        "smtp_command",
        "status",
        "will_retry_until",
    )

    def __init__(self, recipient: str) -> None:
        self.recipient = recipient
        self.original_recipient: str | None = None
        self.actual_recipient: str | None = None
        self.action: Action | None = None
        self.status: str | None = None
        self.reply_code: int | None = None
        self.diagnostic: str | None = None
        self.diagnostic_type: str | None = None
        self.remote_mta: str | None = None
        self.last_attempt_date: datetime | str | None = None
        self.will_retry_until: datetime | str | None = None
        self.final_log_id: str | None = None
        self.smtp_command: str | None = None
        #: Further words of the notice about this recipient; the classifier believes them less.
        self.context = ""
        self.evidence: list[Evidence] = []

    def note(self, field: str, part: str, line: int, rule: str, text: str) -> None:
        """Adds evidence for one field."""
        if len(text) > _MAX_EVIDENCE_TEXT:
            text = text[:_MAX_EVIDENCE_TEXT] + "…"
        self.evidence.append(Evidence(field, part, line, rule, clean_text(text)))


def clean_text(text: str) -> str:
    """`text` in one line, fit to show: no control characters, blanks single."""
    if not text.isprintable():
        text = without_controls(" ".join(text.split("\n")))
    return " ".join(text.split()) if "  " in text else text.strip()


def diagnostic_of(value: str) -> tuple[str, str]:
    """RFC 3464's `type; text` of a Diagnostic-Code: the type in lower case ("" when missing) and the text."""
    found = _TYPE.match(value)
    if found is None:
        return "", value
    return found[1].lower(), value[found.end() :].strip()


def reply_code_in(text: str) -> int | None:
    """The first SMTP reply code of a failure or delay in `text`, or None."""
    for found in REPLY_CODE.finditer(text, 0, 4096):
        code = int(found[1])
        if code >= 400:
            return code
    return None


def status_in(text: str) -> str | None:
    """The first enhanced status code of a failure or delay in `text`, or None."""
    for found in STATUS.finditer(text, 0, 4096):
        if found[1][0] != "2":
            return found[1]
    return None


def command_in(text: str) -> str | None:
    """The SMTP command that the text says was refused: "RCPT", "MAIL", "DATA", "CONN", …"""
    if _COMMAND_WORD.search(text, 0, 4096) is None:
        return None
    found = _COMMAND.search(text, 0, 4096)
    if found is None:
        return None
    name = found[1].upper()
    return _COMMANDS.get(name, name)

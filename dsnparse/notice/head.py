"""The header of a notice: what it says of itself."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from dsnparse.notice.words import subject_says
from dsnparse.wire.address import FieldAddress, listed_addresses
from dsnparse.wire.address_spans import addresses_in
from dsnparse.wire.mime import Part
from dsnparse.wire.text import header_text

#: Local parts of mail systems.
DAEMON: Final = re.compile(
    r"^(?:mailer-?daemon|mail-?daemon|post[_-]?master|mdaemon|mmdf|daemon|mailer|mail\.delivery\.system|"
    r"mailadmin|maildelivery|bounces?|smtp-?daemon|mailsystem|mail-system|system|uucp|ndr|non-?delivery|comsat|autopage|"
    r"pmdf|mailrouter|mail-?relay|mta|exim|qmail-send|mailmarshal|m(?:ail|ime)sweeper|"
    r"microsoftexchange[0-9a-f]{32})\b",
    re.IGNORECASE,
)
#: Words in their display names.
DAEMON_NAME: Final = re.compile(
    r"mail(?:er)?[ .-]?(?:delivery|daemon|system)|system administrator|postmaster|delivery subsystem|"
    r"mail administrator|undeliver|content-?filter|mail[ -]?server|mail ?gateway|virus ?wall|"
    r"ndr administrator|microsoft (?:exchange|outlook)|interscan|mdaemon|groupwise",
    re.IGNORECASE,
)
#: Those that others write from as well, and have mail returned to: "bounce@", "bounce+kim=example.com@".
OF_LETTERS: Final = re.compile(
    r"(?:^|<)(?:mailer|bounces?|(?:mail-?)?system)(?!-?daemon)(?:[+._=-][^\s@<>]{0,200})?@", re.IGNORECASE
)
#: Those of programs that take no answers: whatever reports, shops and newsletters send.
_PROGRAM: Final = re.compile(
    r"(?:^|[.+_-])(?:no[._-]?reply|do[._-]?not[._-]?reply|not?[._-]?responder|nao[._-]?responda"
    r"|ne[._-]?pas[._-]?repondre|non[._-]?rispondere|keine?[._-]?antwort|nicht[._-]?antworten"
    r"|notifications?|notifier|alerts?|avisos?|robot|automail(?:er)?|auto[._-]?notify)(?:[+._-][^\s@<>]{0,100})?@",
    re.IGNORECASE,
)
#: One of these is in each of them, and in few others.
_OF_PROGRAMS: Final = re.compile(r"repl|respon|rispo|antwo|repon|notif|alert|aviso|robot|auto", re.IGNORECASE)
#: The subject of an answer or a forward.
_ANSWER: Final = re.compile(
    r"^\s{0,3}(?:re|fwd?|fw|aw|wg|tr|sv|vs|odp|pd|rv|enc|i|r|ответ|пересл|转发|答复|回复|転送)\s?(?:\[\d{1,3}\])?\s?[:：]",
    re.IGNORECASE,
)
#: How far the colon behind such a word can stand.
_LONGEST_ANSWER: Final = 24
#: One of these is in all that the two patterns find; most senders have none, and the patterns are slow.
_DAEMON_WORDS: Final = (
    "daemon", "master", "mmdf", "mailer", "ndr", "mailadmin", "delivery", "bounce", "system", "uucp",
    "filter", "undeliver", "administrator", "server", "gateway", "wall", "microsoft", "interscan",
    "groupwise", "comsat", "autopage", "pmdf", "router", "relay", "mta", "exim", "qmail",
    "marshal", "sweeper",
)  # fmt: skip


class Head:
    """The header fields of a notice, decoded where people read them."""

    #: What was asked already.
    _is_daemon: bool | None = None
    _is_postmaster: bool | None = None
    _is_letter_writer: bool | None = None
    _is_of_notice: bool | None = None
    _is_program: bool | None = None
    _is_answer: bool | None = None
    _listed: list[FieldAddress] | None = None

    def __init__(self, root: Part) -> None:
        self.buffer = root.buffer
        #: The type of the whole message ("multipart/report").
        self.type = root.type
        #: First values of the fields by name in lower case, undecoded.
        self.first = root.first
        self.subject = header_text(self.first.get("subject", ""), root.buffer)
        self.mail_from = header_text(self.first.get("from", ""), root.buffer)

    @property
    def is_daemon(self) -> bool:
        """Whether From names a mail system rather than a person."""
        if self._is_daemon is None:
            self._is_daemon = _names_a_system(self.mail_from)
        return self._is_daemon

    @property
    def program(self) -> str:
        """The program that wrote the message, by its own word."""
        return self.first.get("user-agent") or self.first.get("x-mailer") or ""

    @property
    def is_postmaster(self) -> bool:
        """Whether From names a postmaster: a person, too."""
        if self._is_postmaster is None:
            self._is_postmaster = "postmaster" in self.mail_from.lower()
        return self._is_postmaster

    @property
    def is_mailer_daemon(self) -> bool:
        """Whether From says MAILER-DAEMON, as no person and no shop does, and its address bears that out."""
        if "mailer-daemon" not in self.mail_from.lower():
            return False
        found = addresses_in(self.mail_from)
        return not found or DAEMON.match(found[-1]) is not None

    @property
    def is_letter_writer(self) -> bool:
        """Whether From is an address that shops and newsletters write from, too: mailer@, system@."""
        if self._is_letter_writer is None:
            is_one = self.is_daemon and OF_LETTERS.search(self.mail_from) is not None
            self._is_letter_writer = is_one and not self.is_mailer_daemon
        return self._is_letter_writer

    @property
    def is_program(self) -> bool:
        """Whether From is an address that takes no answers: noreply@, notifications@; not a mail system's."""
        if self._is_program is None:
            is_likely = _OF_PROGRAMS.search(self.mail_from) is not None and not self.is_daemon
            found = addresses_in(self.mail_from) if is_likely else []
            self._is_program = bool(found) and _PROGRAM.search(found[-1]) is not None
        return self._is_program

    @property
    def is_of_notice(self) -> bool:
        """Whether the subject is that of an answer to a notice, or of one that is forwarded."""
        if self._is_of_notice is None:
            self._is_of_notice = self._find_is_of_notice()
        return self._is_of_notice

    def _find_is_of_notice(self) -> bool:
        found = _ANSWER.match(self.subject) if self.is_answer else None
        rest = self.subject[found.end() :].strip() if found is not None else ""
        return bool(rest) and (subject_says("bounce", rest) or subject_says("delay", rest))

    @property
    def is_answer(self) -> bool:
        """Whether the subject is that of an answer or a forward."""
        if self._is_answer is None:
            start = self.subject[:_LONGEST_ANSWER]
            self._is_answer = (":" in start or "：" in start) and _ANSWER.match(self.subject) is not None
        return self._is_answer

    @property
    def listed(self) -> list[FieldAddress]:
        """The addresses of X-Failed-Recipients (Exim, Gmail)."""
        if self._listed is None:
            self._listed = self._find_listed()
        return self._listed

    def _find_listed(self) -> list[FieldAddress]:
        most = self.buffer.limits.text_addresses
        found = listed_addresses(self.first.get("x-failed-recipients", ""), most + 1)
        if len(found) > most:
            self.buffer.warn("limit.text_addresses", most=most)
        return found[:most]

    def low(self, name: str, default: str = "") -> str:
        """The value of a field in lower case, without blanks around it."""
        return self.first.get(name, default).strip().lower()


def _has_daemon_word(low: str) -> bool:
    for word in _DAEMON_WORDS:  # noqa: SIM110  (runs for every message: a loop is twice as fast as any())
        if word in low:
            return True
    return False


@lru_cache(maxsize=64)
def _names_a_system(sender: str) -> bool:
    if not _has_daemon_word(sender.lower()):
        return False
    if DAEMON_NAME.search(sender):
        return True
    found = addresses_in(sender)
    return bool(DAEMON.match(found[0] if found else sender.strip('<>" ')))

"""The signs by which a notice of non-delivery is told from other mail, each with its points."""

from __future__ import annotations

from enum import Enum

#: Signs needed before the text is read at all, and before it is believed without an SMTP reply.
LOOK = 3
BELIEVE = 5


class Sign(Enum):
    """One thing that is seen: its name in evidence, its points, and what it is."""

    FAILED_RECIPIENTS = "x-failed-recipients", 5, "X-Failed-Recipients, which only Exim and Gmail write"
    DAEMON = "from", 3, "From names a mail system"
    RETURN_PATH = "return-path", 2, "the return path is null, or a mail system's"
    NOBODY = (
        "nobody",
        3,
        "From is `<>`, or missing beside a null return path: only a mail system has no address to write from",
    )
    REPORT = "multipart-report", 3, "multipart/report that is no receipt"
    SUBJECT = "subject", 3, "the subject is one of notices"
    AUTO_SUBMITTED = "auto-submitted", 1, "Auto-Submitted says that a program wrote"
    ANSWER = "answer", -3, "the subject is that of an answer or a forward"
    OF_NOTICE = "of-notice", -3, "what it answers or forwards is a notice, and nothing bounces a notice"
    TICKET = "ticket", -5, "a ticket's number stands before a subject of notices: a desk passes it on"
    TAG = "tag", -2, "a word in brackets before a subject of notices, as lists and wikis put it there"
    FORWARDED = "forwarded", -3, "the text begins with the header of a mail system's message"
    LOG = "log", -5, "cron sent it, or it is lines of a log, and no mail system sent it"
    PROGRAM = (
        "program",
        1,
        "From is an address that takes no answers, and the text says that a message did not arrive",
    )
    REPLY = "reply", 1, "such a program's text has a server's reply with its enhanced code"
    TOLD = (
        "told",
        3,
        "nobody's return path, a robot, or an address that takes no answers: it says first what failed",
    )
    LURE = (
        "lure",
        -4,
        "the text asks its reader to sign in, or to release mail that is held, or is about a parcel",
    )
    LIST = "list", -3, "it came through a mailing list"
    LIST_WORD = "list", -2, "Sender or Precedence are those of a list"
    THREAD = "thread", -2, "it answers another message"
    MAIL_READER = "mail-reader", -3, "written with a program that people write mail with"
    PERSON = "person", -3, "From has a name as people have one"
    TEMPLATE_SURE = "format", BELIEVE, "header and text are those of a format known by name"
    TEMPLATE = "format", LOOK, "the text is that of a format known by name, and a program sent it"
    BANNER = "banner", 3, "the text begins with a ruled-off headline of failure"
    GREETING = "greeting", -2, "the text begins as people begin, or with a quotation"
    OPENING = "opening", 2, "the text begins with a sentence of failure"

    def __init__(self, title: str, points: int, sense: str) -> None:
        self.rule = f"kind.{title}"
        self.points = points
        self.sense = sense


#: Signs that a person had a hand in it.
HUMAN = (Sign.LIST, Sign.LIST_WORD, Sign.ANSWER, Sign.THREAD, Sign.PERSON, Sign.MAIL_READER)
#: Signs that a program sent it; with one of these, words in the text give a format away.
MACHINE = (Sign.FAILED_RECIPIENTS, Sign.DAEMON, Sign.NOBODY, Sign.RETURN_PATH, Sign.REPORT)

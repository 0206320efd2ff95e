"""Notices as a mail system writes them that nobody has met: who failed is read exactly, or not at all.

The truth of each is known, for the test composes it: the language, the layout, where address and reply
stand, which others are named (the sender, a help desk, the list), and what is returned.
"""

from __future__ import annotations

from html import escape
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from dsnparse import Kind, parse_dsn

SENDER = "nora.lind@example.com"


class Language(NamedTuple):
    """How a notice speaks: its subject, what announces the failed, whom to ask, what ends it."""

    subject: str
    intro: str
    contact: str
    end: str


LANGUAGES = (
    Language(
        "Undeliverable mail", "Your message could not be delivered to the following recipients:",
        "For help, please contact helpdesk@mail.example.net.", "----- Original message -----",
    ),
    Language(
        "Delivery failure", "The following addresses failed:",
        "If you believe this is an error, write to postmaster@mail.example.net",
        "--- Below this line is a copy of the message.",
    ),
    Language(
        "Unzustellbar", "Ihre Nachricht konnte den folgenden Empfängern nicht zugestellt werden:",
        "Bei Fragen wenden Sie sich bitte an support@mail.example.net.", "----- Original message -----",
    ),
    Language(
        "Échec de la remise", "Votre message n'a pas pu être remis aux destinataires suivants :",
        "Pour toute question, contactez assistance@mail.example.net.", "----- Original message -----",
    ),
    Language(
        "Mensaje no entregado", "Su mensaje no pudo ser entregado a los siguientes destinatarios:",
        "Si necesita ayuda, contacte con soporte@mail.example.net.", "----- Original message -----",
    ),
    Language(
        "Mancata consegna", "Il messaggio non è stato consegnato ai seguenti destinatari:",
        "Per assistenza contattare assistenza@mail.example.net.", "----- Original message -----",
    ),
    Language(
        "Mensagem não entregue", "Sua mensagem não pôde ser entregue aos seguintes destinatários:",
        "Em caso de dúvida, contate suporte@mail.example.net.", "----- Original message -----",
    ),
    Language(
        "Onbestelbaar bericht", "Uw bericht kon niet worden bezorgd bij de volgende ontvangers:",
        "Neem voor hulp contact op met helpdesk@mail.example.net.", "----- Original message -----",
    ),
    Language(
        "Недоставленное сообщение", "Ваше сообщение не было доставлено следующим получателям:",
        "По вопросам обращайтесь: support@mail.example.net.", "----- Original message -----",
    ),
)  # fmt: skip
#: An entry for a failed recipient: `{a}` his address, `{r}` the reply.
LAYOUTS = (
    "<{a}>: {r}", "{a}: {r}", "  {a}\n    {r}", "<{a}>\n{r}", "* {a}\n  {r}", "- {a} ({r})", "{a}\n\n{r}",
    "Recipient: {a}\nReason: {r}", "[{a}] {r}", "{a}  |  {r}",
    "RCPT TO:<{a}>\n{r}", '"{a}"\n{r}', "> {a}\n> {r}",
)  # fmt: skip
REPLIES = (
    "550 5.1.1 User unknown", "550 No such user here", "552 5.2.2 Mailbox full", "554 5.7.1 Message rejected",
    "451 4.3.0 Temporary failure, given up", "host mx.example.org[192.0.2.5] said: 550 mailbox unavailable",
    "The mailbox does not exist.",
)  # fmt: skip
#: What else a notice says; nobody in it failed.
OTHERS = (
    f"Your message from {SENDER} of 14 Oct 2025", f"From: {SENDER}", f"Sender: <{SENDER}>",
    "Message-ID: <20251014.7731@desk.example.com>",
    "Reporting host: mail.example.net (admin@mail.example.net)",
    "The message was received from desk.example.com.",
)  # fmt: skip
ADDRESSES = st.lists(
    st.builds(
        "{}@{}".format,
        st.sampled_from(["tom.beck", "kim", "a.b+c", "x_y", "o'neil", "1234"]),
        st.sampled_from(["example.org", "rcpt.example", "mail.example.net"]),
    ),
    min_size=1,
    max_size=4,
    unique=True,
)
RETURNED = (
    f"Return-Path: <{SENDER}>\nReceived: from desk by mail.example.net for <members@lists.example.com>\n"
    f"From: Nora <{SENDER}>\nTo: members@lists.example.com\nCc: board@lists.example.com\n"
    "Subject: Minutes\nMessage-ID: <1@desk.example.com>\n\nWrite to mia@example.net: 550 5.1.1 user unknown\n"
)


class Notice(NamedTuple):
    """A notice, by its pieces."""

    language: Language
    layout: str
    failed: list[str]
    replies: list[str]
    before: list[str]
    with_contact: bool
    returned: str
    as_html: bool

    def write(self) -> bytes:
        entries = [
            self.layout.format(a=address, r=self.replies[number % len(self.replies)])
            for number, address in enumerate(self.failed)
        ]
        contact = [self.language.contact] if self.with_contact else []
        text = "\n\n".join([*self.before, self.language.intro, *entries, *contact]) + "\n"
        if self.as_html:
            text = "<html><body>" + escape(text).replace("\n", "<br>\n") + "</body></html>\n"
        elif self.returned == "quoted":
            text += f"\n{self.language.end}\n\n{RETURNED}"
        kind = "html" if self.as_html else "plain"
        body = f"Content-Type: text/{kind}; charset=utf-8\n\n{text}"
        if self.returned == "attached":
            body = (
                "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
                f"{body}\n--b\nContent-Type: message/rfc822\n\n{RETURNED}\n--b--\n"
            )
        header = (
            "Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mail.example.net>\n"
            f"To: {SENDER}\nSubject: {self.language.subject}\nMIME-Version: 1.0\n"
        )
        return f"{header}{body}".encode()


NOTICES = st.builds(
    Notice,
    language=st.sampled_from(LANGUAGES),
    layout=st.sampled_from(LAYOUTS),
    failed=ADDRESSES,
    replies=st.lists(st.sampled_from(REPLIES), min_size=1, max_size=3),
    before=st.lists(st.sampled_from(OTHERS), max_size=2, unique=True),
    with_contact=st.booleans(),
    returned=st.sampled_from(["", "quoted", "attached"]),
    as_html=st.booleans(),
)


@given(NOTICES)
def test_who_failed_is_read_exactly_or_nobody_is(notice: Notice) -> None:
    report = parse_dsn(notice.write())
    assert report.kind in (Kind.BOUNCE, Kind.DELAY)
    stated = [record.recipient for record in report if record.recipient_origin == "stated"]
    assert set(stated) <= set(notice.failed)

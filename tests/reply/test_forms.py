"""A reply means the same as logs and programs hand it on: quoted, escaped, in one line, without its code."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from urllib.parse import quote

import pytest

from dsnparse import BounceType
from dsnparse.classify import classify_reply

REPLIES = (
    "550 5.1.1 <kim@example.com>: Recipient address rejected: User unknown in local recipient table",
    "550 No such user here",
    "550 5.2.1 Account disabled",
    "552 5.2.2 Mailbox full",
    "550 5.1.2 Host unknown",
    "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
    "451 4.7.1 Greylisting in action, please come back later",
    "550 5.7.1 SPF check failed",
    "421 4.7.0 Too many connections",
    "554 5.7.1 Spam message rejected",
    "452 4.3.1 Insufficient system storage",
    "550 5.7.1 Relaying denied",
)


def lines(reply: str, end: str) -> str:
    """The reply in two lines, each with its codes."""
    words = reply.split(" ")
    codes = 2 if words[1][1] == "." else 1
    half = codes + max(1, (len(words) - codes) // 2)
    first = "-".join([words[0], " ".join(words[1:half])])
    return f"{first}{end}{' '.join(words[:codes])} {' '.join(words[half:])}"


FORMS: dict[str, Callable[[str], str]] = {
    "two lines": lambda reply: lines(reply, "\r\n"),
    "two lines in one": lambda reply: lines(reply, " "),
    "line ends written out": lambda reply: lines(reply, r"\r\n") + r"\r\n",
    "HTML line end": lambda reply: lines(reply, "<br>"),
    "HTML entities": escape,
    "HTML blanks": lambda reply: escape(reply).replace(" ", "&nbsp;"),
    "JSON": json.dumps,
    "JSON of others": lambda reply: reply.replace("<", r"\u003c").replace(">", r"\u003e"),
    "a URL's value": quote,
    "bytes of Python": lambda reply: repr(reply.encode()),
    "smtplib": lambda reply: (
        f"smtplib.SMTPRecipientsRefused: {{'kim@example.com': ({reply[:3]}, b'{reply[4:]}')}}"
    ),
    "PHPMailer": lambda reply: (
        f"SMTP Error: The following recipients failed: kim@example.com: {reply[4:]}"
        f"SMTP server error: RCPT TO command failed Detail: {reply[4:]} SMTP code: {reply[:3]}"
    ),
    "JavaMail": lambda reply: (
        "javax.mail.SendFailedException: Invalid Addresses;\n  nested exception is:\n"
        f"\tcom.sun.mail.smtp.SMTPAddressFailedException: {reply}"
    ),
    "nodemailer": lambda reply: f"Error: Can't send mail - all recipients were rejected: {reply}",
    "Go": lambda reply: f"gomail: could not send email 1: {reply}",
    "Exim's log": lambda reply: (
        "2026-11-05 18:20:19 1xWHbP-00000000C01-0k2B ** kim@example.com R=dnslookup T=remote_smtp "
        "H=greylist.example.com [192.0.2.10]: SMTP error from remote mail server after RCPT TO:"
        f"<kim@example.com>: {reply}"
    ),
    "Postfix's log": lambda reply: (
        "Nov  5 18:21:32 mx1 postfix/smtp[102]: 844EF30E6A1: to=<kim@example.com>, "
        "relay=relay.example.com[192.0.2.10]:25, delay=0.05, delays=0.01/0.02/0.01/0.01, "
        f"status=bounced (host relay.example.com[192.0.2.10] said: {reply} (in reply to RCPT TO command))"
    ),
    "Sendmail's log": lambda reply: (
        "to=<kim@example.com>, delay=00:00:01, mailer=esmtp, pri=120000, relay=spam.example.com. "
        f"[192.0.2.10], stat={reply}"
    ),
    "a Diagnostic-Code": lambda reply: f"smtp; {reply}",
    "qmail": lambda reply: f"Remote host said: {reply}",
    "Sendmail's transcript": lambda reply: f"<<< {reply}",
    "capitals": str.upper,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("reply", REPLIES)
def test_a_reply_means_the_same_in_every_form(reply: str, form: str) -> None:
    plain, other = classify_reply(reply), classify_reply(FORMS[form](reply))
    assert (other.reason, other.bounce_type) == (plain.reason, plain.bounce_type)


def test_letters_in_quoted_printable_are_letters_and_the_values_of_parameters_are_none() -> None:
    quoted = "X-Notes; Utilisateur kim (kim@example.com) non r=E9pertori=E9 dans l'annuaire Domino"
    twice = "X-Notes; Utilisateur kim (kim@example.com) non r=C3=A9pertori=C3=A9 dans l'annuaire Domino"
    for text in (quoted, twice):
        assert classify_reply(text).bounce_type is BounceType.HARD
    cut = "550 5.7.1 Rejected by policy (id=AB12CD, h=EF01) see https://example.com/?a=C3&b=E9"
    assert classify_reply(cut).reason == "policy_violation"


@pytest.mark.parametrize("reply", REPLIES)
def test_words_that_name_the_reason_mean_the_same_without_a_code(reply: str) -> None:
    words = reply.split(" ", 2 if reply[5] == "." else 1)[-1]
    plain, other = classify_reply(reply), classify_reply(words)
    assert (other.reason, other.bounce_type) == (plain.reason, plain.bounce_type)


@pytest.mark.parametrize(
    "reply",
    [
        "554 5.7.1 <kim@example.com>: Recipient address rejected: Policy restrictions of this domain",
        "550 <kim@example.com>: Recipient address rejected: Mail appeared to be spam or forged",
        "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org; see it",
        "521 your server is not welcome here, and this is a long sentence that says why it is not",
        "535 5.7.8 Error: authentication failed: user unknown to the directory, so nobody is told",
    ],
)
def test_a_reply_that_was_cut_is_not_hard_where_the_whole_is_not(reply: str) -> None:
    assert classify_reply(reply).bounce_type is not BounceType.HARD
    cut = [reply[:length] for length in range(8, len(reply))]
    assert [text for text in cut if classify_reply(text).bounce_type is BounceType.HARD] == []

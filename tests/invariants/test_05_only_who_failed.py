"""Invariant 5: no record without an address that the message names as failed.

Never the sender's own address, the list's, a postmaster's or support contact quoted in the text, or one that
only appears in the returned body, unless the notice's own fields name it.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import RETURNED, group, notice, report
from strategies import SENDER

from dsnparse import BounceType, Origin, Report, parse_dsn

BOARD = "board@lists.example.com"

#: What notices say about people who did not fail.
ABOUT_OTHERS = [
    "For further assistance, please send mail to postmaster@mail.example.net.",
    "For further assistance, please send mail to <postmaster@mail.example.net>",
    "If you do so, please include this problem report. Contact: helpdesk@example.net",
    "Please contact your administrator at support@mail.example.net if the problem persists.",
    "Questions? Write to abuse@example.net or visit https://example.net/help?u=someone@example.net",
    f"This is the mail system of mail.example.net. Your message from {SENDER} of 14 Oct 2025:",
    f"The message was sent by {SENDER}.",
    f"From: {SENDER}",
    f"List owner: {BOARD}",
    "Message-ID: <20251014.7731@desk.example.com>",
    "Reporting host: mail.example.net, id 4cmQ2x1Zzz8sV7@mail.example.net",
]
#: A failed recipient as notices in plain text write it.
ENTRIES = [
    "<{}>: host mx.example.org[192.0.2.5] said: 550 5.1.1 User unknown (in reply to RCPT TO command)",
    "  {}\n    SMTP error from remote mail server after RCPT TO:<{}>:\n    550 5.1.1 User unknown",
    "<{}>:\nSorry, no mailbox here by that name. (#5.1.1)",
    "Recipient: {}\nReason: 550 5.1.1 No such user here",
    "{}... User unknown",
    "   {}\n550 5.1.1 Mailbox unavailable",
]
RECIPIENTS = st.lists(
    st.builds(
        "{}@{}".format,
        st.sampled_from(["tom.beck", "kim", "a.b+c", "x_y"]),
        st.sampled_from(["example.org", "rcpt.example"]),
    ),
    min_size=1,
    max_size=3,
    unique=True,
)
BODIES = st.lists(
    st.sampled_from(
        [
            "please write to mia@example.net",
            "550 5.1.1 <mia@example.net>: user unknown",
            "mia@example.net",
            "Dear all,",
        ]
    ),
    max_size=4,
).map("\n\n".join)


def recipients(found: Report) -> list[str]:
    return [record.recipient for record in found]


@given(RECIPIENTS, st.sampled_from(ENTRIES), st.lists(st.sampled_from(ABOUT_OTHERS), max_size=2), BODIES)
def test_a_notice_in_plain_text_blames_nobody_else(
    failed: list[str], entry: str, others: list[str], body: str
) -> None:
    entries = "\n\n".join(entry.replace("{}", address) for address in failed)
    text = (
        "I'm sorry to have to inform you that your message could not be delivered.\n\n"
        + "".join(f"{sentence}\n\n" for sentence in others[:1])
        + "The following addresses failed:\n\n"
        + entries
        + "\n\n"
        + "".join(f"{sentence}\n\n" for sentence in others[1:])
        + f"--- Below this line is a copy of the message.\n\n{RETURNED}\n{body}\n"
    )
    assert recipients(parse_dsn(notice(text))) == failed


@given(RECIPIENTS, st.lists(st.sampled_from(ABOUT_OTHERS), max_size=4), BODIES)
def test_a_report_blames_whom_its_fields_name(failed: list[str], others: list[str], body: str) -> None:
    text = "Your message could not be delivered.\n\n" + "\n\n".join(others)
    data = report(*[group(address) for address in failed], text=text, returned=RETURNED + body)
    assert recipients(parse_dsn(data)) == failed


@pytest.mark.parametrize("own", [BOARD, "postmaster@mail.example.net", "mailer-daemon@mail.example.net"])
def test_an_address_of_the_senders_side_is_blamed_where_the_fields_name_it(own: str) -> None:
    assert recipients(parse_dsn(report(group(own)))) == [own]


def test_the_sender_of_a_message_to_another_is_not_the_one_who_failed() -> None:
    """A gateway that puts the sender into Final-Recipient; whom the message went to is never certain then."""
    found = parse_dsn(report(group(SENDER)))
    assert [(one.recipient_origin, one.bounce_type is BounceType.HARD) for one in found] == [
        (Origin.RETURNED_HEADER, False)
    ]
    assert recipients(found) != [SENDER]


@pytest.mark.parametrize("sentence", ABOUT_OTHERS)
def test_a_notice_that_only_names_others_blames_nobody(sentence: str) -> None:
    text = f"Your message could not be delivered.\n\n{sentence}\n"
    assert recipients(parse_dsn(notice(text))) == []

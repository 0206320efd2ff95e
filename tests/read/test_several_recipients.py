"""Of several recipients each has the words about him, and whom the message reached is blamed for nothing."""

from __future__ import annotations

import pytest

from dsnparse import parse_dsn

HEAD = (
    "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net\nTo: me@example.net\nSubject: Undelivered Mail\n\n"
)
GMX = "From: mailer-daemon@gmx.example\nTo: me@example.net\nSubject: Mail delivery failed: returning\n\n"
NOTICES = {
    "a reply in the block of one": (
        GMX + "This message was created automatically by mail delivery software.\n\n"
        "A message that you sent could not be delivered to one or more of\nits recipients. The following "
        'addresses failed:\n\n"kim@example.org":\nSMTP error from remote server after RCPT command:\n'
        'host: mx1.example.org\n5.1.1 <kim@example.org>... User Unknown\n\n"lee@example.com":\n'
        "delivery retry timeout exceeded\n\n--- The header of the original message is following. ---\n",
        {"kim@example.org": "user_unknown hard", "lee@example.com": "expired soft"},
    ),
    "commands and responses": (
        HEAD + "The attached file had the following undeliverable recipient(s):\n     kim@example.org\n"
        "     lee@example.org\n\nTranscript of session follows:\n     Command: RCPT TO:<kim@example.org>\n"
        "     Response: 550 <kim@example.org>... User unknown\n     Command: RCPT TO:<lee@example.org>\n"
        "     Response: 552 <lee@example.org>... Message is too large; 250000 bytes max\n",
        {"kim@example.org": "user_unknown hard", "lee@example.org": "message_too_large block"},
    ),
    "a transcript with times": (
        HEAD
        + "The attached message had PERMANENT fatal delivery errors!\n\nFailed address: zoe@example.org\n\n"
        "Fri 11:20:04: *  To: kim@example.org\n"
        "Fri 11:20:05: --> RCPT To:<kim@example.org>\nFri 11:20:05: <-- 250 2.1.5 Recipient OK\n"
        "Fri 11:20:05: --> RCPT To:<lee@example.org>\nFri 11:20:05: <-- 250 2.1.5 Recipient OK\n"
        "Fri 11:20:05: --> RCPT To:<zoe@example.org>\nFri 11:20:05: <-- 550 5.1.1 No such user\n"
        "Fri 11:20:06: --> DATA\nFri 11:20:06: <-- 354 Start mail input\n",
        {"zoe@example.org": "user_unknown hard"},
    ),
    "a transcript in which two are refused": (
        HEAD.replace("MAILER-DAEMON@", "MDaemon@")
        + "The attached message had PERMANENT fatal delivery errors.\n\nFailed address: kim@example.org\n"
        "Failed address: zoe@example.org\n\n--- Session Transcript ---\n"
        " Fri 11:20:05: --> RCPT To:<kim@example.org>\n Fri 11:20:05: <-- 552 kim: this mailbox is full\n"
        " Fri 11:20:05: --> RCPT To:<zoe@example.org>\n Fri 11:20:05: <-- 550 zoe: no such user here\n"
        "--- End Transcript ---\n",
        {"kim@example.org": "mailbox_full soft", "zoe@example.org": "user_unknown hard"},
    ),
    "a line for each, behind what is wrong": (
        HEAD + "Your message could not be delivered.\n\nUnknown user: kim@example.org\n"
        "User mailbox exceeds allowed size: lee@example.org\n",
        {"kim@example.org": "user_unknown hard", "lee@example.org": "mailbox_full soft"},
    ),
    "pagers that were reached": (
        HEAD + "It could not be sent to every pager in the list of recipients.\n\n"
        "   Pager                Result\n   -------------------  -----------------------------\n"
        "   4711@page.example    NO SUCH SUBSCRIBER\n   4712@page.example    PAGED  11:41:37  (TRUNCATED)\n",
        {"4711@page.example": "user_unknown hard"},
    ),
    "two headings, by Sendmail": (
        HEAD.replace("MAILER-DAEMON@mx.example.net", "Mail Delivery Subsystem <MAILER-DAEMON>")
        + "   ----- The following addresses had permanent fatal errors -----\n<kim@example.org>\n"
        "<lee@example.com>\n\n   ----- The following addresses had transient non-fatal errors -----\n"
        "<zoe@example.org>\n\n   ----- Transcript of session follows -----\n"
        "550 <kim@example.org>... User unknown\n550 <lee@example.com>... Host unknown\n"
        "<zoe@example.org>... Deferred: Connection refused by mail.example.org.\n",
        {
            "kim@example.org": "user_unknown hard",
            "lee@example.com": "host_unknown hard",
            "zoe@example.org": "network_error soft",
        },
    ),
    "whom to write to instead, in French": (
        HEAD + "Votre message n'a pas pu être remis au destinataire suivant :\n\n   kim@example.org\n\n"
        "M. Kim ne fait plus partie de notre société et son adresse a été supprimée.\n\n"
        "Pour les achats, merci d'écrire à\nlee@example.org ou, à défaut, à\n"
        "accueil@example.org (tél. 03 80).\n\n"
        "M. Kim est joignable à titre personnel à l'adresse\nkim@example.com\n",
        {"kim@example.org": "user_unknown hard"},
    ),
    "headings that are folded, by Postfix": (
        HEAD + "This is the mail system at host mx.example.net.\n\nI'm sorry to have to inform you that your "
        "message could not\nbe delivered to one or more recipients.\n\n                   The mail system\n\n"
        "<kim@example.org> (expanded from\n    <all@example.org>): host\n    mx.example.org[192.0.2.3] said: "
        "550 5.1.1 <kim@example.org>:\n    no such account (in reply to RCPT TO command)\n\n"
        "<lee@example.com> (expanded from\n    <all@example.org>): host mx.example.com[192.0.2.77]\n"
        "    said: 550 5.7.1 Your message was considered unwelcome (in reply to\n    end of DATA command)\n",
        {"kim@example.org": "user_unknown hard", "lee@example.com": "policy_violation block"},
    ),
    "a list of recipients in a reply that is folded, by Postfix": (
        HEAD + "This is the mail system at host mx.example.net.\n\nI'm sorry to have to inform you that your "
        "message could not\nbe delivered to one or more recipients.\n\n                   The mail system\n\n"
        "<kim@example.org>: host mx.example.org[192.0.2.3] said: 550 5.7.1 Refused\n    for recipients "
        "<kim@example.org>,\n    <kim@store2.example.org>: sender not on our list, ask\n"
        "    <desk@example.org> (in reply to end of DATA command)\n",
        {"kim@example.org": "sender_rejected block"},
    ),
    "a transcript with a reply for each": (
        HEAD.replace("mx.example.net", "aol.com")
        + "Your e-mail is being returned to you because there was a "
        "problem with its\ndelivery.  The reason your mail is returned to you is listed in the section\n"
        'labeled: "----- Transcript of Session Follows -----".\n\n'
        "   ----- The following addresses had permanent fatal errors -----\n<kim@aol.com>\n<lee@aol.com>\n\n"
        "   ----- Transcript of session follows -----\n... while talking to air-xn02.mail.aol.com.:\n"
        ">>> RCPT To:<kim@aol.com>\n<<< 550 kim IS NOT ACCEPTING MAIL FROM THIS SENDER\n"
        "550 <kim@aol.com>... User unknown\n>>> RCPT To:<lee@aol.com>\n<<< 550 MAILBOX FULL\n"
        "554 <lee@aol.com>... Service unavailable\n",
        {"kim@aol.com": "recipient_filtered block", "lee@aol.com": "mailbox_full soft"},
    ),
    "nothing is said of one": (
        HEAD + "Your message could not be delivered to:\n\n  kim@example.org\n\n  lee@example.com\n"
        "    550 5.1.1 user unknown\n",
        {"kim@example.org": "undefined undetermined", "lee@example.com": "user_unknown hard"},
    ),
    "nothing is said of one, in a transcript": (
        HEAD + "The following recipients failed:\n kim@example.org, lee@example.com\n\nTranscript:\n"
        "RCPT TO:<lee@example.com>\n550 user unknown\n",
        {"kim@example.org": "undefined undetermined", "lee@example.com": "user_unknown hard"},
    ),
    "the same is said of all": (
        HEAD
        + "The following recipients failed:\n kim@example.org\n lee@example.com\n\nReason: user unknown\n",
        {"kim@example.org": "user_unknown hard", "lee@example.com": "user_unknown hard"},
    ),
    "where one's mail goes on to is a cell": (
        HEAD.replace("\n\n", "\nContent-Type: text/html\n\n") + "<p>Your message could not be delivered.</p>"
        "<table><tr><th>Recipient</th><td>kim@example.org</td></tr><tr><th>Forwarded to</th>"
        "<td>lee@example.com</td></tr><tr><th>Response</th><td>552 mailbox full</td></tr></table>",
        {"kim@example.org": "mailbox_full soft"},
    ),
    "a table in columns": (
        HEAD + "Your message was for three people. This is what became of it:\n\n"
        "Address                 Result\n----------------------  ---------------------------\n"
        "kim@example.org         delivered\n"
        "lee@example.org         NOT delivered: account closed\n                        on 3 May 2015\n"
        "zoe@example.org         delivered\n\nQuestions: office@example.org\n",
        {"lee@example.org": "mailbox_disabled hard"},
    ),
    "copies in the header that is quoted": (
        HEAD + "A message that you sent could not be delivered.\n\n"
        "lee@example.org, ERROR CODE :550 - user unknown\n\n"
        "From:Me <me@example.net>\nTo:Lee <lee@example.org>,Kim <kim@example.org>\n"
        "Cc:Zoe <zoe@example.org>,\n  Ann <ann@example.org>\nSubject:Plan\n",
        {"lee@example.org": "user_unknown hard"},
    ),
    "where one's mail is forwarded to": (
        HEAD + "Ihre Nachricht konnte nicht zugestellt werden:\n\nlee@example.org:\n"
        "Weiterleitung an kim@example.com fehlgeschlagen: 552 Mailbox full\n",
        {"lee@example.org": "mailbox_full soft"},
    ),
    "a list, and words about it below": (
        HEAD + "An error occurred while trying to deliver the mail to the following recipients:\n"
        "kim@example.org, lee@example.org\n\n"
        "kim@example.org: 5.1.1 We did not send the message to this address\n"
        "because it is on the suppression list for your account.\n\n"
        "lee@example.org: 4.4.7 Message expired: unable to deliver in 840 minutes.\n",
        {"kim@example.org": "suppressed block", "lee@example.org": "expired soft"},
    ),
    "who sends is a cell of a table": (
        HEAD.replace("\n\n", "\nContent-Type: text/html\n\n")
        + "<p>Votre message n'a pas pu &ecirc;tre remis.</p>"
        "<table><tr><td>Destinataire</td><td>kim@example.org</td></tr><tr><td>Exp&eacute;diteur</td>"
        "<td>me@example.net</td></tr><tr><td>Motif</td><td>La bo&icirc;te aux lettres est pleine."
        "</td></tr></table>",
        {"kim@example.org": "mailbox_full soft"},
    ),
    "a table with those whom it reached": (
        HEAD.replace("\n\n", "\nContent-Type: text/html\n\n") + "<p>We could not deliver your message to all."
        "</p><table><tr><th>Recipient</th><th>Result</th><th>Response</th></tr>"
        "<tr><td>kim@example.org</td><td>Delivered</td><td>250 2.0.0 Ok: queued as 4V1x7</td></tr>"
        "<tr><td>lee@example.org</td><td>Failed</td><td>550 5.1.1 User unknown</td></tr></table>",
        {"lee@example.org": "user_unknown hard"},
    ),
    "labels before each": (
        HEAD
        + "Your message cannot be delivered to the following recipients:\n\n  Recipient address: kim@store\n"
        "  Original address: kim@example.org\n  Reason: unknown or illegal alias\n\n"
        "  Recipient address: lee@store\n  Original address: lee@example.org\n  Reason: Over quota\n",
        {"kim@example.org": "user_unknown hard", "lee@example.org": "mailbox_full soft"},
    ),
    "a label with the sender's own address": (
        HEAD + "Meddelandet kunde inte levereras.\n\nMottagare: kim@example.org\nAvsändare: me@example.net\n"
        "Orsak: brevlådan är full\n",
        {"kim@example.org": "mailbox_full soft"},
    ),
}


@pytest.mark.parametrize("name", NOTICES)
def test_each_has_his_own_words(name: str) -> None:
    text, wanted = NOTICES[name]
    records = parse_dsn(text.encode()).records
    assert {one.recipient: f"{one.reason} {one.bounce_type}" for one in records} == wanted

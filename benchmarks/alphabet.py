"""Inputs spelled in words of mail instead of bytes: mutation of raw bytes seldom finds a second MIME part."""

from __future__ import annotations

#: The byte at the front of an input that is to be read as numbers of words.
SPELLED = 0

#: What notices are made of, and what breaks them.
WORDS = (
    "\n", "\n\n", "\r\n", "\r", " ", "\t", ":", ";", "=", "\"", "<", ">", "(", ")", "@", ",", ".", "--",
    "\0", "\x1b[2J", "--b\n", "--b--\n", "--bb\n", "--\n", "\n--b\n", "\n--b--\n", "From: ", "To: ",
    "Subject: ", "Date: ", "Message-ID: ", "Return-Path: <>\n", "Received: ", "Cc: ", "Reply-To: ",
    "MIME-Version: 1.0\n", "Auto-Submitted: auto-replied\n", "Precedence: bulk\n",
    "X-Failed-Recipients: ", "List-Id: ", "Feedback-ID: ", "In-Reply-To: ", "X-Autoreply: yes\n",
    "From MAILER-DAEMON Mon Jan  1 00:00:00 2024\n", "From: MAILER-DAEMON@mx.example.net\n",
    "Subject: Undelivered Mail Returned to Sender\n", "Subject: Out of office\n",
    "Subject: =?utf-8?Q?Unzustellbar?=\n", "Subject: Delivery delayed\n", "Content-Type: ",
    "multipart/report; ", "multipart/mixed; ", "report-type=delivery-status; ", "boundary=b\n",
    "boundary=\"bb\"\n", "boundary=\n", "boundary*0=b; boundary*1=b\n", "report-type=feedback-report; ",
    "report-type=disposition-notification; ", "text/plain", "; charset=utf-8\n", "; charset=idna\n",
    "; charset=utf-7\n", "; charset=iso-2022-jp\n", "; charset=utf-16\n", "text/html\n",
    "message/delivery-status\n", "message/rfc822\n", "message/global-delivery-status\n",
    "message/feedback-report\n", "message/disposition-notification\n", "text/rfc822-headers\n",
    "message/global\n", "message/partial\n", "application/json\n", "Content-Transfer-Encoding: ",
    "base64\n", "quoted-printable\n", "x-uuencode\n", "8bit\n", "Reporting-MTA: dns; mx.example.net\n",
    "Arrival-Date: Mon, 1 Jan 2024 00:00:00 +0000\n", "Original-Envelope-Id: +2B\n",
    "Final-Recipient: ", "Original-Recipient: ", "rfc822; ", "utf-8; ", "x400; ", "Action: failed\n",
    "Action: delayed\n", "Action: delivered\n", "Action: ", "Status: ", "5.1.1", "4.4.1", "2.0.0",
    "Diagnostic-Code: ", "smtp; ", "x-unix; ", "Remote-MTA: dns; mx.example.org\n",
    "Will-Retry-Until: ", "Last-Attempt-Date: ", "Final-Log-Id: ", "Feedback-Type: abuse\n",
    "Original-Rcpt-To: ", "Disposition: ", "automatic-action/MDN-sent-automatically; displayed\n",
    "User-Agent: x\n", "Version: 1\n", "a@example.org", "b@example.com", "<a@example.org>",
    "\"q q\"@example.org", "\\x{e9}@example.org", "a@[192.0.2.1]", "é@bücher.example",
    "a%b@example.org", "!a!b", "postmaster@example.net", "550 ", "550-5.1.1 ", "421 ", "452 4.2.2 ",
    "User unknown", "mailbox full", "does not exist", "spam", "blocked using zen.spamhaus.org",
    "greylisted", "Relay access denied", "too many hops", "quota exceeded",
    "Hi. This is the qmail-send program at mx.example.net.\n",
    "--- Below this line is a copy of the message.\n",
    "   ----- The following addresses had permanent fatal errors -----\n",
    "   ----- Transcript of session follows -----\n", "... while talking to mx.example.org.:\n",
    ">>> RCPT To:<a@example.org>\n", "<<< 550 5.1.1 User unknown\n",
    "This message was created automatically by mail delivery software.\n",
    "    host mx.example.org [192.0.2.1]: ", "could not be delivered to one or more recipients",
    "Your message to ", "Delivery to the following recipients failed", "----- Original message -----\n",
    "------ This is a copy of the message, including all the headers. ------\n", "=?utf-8?B?", "?=",
    "=C3=A9", "=\n", "w6k=", "0JTQsNGC0LA=", "begin 644 x\n", "<html><body><p>", "</p><br>", "&amp;",
    "Empfänger", "пользователь", "宛先", "\u202e", "\u200b", "\ufeff", "x" * 80, "1234567890" * 10,
    "(" * 40, ">" * 40,
)  # fmt: skip
_TABLE = [WORDS[number % len(WORDS)].encode() for number in range(256)]


def spelled(data: bytes) -> bytes:
    """The message that an input of the fuzzer stands for: itself, or words when it begins with a NUL byte."""
    if data[:1] != bytes([SPELLED]):
        return data
    return b"".join([_TABLE[number] for number in data[1:]])

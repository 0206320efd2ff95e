"""What speaks for and against an address in a text being one that failed: observations, each with a weight.

A sum decides (`ENOUGH`), not a pattern. To change the reader's mind, change a weight here, or add an
observation with its reason; `tests/read/test_observations.py` has a line for each.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from dsnparse.notice.words import says
from dsnparse.read.prose.bystanders import (
    NEAR_WORDS,
    is_failed_company,
    is_new_address,
    is_of_service,
    is_offered,
    is_senders,
)
from dsnparse.read.prose.header_labels import TO_LINE
from dsnparse.read.prose.mention import Mention
from dsnparse.read.prose.reached import is_reached
from dsnparse.reply.codes import find_codes

#: An address needs this sum to be taken for one that failed.
ENOUGH: Final = 4

_BEFORE_ID: Final = re.compile(r"(?:(?:message|msg)-?_?id|\bid|\bref)\W{0,4}$", re.IGNORECASE)
_SENDER_AFTER: Final = re.compile(
    r"[^\w,;]{0,6}(?:\.\.\. ?)?(?:invalid |your |the )?"
    r"(?:sender|envelope.?from|mail.?from|return.?path|from address)",
    re.IGNORECASE,
)
#: "Your message to <list> could not be delivered to the following recipients:"
_FOLLOWED: Final = re.compile(
    r"\b(?:to|for|an|aux?|à|a|ai|aos?|aan)\s(?:the\s|los\s|las\s|die\s|de\s|den\s)?(?:\w{1,20}\s)?"
    r"(?:following|folgende|suivant|siguientes|seguenti|seguintes|volgende)",
    re.IGNORECASE,
)
#: Addresses of a list's software, and of those who run it.
_OF_A_LIST: Final = re.compile(r"^owner-|[-+](?:owner|request|bounces?|admin|subscribe|unsubscribe)@")


class Observation(NamedTuple):
    """One thing that can be seen of a mention."""

    name: str
    weight: int
    #: Why it speaks for or against, or where it was seen.
    reason: str
    holds: Callable[[Mention], bool]
    #: Taken only where nothing better is found.
    last_resort: bool = False
    #: The message did reach it, so it is none that failed, wherever else it stands.
    is_reached: bool = False


def _is_entry(seen: Mention) -> bool:
    """Whether the sender himself stands in a list of failed addresses, or is said to have failed."""
    announced = (seen.alone or seen.heads) and seen.is_announced
    stated = seen.is_plain and ((seen.is_heading and not seen.is_rcpt) or seen.has_code or seen.is_explained)
    return announced or stated or (seen.is_mailed and (seen.is_plain or seen.has_code))


def _is_entered(seen: Mention) -> bool:
    """Whether a field names an address, or a reply stands beside it."""
    return (
        seen.is_listed
        or seen.is_mailed
        or seen.is_of_our_path
        or seen.is_heading
        or seen.has_code
        or seen.is_explained
    )


def _lead(seen: Mention) -> str:
    if len(seen.before) > 3 or seen.line == 0:
        return seen.before
    return seen.page.lines[seen.line - 1]


OBSERVATIONS: tuple[Observation, ...] = (
    Observation("alone", 2, "failed addresses stand on lines of their own", lambda m: m.alone),
    Observation(
        "heading", 3, "qmail, Postfix, Exim: the address, a colon, the reply", lambda m: m.is_heading
    ),
    Observation("head", 1, "it begins its line", lambda m: m.heads and not m.is_heading),
    Observation("row", 2, "it begins a row of a table, as those around it do", lambda m: m.is_row),
    Observation(
        "in-a-row",
        -4,
        "alone, and set in deeper than the row above, which is about somebody else",
        lambda m: m.alone and not m.is_listed and m.page.is_in_a_row(m.line),
    ),
    Observation("rcpt", 3, "a transcript: the command that names a recipient", lambda m: m.is_rcpt),
    Observation(
        "rcpt-accepted",
        -2,
        "the command is followed by no refusal: the next one was refused",
        lambda m: m.is_rcpt and not m.is_refused and not find_codes(m.page.lines[m.line]).reply_code,
    ),
    Observation(
        "rcpt-taken",
        -9,
        "the reply to the command took it, and refused another",
        lambda m: m.is_rcpt and m.page.transcript.takes(m.line),
        is_reached=True,
    ),
    Observation("label", 2, 'a word for recipients: "Recipient:", "To:"', lambda m: m.is_labelled),
    Observation("code", 2, "a reply code or status code on its line", lambda m: m.has_code),
    Observation("fails", 1, "its line tells of a failure", lambda m: not m.alone and m.page.fails(m.line)),
    Observation(
        "announced", 3, "words before or behind it say that it failed", lambda m: m.is_announced or m.goes_on
    ),
    Observation(
        "told",
        3,
        "its sentence alone says of a message that it did not arrive, and names nobody else",
        lambda m: not (m.is_announced or m.goes_on) and m.is_told,
    ),
    Observation(
        "detail",
        1,
        "one of a list of details: a label at the start of its line, and it",
        lambda m: m.is_detail,
    ),
    Observation(
        "behind-a-failure",
        3,
        'what is wrong, a colon, and it: "Mailbox exceeds its size: a@b"',
        lambda m: m.is_behind_a_failure and not m.is_labelled,
    ),
    Observation(
        "predicate",
        2,
        'its sentence says of it that it failed: "the account <x> was closed"',
        lambda m: m.is_predicated and not (m.is_announced or m.goes_on),
    ),
    Observation("explained", 1, "the line below tells of a failure", lambda m: m.is_explained),
    Observation("mailed", 3, "the returned message was sent to it", lambda m: m.is_mailed),
    Observation("our-path", 3, "our own return path names it (VERP)", lambda m: m.is_of_our_path),
    Observation(
        "our-path-other",
        -3,
        "our own return path names somebody else, and no field or reply this one: whom to ask",
        lambda m: m.page.our_recipient not in ("", m.key) and not _is_entered(m),
    ),
    Observation("listed", 10, "X-Failed-Recipients names it", lambda m: m.is_listed),
    Observation("subject", 2, "the subject names it", lambda m: m.key in m.page.subject),
    Observation(
        "ours-failed",
        -1,
        "the sender, in a place where only failed addresses stand: people do mail themselves",
        lambda m: m.is_ours and _is_entry(m),
        last_resort=True,
    ),
    Observation(
        "ours",
        -7,
        "the sender: a notice names him more often than it fails him",
        lambda m: m.is_ours and not _is_entry(m),
        last_resort=True,
    ),
    Observation(
        "to-line",
        -1,
        "a To line quotes the message, or is the notice's way to say who failed",
        lambda m: bool(m.before) and TO_LINE.match(m.before) is not None,
        last_resort=True,
    ),
    Observation(
        "of-all",
        1,
        "a label for recipients beside a subject or a sender: whom the message was for, if others are named",
        lambda m: m.page.quoted.is_of_all(m.line),
        last_resort=True,
    ),
    Observation(
        "quoted-header",
        -9,
        "To beside Subject or From: the header of what came back, which its sender wrote",
        lambda m: m.page.quoted.is_header(m.line) and not m.is_listed,
        last_resort=True,
    ),
    Observation(
        "quoted-mail",
        -9,
        "behind quote marks, in a letter, below a signature: not the notice's own words",
        lambda m: m.page.quoted.is_mail(m.line) and not m.is_listed,
    ),
    Observation(
        "signature",
        -7,
        "below a letter's last words: whom to ask, and no reply beside it",
        lambda m: not _is_entered(m) and m.page.quoted.is_signed_off(m.line),
    ),
    Observation(
        "disclaimer",
        -7,
        "beside what a house adds below its mail: confidential, received in error, its register number",
        lambda m: not _is_entered(m) and says("disclaimer", m.page.around(m.line)),
    ),
    Observation(
        "by-whom",
        -1,
        'whoever refused ("rejected by"): a filter, if others are named',
        lambda m: m.is_by_whom and not m.is_listed and not m.is_mailed,
        last_resort=True,
    ),
    Observation(
        "parent",
        -1,
        "the alias or list that a failed address came from (Exim: generated from)",
        lambda m: not m.is_listed and says("parent", _lead(m)[-NEAR_WORDS:]),
        last_resort=True,
    ),
    Observation(
        "forwarded",
        -3,
        "where the mail for somebody else goes on to: he is the one that was mailed",
        lambda m: not m.is_listed and says("forwarded", (m.before or m.heading)[-NEAR_WORDS:]),
        last_resort=True,
    ),
    Observation(
        "followed",
        -6,
        "whom the message was sent to; those whom it did not reach follow",
        lambda m: not m.is_listed and _FOLLOWED.search(m.after.partition(". ")[0]) is not None,
        last_resort=True,
    ),
    Observation(
        "new-address",
        -8,
        '"551 User not local; please try <…>", "has moved to …": where to write instead',
        lambda m: not m.is_listed and is_new_address(m),
    ),
    Observation(
        "sender",
        -6,
        "a word for the sender stands before it",
        is_senders,
    ),
    Observation(
        "other-fate",
        -8,
        "beside it: that it is the sender's",
        lambda m: _SENDER_AFTER.match(m.after) is not None,
    ),
    Observation("reached", -8, "beside it: that the message reached it", is_reached, is_reached=True),
    Observation(
        "service",
        -3,
        "somebody who answers for a mail system: postmaster, support",
        lambda m: is_of_service(m) and not m.is_mailed and not m.is_listed and not is_failed_company(m),
    ),
    Observation(
        "contact",
        -5,
        "an offer of help: whom to write to",
        is_offered,
    ),
    Observation(
        "list-owner",
        -5,
        "whoever runs a mailing list, or the list's own return path",
        lambda m: _OF_A_LIST.search(m.key) is not None and not m.is_mailed and not m.is_listed,
    ),
)
#: What is no address at all, whatever stands around it.
MESSAGE_ID: Final = Observation(
    "message-id",
    -9,
    "behind the word for an identifier, on its line or in the cell before",
    lambda m: _BEFORE_ID.search(m.before.lstrip("<") or m.heading) is not None,
)

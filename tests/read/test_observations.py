"""Each observation of the prose reader: where it is made, where it is not, and what it weighs."""

from __future__ import annotations

import pytest

from dsnparse import parse_dsn
from dsnparse.notice.notice import Notice
from dsnparse.read.prose.candidate import Candidate, weigh
from dsnparse.read.prose.mention import Mention
from dsnparse.read.prose.observations import ENOUGH, MESSAGE_ID, OBSERVATIONS
from dsnparse.read.prose.page import Page
from dsnparse.rulebook.template_matcher import load_formats
from dsnparse.wire.address_spans import spans_in
from dsnparse.wire.mime import read_message

KIM = "kim@example.com"
HEADER = "From: MAILER-DAEMON@mx.example\nTo: me@example.net\nSubject: {subject}\n{fields}\n"
RETURNED = "\n------ This is a copy of your message.\nReceived: by a; 1\nFrom: me@example.net\nTo: {to}\n"


def seen(text: str, *, subject: str = "Notice", fields: str = "", to: str = "") -> Candidate:
    """What is observed of the last address in a notice's text."""
    message = HEADER.format(subject=subject, fields=fields) + text + (RETURNED.format(to=to) if to else "")
    notice = Notice(read_message(message.encode()), load_formats(only=()))
    page = Page(notice)
    found = [
        weigh(Mention(page, index, span)) for index, line in enumerate(page.lines) for span in spans_in(line)
    ]
    return found[-1]


OURS = {"fields": f"Delivered-To: {KIM}\n"}
PATH = {"fields": "Delivered-To: news+kim=example.com@example.net\n"}
LISTED = {"fields": f"X-Failed-Recipients: {KIM}\n"}
#: Observation → a notice in which it is made, and one in which it is not.
PLACES: dict[str, tuple[tuple[str, dict[str, str]], tuple[str, dict[str, str]]]] = {
    "alone": ((f"  {KIM}", {}), (f"about {KIM}", {})),
    "by-whom": ((f"Rejected by: {KIM}", {}), (f"Rejected: {KIM}", {})),
    "behind-a-failure": (
        (f"Box exceeds its size: {KIM}", {}),
        (f"Box exceeds its size: {KIM} said", {}),
    ),
    "heading": ((f"<{KIM}>: no", {}), (f"to <{KIM}>: no", {})),
    "head": ((f"550 <{KIM}> no", {}), (f"said <{KIM}> no", {})),
    "row": (
        (f"a@b.example   delivered\nc@d.example   delivered\n{KIM}   not delivered", {}),
        (f"a@b.example   delivered\n{KIM}   not delivered", {}),
    ),
    "in-a-row": (
        (
            f"a@b.example   delivered\nc@d.example   delivered\ne@f.example   ticket by\n              {KIM}",
            {},
        ),
        (f"a@b.example   delivered\nc@d.example   delivered\ne@f.example   ticket\n{KIM}", {}),
    ),
    "rcpt": ((f">>> RCPT TO:<{KIM}>", {}), (f">>> MAIL FROM:<{KIM}>", {})),
    "rcpt-accepted": (
        (f">>> RCPT TO:<{KIM}>\n<<< 250 ok", {}),
        (f">>> RCPT TO:<{KIM}>\n<<< 550 no", {}),
    ),
    "rcpt-taken": (
        (f"RCPT TO:<a@b.example>\n<- 550 no\n9:00 RCPT TO:<{KIM}>\n9:00 <-- 250 ok", {}),
        (f"RCPT TO:<{KIM}>\n<<< 250 ok\nDATA\n<<< 550 no", {}),
    ),
    "label": ((f"Recipient: {KIM}", {}), (f"Colour: {KIM}", {})),
    "code": ((f"550 5.1.1 {KIM} no", {}), (f"{KIM} no", {})),
    "fails": ((f"the user {KIM} is unknown: user unknown", {}), (f"the user {KIM} is fine", {})),
    "announced": (
        (f"The following addresses failed:\n\n  {KIM}", {}),
        (f"Here is a friend of ours:\n\n  {KIM}", {}),
    ),
    "detail": ((f"Recipient      {KIM}", {}), (f"Recipient: {KIM} of Acme", {})),
    "predicate": (
        (f"Das Konto {KIM} wurde gesperrt.", {}),
        (f"Das Konto {KIM} wurde eingerichtet.", {}),
    ),
    "told": (
        (f"The letter for {KIM}, as the\npostman says, was not accepted.", {}),
        (f"The letter for {KIM}, as the\npostman says, was very nice.", {}),
    ),
    "list-owner": (("kim-owner@example.com", {}), (KIM, {})),
    "explained": ((f"{KIM}\n550 user unknown", {}), (f"{KIM}\nhow nice", {})),
    "mailed": ((KIM, {"to": KIM}), (KIM, {"to": "lee@example.com"})),
    "listed": ((KIM, LISTED), (KIM, {})),
    "signature": (
        (f"Mail to lee@example.com bounced.\n\nKind regards\nThe desk\n{KIM}", {}),
        (f"Nobody took this.\n\nKind regards\nThe desk\n{KIM}", {}),
    ),
    "disclaimer": (
        (f"Not delivered.\n\nAcme Ltd, {KIM}. This mail is\nconfidential.", {}),
        (f"Not delivered.\n\nAcme Ltd, {KIM}. This mail is\nours.", {}),
    ),
    "subject": ((KIM, {"subject": f"no way to {KIM}"}), (KIM, {})),
    "ours-failed": (
        (f"The following addresses failed:\n\n  {KIM}", OURS),
        (f"this is about {KIM}", OURS),
    ),
    "ours": ((f"this is about {KIM}", OURS), (f"The following addresses failed:\n\n  {KIM}", OURS)),
    "to-line": ((f"To: {KIM}", {}), (f"Toll: {KIM}", {})),
    "of-all": (
        (f"Mottagare: {KIM}\nÄmne: möte", {}),
        (f"Mottagare: {KIM}\n\nMottagare: lee@example.com\nÄmne: möte\n\n{KIM}", {}),
    ),
    "quoted-header": ((f"To: {KIM}\nSubject: x", {}), (f"To: {KIM}\n\nWe are sorry", {})),
    "our-path": ((f"  {KIM}", PATH), (f"  {KIM}", {})),
    "our-path-other": (("ask lee@example.org", PATH), ("lee@example.org: 550 no", PATH)),
    "quoted-mail": ((f"Not delivered.\n\n> ask {KIM}", {}), (f"> ask {KIM}", {})),
    "parent": ((f"(generated from {KIM})", {}), (f"(said by {KIM})", {})),
    "forwarded": ((f"weitergeleitet an {KIM}", {}), (f"gerichtet an {KIM}", {})),
    "followed": (
        (f"mail to {KIM} failed for the following people:", {}),
        (f"mail to {KIM} failed for this reason:", {}),
    ),
    "new-address": ((f"551 please try {KIM}", {}), (f"551 sorry {KIM}", {})),
    "sender": ((f"the sender {KIM} is refused", {}), (f"the mailbox {KIM} is refused", {})),
    "other-fate": ((f"{KIM}... Sender ok", {}), (f"{KIM} was refused", {})),
    "reached": ((f"{KIM} was delivered to the mailbox", {}), (f"{KIM} was refused", {})),
    "service": (("ask postmaster@example.com", {}), (f"ask {KIM}", {})),
    "contact": ((f"for help please contact {KIM}", {}), (f"we could not reach {KIM}", {})),
}


def test_every_observation_has_a_place_here_a_reason_and_a_name_of_its_own() -> None:
    names = [one.name for one in OBSERVATIONS]
    assert sorted(names) == sorted(PLACES)
    assert all(one.reason and one.weight for one in OBSERVATIONS)


@pytest.mark.parametrize("name", PLACES)
def test_an_observation_is_made_where_it_is_meant_and_nowhere_else(name: str) -> None:
    (there, given), (elsewhere, other) = PLACES[name]
    assert name in [one.name for one in seen(there, **given).observed]
    assert name not in [one.name for one in seen(elsewhere, **other).observed]


@pytest.mark.parametrize(
    "text",
    [
        f"{KIM}  delivered  2  250 OK 1581264656",
        f"{KIM}\nDelivered\n250 2.0.0 Ok: queued as 4V1x7",
        f"{KIM} 250 2.1.5 Recipient ok",
    ],
)
def test_a_row_of_a_table_says_that_the_message_reached_somebody(text: str) -> None:
    assert "reached" in [one.name for one in seen(text).observed]


@pytest.mark.parametrize(
    "text",
    [
        f"The account lee@example.com was closed. The new address is\n\n  {KIM}",
        f"lee@example.com: no such user. Send your mail to:\n{KIM}",
        f"Die Adresse lee@example.com ist ungültig. Neue Adresse:\n\n\t{KIM}",
        f"L'adresse lee@example.com n'existe plus. Nouvelle adresse : {KIM}",
    ],
)
def test_where_to_write_instead_is_seen_on_the_line_above_as_well(text: str) -> None:
    assert "new-address" in [one.name for one in seen(text).observed]


def test_the_score_is_the_sum_of_what_was_observed_and_is_told() -> None:
    found = seen(f"The following addresses failed:\n\n<{KIM}>: 550 user unknown")
    assert found.score == sum(one.weight for one in found.observed) >= ENOUGH
    assert found.explained() == "heading +3, code +2, fails +1, announced +3: 9"


def test_an_identifier_is_no_address_whatever_stands_around_it() -> None:
    found = seen(f"550 user unknown, Message-ID: <{KIM}>")
    assert found.observed == (MESSAGE_ID,)
    assert found.score < 0


def test_evidence_tells_all_that_counted() -> None:
    message = HEADER.format(subject="Undelivered Mail", fields="") + f"Sorry.\n\n<{KIM}>:\n550 user unknown\n"
    (record,) = parse_dsn(message.encode()).records
    (told,) = [entry.text for entry in record.evidence if entry.rule == "text.weighed"]
    assert told.startswith("alone +2, heading +3")

"""Whatever a stranger composes, the victim is still mailed; the same notices about the victim suppress him.

The notices are those of `test_strangers`, as honest servers write them about the stranger's mail: several, on
different days, each about another message. One complaint of his own is among them; two would be forgeries.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from test_strangers import ADDRESSES, COMPLAINT, FIELDS, NOTICES, ORCPTS, PARTS, REPLIES, STRANGER, VICTIM

from dsnparse import parse_dsn
from dsnparse.mailboxes.events import Event, read_events
from dsnparse.store import Answer, Seen, Store, message_identity
from dsnparse.vocabulary import Kind

from .reports import day

#: What the failing server begins its reply with: for good, for now, for its own reasons.
CODES = (
    "550 5.1.1", "552 5.2.2", "452 4.2.2", "421 4.7.0", "450 4.1.1", "550 5.7.1", "554 5.7.1", "550", "452",
    "421", "551 5.1.6", "553 5.1.3", "501 5.1.3", "550 5.2.1", "550 5.1.10",
)  # fmt: skip
#: What it goes on with. "\n" begins the next line of the reply, "\r" is a bare carriage return.
WORDS = (
    "{victim}: user unknown", "<{victim}>: mailbox full", "{victim} is over quota",
    "recipient {victim} disabled", "Recipient <{victim}> rejected: try again later",
    "message for {victim} refused by policy",
    "no\n{victim}\n550 5.1.1 unknown", "no\n<{victim}>:\nuser unknown",
    "no\r\rFinal-Recipient: rfc822; {victim}\rAction: failed\rStatus: 5.1.1\r",
    "RCPT TO:<{victim}>\nuser unknown", "to={victim}, dsn=5.1.1, status=bounced (user unknown)",
    "X-Failed-Recipients: {victim}", "Final-Recipient: rfc822;{victim}", "original recipient was {victim}",
    "{victim} (expanded from <x@evil.example>)", "(reason: 550 5.1.1 <{victim}>... User unknown)",
)  # fmt: skip
#: Spellings in front of the victim's address and behind it, each of which makes it another one.
BEFORE = (
    "'",
    '"',
    "*",
    "=",
    "|",
    "rfc822=",
    "smtp=",
    "to:",
    "<<",
    ">",
    "(a",
    "#",
    "&lt;",
    "\\",
    "\u2060",
    "x/",
    "%",
)
BEHIND = ("@evil.example", ".evil.example", "%evil.example@evil.example", "'@evil.example", '"@evil.example')


@dataclass(frozen=True)
class Mail:
    """One notice about a message of the stranger's."""

    notice: int
    address: str
    reply: str
    fields: str
    part: str
    orcpt: str

    def write(self, number: int) -> bytes:
        """The message; `number` makes it one of its own, about a message of its own."""
        fields = f"{self.fields}\nMessage-ID: <{number}.of.his@evil.example>"
        text = NOTICES[self.notice](self.address, self.reply, fields, self.part, self.orcpt)
        return f"Message-ID: <{number}@out.example.net>\n{text}".encode("utf-8", "surrogatepass")


def reply(code: str, words: str) -> str:
    """A reply as SMTP has it: a line for each of `words`, all with the code."""
    digits, _, status = code.partition(" ")
    lines = words.format(victim=VICTIM).split("\n")
    return "\n".join([*(f"{digits}-{status} {line}" for line in lines[:-1]), f"{code} {lines[-1]}"])


REPLY = st.one_of(
    st.sampled_from(REPLIES),
    st.builds(
        reply,
        st.sampled_from(CODES),
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map("\n".join),
    ),
    st.builds(
        lambda code, words: f"{code} {words.format(victim=VICTIM)}",
        st.sampled_from(CODES),
        st.sampled_from(WORDS),
    ),
)
#: What stands around it makes another address of each of these, or none.
AROUND_HIS = (
    f"'{VICTIM}'@evil.example", f"<<{VICTIM}", f"{VICTIM}'@evil.example", f'{VICTIM}"@evil.example',
    f"{VICTIM}%evil.example@evil.example", f"to:{VICTIM}.evil.example",
)  # fmt: skip
LIKE_HIS = tuple(
    address
    for address in (
        *ADDRESSES,
        *AROUND_HIS,
        *(f"{before}{VICTIM}{behind}" for before in BEFORE for behind in ("", *BEHIND)),
        *(f"{VICTIM}{behind}" for behind in BEHIND),
    )
)
MAIL = st.builds(
    Mail,
    notice=st.integers(0, len(NOTICES) - 1),
    address=st.one_of(st.just(STRANGER), st.sampled_from(LIKE_HIS)),
    reply=REPLY,
    fields=st.lists(st.sampled_from(FIELDS), min_size=1, max_size=3, unique=True).map("\n".join),
    part=st.sampled_from(PARTS),
    orcpt=st.sampled_from(ORCPTS),
)
DAYS = st.sampled_from((0, 0.01, 1, 2, 40, 80))


def complaint(number: int) -> bytes:
    return (
        "From: fbl@evil.example\nTo: abuse@example.net\nSubject: complaint\n"
        f"Message-ID: <{number}@evil.example>\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=feedback-report; boundary=f\n\n--f\n"
        f"Content-Type: message/feedback-report\n\n{COMPLAINT}\n--f\nContent-Type: message/rfc822\n\n"
        f"From: news@example.net\nTo: {VICTIM}\nMessage-ID: <{number}@example.net>\n\nHello\n--f--\n"
    ).encode()


def stored(messages: Iterable[tuple[float, bytes]]) -> Store:
    """A new database with these messages, each of its day."""
    store = Store.open("sqlite://")
    for at, data in messages:
        store.add([Seen(message_identity(data), "test", parse_dsn(data), day(at))], now=day(at))
    return store


@given(mails=st.lists(st.tuples(DAYS, MAIL), min_size=1, max_size=6), complains=st.none() | DAYS)
@example(
    mails=[(at, Mail(0, STRANGER, f"550 5.1.1 {VICTIM}", FIELDS[1], PARTS[1], ORCPTS[1])) for at in range(6)],
    complains=2,
)
def test_the_victim_is_still_mailed(mails: list[tuple[float, Mail]], complains: float | None) -> None:
    messages = [(at, mail.write(number)) for number, (at, mail) in enumerate(mails)]
    if complains is not None:
        messages.append((complains, complaint(99)))
    with stored(messages) as store:
        decision = store.check(VICTIM, now=day(100))
        assert decision.answer is Answer.MAIL, (decision, [text.decode() for _, text in messages])


SHAPES = pytest.mark.parametrize("notice", range(len(NOTICES)), ids=[notice.__name__ for notice in NOTICES])
REPORTS = pytest.mark.parametrize("notice", range(6), ids=[notice.__name__ for notice in NOTICES[:6]])


@SHAPES
@pytest.mark.parametrize("code", CODES)
def test_nor_do_twelve_alike(notice: int, code: str) -> None:
    for words in (WORDS[0], WORDS[6], WORDS[9]):
        mail = Mail(notice, STRANGER, reply(code, words), "\n".join(FIELDS), PARTS[1], ORCPTS[1])
        with stored((number * 3, mail.write(number)) for number in range(12)) as store:
            assert store.check(VICTIM, now=day(40)).answer is Answer.MAIL, words


@SHAPES
@pytest.mark.parametrize("words", ["no such user", "{victim}: user unknown"])
def test_nor_does_any_address_that_is_spelled_like_his(notice: int, words: str) -> None:
    said = reply("550 5.1.1", words)
    mails = [Mail(notice, address, said, FIELDS[0], "", "") for address in LIKE_HIS]
    with stored((number / 8, mail.write(number)) for number, mail in enumerate(mails)) as store:
        decision = store.check(VICTIM, now=day(60))
        assert decision.answer is Answer.MAIL, decision.evidence


@pytest.mark.parametrize("address", AROUND_HIS)
def test_nor_do_addresses_that_stand_around_his(address: str) -> None:
    for notice, words in product(range(len(NOTICES)), ("no such user", f"{VICTIM}: User unknown")):
        mail = Mail(notice, address, f"550 5.1.1 {words}", FIELDS[0], "", "")
        with stored([(0, mail.write(1))]) as store:
            assert store.check(VICTIM, now=day(1)).answer is Answer.MAIL, mail


def events(addresses: Iterable[str], words: str) -> Iterator[Event]:
    """What Amazon SES says of the stranger's mail to these."""
    for number, address in enumerate(addresses):
        said = f"smtp; {reply('550 5.1.1', words)}"
        recipient = {"emailAddress": address, "action": "failed", "status": "5.1.1", "diagnosticCode": said}
        bounce = {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [recipient]}
        mail = {"destination": [VICTIM], "commonHeaders": {"to": [VICTIM]}, "messageId": f"{number}-of-his"}
        data = json.dumps({"notificationType": "Bounce", "bounce": bounce, "mail": mail}).encode()
        for item in read_events("ses", io.BytesIO(data), "test"):
            if isinstance(item, Event):  # what names no recipient at all is told to the operator
                yield item


@pytest.mark.parametrize("words", WORDS)
def test_nor_do_the_events_of_a_mail_service(words: str) -> None:
    found = list(events(LIKE_HIS, words))
    assert len(found) > len(LIKE_HIS) / 2
    with Store.open("sqlite://") as store:
        store.add(
            [Seen(f"{n}", "test", item.report, day(n / 4)) for n, item in enumerate(found)], now=day(90)
        )
        assert store.check(VICTIM, now=day(90)).answer is Answer.MAIL


COMPLAINTS = sorted((Path(__file__).parents[2] / "samples/complaint").glob("*.eml"))


@pytest.mark.parametrize("sample", COMPLAINTS, ids=[path.stem for path in COMPLAINTS])
def test_nor_does_one_complaint_by_mail_of_any_form(sample: Path) -> None:
    """Anybody can send one: XARF, which is none of ARF, silenced at once."""
    report = parse_dsn(sample.read_bytes())
    assert report.kind is Kind.COMPLAINT
    with stored([(0, sample.read_bytes())]) as store:
        assert not list(store.suppressions(now=day(1)))
        assert {store.check(record.recipient, now=day(1)).answer for record in report} <= {Answer.MAIL}


SAMPLES = sorted((Path(__file__).parents[2] / "samples/stranger").glob("*.eml"))


@pytest.mark.parametrize("sample", SAMPLES, ids=[path.stem for path in SAMPLES])
def test_nor_does_a_sample_silence_lena_or_hide_toms_failure(sample: Path) -> None:
    with stored([(0, sample.read_bytes())]) as store:
        assert store.check("lena.maas@example.org", now=day(1)).answer is Answer.MAIL
        tom = store.check("tom.beck@example.org", now=day(1)).answer
        assert tom is (Answer.DONT if sample.stem.endswith("hides-nothing") else Answer.MAIL)


def test_nor_do_all_samples_together_on_days_of_their_own() -> None:
    with stored((number * 2, path.read_bytes()) for number, path in enumerate(SAMPLES)) as store:
        assert store.check("lena.maas@example.org", now=day(100)).answer is Answer.MAIL


def honest(notice: int, code: str, words: str) -> Mail:
    """A notice about the victim's own address, refused by his host; the rest is the stranger's choice."""
    return Mail(notice, VICTIM, reply(code, words), f"To: {VICTIM}\n{FIELDS[6]}", PARTS[2], "")


@REPORTS
@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("550 5.1.1", "<{victim}>: user unknown"),
        ("550 5.1.1", "no such user here"),
        ("550 5.2.1", "account disabled"),
    ],
)
def test_an_honest_failure_of_the_same_shape_suppresses(notice: int, code: str, words: str) -> None:
    with stored([(0, honest(notice, code, words).write(1))]) as store:
        assert store.check(VICTIM, now=day(1)).answer is Answer.DONT


@REPORTS
def test_honest_failures_for_now_pause_and_a_mailbox_full_for_long_is_suppressed(notice: int) -> None:
    later = honest(notice, "450 4.2.1", "<{victim}>: mailbox is busy, try again later")
    with stored((number, later.write(number)) for number in range(5)) as store:
        assert store.check(VICTIM, now=day(4.5)).answer is Answer.WAIT
    full = honest(notice, "452 4.2.2", "<{victim}>: mailbox full")
    with stored((number, full.write(number)) for number in (0, 31)) as store:
        assert store.check(VICTIM, now=day(32)).answer is Answer.DONT


@REPORTS
def test_an_honest_refusal_of_the_message_leaves_the_address_alone(notice: int) -> None:
    refused = honest(notice, "550 5.7.1", "message refused as spam")
    with stored((number, refused.write(number)) for number in range(12)) as store:
        assert store.check(VICTIM, now=day(12)).answer is Answer.MAIL


def test_two_honest_complaints_suppress() -> None:
    with stored([(0, complaint(1)), (2, complaint(2))]) as store:
        assert store.check(VICTIM, now=day(3)).answer is Answer.DONT

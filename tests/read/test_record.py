"""From a reading to records: pure, and with evidence for what was decided."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from dsnparse.notice.notice import Notice
from dsnparse.read.readers import read
from dsnparse.read.reading import Reading
from dsnparse.read.record import records_of
from dsnparse.rulebook.template_matcher import default_formats
from dsnparse.wire.mime import read_message

SAMPLES = sorted((Path(__file__).resolve().parents[2] / "samples").glob("*/*.eml"))


def test_making_the_records_twice_gives_the_same() -> None:
    differ = []
    for path in SAMPLES:
        reading = read(Notice(read_message(path.read_bytes()), default_formats()))
        if records_of(reading, None, None) != records_of(reading, None, None):
            differ.append(path.name)
    assert differ == []
    assert len(SAMPLES) > 300


def test_a_code_of_success_beside_a_failure_is_not_believed() -> None:
    path = next(path for path in SAMPLES if path.name == "postfix-class-mismatch.eml")
    (record,) = records_of(read(Notice(read_message(path.read_bytes()), default_formats())), None, None)
    assert "550 2.1.5" in (record.diagnostic or "")
    assert (record.status, record.effective_status) == ("5.0.0", "5.0.0")


#: Replies to many recipients; "%d" is the number of each.
REPLIES = [
    "550 5.1.1 <kim%d@example.org>: Recipient address rejected: User unknown",
    "550 5.1.1 <KIM%d@EXAMPLE.ORG>: Recipient Address Rejected: user unknown",
    "550 5.1.1 <lee@example.org>: Recipient address rejected: User unknown",
    "452 4.2.2 <kim%d@example.org> mailbox full",
    "550 sender <full%d@example.com> does not exist",
    "host mx.google.com said: 550-5.1.1 The email account that you tried to reach does not exist",
    "554 5.7.1 spam, kim%d@example.org unknown user",
    "550 no mailbox by that name is currently available kim%d",
    "x",
]
_STATUS_PART = """\
From: MAILER-DAEMON@mx.example.net
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
"""


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(REPLIES), st.sampled_from(["5.1.1", "5.0.0", "4.2.2"])), max_size=40)
)
def test_each_of_many_recipients_has_the_record_that_he_has_alone(drawn: list[tuple[str, str]]) -> None:
    groups = [
        f"\nFinal-Recipient: rfc822; kim{n}@example{n % 3}.org\nAction: failed\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; {reply.replace('%d', str(n))}\n"
        for n, (reply, status) in enumerate(drawn)
    ]
    message = _STATUS_PART + "".join(groups) + "\n--b--\n"
    reading = read(Notice(read_message(message.encode()), default_formats()))
    alone = [
        records_of(Reading(reading.kind, reading.evidence, reading.format, [one], reading.fields), None, None)
        for one in reading.recipients
    ]
    assert len(reading.recipients) == len(drawn)
    assert records_of(reading, None, None) == tuple([record for (record,) in alone])

"""`dsnparse.adapters.flufl` beside the real flufl.bounce: the same types, a reason for every difference."""

from __future__ import annotations

import email
import logging
from collections import Counter
from functools import cache

import flufl.bounce as theirs
import pytest
from hypothesis import given
from strategies import Dsn, dsns

from dsnparse import Action, BounceType, Kind, compose_dsn
from dsnparse.adapters import flufl as ours
from dsnparse.model import BounceRecord, Report

from .samples import reports, samples

Failures = tuple[frozenset[bytes], frozenset[bytes]]


def sets(temporary: str = "", permanent: str = "") -> Failures:
    return frozenset(temporary.encode().split()), frozenset(permanent.encode().split())


NOTHING = sets()

#: Where flufl.bounce finds somebody and we do not agree, and why: docs/coming-from-flufl.md tells it, too.
BECAUSE = {
    "the mail system goes on trying": ["delay/gmail-text-warning.eml", "delay/qmail-warning.eml"],
    "it stands in the returned message or an attachment, which anybody may have written": [
        "forged/planted-in-returned-attachment.eml", "forged/planted-second-status-part.eml",
        "complaint/quotes-a-bounce.eml", "stranger/boundary-guessed-status-part.eml",
        "stranger/reply-like-a-paragraph-of-qmail.eml",
    ],
    "the message is no notice": [
        "not-a-bounce/forwarded-bounce-attached.eml", "stranger/display-name-mailer-daemon.eml",
        "stranger/status-part-attached-to-a-letter.eml", "stranger/status-part-in-a-list-digest.eml",
        "stranger/status-part-in-an-absence-note.eml",
    ],
    "it is the sender, a list or an id": [
        "provider/zoho-invalid-address.eml", "rfc/3464-sender-as-final-recipient.eml",
        "text/footer-of-a-list.eml",
    ],
    "the full stop behind it ends a sentence": [
        "malformed/boundary-never-appears.eml", "malformed/empty-boundary.eml",
        "malformed/no-boundary-parameter.eml", "malformed/nul-bytes.eml", "malformed/space-before-colon.eml",
        "malformed/truncated-in-the-address.eml",
    ],
    "xtext and UTF-8 are decoded": [
        "mta/exim-dsn-hdrs.eml", "mta/exim-eai-orcpt.eml", "rfc/3461-xtext.eml",
    ],
    "a malformed status part names one more": [
        "rfc/3464-no-blank-line-between-blocks.eml", "stranger/reply-with-bare-cr.eml",
    ],
    "it can be read as two addresses, or is none": [
        "stranger/entity-in-front.eml", "stranger/quotes-lost-around-an-address.eml",
        "stranger/second-domain-behind.eml", "stranger/source-route.eml", "stranger/local-part-alone.eml",
    ],
    "flufl.bounce raises an exception": ["malformed/leading-blank-lines.eml"],
}  # fmt: skip


@cache
def both() -> dict[str, tuple[Failures, Failures | None]]:
    """Ours and theirs (None: an exception) of every sample."""
    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)
    found: dict[str, tuple[Failures, Failures | None]] = {}
    for name, data in samples().items():
        message = email.message_from_bytes(data)
        mine = ours.all_failures(message)
        try:
            found[name] = mine, theirs.all_failures(message)
        except Exception:  # noqa: BLE001  (whatever it is)
            found[name] = mine, None
    return found


def test_every_difference_on_the_samples_has_its_reason() -> None:
    different = {
        name for name, (mine, real) in both().items() if real is None or (mine != real and real != NOTHING)
    }
    assert different == {name for names in BECAUSE.values() for name in names}


def test_most_samples_give_the_same() -> None:
    count = Counter(
        "same" if mine == real else "only ours" if real == NOTHING else "differ"
        for mine, real in both().values()
    )
    assert count["same"] >= 340
    assert count["only ours"] >= 60
    assert count["differ"] == sum(map(len, BECAUSE.values()))


def test_scan_message_gives_the_permanent_ones_and_the_types_are_theirs() -> None:
    message = email.message_from_bytes(samples()["rfc/3464-several-recipients.eml"])
    assert ours.all_failures(message) == sets("kim.oh@example.org", "tom.beck@example.org")
    for mine, real in (
        (ours.scan_message(message), theirs.scan_message(message)),
        *zip(ours.all_failures(message), theirs.all_failures(message), strict=True),
    ):
        assert type(mine) is type(real) is frozenset
        assert mine == real


def test_the_bytes_of_a_message_do_as_well() -> None:
    data = samples()["rfc/3464-several-recipients.eml"]
    assert ours.scan_message(data) == {b"tom.beck@example.org"}


@given(dsns())
def test_only_who_failed_is_named_and_nobody_in_both(dsn: Dsn) -> None:
    temporary, permanent = ours.all_failures(dsn.data)
    assert not temporary & permanent
    mailed = {
        (record.original_recipient or record.recipient).encode(): record.action for record in dsn.records
    }
    assert {mailed.get(one) for one in temporary} <= {Action.DELAYED}
    assert {mailed.get(one) for one in permanent} <= {Action.FAILED}


def test_what_is_no_bounce_names_nobody() -> None:
    for name, report in reports().items():
        if report.kind not in (Kind.BOUNCE, Kind.DELAY):
            assert both()[name][0] == NOTHING


def test_who_was_mailed_is_named_and_not_whom_it_was_forwarded_to() -> None:
    record = BounceRecord(
        "inner@example.net", original_recipient="outer@example.org", status="5.1.1", action=Action.FAILED
    )
    notice = compose_dsn(Report(Kind.BOUNCE, (record,)))
    assert ours.scan_message(notice) == {b"outer@example.org"}
    assert theirs.scan_message(email.message_from_bytes(notice)) == {b"outer@example.org"}


@pytest.mark.parametrize("name", ["provider/gmail-dmarc-5.7.26.eml", "provider/t-online-block.eml"])
def test_a_refusal_of_ours_can_be_taken_for_temporary(name: str) -> None:
    (record,) = reports()[name].records
    assert record.bounce_type is BounceType.BLOCK
    mailed = record.original_recipient or record.recipient
    assert ours.all_failures(samples()[name]) == sets(permanent=mailed)
    assert ours.failures_of_addresses(samples()[name]) == sets(temporary=mailed)


def test_a_failure_of_the_address_stays_permanent() -> None:
    data = samples()["provider/gmail-user-unknown.eml"]
    expected = sets(permanent="tom.beck@example.org")
    assert ours.failures_of_addresses(data) == ours.all_failures(data) == expected

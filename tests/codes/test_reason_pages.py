"""Every reason has a page, and its names in other systems stand on it."""

from __future__ import annotations

import pytest

from dsnparse import BounceType, Reason
from dsnparse.data import load
from dsnparse.explain import PageKind, explain
from dsnparse.vocabulary import Advice


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_has_a_page(reason: Reason) -> None:
    page = explain(reason.value)
    assert page.kind is PageKind.REASON
    assert page.known
    assert page.subject == reason.value
    (sense,) = page.senses
    assert (sense.reason, sense.bounce_type, sense.advice) == (reason, reason.bounce_type, reason.advice)
    assert page.title == reason.meaning.rstrip(".")
    assert all([sense.happened.endswith("."), sense.fix.endswith("."), (sense.mends or "").endswith(".")])
    assert page.causes
    assert page.codes
    assert dict(page.elsewhere) == {
        "Sisimai": reason.sisimai,
        "KumoMTA": reason.kumomta,
        "SparkPost": str(reason.sparkpost),
        "Amazon SES": reason.ses,
        "Postmark": reason.postmark,
    }


def test_no_page_is_written_for_a_reason_that_does_not_exist() -> None:
    assert set(load("pages")["reasons"]) == {reason.value for reason in Reason}


@pytest.mark.parametrize(
    "spelling", ["mailbox_full", "MAILBOX_FULL", "mailbox-full", "Mailbox full", " mailbox_full "]
)
def test_spelling_of_a_reason_does_not_matter(spelling: str) -> None:
    assert explain(spelling) == explain("mailbox_full")


def test_every_type_and_advice_is_put_into_words() -> None:
    words = load("pages")["words"]
    assert set(words["bounce_type"]) == {kind.value for kind in BounceType}
    assert set(words["advice"]) == {advice.value for advice in Advice}


def test_the_enhanced_codes_named_as_usual_are_codes() -> None:
    for reason in Reason:
        for code in explain(reason.value).codes:
            first = code.split()[0].rstrip(";,")
            if first != "x-unix":
                assert explain(first).kind in (PageKind.STATUS, PageKind.REPLY)

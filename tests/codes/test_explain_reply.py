"""A whole reply is explained by its verdict, by what decided, and by the pages of its codes."""

from __future__ import annotations

import json

import pytest

from dsnparse import Reason
from dsnparse.classify import classify_reply
from dsnparse.classify.codes import reply_codes, reply_meaning, status_codes, status_meaning
from dsnparse.explain import Page, PageKind, explain


def subjects(page: Page) -> list[str]:
    return [part.subject for part in page.pages]


def test_a_reply_shows_verdict_rule_and_matched_text_then_the_pages_of_its_codes() -> None:
    page = explain("550 5.7.1 Message rejected due to spam")
    assert page.kind is PageKind.VERDICT
    assert page.verdict is not None
    assert page.verdict.reason is Reason.SPAM_CONTENT
    assert page.verdict.rule.startswith("phrase.")
    assert "spam" in page.verdict.matched
    assert subjects(page) == ["spam_content", "550", "5.7.1"]
    assert not page.succeeded


@pytest.mark.parametrize(
    ("reply", "reason", "sentence"),
    [
        (
            "550 5.7.1 Message rejected due to spam",
            Reason.SPAM_CONTENT,
            "5.7.1 is a catch-all (policy_violation by itself). The text decided.",
        ),
        (
            "550 5.1.1 <a@example.com> mailbox is full",
            Reason.MAILBOX_FULL,
            "The text disagrees with its code: 5.1.1 by itself means user_unknown. The text decided.",
        ),
        (
            "552 5.2.2 user unknown",
            Reason.USER_UNKNOWN,
            "The text disagrees with its code: 5.2.2 by itself means mailbox_full. The text decided.",
        ),
    ],
)
def test_it_is_said_when_the_text_decided_against_the_code(reply: str, reason: Reason, sentence: str) -> None:
    page = explain(reply)
    assert page.verdict is not None
    assert page.verdict.reason is reason
    assert sentence in page.notes


@pytest.mark.parametrize("reply", ["550 5.1.1 user unknown", "452 4.2.2 mailbox full", "550 user unknown"])
def test_nothing_is_said_when_text_and_code_agree(reply: str) -> None:
    assert explain(reply).notes == ()


def test_a_reply_without_codes_is_known_by_its_words() -> None:
    page = explain("mailbox is full")
    assert page.verdict is not None
    assert page.verdict.reason is Reason.MAILBOX_FULL
    assert subjects(page) == ["mailbox_full"]


def test_a_reply_with_a_code_and_unknown_words_goes_by_the_code() -> None:
    page = explain("452 4.2.2 zzz qqq")
    assert page.verdict is not None
    assert page.verdict.rule == "status.4.2.2"
    assert subjects(page) == ["mailbox_full", "452", "4.2.2"]


@pytest.mark.parametrize(
    ("reply", "codes"),
    [
        ("250 2.1.5 Ok", ["250", "2.1.5"]),
        ("250 2.0.0 Ok: queued as 12345", ["250", "2.0.0"]),
        ("354 End data with <CR><LF>.<CR><LF>", ["354"]),
    ],
)
def test_a_reply_of_success_reports_no_failure(reply: str, codes: list[str]) -> None:
    page = explain(reply)
    assert page.succeeded
    assert page.title == "No failure"
    assert subjects(page) == codes


@pytest.mark.parametrize("code", [f"{digit}.{code}" for code in status_codes() for digit in "45"])
def test_a_page_and_the_classifier_agree_on_an_enhanced_code(code: str) -> None:
    verdict, meaning = classify_reply(code), status_meaning(code)
    assert meaning is not None
    assert (verdict.reason, verdict.bounce_type, verdict.advice) == (
        meaning.reason,
        meaning.bounce_type,
        meaning.advice,
    )


@pytest.mark.parametrize("code", [code for code in reply_codes() if code >= 400])
def test_a_page_and_the_classifier_agree_on_a_reply_code(code: int) -> None:
    verdict, meaning = classify_reply(str(code)), reply_meaning(code)
    assert meaning is not None
    assert (verdict.reason, verdict.bounce_type, verdict.advice) == (
        meaning.reason,
        meaning.bounce_type,
        meaning.advice,
    )


def test_the_json_of_a_reply_holds_verdict_and_pages() -> None:
    told = json.loads(json.dumps(explain("550 5.7.1 Message rejected due to spam").to_dict()))
    assert told["verdict"]["reason"] == "spam_content"
    assert told["verdict"]["bounce_type"] == "block"
    assert [page["kind"] for page in told["pages"]] == ["reason", "reply", "status"]
    assert told["pages"][2]["official"]["reference"] == "RFC 3463"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "Give a code"),
        ("mailboxfull", "Did you mean mailbox_full?"),
        ("user_unkown", "Did you mean user_unknown?"),
        ("SpamDetected", "Did you mean spam_content?"),
        ("QuotaIssues", "Did you mean mailbox_full?"),
        ("zzz", 'Try "5.1.1"'),
        ("hello out there", "no reply whose words are understood"),
        ("x" * 500, "..."),
    ],
)
def test_what_is_nothing_we_know_gets_a_hint(text: str, hint: str) -> None:
    with pytest.raises(ValueError) as raised:
        explain(text)
    assert hint in str(raised.value)
    assert len(str(raised.value)) < 250


@pytest.mark.parametrize(
    "code", ["541", "5.6.1", "5.7.2", "5.7.4", "5.7.7", "4.3.2", "4.4.4", "5.2.2", "4.7.7", "5.5.6"]
)
def test_a_code_with_its_own_title_means_what_its_page_says(code: str) -> None:
    page = explain(code)
    title = dict(page.official)["title"]
    assert classify_reply(f"{code} {title}").reason == page.senses[0].reason


def test_every_page_of_a_failure_tells_another_way() -> None:
    pages = [explain(f"X.{code}") for code in status_codes()]
    pages += [explain(str(code)) for code in reply_codes()] + [explain(reason) for reason in Reason]
    assert [sense.code for page in pages for sense in page.senses if sense.reason and not sense.other] == []

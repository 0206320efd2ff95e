"""What decides, in which order, and what a verdict may say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse import Action, Advice, BounceType, Reason
from dsnparse.classify import classify, classify_reply
from dsnparse.rulebook.files import builtin

HARD, SOFT, BLOCK, OPEN = BounceType.HARD, BounceType.SOFT, BounceType.BLOCK, BounceType.UNDETERMINED


@pytest.mark.parametrize(
    ("text", "status", "hosts", "rule"),
    [
        (
            "550 5.4.1 Recipient address rejected: Access denied",
            None,
            ("x.outlook.com",),
            "provider.microsoft",
        ),
        ("550 5.2.1 user unknown", None, (), "phrase.user_unknown"),
        ("550 5.2.2 mailbox unavailable", None, (), "status.5.2.2"),
        ("550 5.0.0 mailbox unavailable", None, (), "phrase.user_unknown.mailbox_unavailable"),
        ("550 5.7.1 xyzzy", None, (), "status.5.7.1"),
        ("552 xyzzy", None, (), "reply.552"),
        ("xyzzy", "5.9.9", (), "class.5"),
        ("xyzzy", None, (), "none"),
    ],
)
def test_the_order_of_what_decides(text: str, status: str | None, hosts: tuple[str, ...], rule: str) -> None:
    assert classify(text, status=status, hosts=hosts, action=Action.FAILED).rule.startswith(rule)


@pytest.mark.parametrize(
    ("text", "action", "bounce_type"),
    [
        ("550 5.2.1 Mailbox disabled", Action.FAILED, HARD),
        ("450 4.2.1 Mailbox disabled", Action.FAILED, SOFT),
        ("Mailbox disabled", Action.FAILED, HARD),
        ("Mailbox disabled", None, HARD),
        ("450 4.1.1 User unknown in local recipient table", Action.FAILED, OPEN),
        ("450 4.1.1 User unknown in local recipient table", Action.DELAYED, SOFT),
        ("550 5.1.1 User unknown", Action.DELAYED, SOFT),
        ("550", Action.FAILED, OPEN),
        ("450", Action.FAILED, SOFT),
        ("550 5.3.0", Action.FAILED, OPEN),
        ("550 rejected", Action.FAILED, BLOCK),
        ("550 5.1.0", Action.FAILED, OPEN),
        ("550 5.7.1", Action.FAILED, BLOCK),
        ("452 4.2.2 mailbox full", Action.FAILED, SOFT),
        ("552 5.2.2 mailbox full", Action.FAILED, SOFT),
        ("421 4.4.1 Connection timed out", Action.DELAYED, SOFT),
    ],
)
def test_the_bounce_type_in_its_circumstances(
    text: str, action: Action | None, bounce_type: BounceType
) -> None:
    assert classify(text, action=action).bounce_type is bounce_type


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "delivery temporarily suspended: host mx.example.com said: 452 4.2.2 mailbox full",
            Reason.MAILBOX_FULL,
        ),
        ("452 mailbox is full: retry timeout exceeded", Reason.MAILBOX_FULL),
        ("retry timeout exceeded", Reason.EXPIRED),
        ("all hosts have been failing for a long time: Connection timed out", Reason.NETWORK_ERROR),
        (
            "user unknown. I'm not going to try again; this message has been in the queue too long.",
            Reason.USER_UNKNOWN,
        ),
    ],
)
def test_the_cause_goes_before_the_expiry(text: str, reason: Reason) -> None:
    assert classify(text, action=Action.FAILED).reason is reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("550 sending quota exceeded", Reason.RATE_LIMITED),
        ("552 quota exceeded", Reason.MAILBOX_FULL),
        ("550 too many unknown recipients", Reason.RATE_LIMITED),
        ("550 email address has been blacklisted", Reason.SENDER_REJECTED),
    ],
)
def test_words_within_longer_words_are_silent(text: str, reason: Reason) -> None:
    assert classify_reply(text).reason is reason


@pytest.mark.parametrize(
    "text",
    [
        "550 <user-unknown@example.com>: not today",
        "550 <no.such.user@example.com>: not today",
        "host spam.example.com said: 550 not today",
        "550 virus.example.com[192.0.2.1]: not today",
        '550 "unknown user"@example.com: not today',
    ],
)
def test_addresses_and_host_names_say_nothing(text: str) -> None:
    assert classify(text, action=Action.FAILED).reason is Reason.UNDEFINED


def test_links_are_facts() -> None:
    verdict = classify_reply("550 5.7.1 no, see https://www.uceprotect.net/en/rblcheck.php")
    assert (verdict.reason, verdict.matched) == (Reason.BLOCKLISTED, "uceprotect.net")


@pytest.mark.parametrize("action", [Action.DELIVERED, Action.RELAYED, Action.EXPANDED])
def test_what_was_delivered_asks_for_nothing(action: Action) -> None:
    verdict = classify("250 2.0.0 ok", action=action)
    assert (verdict.reason, verdict.bounce_type, verdict.advice) == (Reason.UNDEFINED, OPEN, Advice.NONE)


@pytest.mark.parametrize(
    ("diagnostic", "status", "context", "reason"),
    [
        ("", None, "The mailbox is full.", Reason.MAILBOX_FULL),
        ("550 5.1.1 user unknown", None, "The mailbox is full.", Reason.USER_UNKNOWN),
        ("", "5.1.1", "The mailbox is full.", Reason.USER_UNKNOWN),
        ("", "5.0.0", "The mailbox is full.", Reason.MAILBOX_FULL),
        ("550 mailbox unavailable", None, "The mailbox is full.", Reason.MAILBOX_FULL),
    ],
)
def test_other_words_of_the_notice_count_less(
    diagnostic: str, status: str | None, context: str, reason: Reason
) -> None:
    assert classify(diagnostic, status=status, context=context, action=Action.FAILED).reason is reason


def test_a_notice_that_lists_what_may_have_happened_makes_nothing_hard() -> None:
    context = "Either the user does not exist, or the mailbox is full."
    assert classify("", context=context, action=Action.FAILED).bounce_type is OPEN


def test_a_conflict_lowers_the_confidence_and_is_listed() -> None:
    plain = classify_reply("550 5.1.1 user unknown")
    mixed = classify_reply("550 5.2.2 user unknown")
    assert plain.conflicts == ()
    assert [(conflict.rule, conflict.reason) for conflict in mixed.conflicts] == [
        ("status.5.2.2", Reason.MAILBOX_FULL)
    ]
    assert mixed.confidence < plain.confidence


@pytest.mark.parametrize(
    ("text", "status", "effective", "reply"),
    [
        ("550 5.1.1 user unknown", "5.1.1", "5.1.1", 550),
        ("550 user unknown", None, "5.1.1", 550),
        ("450 mailbox full", None, "4.2.2", 450),
        ("mailbox full", None, "4.2.2", None),
        ("xyzzy", None, None, None),
        ("550 xyzzy", None, "5.0.0", 550),
    ],
)
def test_a_derived_code_is_never_shown_as_stated(
    text: str, status: str | None, effective: str | None, reply: int | None
) -> None:
    verdict = classify_reply(text)
    assert (verdict.status, verdict.effective_status, verdict.reply_code) == (status, effective, reply)


def test_the_reporting_host_lends_its_words_but_not_its_codes() -> None:
    relayed = classify("550 5.7.27 no", hosts=("mx.example.com", "mail-x.google.com"))
    assert relayed.reason is Reason.SENDER_REJECTED
    assert classify("550 5.7.27 no", hosts=("aspmx.l.google.com",)).reason is Reason.AUTH_FAILED


def test_the_host_named_in_the_text_speaks() -> None:
    text = "host aspmx.l.google.com[192.0.2.1] said: 550-5.7.27 no"
    assert (classify(text).provider, classify(text).reason) == ("google", Reason.AUTH_FAILED)


@pytest.mark.parametrize("wrong", [b"550 user unknown", None, 550])
def test_only_text_is_read(wrong: object) -> None:
    with pytest.raises(TypeError, match="str"):
        classify_reply(wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="str"):
        classify(wrong)  # type: ignore[arg-type]


_PIECES = st.sampled_from(
    ["550 ", "5.1.1", "4.2.2 ", "user unknown", "mailbox full", "@", "<", ">", "-", "_",
     "\udce4", "\x00", "İ", "ß", "\n", "spamhaus.org", "550-5.7.1 ", "x@y.example",
     "не найден", "存在しません", "."]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(_PIECES, max_size=30).map("".join)), st.sampled_from([None, *Action]))
def test_any_text_gives_a_verdict(text: str, action: Action | None) -> None:
    verdict = classify(text, action=action, context=text, status=text[:9], recipient=text, hosts=(text,))
    assert verdict.reason in Reason
    assert 0 <= verdict.confidence <= 1
    assert verdict.bounce_type is not HARD or action in (None, Action.FAILED)


@given(st.lists(_PIECES, max_size=30).map("".join))
def test_what_matched_is_in_the_text(text: str) -> None:
    verdict = classify_reply(text)
    if verdict.rule.startswith(("phrase.", "provider.")):
        shown = " ".join(text.encode("utf-8", "replace").decode().split())
        assert verdict.matched.lower() in shown.lower() or "550" in shown


def test_no_reason_is_without_words() -> None:
    spoken = {rule.reason for rule in builtin().rules}
    assert spoken == set(Reason) - {Reason.UNDEFINED}


def test_a_reply_code_gives_way_to_an_enhanced_code_of_another_subject() -> None:
    assert classify_reply("552 5.7.0 no").reason is Reason.POLICY_VIOLATION
    assert classify_reply("552 5.2.0 no").reason is Reason.MAILBOX_FULL

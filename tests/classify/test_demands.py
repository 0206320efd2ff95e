"""What users of other bounce parsers complained of, one test each: the classification half of the list.

The numbers are those of the list of demands that the project was given.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from dsnparse import Action, Advice, BounceType, Reason
from dsnparse.classify import Verdict, classify, classify_reply, load_rules


def says(text: str, **known: object) -> Verdict:
    return classify(text, action=Action.FAILED, **known)  # type: ignore[arg-type]


def test_01_a_rate_limit_coded_5_1_1_is_no_unknown_user() -> None:
    verdict = says(
        "550 5.1.1 <lee@example.org> has sent to too many recipients this hour. <http://x.co/rlbounce>"
    )
    assert (verdict.reason, verdict.bounce_type) == (Reason.RATE_LIMITED, BounceType.SOFT)
    assert "status.5.1.1" in {conflict.rule for conflict in verdict.conflicts}


def test_02_a_rejected_sender_coded_5_1_0_is_not_hard() -> None:
    verdict = says(
        "550 5.1.0 <lee@example.org> sender rejected. Please see "
        "https://www.spectrum.net/support/internet/understanding-email-error-codes for more information. "
        "AUP#In-1310",
        hosts=("d1.smtp-out.amazonses.com",),
        recipient="kim@charter.net",
    )
    assert verdict.bounce_type is not BounceType.HARD
    assert verdict.reason is not Reason.USER_UNKNOWN


def test_03_orange_5_2_0_ofr_506_is_a_block() -> None:
    verdict = says("550 5.2.0 Mail rejete. Mail rejected. ofr_506 [506]", hosts=("smtp-in.orange.fr",))
    assert (verdict.reason, verdict.bounce_type) == (Reason.SPAM_CONTENT, BounceType.BLOCK)


@pytest.mark.parametrize(
    ("reply", "reason", "kind"),
    [
        (
            "554 5.7.1 Votre domaine a ete refuse, sender domain is blacklisted. OFR_104 [104]",
            "sender_rejected",
            "block",
        ),
        ("550 5.7.1 The message failed its DMARC check. OFR_506 [506]", "auth_failed", "block"),
        ("421 4.7.0 Service refuse. Try again later. OFR_104 [104]", "rate_limited", "soft"),
        ("550 5.2.0 Mail rejected. LPN007_513 [513]", "spam_content", "block"),
    ],
)
def test_03_plain_words_go_before_the_number_behind_them(reply: str, reason: str, kind: str) -> None:
    verdict = says(reply, hosts=("smtp-in.orange.fr",))
    assert (verdict.reason, verdict.bounce_type) == (reason, kind)


def test_04_unsolicited_mail_at_gmail_is_a_block() -> None:
    verdict = says(
        "550-5.7.1 [192.0.2.1] Our system has detected that this message is\n"
        "550-5.7.1 likely unsolicited mail. To reduce the amount of spam sent to Gmail,\n"
        "550 5.7.1 this message has been blocked. x1si1 - gsmtp"
    )
    assert (verdict.reason, verdict.bounce_type) == (Reason.SPAM_CONTENT, BounceType.BLOCK)


@pytest.mark.parametrize(
    ("diagnostic", "context", "reason"),
    [
        ("", "X-Supplementary-Info: < #5.1.1 smtp; 550 5.1.1 User unknown>", Reason.USER_UNKNOWN),
        ("smtp; 550 5.1.1 no such user", "", Reason.USER_UNKNOWN),
        ("", "The recipient's mailbox is full and can't accept messages now.", Reason.MAILBOX_FULL),
    ],
)
def test_05_a_status_of_5_0_0_gives_way_to_the_text(diagnostic: str, context: str, reason: Reason) -> None:
    assert says(diagnostic, status="5.0.0", context=context).reason is reason


def test_05_a_status_of_5_0_0_gives_way_to_the_code_in_the_text() -> None:
    assert says("smtp; 550 5.1.1 no such user", status="5.0.0").status == "5.1.1"


def test_06_office_365_5_4_1_access_denied_is_an_unknown_user() -> None:
    verdict = says(
        "550 5.4.1 Recipient address rejected: Access denied. AS(201806281) "
        "[BL2NAM02FT061.eop-nam02.prod.protection.outlook.com]",
        hosts=("example-com.mail.protection.outlook.com",),
    )
    assert (verdict.reason, verdict.bounce_type) == (Reason.USER_UNKNOWN, BounceType.HARD)
    assert verdict.provider == "microsoft"


def test_07_microsoft_5_1_10_is_an_unknown_user_and_not_a_null_mx() -> None:
    text = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; kim@example.com not found by SMTP address lookup"
    assert says(text).reason is Reason.USER_UNKNOWN
    assert (
        says("550 5.1.10", hosts=("example-com.mail.protection.outlook.com",)).reason is Reason.USER_UNKNOWN
    )
    assert says("556 5.1.10", hosts=("mx.example.com",)).reason is Reason.NO_MAIL_SERVICE


@pytest.mark.parametrize("text", ["422 4.2.2 Greylisted", "550 5.7.1 Greylisted, please try again later"])
def test_08_greylisting_is_soft_whatever_its_code(text: str) -> None:
    verdict = says(text)
    assert (verdict.reason, verdict.bounce_type) == (Reason.GREYLISTED, BounceType.SOFT)


def test_09_a_soft_failure_is_not_taken_for_a_hard_one() -> None:
    assert says("452 4.2.2 Mailbox full").advice is Advice.RETRY


@pytest.mark.parametrize("text", ["", "550", "554 5.0.0", "qwrtpl zxcvb", "550 5.0.0 xyzzy"])
def test_10_what_is_not_understood_is_an_outcome_of_its_own(text: str) -> None:
    verdict = says(text)
    assert (verdict.reason, verdict.bounce_type, verdict.advice) == (
        Reason.UNDEFINED,
        BounceType.UNDETERMINED,
        Advice.REVIEW,
    )
    assert verdict.confidence <= 0.3


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("550 5.1.1 no such user", "address"),
        ("554 5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org", "sender"),
        ("451 4.3.0 Temporary local problem", "way"),
    ],
)
def test_11_the_fault_of_the_address_is_told_from_the_senders_and_the_ways(text: str, group: str) -> None:
    assert says(text).reason.group == group


def test_12_the_same_text_gives_the_same_verdict() -> None:
    text = "550 5.7.1 Recipient rejected: blocked, spam, unknown user, mailbox full, access denied"
    assert len({classify_reply(text) for _ in range(20)}) == 1


def test_13_the_verdict_says_which_rule_fired_on_which_words() -> None:
    verdict = says("550 5.1.1 <Kim@Example.com>... No Such User here")
    assert verdict.rule == "phrase.user_unknown.no_such_user"
    assert verdict.matched == "No Such User"


def test_14_a_rule_of_ones_own_wins(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        '[[rule]]\nid = "ours"\nreason = "rate_limited"\nphrases = ["no such user"]\nseen = "our relay"\n'
        'examples = ["550 no such user"]\n'
    )
    verdict = says("550 5.1.1 no such user", rules=load_rules([file]))
    assert (verdict.reason, verdict.rule) == (Reason.RATE_LIMITED, "user.mine.ours")
    assert says("550 5.1.1 no such user").reason is Reason.USER_UNKNOWN


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("4.7.23", Reason.MISSING_PTR),
        ("4.7.27", Reason.AUTH_FAILED),
        ("5.7.27", Reason.AUTH_FAILED),
        ("4.7.29", Reason.TLS_REQUIRED),
        ("5.7.30", Reason.AUTH_FAILED),
        ("4.7.31", Reason.AUTH_FAILED),
        ("4.7.32", Reason.AUTH_FAILED),
        ("4.7.40", Reason.AUTH_FAILED),
    ],
)
def test_surprise_7_google_means_other_things_by_registered_codes(status: str, reason: Reason) -> None:
    reply = 421 if status[0] == "4" else 550
    assert says(f"{reply} {status}", hosts=("gmail-smtp-in.l.google.com",)).reason is reason


@pytest.mark.parametrize(
    ("status", "reason"),
    [("5.7.27", Reason.SENDER_REJECTED), ("5.7.29", Reason.AUTH_FAILED), ("5.7.23", Reason.AUTH_FAILED)],
)
def test_surprise_7_others_mean_what_the_registry_says(status: str, reason: Reason) -> None:
    assert says(f"550 {status}", hosts=("mx.example.com",)).reason is reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("550 5.7.0 Message refused", Reason.POLICY_VIOLATION),
        ("552 5.3.4 Message size exceeds fixed limit", Reason.MESSAGE_TOO_LARGE),
        ("452 4.5.3 Too many recipients", Reason.RATE_LIMITED),
        ("421 4.3.2 Service not available", Reason.SYSTEM_ERROR),
    ],
)
def test_surprise_8_the_mistakes_of_other_tables_are_not_made(text: str, reason: Reason) -> None:
    assert says(text).reason is reason


@pytest.mark.parametrize("action", [Action.DELAYED, Action.DELIVERED, Action.RELAYED, Action.EXPANDED])
@pytest.mark.parametrize(
    "text", ["550 5.1.1 User unknown", "450 4.1.1 User unknown", "domain does not exist"]
)
def test_29_what_has_not_failed_is_never_hard(action: Action, text: str) -> None:
    assert classify(text, action=action).bounce_type is not BounceType.HARD


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("550 5.1.1 El usuario no existe", Reason.USER_UNKNOWN),
        ("552 5.2.2 La boîte aux lettres du destinataire est pleine", Reason.MAILBOX_FULL),
        ("550 5.1.1 Der Empfänger existiert nicht", Reason.USER_UNKNOWN),
        ("552 Ящик получателя переполнен", Reason.MAILBOX_FULL),
        ("550 Postkast on täis", Reason.MAILBOX_FULL),
        ("550 宛先のメールアドレスは存在しません", Reason.USER_UNKNOWN),
    ],
)
def test_42_replies_in_other_languages_are_understood(text: str, reason: Reason) -> None:
    assert says(text).reason is reason


def test_49_the_default_of_each_reason_is_its_type_and_advice() -> None:
    verdict = says("550 5.1.1 no such user")
    assert (verdict.bounce_type, verdict.advice) == (verdict.reason.bounce_type, verdict.reason.advice)

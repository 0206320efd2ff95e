"""Every row of the IANA registry of enhanced status codes has its page, as temporary and as permanent."""

from __future__ import annotations

import pytest

from dsnparse import Reason
from dsnparse.classify.codes import status_codes
from dsnparse.data import load
from dsnparse.explain import Page, PageKind, explain

#: Code, title, reply codes, reference and the classes it is meant for, as the registry and its RFCs say.
# fmt: off
REGISTRY = [
    ("0.0", "Other undefined Status",
     "any", "RFC 3463", "245"),
    ("1.0", "Other address status",
     "", "RFC 3463", "245"),
    ("1.1", "Bad destination mailbox address",
     "451, 550", "RFC 3463", "5"),
    ("1.2", "Bad destination system address",
     "", "RFC 3463", "5"),
    ("1.3", "Bad destination mailbox address syntax",
     "501", "RFC 3463", "5"),
    ("1.4", "Destination mailbox address ambiguous",
     "", "RFC 3463", "45"),
    ("1.5", "Destination address valid",
     "250", "RFC 3463", "2"),
    ("1.6", "Destination mailbox has moved, No forwarding address",
     "", "RFC 3463", "5"),
    ("1.7", "Bad sender's mailbox address syntax",
     "", "RFC 3463", "45"),
    ("1.8", "Bad sender's system address",
     "451, 501", "RFC 3463", "45"),
    ("1.9", "Message relayed to non-compliant mailer",
     "", "RFC 3886", "2"),
    ("1.10", "Recipient address has null MX",
     "556", "RFC 7505, RFC 7504", "5"),
    ("2.0", "Other or undefined mailbox status",
     "", "RFC 3463", "245"),
    ("2.1", "Mailbox disabled, not accepting messages",
     "", "RFC 3463", "45"),
    ("2.2", "Mailbox full",
     "552", "RFC 3463", "4"),
    ("2.3", "Message length exceeds administrative limit",
     "552", "RFC 3463", "5"),
    ("2.4", "Mailing list expansion problem",
     "450, 452", "RFC 3463", "45"),
    ("3.0", "Other or undefined mail system status",
     "221, 250, 421, 451, 550, 554", "RFC 3463", "245"),
    ("3.1", "Mail system full",
     "452", "RFC 3463", "4"),
    ("3.2", "System not accepting network messages",
     "453, 521", "RFC 3463, RFC 7504", "45"),
    ("3.3", "System not capable of selected features",
     "", "RFC 3463", "45"),
    ("3.4", "Message too big for system",
     "552, 554", "RFC 3463", "5"),
    ("3.5", "System incorrectly configured",
     "", "RFC 3463", "45"),
    ("3.6", "Requested priority was changed",
     "250 or 251", "RFC 6710", "2"),
    ("4.0", "Other or undefined network or routing status",
     "", "RFC 3463", "45"),
    ("4.1", "No answer from host",
     "451", "RFC 3463", "4"),
    ("4.2", "Bad connection",
     "421", "RFC 3463", "4"),
    ("4.3", "Directory server failure",
     "451, 550", "RFC 3463", "4"),
    ("4.4", "Unable to route",
     "", "RFC 3463", "45"),
    ("4.5", "Mail system congestion",
     "451", "RFC 3463", "4"),
    ("4.6", "Routing loop detected",
     "", "RFC 3463", "4"),
    ("4.7", "Delivery time expired",
     "", "RFC 3463", "45"),
    ("5.0", "Other or undefined protocol status",
     "220, 250, 251, 252, 253, 451, 452, 454, 458, 459, 501, 502, 503, 554", "RFC 3463", "245"),
    ("5.1", "Invalid command",
     "430, 500, 501, 503, 530, 550, 554, 555", "RFC 3463", "5"),
    ("5.2", "Syntax error",
     "500, 501, 502, 550, 555", "RFC 3463", "5"),
    ("5.3", "Too many recipients",
     "451", "RFC 3463", "45"),
    ("5.4", "Invalid command arguments",
     "451, 501, 502, 503, 504, 550, 555", "RFC 3463", "5"),
    ("5.5", "Wrong protocol version",
     "", "RFC 3463", "45"),
    ("5.6", "Authentication Exchange line is too long",
     "500", "RFC 4954", "45"),
    ("6.0", "Other or undefined media error",
     "", "RFC 3463", "45"),
    ("6.1", "Media not supported",
     "", "RFC 3463", "5"),
    ("6.2", "Conversion required and prohibited",
     "", "RFC 3463", "45"),
    ("6.3", "Conversion required but not supported",
     "554", "RFC 3463", "45"),
    ("6.4", "Conversion with loss performed",
     "250", "RFC 3463", "25"),
    ("6.5", "Conversion Failed",
     "", "RFC 3463", "45"),
    ("6.6", "Message content not available",
     "554", "RFC 4468", "45"),
    ("6.7", "Non-ASCII addresses not permitted for that sender/recipient",
     "553, 550", "RFC 6531", "5"),
    ("6.8", "UTF-8 string reply is required, but not permitted by the SMTP client",
     "252, 553, 550", "RFC 6531", "25"),
    ("6.9",
     "UTF-8 header message cannot be transferred to one or more recipients, so the message must be rejected",
     "550", "RFC 6531", "5"),
    ("6.10", "Deprecated: duplicate of X.6.8",
     "", "RFC 6531", "25"),
    ("7.0", "Other or undefined security status",
     "220, 235, 450, 454, 500, 501, 503, 504, 530, 535, 550", "RFC 3463", "245"),
    ("7.1", "Delivery not authorized, message refused",
     "451, 454, 502, 503, 533, 550, 551", "RFC 3463", "5"),
    ("7.2", "Mailing list expansion prohibited",
     "550", "RFC 3463", "5"),
    ("7.3", "Security conversion required but not possible",
     "", "RFC 3463", "5"),
    ("7.4", "Security features not supported",
     "504", "RFC 3463", "5"),
    ("7.5", "Cryptographic failure",
     "", "RFC 3463", "45"),
    ("7.6", "Cryptographic algorithm not supported",
     "", "RFC 3463", "45"),
    ("7.7", "Message integrity failure",
     "", "RFC 3463", "245"),
    ("7.8", "Authentication credentials invalid",
     "535, 554", "RFC 4954", "5"),
    ("7.9", "Authentication mechanism is too weak",
     "534", "RFC 4954", "5"),
    ("7.10", "Encryption Needed",
     "523", "RFC 5248", "5"),
    ("7.11", "Encryption required for requested authentication mechanism",
     "524, 538", "RFC 4954", "5"),
    ("7.12", "A password transition is needed",
     "422, 432", "RFC 4954", "4"),
    ("7.13", "User Account Disabled",
     "525", "RFC 5248", "5"),
    ("7.14", "Trust relationship required",
     "535, 554", "RFC 5248", "5"),
    ("7.15", "Priority Level is too low",
     "450, 550 (other 4XX or 5XX codes are allowed)", "RFC 6710", "45"),
    ("7.16", "Message is too big for the specified priority",
     "552 (other 4XX or 5XX codes are allowed)", "RFC 6710", "45"),
    ("7.17", "Mailbox owner has changed",
     "5XX", "RFC 7293", "5"),
    ("7.18", "Domain owner has changed",
     "5XX", "RFC 7293", "5"),
    ("7.19", "RRVS test cannot be completed",
     "5XX", "RFC 7293", "5"),
    ("7.20", "No passing DKIM signature found",
     "550", "RFC 7372, RFC 6376", "5"),
    ("7.21", "No acceptable DKIM signature found",
     "550", "RFC 7372, RFC 6376", "5"),
    ("7.22", "No valid author-matched DKIM signature found",
     "550", "RFC 7372, RFC 6376", "5"),
    ("7.23", "SPF validation failed",
     "550", "RFC 7372, RFC 7208", "5"),
    ("7.24", "SPF validation error",
     "451, 550", "RFC 7372, RFC 7208", "45"),
    ("7.25", "Reverse DNS validation failed",
     "550", "RFC 7372, RFC 7601", "5"),
    ("7.26", "Multiple authentication checks failed",
     "550", "RFC 7372", "5"),
    ("7.27", "Sender address has null MX",
     "550", "RFC 7505", "5"),
    ("7.28", "Mail flood detected",
     "", "draft-levine-mailbomb-header", "45"),
    ("7.29", "ARC validation failure",
     "550", "RFC 8617", "5"),
    ("7.30", "REQUIRETLS support required",
     "550", "RFC 8689", "5"),
]
# fmt: on

#: What follows from a code alone, where it says something; the catch-alls are a matter of tuning.
REASONS = {
    "5.0.0": Reason.UNDEFINED,
    "5.1.1": Reason.USER_UNKNOWN,
    "4.1.1": Reason.USER_UNKNOWN,
    "5.1.2": Reason.HOST_UNKNOWN,
    "5.1.3": Reason.BAD_ADDRESS_SYNTAX,
    "5.1.5": Reason.UNDEFINED,
    "5.1.6": Reason.MAILBOX_MOVED,
    "5.1.7": Reason.SENDER_REJECTED,
    "5.1.8": Reason.SENDER_REJECTED,
    "5.1.10": Reason.NO_MAIL_SERVICE,
    "5.2.1": Reason.MAILBOX_DISABLED,
    "4.2.1": Reason.MAILBOX_DISABLED,
    "4.2.2": Reason.MAILBOX_FULL,
    "5.2.2": Reason.MAILBOX_FULL,
    "5.2.3": Reason.MESSAGE_TOO_LARGE,
    "4.2.4": Reason.SYSTEM_ERROR,
    "4.3.1": Reason.SYSTEM_FULL,
    "4.3.2": Reason.SYSTEM_ERROR,
    "5.3.2": Reason.NO_MAIL_SERVICE,
    "5.3.3": Reason.UNSUPPORTED,
    "5.3.4": Reason.MESSAGE_TOO_LARGE,
    "5.3.5": Reason.SYSTEM_ERROR,
    "4.4.1": Reason.NETWORK_ERROR,
    "4.4.2": Reason.NETWORK_ERROR,
    "4.4.3": Reason.NETWORK_ERROR,
    "5.4.4": Reason.HOST_UNKNOWN,
    "5.4.6": Reason.ROUTING_LOOP,
    "4.4.7": Reason.EXPIRED,
    "4.5.3": Reason.RATE_LIMITED,
    "5.5.5": Reason.PROTOCOL_ERROR,
    "5.5.6": Reason.PROTOCOL_ERROR,
    "5.6.3": Reason.UNSUPPORTED,
    "5.6.7": Reason.UNSUPPORTED,
    "5.6.9": Reason.UNSUPPORTED,
    "5.7.0": Reason.POLICY_VIOLATION,
    "5.7.1": Reason.POLICY_VIOLATION,
    "5.7.10": Reason.TLS_REQUIRED,
    "5.7.11": Reason.TLS_REQUIRED,
    "5.7.13": Reason.MAILBOX_DISABLED,
    "5.7.16": Reason.MESSAGE_TOO_LARGE,
    "5.7.17": Reason.MAILBOX_MOVED,
    "5.7.18": Reason.MAILBOX_MOVED,
    "5.7.20": Reason.AUTH_FAILED,
    "5.7.21": Reason.AUTH_FAILED,
    "5.7.22": Reason.AUTH_FAILED,
    "5.7.23": Reason.AUTH_FAILED,
    "5.7.24": Reason.AUTH_FAILED,
    "5.7.25": Reason.MISSING_PTR,
    "5.7.26": Reason.AUTH_FAILED,
    "5.7.27": Reason.SENDER_REJECTED,
    "4.7.28": Reason.RATE_LIMITED,
    "5.7.29": Reason.AUTH_FAILED,
    "5.7.30": Reason.TLS_REQUIRED,
}
CODES = [row[0] for row in REGISTRY]


def test_the_registry_is_complete_and_nothing_else_is_in_it() -> None:
    assert len(REGISTRY) == 81
    assert list(status_codes()) == CODES


@pytest.mark.parametrize(("code", "title", "basic", "reference", "use"), REGISTRY, ids=CODES)
def test_a_row_has_its_official_facts(code: str, title: str, basic: str, reference: str, use: str) -> None:
    official = dict(explain(f"X.{code}").official)
    assert official["title"] == title
    assert official["reply codes"] == (basic or "none is named")
    assert official["reference"] == reference
    assert status_codes()[code].use == use
    words = {"2": "success", "4": "a transient failure", "5": "a permanent failure"}
    assert all((words[digit] in official["use"]) == (digit in use) for digit in "245")


@pytest.mark.parametrize("digit", ["4", "5"])
@pytest.mark.parametrize("code", CODES)
def test_a_row_has_a_page_in_both_failure_classes(code: str, digit: str) -> None:
    page = explain(f"{digit}.{code}")
    assert page.kind is PageKind.STATUS
    assert page.known
    assert page.subject == f"{digit}.{code}"
    (sense,) = page.senses
    assert sense.code == page.subject
    assert page.title == sense.name
    assert all([sense.name, sense.happened, sense.fix, sense.mends])
    assert sense.reason is not None
    assert sense.bounce_type is not None
    subject, detail = code.split(".")
    official = dict(page.official)
    assert official[f"class {digit}"]
    assert official[f"subject {subject}"]
    assert official[f"detail {detail}"]


@pytest.mark.parametrize("code", CODES)
def test_every_row_has_a_success_page_that_asks_for_nothing(code: str) -> None:
    (sense,) = explain(f"2.{code}").senses
    assert (sense.reason, sense.bounce_type, str(sense.advice)) == (None, None, "none")


@pytest.mark.parametrize("code", CODES)
def test_x_shows_both_failure_classes_and_success_where_it_is_meant(code: str) -> None:
    page = explain(f"X.{code}")
    shown = "".join(sense.code[0] for sense in page.senses)
    assert shown in ("45", "245")
    if shown == "245":
        assert "2" in status_codes()[code].use
    assert page.title == status_codes()[code].title
    assert explain(f"x.{code}") == page


@pytest.mark.parametrize("code", CODES)
def test_a_class_that_the_standard_does_not_mean_is_remarked_on(code: str) -> None:
    for digit in "245":
        page = explain(f"{digit}.{code}")
        remarked = any("is seen all the same" in note for note in page.notes)
        assert remarked == (digit not in status_codes()[code].use)


@pytest.mark.parametrize(("status", "reason"), REASONS.items(), ids=list(REASONS))
def test_the_reason_that_follows_from_the_code_alone(status: str, reason: Reason) -> None:
    assert explain(status).senses[0].reason is reason


def test_sentences_are_whole_and_written_once_per_page() -> None:
    for code in CODES:
        for sense in explain(f"X.{code}").senses:
            for text in (sense.happened, sense.fix, sense.mends, sense.other):
                if text is not None:
                    assert text[0].isupper(), (sense.code, text)
                    assert text.endswith("."), (sense.code, text)
            assert not sense.name.endswith("."), sense.code


def test_pages_of_different_codes_differ() -> None:
    told = [explain(f"5.{code}").senses[0].happened for code in CODES]
    assert len(set(told)) >= len(told) - 1  # 5.1.5, 5.1.9 and 5.3.6 say the like of contradictions


def test_no_page_is_written_for_a_code_that_is_not_in_the_registry() -> None:
    written = {code for name, table in load("pages").items() if name.startswith("x") for code in table}
    assert written == set(CODES)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("5.7.23", "PTR"),
        ("5.7.27", "SPF"),
        ("5.7.29", "TLS"),
        ("5.7.30", "DKIM"),
        ("5.4.1", "unknown user"),
        ("5.1.10", "Microsoft 365"),
        ("5.7.9", "Yahoo"),
        ("5.7.16", "RFC 4865"),
        ("5.7.17", "RFC 4865"),
        ("5.7.28", "draft"),
        ("4.7.32", "DMARC"),
        ("5.7.509", "DMARC"),
        ("5.7.606", "banned"),
        ("5.7.649", "banned"),
        ("4.7.650", "slows down"),
        ("5.4.14", "loop"),
    ],
)
def test_what_providers_mean_by_a_number_is_told(code: str, words: str) -> None:
    page: Page = explain(code)
    assert any(words in note for note in page.notes)


def test_a_note_for_temporary_codes_is_not_on_the_permanent_one() -> None:
    assert len(explain("4.7.509").notes) == len(explain("5.7.509").notes) + 1

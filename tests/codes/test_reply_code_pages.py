"""Every SMTP reply code that is defined or in use has its page, and unknown ones go by their digits."""

from __future__ import annotations

import pytest

from dsnparse import BounceType, Reason
from dsnparse.classify.codes import reply_codes
from dsnparse.explain import PageKind, explain

#: The traditional codes 420 to 556 that bounces carry: code, words of its meaning, the reason by itself.
FAILURES = [
    (420, "Timeout", Reason.NETWORK_ERROR),
    (421, "Service not available, closing transmission channel", Reason.UNDEFINED),
    (422, "Recipient's mailbox over its storage limit", Reason.MAILBOX_FULL),
    (431, "Not enough disk space", Reason.SYSTEM_FULL),
    (432, "Recipient's incoming queue has been stopped", Reason.SYSTEM_ERROR),
    (441, "does not respond", Reason.NETWORK_ERROR),
    (442, "Connection refused or dropped", Reason.NETWORK_ERROR),
    (446, "Maximum hop count exceeded", Reason.ROUTING_LOOP),
    (447, "expired", Reason.EXPIRED),
    (449, "Routing error", Reason.NETWORK_ERROR),
    (450, "mailbox unavailable", Reason.UNDEFINED),
    (451, "local error in processing", Reason.SYSTEM_ERROR),
    (452, "insufficient system storage", Reason.SYSTEM_FULL),
    (471, "sending mail server", Reason.SYSTEM_ERROR),
    (500, "Syntax error, command unrecognized", Reason.PROTOCOL_ERROR),
    (501, "Syntax error in parameters or arguments", Reason.PROTOCOL_ERROR),
    (502, "Command not implemented", Reason.PROTOCOL_ERROR),
    (503, "Bad sequence of commands", Reason.PROTOCOL_ERROR),
    (504, "Command parameter not implemented", Reason.PROTOCOL_ERROR),
    (510, "Bad e-mail address", Reason.USER_UNKNOWN),
    (511, "Bad e-mail address", Reason.USER_UNKNOWN),
    (512, "not found in DNS", Reason.HOST_UNKNOWN),
    (513, "Address type is incorrect", Reason.BAD_ADDRESS_SYNTAX),
    (515, "Destination mailbox address invalid", Reason.USER_UNKNOWN),
    (517, "sender's mail attribute", Reason.SENDER_REJECTED),
    (521, "does not accept mail", Reason.NO_MAIL_SERVICE),
    (522, "exceeded the mailbox limit", Reason.MAILBOX_FULL),
    (523, "larger than the server's limit", Reason.MESSAGE_TOO_LARGE),
    (525, "User account disabled", Reason.MAILBOX_DISABLED),
    (530, "authentication required", Reason.POLICY_VIOLATION),
    (534, "Authentication mechanism is too weak", Reason.POLICY_VIOLATION),
    (535, "Authentication credentials invalid", Reason.POLICY_VIOLATION),
    (541, "Recipient address rejected the message", Reason.SPAM_CONTENT),
    (550, "mailbox unavailable", Reason.UNDEFINED),
    (551, "User not local", Reason.USER_UNKNOWN),
    (552, "exceeded storage allocation", Reason.MAILBOX_FULL),
    (553, "mailbox name not allowed", Reason.UNDEFINED),
    (554, "Transaction failed", Reason.UNDEFINED),
    (555, "MAIL FROM/RCPT TO parameters not recognized", Reason.PROTOCOL_ERROR),
    (556, "Domain does not accept mail", Reason.NO_MAIL_SERVICE),
    # Those of extensions, of the registry, and one more that is in use.
    (430, "X.5.1", Reason.PROTOCOL_ERROR),
    (453, "You have no mail", Reason.SYSTEM_ERROR),
    (454, "TLS or authentication not available", Reason.SYSTEM_ERROR),
    (455, "unable to accommodate parameters", Reason.PROTOCOL_ERROR),
    (458, "Unable to queue messages", Reason.SYSTEM_ERROR),
    (459, "Node not allowed", Reason.POLICY_VIOLATION),
    (524, "Encryption required", Reason.TLS_REQUIRED),
    (533, "not authorized", Reason.POLICY_VIOLATION),
    (538, "Encryption required", Reason.TLS_REQUIRED),
    (571, "not authorized", Reason.POLICY_VIOLATION),
]
SUCCESSES = [211, 214, 220, 221, 235, 250, 251, 252, 253, 334, 354]
#: The list of RFC 5321 section 4.2.3.
RFC5321 = [211, 214, 220, 221, 250, 251, 252, 354, 421, 450, 451, 452, 455,
           500, 501, 502, 503, 504, 550, 551, 552, 553, 554, 555]  # fmt: skip


def test_these_are_all_the_codes_we_know() -> None:
    assert sorted(reply_codes()) == sorted([row[0] for row in FAILURES] + SUCCESSES)
    assert list(reply_codes()) == sorted(reply_codes())


@pytest.mark.parametrize(("code", "words", "reason"), FAILURES, ids=[str(row[0]) for row in FAILURES])
def test_a_failure_code_has_its_page(code: int, words: str, reason: Reason) -> None:
    page = explain(str(code))
    assert page.kind is PageKind.REPLY
    assert page.known
    official = dict(page.official)
    assert words in official["title"]
    (sense,) = page.senses
    assert sense.reason is reason
    assert sense.bounce_type is not None
    assert all([sense.name, sense.happened, sense.fix, sense.mends])
    first, second = str(code)[0], str(code)[1]
    assert ("ransient" if code < 500 else "ermanent") in official[f"first digit {first}"]
    assert official[f"second digit {second}"]


@pytest.mark.parametrize("code", SUCCESSES)
def test_a_code_of_success_asks_for_nothing(code: int) -> None:
    page = explain(str(code))
    assert page.known
    (sense,) = page.senses
    assert (sense.reason, sense.bounce_type, str(sense.advice)) == (None, None, "none")


@pytest.mark.parametrize("code", RFC5321)
def test_the_codes_of_rfc_5321_name_it(code: int) -> None:
    assert "RFC 5321" in reply_codes()[code].reference


def test_a_catch_all_never_condemns_the_address() -> None:
    for code in (421, 450, 550, 553, 554):
        assert explain(str(code)).senses[0].bounce_type is not BounceType.HARD


def test_no_temporary_code_is_hard() -> None:
    for code in range(400, 500):
        assert explain(str(code)).senses[0].bounce_type is not BounceType.HARD


@pytest.mark.parametrize(
    ("code", "first", "second"),
    [
        ("299", "Positive completion", "outside RFC 5321"),
        ("399", "Positive intermediate", "outside RFC 5321"),
        ("400", "Transient negative", "Syntax"),
        ("419", "Transient negative", "Information"),
        ("429", "Transient negative", "Connection"),
        ("439", "Transient negative", "not specified"),
        ("459", "Transient negative", "Mail system"),
        ("505", "Permanent negative", "Syntax"),
        ("519", "Permanent negative", "Information"),
        ("529", "Permanent negative", "Connection"),
        ("549", "Permanent negative", "not specified"),
        ("559", "Permanent negative", "Mail system"),
        ("577", "Permanent negative", "outside RFC 5321"),
    ],
)
def test_an_unknown_code_goes_by_its_digits(code: str, first: str, second: str) -> None:
    official = dict(explain(code).official)
    assert official[f"first digit {code[0]}"].startswith(first)
    assert second.lower() in official[f"second digit {code[1]}"].lower()


def test_the_enhanced_codes_that_the_registry_pairs_with_a_reply_are_named() -> None:
    assert dict(explain("556").official)["enhanced codes"] == "X.1.10"
    assert dict(explain("535").official)["enhanced codes"] == "X.7.0, X.7.8, X.7.14"
    assert "enhanced codes" not in dict(explain("447").official)


def test_sentences_are_whole() -> None:
    for code in range(200, 600):
        for sense in explain(str(code)).senses:
            for text in (sense.happened, sense.fix, sense.mends, sense.other):
                if text is not None:
                    assert text[0].isupper(), (code, text)
                    assert text.endswith("."), (code, text)


@pytest.mark.parametrize(
    ("text", "title", "kind"),
    [
        ("2xx", "Positive completion", None),
        ("3yz", "Positive intermediate", None),
        ("4XX", "Transient negative", BounceType.SOFT),
        ("5xx", "Permanent negative", BounceType.UNDETERMINED),
    ],
)
def test_a_class_of_reply_codes_has_its_page(text: str, title: str, kind: BounceType | None) -> None:
    page = explain(text)
    assert page.title == title
    assert page.subject == f"{text[0]}xx"
    assert page.senses[0].bounce_type is kind

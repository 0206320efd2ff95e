"""The vocabulary: what a message is (`Kind`), what was done (`Action`), what is wrong (`Reason`), about what
(`BounceType`), and what to do (`Advice`). Each word has a `meaning`, a sentence."""

from __future__ import annotations

import inspect
from enum import StrEnum
from typing import Self, TypeVar


class Word(StrEnum):
    """A word of the vocabulary: a str with a `meaning`."""

    meaning: str

    def __new__(cls, value: str, meaning: str = "") -> Self:
        self = str.__new__(cls, value)
        self._value_ = value
        self.meaning = meaning
        return self


_Words = TypeVar("_Words", bound=type[Word])


def shown_in_help(words: _Words) -> _Words:
    """`words` with the meaning of each in its docstring, so that `help()` shows it."""
    meanings = "".join(f"\n    {word.name}: {word.meaning}" for word in words)
    words.__doc__ = f"{inspect.cleandoc(words.__doc__ or '')}\n\nMembers:{meanings}"
    return words


@shown_in_help
class Kind(Word):
    """What sort of notice a message is."""

    BOUNCE = "bounce", "At least one recipient failed for good."
    DELAY = "delay", "Still being tried; nothing has failed yet."
    DELIVERY = "delivery", "Delivered, relayed or expanded: good news."
    AUTO_REPLY = "auto_reply", "Out-of-office, ticket acknowledgement, challenge-response."
    COMPLAINT = "complaint", "A feedback report (RFC 5965)."
    RECEIPT = "receipt", "A message disposition notification (RFC 8098)."
    OTHER = "other", "None of these: ordinary mail, a forwarded bounce, spam that imitates one."


@shown_in_help
class Origin(Word):
    """Who says that an address is the recipient's."""

    STATED = "stated", "The notice itself names it, in a field or in its own words."
    AMBIGUOUS = "ambiguous", "The notice can be read as naming another address, or none."
    ORCPT = "orcpt", "Only Original-Recipient names it, which the sender of the message chose."
    RETURNED_HEADER = "returned_header", "Only the header of the returned message names it."
    VERP = "verp", "Our own address that the notice was sent to has it in it (VERP), or a signed token."
    SECOND_HAND = "second_hand", "A notice names it that came back within the notice."


@shown_in_help
class TrustLevel(Word):
    """How far a notice is to be believed: that it is real, and about mail of ours."""

    AUTHENTICATED = "authenticated", "Something proves it that nobody else can make."
    PLAUSIBLE = "plausible", "It looks as a real one would, and whoever tries can make it look so."
    UNVERIFIED = "unverified", "Nothing speaks for it, and nothing against it."
    SUSPECT = "suspect", "Something is forged or too old, or what came back was never ours."


@shown_in_help
class Action(Word):
    """What the mail system did for a recipient (RFC 3464 section 2.3.3)."""

    FAILED = "failed", "The message could not be delivered, and is not tried again."
    DELAYED = "delayed", "The message could not be delivered yet, and is tried again."
    DELIVERED = "delivered", "The message is in the recipient's mailbox, or on a list that sends it on."
    RELAYED = "relayed", "The message went on to a mail system that tells nothing of its success."
    EXPANDED = "expanded", "The message was delivered to an alias, and went on to several addresses."


@shown_in_help
class BounceType(Word):
    """What a failure says about the *address* (not about the first digit of the reply)."""

    HARD = "hard", "This address takes no mail, whoever sends it."
    SOFT = "soft", "It may work later."
    BLOCK = "block", "Refused because of what was sent or who sent it; the address may be fine."
    UNDETERMINED = "undetermined", "The message does not say."


@shown_in_help
class Advice(Word):
    """What the sender should do about the address."""

    SUPPRESS = "suppress", "Stop mailing this address."
    RETRY = "retry", "Keep the address; mail it again later."
    FIX_SENDER = "fix_sender", "Keep the address; repair something on the sending side first."
    REVIEW = "review", "A person should look at it."
    NONE = "none", "Nothing to do."


_HARD, _SOFT, _BLOCK, _OPEN = BounceType.HARD, BounceType.SOFT, BounceType.BLOCK, BounceType.UNDETERMINED
_SUPPRESS, _RETRY, _FIX, _REVIEW = Advice.SUPPRESS, Advice.RETRY, Advice.FIX_SENDER, Advice.REVIEW


@shown_in_help
class Reason(Word):
    """Why a recipient did not get the message.

    Each member carries its default `bounce_type` and `advice`, one sentence (`meaning`), its `group`, and
    its nearest name in other systems: `sisimai`, `kumomta`, `sparkpost` (classification number), `ses`
    (type/subtype) and `postmark`.
    """

    group: str
    bounce_type: BounceType
    advice: Advice
    sisimai: str
    kumomta: str
    sparkpost: int
    ses: str
    postmark: str

    def __new__(
        cls,
        value: str,
        group: str = "",
        bounce_type: BounceType = BounceType.UNDETERMINED,
        advice: Advice = Advice.REVIEW,
        meaning: str = "",
        elsewhere: tuple[str, str, int, str, str] = ("", "", 1, "", ""),
    ) -> Self:
        self = str.__new__(cls, value)
        self._value_ = value
        self.group = group
        self.bounce_type = bounce_type
        self.advice = advice
        self.meaning = meaning
        self.sisimai, self.kumomta, self.sparkpost, self.ses, self.postmark = elsewhere
        return self

    # fmt: off
    USER_UNKNOWN = ("user_unknown", "address", _HARD, _SUPPRESS,
        "The domain takes mail, but has no such mailbox.",
        ("UserUnknown", "InvalidRecipient", 10, "Permanent/NoEmail", "HardBounce"))
    HOST_UNKNOWN = ("host_unknown", "address", _HARD, _SUPPRESS,
        "The domain does not exist, or the DNS gives no route to it.",
        ("HostUnknown", "BadDomain", 21, "Permanent/General", "DnsError"))
    NO_MAIL_SERVICE = ("no_mail_service", "address", _HARD, _SUPPRESS,
        "The domain or host says that it takes no mail at all (null MX, 521, 556).",
        ("NotAccept", "BadDomain", 21, "Permanent/General", "HardBounce"))
    MAILBOX_MOVED = ("mailbox_moved", "address", _HARD, _SUPPRESS,
        "The mailbox has moved without forwarding, or belongs to somebody else now (RFC 7293).",
        ("HasMoved", "InvalidRecipient", 10, "Permanent/General", "AddressChange"))
    MAILBOX_DISABLED = ("mailbox_disabled", "address", _HARD, _SUPPRESS,
        "The mailbox exists, but is closed, suspended or inactive.",
        ("Suspend", "InactiveMailbox", 10, "Permanent/General", "HardBounce"))
    BAD_ADDRESS_SYNTAX = ("bad_address_syntax", "address", _HARD, _SUPPRESS,
        "The recipient's address is not written as an address can be.",
        ("SyntaxError", "InvalidRecipient", 10, "Permanent/General", "BadEmailAddress"))

    MAILBOX_FULL = ("mailbox_full", "mailbox", _SOFT, _RETRY,
        "The mailbox has no room left.",
        ("MailboxFull", "QuotaIssues", 22, "Transient/MailboxFull", "SoftBounce"))
    RATE_LIMITED = ("rate_limited", "mailbox", _SOFT, _RETRY,
        "Too many messages, recipients or connections in too short a time.",
        ("RateLimited", "TooManyRecipients", 20, "Transient/General", "Transient"))
    GREYLISTED = ("greylisted", "mailbox", _SOFT, _RETRY,
        "Put off on purpose at the first attempt; a retry is expected to succeed.",
        ("Blocked", "Greylisted", 20, "Transient/General", "Transient"))
    RECIPIENT_FILTERED = ("recipient_filtered", "mailbox", _BLOCK, _REVIEW,
        "A rule or setting of the recipient's own refused the message.",
        ("Filtered", "PolicyRelated", 25, "Transient/ContentRejected", "Blocked"))

    MESSAGE_TOO_LARGE = ("message_too_large", "message", _BLOCK, _FIX,
        "The message is larger than the recipient or a server on the way takes.",
        ("EmailTooLarge", "MessageTooLarge", 23, "Transient/MessageTooLarge", "SoftBounce"))
    CONTENT_REJECTED = ("content_rejected", "message", _BLOCK, _FIX,
        "Something in the message (attachment, link, header) is not accepted there.",
        ("ContentError", "ContentRelated", 53, "Transient/ContentRejected", "SpamNotification"))
    SPAM_CONTENT = ("spam_content", "message", _BLOCK, _FIX,
        "The message was taken for spam.",
        ("SpamDetected", "SpamContent", 52, "Transient/ContentRejected", "SpamNotification"))
    VIRUS_DETECTED = ("virus_detected", "message", _BLOCK, _FIX,
        "The message was taken for malware.",
        ("VirusDetected", "VirusDetected", 53, "Transient/AttachmentRejected", "VirusNotification"))
    NONCOMPLIANT_MESSAGE = ("noncompliant_message", "message", _BLOCK, _FIX,
        "The message breaks the mail format (a duplicate or missing header field, bare line feeds).",
        ("NotCompliantRFC", "ContentRelated", 25, "Transient/ContentRejected", "SoftBounce"))
    UNSUPPORTED = ("unsupported", "message", _BLOCK, _FIX,
        "The way cannot carry this message (SMTPUTF8, 8-bit, conversion, REQUIRETLS, a missing feature).",
        ("ContentError", "ProtocolErrors", 25, "Transient/General", "SoftBounce"))

    BLOCKLISTED = ("blocklisted", "sender", _BLOCK, _FIX,
        "The sending address, host or domain is on a block list.",
        ("Blocked", "SpamBlock", 51, "Transient/General", "Blocked"))
    BAD_REPUTATION = ("bad_reputation", "sender", _BLOCK, _FIX,
        "The sending address, host or domain has a poor reputation with the receiver.",
        ("BadReputation", "SpamBlock", 51, "Transient/General", "Blocked"))
    AUTH_FAILED = ("auth_failed", "sender", _BLOCK, _FIX,
        "SPF, DKIM, DMARC or ARC did not confirm the sender.",
        ("AuthFailure", "AuthenticationFailed", 50, "Transient/General", "DMARCPolicy"))
    MISSING_PTR = ("missing_ptr", "sender", _BLOCK, _FIX,
        "The sending host has no reverse DNS name, or one that does not match.",
        ("RequirePTR", "PolicyRelated", 50, "Transient/General", "Blocked"))
    SENDER_REJECTED = ("sender_rejected", "sender", _BLOCK, _FIX,
        "The sender's address, or the sender as such, is refused.",
        ("Rejected", "SpamBlock", 50, "Transient/General", "Blocked"))
    RELAY_DENIED = ("relay_denied", "sender", _BLOCK, _FIX,
        "The receiving host says that it does not serve this domain, or not for this sender.",
        ("NoRelaying", "RelayDenied", 54, "Transient/General", "Blocked"))
    POLICY_VIOLATION = ("policy_violation", "sender", _BLOCK, _FIX,
        "A policy of the receiver, not named more closely, refused the message.",
        ("PolicyViolation", "PolicyRelated", 25, "Transient/General", "Blocked"))
    TLS_REQUIRED = ("tls_required", "sender", _BLOCK, _FIX,
        "The connection had to be encrypted and was not, or could not be.",
        ("FailedSTARTTLS", "PolicyRelated", 25, "Transient/General", "Transient"))
    SUPPRESSED = ("suppressed", "sender", _BLOCK, _REVIEW,
        "The sending provider did not try: the address is on its own suppression list.",
        ("Suppressed", "SuppressionList", 26, "Permanent/OnAccountSuppressionList", "ManuallyDeactivated"))

    NETWORK_ERROR = ("network_error", "way", _SOFT, _RETRY,
        "No connection to the receiving host, or it broke off.",
        ("NetworkError", "BadConnection", 20, "Transient/General", "Transient"))
    ROUTING_LOOP = ("routing_loop", "way", _SOFT, _REVIEW,
        "The message went round in circles, or passed through too many hosts.",
        ("NetworkError", "RoutingErrors", 20, "Transient/General", "SoftBounce"))
    EXPIRED = ("expired", "way", _SOFT, _RETRY,
        "The message waited in a queue until its time was up.",
        ("Expired", "BadConnection", 24, "Transient/General", "Transient"))
    SYSTEM_ERROR = ("system_error", "way", _SOFT, _RETRY,
        "A mail system on the way has a fault or is misconfigured.",
        ("SystemError", "TransientFailure", 20, "Transient/General", "Transient"))
    SYSTEM_FULL = ("system_full", "way", _SOFT, _RETRY,
        "A mail system on the way has no disk space left.",
        ("SystemFull", "TransientFailure", 20, "Transient/General", "Transient"))
    MAILER_ERROR = ("mailer_error", "way", _SOFT, _RETRY,
        "A local delivery program at the receiver failed.",
        ("MailerError", "TransientFailure", 20, "Transient/General", "SoftBounce"))
    PROTOCOL_ERROR = ("protocol_error", "way", _SOFT, _REVIEW,
        "The two mail systems did not understand each other.",
        ("SyntaxError", "ProtocolErrors", 20, "Transient/General", "SoftBounce"))

    UNDEFINED = ("undefined", "unknown", _OPEN, _REVIEW,
        "The message does not say why, or not in words that are known.",
        ("Undefined", "Uncategorized", 1, "Undetermined/Undetermined", "Unknown"))
    # fmt: on

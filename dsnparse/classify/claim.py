"""One thing that speaks for a reason, and the case that it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dsnparse.classify.objection import Objection
from dsnparse.classify.source import Source
from dsnparse.vocabulary import Action, Advice, BounceType, Kind, Reason

#: Members that are asked for with each claim: an enum looks for them each time.
_WORDS, _CONTEXT = Source.WORDS, Source.CONTEXT
#: Between words of one weight the cause goes before what followed from it: these only tell the outcome.
OUTCOMES: Final = {
    Reason.UNDEFINED: 6,
    Reason.SYSTEM_ERROR: 5,
    Reason.EXPIRED: 4,
    Reason.POLICY_VIOLATION: 3,
    Reason.MAILER_ERROR: 2,
    Reason.NETWORK_ERROR: 2,
    Reason.PROTOCOL_ERROR: 2,
    Reason.SENDER_REJECTED: 1,
    Reason.CONTENT_REJECTED: 1,
}


@dataclass(slots=True, init=False)
class Claim:
    """What one rule, code or event says is the reason."""

    #: What is believed first: see `rulebook.ranks`.
    rank: int
    reason: Reason
    #: The rule's id, as in evidence.
    rule: str
    #: The exact text that it looked at.
    text: str
    source: Source
    #: Where `text` starts in the text that it is from; -1 where it has no place.
    place: int
    #: Of two claims of one rank, the longer words count.
    weight: int
    #: What the rule itself says, in place of what the reason brings along.
    bounce_type: BounceType | None
    advice: Advice | None
    provider: str | None
    #: What in the sentence of its words keeps them from making anybody hard.
    objection: Objection | None

    # Written out, since mypyc runs what `dataclass` writes as Python.
    def __init__(
        self,
        rank: int,
        reason: Reason,
        rule: str,
        text: str,
        source: Source,
        place: int = -1,
        weight: int = 0,
        bounce_type: BounceType | None = None,
        advice: Advice | None = None,
        provider: str | None = None,
        objection: Objection | None = None,
    ) -> None:
        self.rank = rank
        self.reason = reason
        self.rule = rule
        self.text = text
        self.source = source
        self.place = place
        self.weight = weight
        self.bounce_type = bounce_type
        self.advice = advice
        self.provider = provider
        self.objection = objection


def order(claim: Claim) -> tuple[int, int, int, int, str]:
    """By what claims are ordered: the last is believed first."""
    is_words = claim.source is _WORDS or claim.source is _CONTEXT
    outcome = OUTCOMES.get(claim.reason, 0) if is_words else 0
    return claim.rank, -outcome, claim.weight, -claim.place, claim.rule


@dataclass(slots=True, init=False)
class Case:
    """What is known of one failure besides its words."""

    #: The codes that count: stated in fields, or in the reply.
    status: str | None
    reply_code: int | None
    #: 4 or 5, the class of these; None when nobody says.
    digit: int | None
    action: Action | None
    #: The SMTP command that was refused.
    command: str
    #: The provider that speaks.
    provider: str | None
    #: What sort of notice tells of it.
    kind: Kind
    #: What keeps the notice from being believed about him, whatever it says.
    doubt: Objection | None
    #: Whether it was read from a notice within the notice.
    is_second_hand: bool
    #: Whether the notice can be read as naming another address, or none.
    is_uncertain: bool
    #: Whether the reply has words of its own besides its codes.
    has_words: bool
    #: Whether it answers the login of the sender, or is about the account for it.
    is_own_account: bool
    #: Whether words that could mean the recipient's address are about somebody else's, or deny it.
    is_about_another: bool
    #: Whether the reply says, beside a code that decides, that it is so for now.
    is_for_now: bool
    #: Whether no rule understands its words, and they look like another matter than the address.
    is_unread: bool
    #: Whether the reply names another recipient of the notice, and not this one.
    names_another: bool
    #: Whether an event says that it failed, in the few words that its service has for that.
    is_event: bool

    # As above.
    def __init__(
        self,
        status: str | None = None,
        reply_code: int | None = None,
        digit: int | None = None,
        action: Action | None = None,
        command: str = "",
        provider: str | None = None,
        kind: Kind = Kind.BOUNCE,
        doubt: Objection | None = None,
        is_second_hand: bool = False,
        is_uncertain: bool = False,
        has_words: bool = False,
        is_own_account: bool = False,
        is_about_another: bool = False,
        is_for_now: bool = False,
        is_unread: bool = False,
        names_another: bool = False,
        is_event: bool = False,
    ) -> None:
        self.status = status
        self.reply_code = reply_code
        self.digit = digit
        self.action = action
        self.command = command
        self.provider = provider
        self.kind = kind
        self.doubt = doubt
        self.is_second_hand = is_second_hand
        self.is_uncertain = is_uncertain
        self.has_words = has_words
        self.is_own_account = is_own_account
        self.is_about_another = is_about_another
        self.is_for_now = is_for_now
        self.is_unread = is_unread
        self.names_another = names_another
        self.is_event = is_event

    @property
    def is_before_a_recipient(self) -> bool:
        """Whether the reply answers MAIL FROM: no recipient was named by then (RFC 5321 section 3.3)."""
        return self.command == "MAIL"

    @property
    def class_told(self) -> int | None:
        """4 or 5: that of the codes; where there are none, what a notice says of the end."""
        if self.digit is None and self.action is Action.FAILED and not self.is_event:
            return 5
        return self.digit

"""One thing that speaks for a reason, and the case that it is about."""

from __future__ import annotations

from dataclasses import dataclass

from dsnparse.classify.objection import Objection
from dsnparse.classify.source import Source
from dsnparse.vocabulary import Action, Advice, BounceType, Kind, Reason


@dataclass(slots=True)
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
    place: int = -1
    #: Of two claims of one rank, the longer words count.
    weight: int = 0
    #: What the rule itself says, in place of what the reason brings along.
    bounce_type: BounceType | None = None
    advice: Advice | None = None
    provider: str | None = None
    #: What in the sentence of its words keeps them from making anybody hard.
    objection: Objection | None = None


@dataclass(slots=True)
class Case:
    """What is known of one failure besides its words."""

    #: The codes that count: stated in fields, or in the reply.
    status: str | None = None
    reply_code: int | None = None
    #: 4 or 5, the class of these; None when nobody says.
    digit: int | None = None
    action: Action | None = None
    #: The SMTP command that was refused.
    command: str = ""
    #: The provider that speaks.
    provider: str | None = None
    #: What sort of notice tells of it.
    kind: Kind = Kind.BOUNCE
    #: What keeps the notice from being believed about him, whatever it says.
    doubt: Objection | None = None
    #: Whether it was read from a notice within the notice.
    is_second_hand: bool = False
    #: Whether the notice can be read as naming another address, or none.
    is_uncertain: bool = False
    #: Whether the reply has words of its own besides its codes.
    has_words: bool = False
    #: Whether it answers the login of the sender, or is about the account for it.
    is_own_account: bool = False
    #: Whether words that could mean the recipient's address are about somebody else's, or deny it.
    is_about_another: bool = False
    #: Whether the reply says, beside a code that decides, that it is so for now.
    is_for_now: bool = False
    #: Whether no rule understands its words, and they look like another matter than the address.
    is_unread: bool = False
    #: Whether the reply names another recipient of the notice, and not this one.
    names_another: bool = False
    #: Whether an event says that it failed, in the few words that its service has for that.
    is_event: bool = False

    @property
    def class_told(self) -> int | None:
        """4 or 5: that of the codes; where there are none, what a notice says of the end."""
        if self.digit is None and self.action is Action.FAILED and not self.is_event:
            return 5
        return self.digit

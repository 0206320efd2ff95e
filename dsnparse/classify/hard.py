"""May it be hard? The only place that says so.

`hard` silences a person. So it takes a reason that means the address, from words or a code that say just
that, of a failure that is final, told at first hand, about this recipient.
"""

from __future__ import annotations

from typing import Final

from dsnparse.classify.claim import Case, Claim
from dsnparse.classify.objection import Objection
from dsnparse.classify.source import Source
from dsnparse.classify.subject import OF_A_MAILBOX
from dsnparse.rulebook.ranks import GUESS_RANK, SPECIFIC_STATUS_RANK
from dsnparse.vocabulary import Action, Kind, Reason

#: Members that are asked for several times a reply: an enum looks for them each time.
_CODE, _BOUNCE = Source.CODE, Kind.BOUNCE

#: RFC 3463 section 3.2: the sender's mailbox, the sender's system: whatever the words beside them quote.
_OF_THE_SENDER: Final = frozenset({"1.7", "1.8"})


def may_be_hard(claim: Claim, case: Case, *, is_doubtful: bool) -> tuple[bool, Objection | None]:
    """Whether `claim`, which decides `case`, may make it hard; and what speaks against it.

    `is_doubtful`: whether another claim that is as strong speaks for a reason that is not about the address.
    """
    objection = _objection(claim, case, is_doubtful)
    return objection is None, objection


def _objection(claim: Claim, case: Case, is_doubtful: bool) -> Objection | None:
    if case.action is Action.DELAYED:
        return Objection.DELAYED
    if claim.reason is Reason.MAILBOX_DISABLED and claim.bounce_type is None and not _is_final(case):
        return Objection.NOT_FINAL
    if case.digit == 4:
        return Objection.TEMPORARY
    if case.is_own_account:
        return Objection.OWN_ACCOUNT
    if claim.objection is not None:
        return claim.objection
    if case.is_before_a_recipient and claim.reason in OF_A_MAILBOX:
        return Objection.ABOUT_ANOTHER
    if case.status is not None and case.status[2:] in _OF_THE_SENDER:
        return Objection.ABOUT_ANOTHER
    too_little = _says_too_little(claim, case)
    if too_little is not None:
        return too_little
    if is_doubtful:
        return Objection.DOUBTFUL
    if claim.source is _CODE and case.is_unread and _is_sent_for_other_things(claim):
        return Objection.UNREAD_WORDS
    if case.kind is not _BOUNCE:
        return Objection.NO_BOUNCE
    if case.is_second_hand:
        return Objection.SECOND_HAND
    if case.doubt is not None:
        return case.doubt
    if case.is_uncertain:
        return Objection.UNCERTAIN_ADDRESS
    return Objection.NAMES_ANOTHER if case.names_another else None


def _says_too_little(claim: Claim, case: Case) -> Objection | None:
    """Why what the claim rests on is not enough."""
    if claim.source is _CODE and case.is_about_another:
        return Objection.ABOUT_ANOTHER
    if claim.source is _CODE and case.is_for_now:
        return Objection.FOR_NOW
    if claim.source is Source.EVENT and case.digit != 5:
        return Objection.EVENT_CLASS_ALONE
    if claim.source is Source.LEARNED:
        return Objection.LEARNED_GUESS
    return Objection.GENERIC_CODE if claim.rank <= GUESS_RANK else None


def _is_sent_for_other_things(claim: Claim) -> bool:
    """Whether a code such as 5.1.1, 5.2.1 or 5.4.4 speaks, which servers send for other reasons as well."""
    return claim.rank <= SPECIFIC_STATUS_RANK and claim.reason is not Reason.BAD_ADDRESS_SYNTAX


def _is_final(case: Case) -> bool:
    return case.digit == 5 or (case.digit is None and case.action in (None, Action.FAILED))

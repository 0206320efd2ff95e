"""What may speak against a hard verdict: `Objection`, in evidence `not-hard.` and its value."""

from __future__ import annotations

from dsnparse.vocabulary import Word, shown_in_help


@shown_in_help
class Objection(Word):
    """Why a failure that its reason would make hard is not. In evidence: `not-hard.` and the value."""

    DELAYED = "delayed", "The recipient is still being tried."
    TEMPORARY = "temporary", "The reply or status code is one of class 4."
    NOT_FINAL = "not-final", "A closed mailbox, and what became of the recipient is not that it failed."
    GENERIC_CODE = "generic-code", "Nothing but a code that is sent for anything."
    UNREAD_WORDS = (
        "unread-words",
        "A code that is sent for other things too, beside words that look like one of these.",
    )
    LEARNED_GUESS = "learned-guess", "Nothing but a learned guess."
    EVENT_CLASS_ALONE = "event-class-alone", "An event's class, with no permanent code beside it."
    DOUBTFUL = "doubtful", "Words as strong as these speak for a reason that is not about the address."
    NO_BOUNCE = "no-bounce", "The message is no bounce: a delay, an answer, ordinary mail."
    SECOND_HAND = "second-hand", "It stands in a notice that came within the notice."
    UNCERTAIN_ADDRESS = "uncertain-address", "The notice can be read as naming another address, or none."
    OWN_ACCOUNT = "own-account", "It is about the account with which the sender logs in."
    ABOUT_ANOTHER = (
        "about-another",
        "Words of the reply are about the sender, a host or the content, or deny it.",
    )
    ONLY_PERHAPS = "only-perhaps", "The words say what may be, or what would be."
    FOR_NOW = "for-now", "The words say that it is so for now."
    NOT_MAILED = "not-mailed", "A signed return path says that somebody else was mailed."
    SUSPECT = "suspect", "Something about the notice is forged or too old."
    NAMES_ANOTHER = "names-another-recipient", "The reply names another recipient of the notice."

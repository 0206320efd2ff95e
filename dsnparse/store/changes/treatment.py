"""What one record of a report means for the address that was refused, and for the one that was mailed."""

from __future__ import annotations

from dsnparse.model import Action, Authenticity, BounceRecord, Kind, Report
from dsnparse.store.changes.state import What
from dsnparse.store.policy.policy import Policy
from dsnparse.trust.token import is_same
from dsnparse.vocabulary import BounceType, Origin, Reason, TrustLevel

#: A feedback report that names no type (RFC 5965 section 3.1 requires one; some senders don't).
DEFAULT_FEEDBACK = "abuse"

_TREATMENT = {
    BounceType.HARD: "hard",
    BounceType.SOFT: "soft",
    BounceType.BLOCK: "block",
    BounceType.UNDETERMINED: "review",
}
#: What a failure of somebody else is than the one whom we mailed.
NOT_MAILED = "not_mailed"
_ABOUT_ADDRESS = ("hard", "soft", "review", "complaint")
#: What becomes of a failure that is not proven.
_UNPROVEN = {"hard": "review", "soft": "nothing"}
_AT_LEAST_PLAUSIBLE = (TrustLevel.AUTHENTICATED, TrustLevel.PLAUSIBLE)
_FORWARDED = {"same": What.HARD, "second_notice": What.HARD_TWICE, "review": What.REVIEW}


def of_the_mailed_one(what: What | None, policy: Policy, *, is_known: bool) -> What | None:
    """What happened to the address that was mailed, from `what` happened to another one that refused it.

    `is_known`: the operator's look-up knows that the message that came back was sent to that one.

    ORCPT and the trace of the returned message say which one that is: whoever sent that message chose them.
    """
    if what is What.HARD:
        return What.HARD if is_known else _FORWARDED[policy.forwarded_hard]
    return what if what in (What.REVIEW, What.SUCCESS) else None


def treatment(report: Report, record: BounceRecord, policy: Policy, *, by_mail: bool = True) -> str:
    """One of "hard", "soft", "block", "review", "complaint", "success", "nothing" and NOT_MAILED.

    A suspect notice is nothing; one by mail that is not proven as far as the policy wants suppresses and
    pauses nobody; NOT_MAILED is a failure of somebody else than the one whom our signature names.

    A notice that names more recipients than the policy takes from one goes to review as a whole; so does an
    address that the notice does not name itself, or not for certain: a stranger may have chosen it.

    A delay, an auto-reply, a receipt and other mail are always nothing, and so is an expansion (the members'
    own notices will follow). A complaint goes by its feedback type, a failure by its reason and type.
    """
    found = report.authenticity
    if is_suspect(report):
        return "nothing"
    treated = _by_itself(report, record, policy)
    if found is not None and found.mailed is not None and not is_same(found.mailed, record.recipient):
        return NOT_MAILED if treated in _ABOUT_ADDRESS else treated
    in_doubt = len(report.records) > policy.notice_recipients or not _is_named(report, record)
    if in_doubt and treated in ("hard", "soft", "complaint"):
        return "review"
    if by_mail and treated in _UNPROVEN and not _is_believed(found, policy):
        return _UNPROVEN[treated]
    return treated


def is_suspect(report: Report) -> bool:
    """Whether something about the notice is forged, too old, or was never ours."""
    return report.authenticity is not None and report.authenticity.verdict is TrustLevel.SUSPECT


def _is_named(report: Report, record: BounceRecord) -> bool:
    """Whether the notice itself names the recipient for certain, or a good signature of ours."""
    found = report.authenticity
    if record.recipient_origin is Origin.VERP:
        return found is not None and found.mailed is not None and found.verdict is TrustLevel.AUTHENTICATED
    return record.recipient_origin is Origin.STATED


def _is_believed(found: Authenticity | None, policy: Policy) -> bool:
    """Whether a notice that came by mail is proven as far as the policy wants."""
    wanted = policy.trust_require_for_hard
    if wanted == "by_keys":
        wanted = "authenticated" if found is not None and found.is_expected else "none"
    if wanted == "none":
        return True
    enough = (TrustLevel.AUTHENTICATED,) if wanted == "authenticated" else _AT_LEAST_PLAUSIBLE
    return found is not None and found.verdict in enough


def _by_itself(report: Report, record: BounceRecord, policy: Policy) -> str:
    if report.kind is Kind.COMPLAINT:
        return complaint_treatment(report, policy)
    if report.kind not in (Kind.BOUNCE, Kind.DELIVERY):
        return "nothing"
    if record.action in (Action.DELIVERED, Action.RELAYED):
        return "success"
    if record.action in (Action.DELAYED, Action.EXPANDED):
        return "nothing"
    if report.kind is Kind.DELIVERY:
        return "success" if record.action is None else "nothing"
    wanted = policy.treat.get(record.reason)
    if wanted == "hard" and _is_in_doubt(record):
        return "review"
    if wanted:
        return wanted
    if record.bounce_type is BounceType.SOFT and record.reason is Reason.UNDEFINED and not _says_why(record):
        return "nothing"  # SES calls out-of-office answers so, and says no more of them
    return _TREATMENT[record.bounce_type]


def _is_in_doubt(record: BounceRecord) -> bool:
    """Whether something spoke against the type that the reason has by itself: whose failure it is, mostly."""
    undetermined = BounceType.UNDETERMINED
    return record.bounce_type is undetermined and record.reason.bounce_type is not undetermined


def _says_why(record: BounceRecord) -> bool:
    return bool(record.status or record.reply_code or record.diagnostic)


def complaint_treatment(report: Report, policy: Policy) -> str:
    """ "complaint", "review" or "nothing", by the feedback type; "nothing" for other kinds of messages."""
    if report.kind is not Kind.COMPLAINT or is_suspect(report):
        return "nothing"
    feedback = (report.feedback_type or DEFAULT_FEEDBACK).lower()
    if feedback in policy.complaint_suppress:
        return "complaint"
    return "review" if feedback in policy.complaint_review else "nothing"


def what_happened(
    treated: str, report: Report, record: BounceRecord, policy: Policy, *, by_mail: bool = True
) -> What | None:
    """The event for the refused address, from the record's `treatment`; None when it means nothing.

    `by_mail`: whether it came as mail, which anybody can send, and not in a mail service's own feed.
    """
    match treated:
        case "complaint":
            by_one = not by_mail and len(report.records) == 1
            return What.COMPLAINT if by_one else What.COMPLAINT_IN_DOUBT
        case "success":
            return What.SUCCESS
        case "review":
            return What.REVIEW
        case "hard" | "soft" if record.reason is Reason.MAILBOX_FULL and record.reason not in policy.treat:
            return What.FULL
        case "soft":
            return What.SOFT
        case "hard":
            return What.REVIEW if record.confidence < policy.hard_min_confidence else What.HARD
        case _:
            return None

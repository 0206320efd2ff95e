"""What speaks for a notice, and against it: `Proof`, in evidence `trust.` and its name."""

from __future__ import annotations

from enum import Enum

from dsnparse.trust.signature import State


class Bearing(Enum):
    """What a finding does to the verdict."""

    #: Nobody else can make it.
    PROVES = "proves"
    #: It is enough for `plausible`.
    SUPPORTS = "supports"
    #: Two of these are.
    HINTS = "hints"
    #: It only explains.
    TELLS = "tells"
    #: It makes the notice suspect, unless something proves it.
    DOUBTS = "doubts"
    #: It makes the notice suspect.
    DENIES = "denies"


class Proof(Enum):
    """A finding: its name in evidence, what it does, and what it means."""

    VERP_VALID = "verp.valid", Bearing.PROVES, "it came to a return path that we signed, in time"
    VERP_UNDATED = "verp.undated", Bearing.SUPPORTS, "the same, and nobody trustworthy says when it came"
    VERP_EXPIRED = "verp.expired", Bearing.DENIES, "it came to a return path of ours that is too old"
    VERP_FORGED = "verp.forged", Bearing.DENIES, "it came to a return path that looks like ours and is not"
    VERP_UNKNOWN_KEY = (
        "verp.unknown-key", Bearing.TELLS, "it came to a return path signed with a key that we do not have",
    )  # fmt: skip
    VERP_ABSENT = "verp.absent", Bearing.TELLS, "it came to an address of ours that is not signed"
    VERP_PLAIN = "verp.plain", Bearing.HINTS, "an unsigned return path names the recipient, too"
    VERP_ID = (
        "verp.id", Bearing.SUPPORTS, "a return path that we signed has an id, and nobody says whose it is",
    )  # fmt: skip
    NAMES_ANOTHER = (
        "names-another", Bearing.TELLS, "the notice names another address than the one that we mailed",
    )  # fmt: skip
    NO_ENVELOPE = "no-envelope", Bearing.TELLS, "nobody trustworthy says to which address it came"
    BATV_VALID = "batv.valid", Bearing.PROVES, "it came to our address with a tag of ours (BATV), in time"
    BATV_UNDATED = "batv.undated", Bearing.SUPPORTS, "the same, and nobody trustworthy says when it came"
    BATV_EXPIRED = "batv.expired", Bearing.DENIES, "it came to our address with a tag that is too old"
    BATV_FORGED = "batv.forged", Bearing.DENIES, "it came to an address with a tag that is not ours"
    BATV_ABSENT = "batv.absent", Bearing.TELLS, "it came to an address of ours that has no tag"
    SRS_VALID = "srs.valid", Bearing.PROVES, "it came to a sender that our forwarding server rewrote, in time"
    SRS_UNDATED = "srs.undated", Bearing.SUPPORTS, "the same, and nobody trustworthy says when it came"
    SRS_EXPIRED = "srs.expired", Bearing.DENIES, "it came to a rewritten sender that is too old"
    SRS_FORGED = "srs.forged", Bearing.DENIES, "it came to a rewritten sender with a wrong hash"
    MESSAGE_ID_VALID = (
        "message-id.valid", Bearing.PROVES, "the Message-ID that came back is one that we signed for him",
    )  # fmt: skip
    MESSAGE_ID_UNDATED = (
        "message-id.undated", Bearing.SUPPORTS, "the same, and nobody trustworthy says when it came",
    )  # fmt: skip
    MESSAGE_ID_EXPIRED = "message-id.expired", Bearing.DENIES, "the same, and it is too old"
    MESSAGE_ID_OTHER = (
        "message-id.other", Bearing.DOUBTS, "the Message-ID that came back is not signed for those it names",
    )  # fmt: skip
    MESSAGE_ID_ABSENT = (
        "message-id.absent", Bearing.DOUBTS, "what came back has no Message-ID of ours: it was never ours",
    )  # fmt: skip
    TOKEN_VALID = "token.valid", Bearing.PROVES, "a field that came back has a token that we signed"
    TOKEN_UNDATED = (
        "token.undated", Bearing.SUPPORTS, "the same, and nobody trustworthy says when it came",
    )  # fmt: skip
    TOKEN_EXPIRED = "token.expired", Bearing.DENIES, "the same, and it is too old"
    TOKEN_FORGED = "token.forged", Bearing.DENIES, "a field that came back has a token that is not ours"
    TOKEN_OTHER = "token.other", Bearing.DENIES, "token and return path name two recipients"
    DKIM_OURS = (
        "dkim.ours", Bearing.PROVES, "what came back whole has our DKIM signature, over a To of one address",
    )  # fmt: skip
    DKIM_OURS_NAMELESS = (
        "dkim.ours-nameless", Bearing.SUPPORTS, "the same, and it is old, undated, or names nobody",
    )  # fmt: skip
    DKIM_REPORTER = (
        "dkim.reporter", Bearing.PROVES, "a daemon of the recipients' own domain signed the notice (DKIM)",
    )  # fmt: skip
    DKIM_OTHER = "dkim.other", Bearing.TELLS, "the notice is signed by a domain that is not its recipients'"
    OUR_RECEIVED = "received.ours", Bearing.HINTS, "what came back went through a mail server of ours"
    NOT_OUR_RECEIVED = (
        "received.not-ours", Bearing.DOUBTS, "what came back went through no mail server of ours",
    )  # fmt: skip
    NULL_SENDER = "sender.null", Bearing.HINTS, "it has no return path of its own, as notices have none"
    OTHER_SENDER = "sender.named", Bearing.TELLS, "it has a return path of its own, which notices have not"
    REPORTER_DELIVERED = (
        "reporter.delivered", Bearing.HINTS, "the host that reports is the one that delivered the notice",
    )  # fmt: skip

    def __init__(self, name: str, bearing: Bearing, meaning: str) -> None:
        self.rule = f"trust.{name}"
        self.bearing = bearing
        self.meaning = meaning


#: What a signature of each place is worth, by its state.
VERP_BY_STATE = {
    State.VALID: Proof.VERP_VALID,
    State.UNDATED: Proof.VERP_UNDATED,
    State.EXPIRED: Proof.VERP_EXPIRED,
    State.FORGED: Proof.VERP_FORGED,
    State.UNKNOWN_KEY: Proof.VERP_UNKNOWN_KEY,
}
TOKEN_BY_STATE = {
    State.VALID: Proof.TOKEN_VALID,
    State.UNDATED: Proof.TOKEN_UNDATED,
    State.EXPIRED: Proof.TOKEN_EXPIRED,
    State.FORGED: Proof.TOKEN_FORGED,
}
BATV_BY_STATE = {
    State.VALID: Proof.BATV_VALID,
    State.UNDATED: Proof.BATV_UNDATED,
    State.EXPIRED: Proof.BATV_EXPIRED,
    State.FORGED: Proof.BATV_FORGED,
    State.UNKNOWN_KEY: Proof.BATV_FORGED,
}
SRS_BY_STATE = {
    State.VALID: Proof.SRS_VALID,
    State.UNDATED: Proof.SRS_UNDATED,
    State.EXPIRED: Proof.SRS_EXPIRED,
    State.FORGED: Proof.SRS_FORGED,
}
MESSAGE_ID_BY_STATE = {
    State.VALID: Proof.MESSAGE_ID_VALID,
    State.UNDATED: Proof.MESSAGE_ID_UNDATED,
    State.EXPIRED: Proof.MESSAGE_ID_EXPIRED,
}

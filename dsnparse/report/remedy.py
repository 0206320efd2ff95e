"""What to do about refusals, and whom to ask: from the pages of reasons and providers that `explain` has."""

from __future__ import annotations

import tomllib
from functools import cache, lru_cache
from importlib.resources import files

from dsnparse.explain.provider_pages import provider_help
from dsnparse.explain.reason_pages import reason_page
from dsnparse.report.facts import COMPLAINT
from dsnparse.report.figures import Remedy
from dsnparse.vocabulary import Reason

_LISTED = (Reason.BLOCKLISTED.value, Reason.BAD_REPUTATION.value)
#: Besides reasons about the sender: those that a receiver's postmaster can help with.
_ASKED_ABOUT = (Reason.SPAM_CONTENT, Reason.CONTENT_REJECTED, Reason.RATE_LIMITED)


def shown_name(receiver: str, *, is_provider: bool = True) -> str:
    """What a receiver is called in a sentence."""
    if not is_provider or "." in receiver:
        return receiver
    return _called().get(receiver) or receiver.replace("_", " ").capitalize()


@cache
def _called() -> dict[str, str]:
    return tomllib.loads((files("dsnparse.report") / "files" / "names.toml").read_text("utf-8"))


def is_list(reason: str) -> bool:
    """Whether a reason says that the sender is on somebody's list."""
    return reason in _LISTED


@lru_cache(maxsize=1_000)
def remedy(reason: str, receiver: str) -> Remedy:
    """What to do about one reason at one receiver."""
    if reason == COMPLAINT:
        return Remedy("Make it easy to unsubscribe, and mail only those who asked for it.", "No.")
    sense = reason_page(Reason(reason)).senses[0]
    about_sender = sense.reason is not None and sense.reason.group == "sender"
    links = provider_help(receiver) if about_sender or sense.reason in _ASKED_ABOUT else {}
    return Remedy(
        sense.fix,
        sense.mends or "",
        ask=links.get("unblock"),
        postmaster=links.get("postmaster"),
        links_from=links.get("from"),
    )


def meaning(reason: str) -> str:
    """What a reason says, in a sentence."""
    return "" if reason == COMPLAINT else Reason(reason).meaning

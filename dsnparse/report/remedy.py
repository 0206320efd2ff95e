"""What to do about refusals, and whom to ask: from the pages of reasons and providers that `explain` shows."""

from __future__ import annotations

from functools import lru_cache

from dsnparse.explain.provider_pages import provider_help
from dsnparse.explain.reason_pages import reason_page
from dsnparse.report.facts import COMPLAINT
from dsnparse.report.figures import Remedy
from dsnparse.vocabulary import Reason

#: Providers that are not called as they are written here.
_CALLED = {
    "att": "AT&T", "bt": "BT", "gmx": "GMX", "kddi": "KDDI", "kpn": "KPN", "ocn": "OCN", "sfr": "SFR", "tdc": "TDC",
    "tim": "TIM", "uol": "UOL", "wp": "WP", "ses": "Amazon SES", "i_ua": "I.UA", "mail_ru": "Mail.ru",
    "web_de": "WEB.DE", "t_online": "T-Online", "home_pl": "home.pl", "email_it": "Email.it", "inbox_lv": "Inbox.lv",
    "sendgrid": "SendGrid", "sparkpost": "SparkPost", "one_com": "one.com", "netease": "NetEase",
}  # fmt: skip
_LISTED = (Reason.BLOCKLISTED.value, Reason.BAD_REPUTATION.value)
#: Besides reasons about the sender: those that a receiver's postmaster can help with.
_ASKED_ABOUT = (Reason.SPAM_CONTENT, Reason.CONTENT_REJECTED, Reason.RATE_LIMITED)


def shown_name(receiver: str, *, is_provider: bool = True) -> str:
    """What a receiver is called in a sentence."""
    if not is_provider or "." in receiver:
        return receiver
    return _CALLED.get(receiver) or receiver.replace("_", " ").capitalize()


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

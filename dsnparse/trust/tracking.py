"""Signed Message-IDs, and tokens in fields of their own: they come back in the returned header.

    Message-ID: <4f2a9c.DDDKMMMMMMMMMM@example.org>    signed with its recipient, whom it does not show
    X-Bounce-Token: DDDKMMMMMMMMMM-kim=example.com
    Feedback-ID: campaign:DDDKMMMMMMMMMM.u4711:list:sender

They help where the return path cannot be chosen. Who got the message can read them, as can whoever he sent
it on to.
"""

from __future__ import annotations

import re
from datetime import date

from dsnparse.trust.keys import Keys
from dsnparse.trust.letters import FORM
from dsnparse.trust.signature import LIFETIME, State, check, sign
from dsnparse.trust.token import (
    TOKEN,
    Signed,
    check_token,
    id_in_letters,
    make_token,
    recipient_in_letters,
)

FIELD = "X-Bounce-Token"
_TOKEN_PURPOSE, _ID_PURPOSE = "token", "message id"
_UNIQUE = re.compile(r"[a-z0-9_-]{1,64}")
_MESSAGE_ID = re.compile(
    rf"<?([A-Za-z0-9_-]{{1,64}})\.({FORM})@([^<>@\s]{{1,255}})>?", re.IGNORECASE | re.ASCII
)
#: Parts of a Feedback-ID that are looked at (Google names four).
_PARTS = 8


def sign_message_id(recipient: str, unique: str, domain: str, keys: Keys, day: date) -> str:
    """A Message-ID, with its angle brackets, for a message to one recipient.

    `unique`: what makes it the only one of its kind: a number of yours, or `secrets.token_hex(8)`. Raises
    ValueError when it has other letters than a to z, digits, - and _.
    """
    if not _UNIQUE.fullmatch(unique):
        raise ValueError(
            f"{unique!r} is not fit for a Message-ID: use letters a to z, digits, - and _, up to 64."
        )
    return f"<{unique}.{sign(_ID_PURPOSE, _signed(unique, domain, recipient), keys, day)}@{domain}>"


def check_message_id(
    message_id: str, recipient: str, keys: Keys, came: date | None, lifetime: int = LIFETIME
) -> State | None:
    """What a Message-ID is worth for this recipient; None when it is none of the signed ones. Never raises.

    FORGED also when it was signed for somebody else: it does not tell for whom.
    """
    found = _MESSAGE_ID.fullmatch(message_id)
    if found is None or not message_id.isascii():
        return None
    unique, signature, domain = found.groups()
    return check(_ID_PURPOSE, _signed(unique, domain, recipient), signature, keys, came, lifetime)[0]


def is_signed_form(message_id: str) -> bool:
    """Whether a Message-ID has the form of the signed ones."""
    return _MESSAGE_ID.fullmatch(message_id) is not None


def sign_token(address: str, keys: Keys, day: date) -> str:
    """A token for a field of the message, or a part of its Feedback-ID. Raises ValueError."""
    return make_token(_TOKEN_PURPOSE, recipient_in_letters(address), keys, day)


def sign_id_token(name: str, keys: Keys, day: date) -> str:
    """The same with an id of your own in the recipient's place."""
    return make_token(_TOKEN_PURPOSE, id_in_letters(name), keys, day)


def find_token(value: str, keys: Keys, came: date | None, lifetime: int = LIFETIME) -> Signed | None:
    """The token of a field's value, or of one part of a Feedback-ID; None when it has none. Never raises."""
    for part in value.split(":", _PARTS):
        text = part.strip()
        if TOKEN.fullmatch(text):
            return check_token(_TOKEN_PURPOSE, text, keys, came, lifetime)
    return None


def _signed(unique: str, domain: str, recipient: str) -> str:
    return f"{unique}@{domain}\n{recipient}"

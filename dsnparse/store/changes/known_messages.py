"""The operator's look-up: is this Message-ID one of ours, sent to this address?"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence

from dsnparse.store.changes.prepared import Prepared
from dsnparse.store.policy.policy import Policy
from dsnparse.store.sql.errors import StoreError, StoreUnavailable

#: Asked with a Message-ID, without angle brackets, and the address that it should have been sent to.
KnowsMessage = Callable[[str, str], bool]

_TIMEOUT = 30


def command_lookup(words: Sequence[str]) -> KnowsMessage:
    """A look-up that runs a command with Message-ID and address as its last arguments: 0 known, 1 not known.

    It raises StoreUnavailable for any other exit status, so that the message is read again later.
    """

    def knows(message_id: str, recipient: str) -> bool:
        if message_id.startswith("-") or recipient.startswith("-"):
            return False  # it must not be taken for an option
        try:
            done = subprocess.run(  # noqa: S603
                [*words, message_id, recipient], capture_output=True, timeout=_TIMEOUT, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise StoreUnavailable(f"The look-up of Message-IDs failed: {problem}") from problem
        if done.returncode not in (0, 1):
            raise StoreUnavailable(f"The look-up of Message-IDs ended with exit status {done.returncode}")
        return done.returncode == 0

    return knows


def find_lookup(policy: Policy, callback: KnowsMessage | None) -> KnowsMessage | None:
    """The look-up to use: the callback, else the policy's command; None when there is none, nor asked for."""
    if callback is not None:
        return callback
    if policy.hard_lookup_command:
        return command_lookup(policy.hard_lookup_command)
    if "known_message" not in policy.hard_confirm | policy.complaint_confirm:
        return None
    raise StoreError(
        'The policy has confirm = ["known_message"], but nothing looks the Message-IDs up: set '
        "lookup_command in [hard], or give Store.open knows_message"
    )


def known_messages(items: Sequence[Prepared], knows: KnowsMessage | None) -> frozenset[tuple[str, str]]:
    """The pairs of Message-ID and address that are known, asked once each, where something depends on it."""
    if knows is None:
        return frozenset()
    pairs = {
        (item.message_id, address) for item in items for record in item.records for address in record.asked
    }
    asked = sorted((one, address) for one, address in pairs if one and address)
    return frozenset(pair for pair in asked if knows(pair[0].strip().strip("<>"), pair[1]))

"""The operator's look-up: is this Message-ID one of ours?"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence

from dsnparse.model import BounceType, Kind
from dsnparse.store.changes.batch import Seen
from dsnparse.store.policy.policy import Policy
from dsnparse.store.sql.errors import StoreError, StoreUnavailable

KnowsMessage = Callable[[str], bool]

_TIMEOUT = 30


def command_lookup(words: Sequence[str]) -> KnowsMessage:
    """A look-up that runs a command with the Message-ID as its last argument: 0 known, 1 not known.

    It raises StoreUnavailable for any other exit status, so that the message is read again later.
    """

    def knows(message_id: str) -> bool:
        if message_id.startswith("-"):
            return False  # no Message-ID, and it must not be taken for an option
        try:
            done = subprocess.run([*words, message_id], capture_output=True, timeout=_TIMEOUT, check=False)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise StoreUnavailable(f"The look-up of Message-IDs failed: {problem}") from problem
        if done.returncode not in (0, 1):
            raise StoreUnavailable(f"The look-up of Message-IDs ended with exit status {done.returncode}")
        return done.returncode == 0

    return knows


def find_lookup(policy: Policy, callback: KnowsMessage | None) -> KnowsMessage | None:
    """The look-up to use: the callback, else the policy's command; None when the policy asks for none."""
    if "known_message" not in policy.hard_confirm:
        return None
    if callback is not None:
        return callback
    if policy.hard_lookup_command:
        return command_lookup(policy.hard_lookup_command)
    raise StoreError(
        'The policy has confirm = ["known_message"], but nothing looks the Message-IDs up: set '
        "lookup_command in [hard], or give Store.open knows_message"
    )


def known_ids(items: Sequence[Seen], knows: KnowsMessage | None) -> frozenset[str]:
    """The Message-IDs that came back with a hard bounce and are known, asked once each."""
    if knows is None:
        return frozenset()
    ids = {
        item.report.original.message_id
        for item in items
        if item.report.kind is Kind.BOUNCE
        and any(record.bounce_type is BounceType.HARD for record in item.report.records)
    }
    return frozenset(one for one in sorted(filter(None, ids)) if knows(one.strip().strip("<>")))

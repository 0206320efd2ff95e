"""What every transaction of a store goes by."""

from __future__ import annotations

from dataclasses import dataclass

from dsnparse.store.address.privacy import Privacy
from dsnparse.store.policy.policy import Policy


@dataclass(frozen=True, slots=True)
class Terms:
    """The policy, how addresses are written, and who is told of changes."""

    policy: Policy
    privacy: Privacy
    #: The names of the hooks that are told of changes.
    targets: tuple[str, ...] = ()

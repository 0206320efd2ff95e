"""What can go wrong with a store, as sentences that an operator can act on."""

from __future__ import annotations

from dsnparse.errors import DsnparseError


class StoreError(DsnparseError):
    """The store cannot do this, and trying again will not help: a newer schema, a wrong key, a bad file."""


class StoreUnavailable(StoreError):  # noqa: N818  (it is a state of the store, and reads as one)
    """The database cannot be reached or is locked. Nothing was written; the same call may work later."""


class StoreReplaced(StoreUnavailable):
    """Another database has taken the place of this one: what was read from the old one does not hold."""

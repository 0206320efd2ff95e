"""The states of an address, as they stand in the database."""

from __future__ import annotations

ACTIVE, REVIEW, PAUSED, SUPPRESSED = "active", "review", "paused", "suppressed"

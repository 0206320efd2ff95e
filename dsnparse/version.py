"""The version of dsnparse, where the lowest room can read it."""

from __future__ import annotations

VERSION = "0.1.0"

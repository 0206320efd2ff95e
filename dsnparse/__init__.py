"""Bounce messages in, per-recipient classified and explained records out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsnparse.model import (
    Action,
    Advice,
    BounceRecord,
    BounceType,
    Evidence,
    Kind,
    OriginalMessage,
    ParseWarning,
    Reason,
    Report,
)

if TYPE_CHECKING:
    from dsnparse.classify import Verdict, classify_reply
    from dsnparse.compose import compose_dsn
    from dsnparse.parser import Parser, parse_dsn
    from dsnparse.wire.limits import Limits

__version__ = "0.1.0"
__all__ = [
    "Action",
    "Advice",
    "BounceRecord",
    "BounceType",
    "Evidence",
    "Kind",
    "Limits",
    "OriginalMessage",
    "ParseWarning",
    "Parser",
    "Reason",
    "Report",
    "Verdict",
    "__version__",
    "classify_reply",
    "compose_dsn",
    "parse_dsn",
]
_HOMES = {
    "Limits": "wire.limits",
    "Parser": "parser",
    "Verdict": "classify",
    "classify_reply": "classify",
    "compose_dsn": "compose",
    "parse_dsn": "parser",
}


def __getattr__(name: str) -> object:
    # The machinery loads when first needed: `import dsnparse` for its types alone stays cheap.
    from importlib import import_module

    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'dsnparse' has no attribute {name!r}")
    return getattr(import_module(f"dsnparse.{home}"), name)

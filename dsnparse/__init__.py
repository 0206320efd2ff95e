"""Bounce messages in, per-recipient classified and explained records out.

    from dsnparse import parse_dsn

    report = parse_dsn(data)              # the bytes of a message, any bytes
    if report:                            # it is a bounce
        for record in report:             # one record for each recipient
            print(record.recipient, record.reason, record.bounce_type, record.advice)

What there is:

    parse_dsn(message)                    a message in, a Report out
    parse_file(path)                      the same of a file
    parse_many("bounces/")                the same of files, folders, mboxes and archives, one by one
    Parser(rules=…, limits=…, formats=…)  the same with options, to be made once
    classify_reply(reply, provider)       one SMTP reply in, a Verdict out
    compose_dsn(report)                   a Report in, the bytes of a notice (RFC 3464) out
    Limits(parts=…, …)                    how much of a message is looked at
    Envelope(rcpt_to=…, …)                what your mail server says beside a message
    TrustSettings(keys=…, …)              what is known of your own mail, to tell real notices by

A Report holds BounceRecords, an OriginalMessage, ParseWarnings and Evidence; its words are those of Kind,
Action, Reason, BounceType and Advice. Each has `to_dict()`, `to_json()` and `from_dict()`. What goes wrong
for reasons of its own is a DsnparseError. The database of bounces is in `dsnparse.store`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsnparse.errors import DsnparseError
from dsnparse.version import VERSION

if TYPE_CHECKING:
    from dsnparse.classify import Conflict, Objection, RuleError, Source, Verdict, classify_reply, providers
    from dsnparse.compose import compose_dsn
    from dsnparse.mailboxes.parsing import Parsed, parse_file, parse_many
    from dsnparse.model import (
        Action,
        Advice,
        Authenticity,
        BounceRecord,
        BounceType,
        Evidence,
        Kind,
        Origin,
        OriginalMessage,
        ParseWarning,
        Reason,
        Report,
        TrustLevel,
    )
    from dsnparse.parser import Parser, parse_dsn
    from dsnparse.render.report_schema import report_schema
    from dsnparse.trust.envelope import Envelope
    from dsnparse.trust.keys import Keys
    from dsnparse.trust.settings import TrustSettings
    from dsnparse.trust.webhooks.keys import WebhookKeys
    from dsnparse.wire.limits import Limits

__version__ = VERSION
__all__ = [  # noqa: RUF022  (what a reader needs first stands first)
    "parse_dsn",
    "Parser",
    "classify_reply",
    "compose_dsn",
    "Limits",
    "parse_file",
    "parse_many",
    "Parsed",
    "Envelope",
    "TrustSettings",
    "Keys",
    "WebhookKeys",
    "Report",
    "BounceRecord",
    "OriginalMessage",
    "Evidence",
    "ParseWarning",
    "Authenticity",
    "Verdict",
    "Conflict",
    "Kind",
    "Action",
    "Origin",
    "Reason",
    "BounceType",
    "Advice",
    "TrustLevel",
    "Source",
    "Objection",
    "DsnparseError",
    "RuleError",
    "providers",
    "report_schema",
    "__version__",
]
_HOMES = {
    "Action": "model",
    "Advice": "model",
    "Authenticity": "model",
    "BounceRecord": "model",
    "BounceType": "model",
    "Conflict": "classify",
    "Envelope": "trust.envelope",
    "Evidence": "model",
    "Keys": "trust.keys",
    "Kind": "model",
    "Limits": "wire.limits",
    "Objection": "classify",
    "Origin": "model",
    "OriginalMessage": "model",
    "ParseWarning": "model",
    "Parsed": "mailboxes.parsing",
    "Parser": "parser",
    "Reason": "model",
    "Report": "model",
    "RuleError": "classify",
    "Source": "classify",
    "TrustLevel": "model",
    "TrustSettings": "trust.settings",
    "Verdict": "classify",
    "WebhookKeys": "trust.webhooks.keys",
    "classify_reply": "classify",
    "compose_dsn": "compose",
    "parse_dsn": "parser",
    "parse_file": "mailboxes.parsing",
    "parse_many": "mailboxes.parsing",
    "providers": "classify",
    "report_schema": "render.report_schema",
}


def __getattr__(name: str) -> object:
    # All of it loads when first needed: commands that parse nothing start without it.
    from importlib import import_module

    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'dsnparse' has no attribute {name!r}")
    return getattr(import_module(f"dsnparse.{home}"), name)


def __dir__() -> list[str]:
    return __all__

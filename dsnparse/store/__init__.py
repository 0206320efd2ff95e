"""The bounce database: what was seen, what it means for each address, and whether to mail it.

Needs the extra `store` (`pip install 'mail-dsnparse[store]'`). `Policy`, `AddressIdentity` and
`message_identity` work without it.

    from dsnparse.store import Seen, Store, message_identity

    with Store.open("bounces.db") as store:
        store.add([Seen(message_identity(data), "maildir:/var/bounces", parse_dsn(data))])
        if store.check("jane@example.com"):
            ...
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dsnparse.store.addresses import AddressIdentity
    from dsnparse.store.decision import Answer, Decision
    from dsnparse.store.errors import StoreError, StoreUnavailable
    from dsnparse.store.hooks import ExecHook, WebhookHook
    from dsnparse.store.identity import event_identity, message_identity
    from dsnparse.store.policy import Policy
    from dsnparse.store.seen import AddResult, Change, Seen
    from dsnparse.store.store import Store

__all__ = [
    "AddResult",
    "AddressIdentity",
    "Answer",
    "Change",
    "Decision",
    "ExecHook",
    "Policy",
    "Seen",
    "Store",
    "StoreError",
    "StoreUnavailable",
    "WebhookHook",
    "event_identity",
    "message_identity",
]

_HOME = {
    "AddResult": "seen",
    "AddressIdentity": "addresses",
    "Answer": "decision",
    "Change": "seen",
    "Decision": "decision",
    "ExecHook": "hooks",
    "Policy": "policy",
    "Seen": "seen",
    "Store": "store",
    "StoreError": "errors",
    "StoreUnavailable": "errors",
    "WebhookHook": "hooks",
    "event_identity": "identity",
    "message_identity": "identity",
}


def __getattr__(name: str) -> object:
    # SQLAlchemy loads with `Store`, not with the policy or the identities.
    if name not in _HOME:
        raise AttributeError(f"module 'dsnparse.store' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"dsnparse.store.{_HOME[name]}"), name)

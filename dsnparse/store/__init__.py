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
    from dsnparse.store.policy import Policy
    from dsnparse.store.seen import AddResult, Change, Seen
    from dsnparse.store.store import Store
    from dsnparse.wire.identity import event_identity, message_identity

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
    "AddResult": "dsnparse.store.seen",
    "AddressIdentity": "dsnparse.store.addresses",
    "Answer": "dsnparse.store.decision",
    "Change": "dsnparse.store.seen",
    "Decision": "dsnparse.store.decision",
    "ExecHook": "dsnparse.store.hooks",
    "Policy": "dsnparse.store.policy",
    "Seen": "dsnparse.store.seen",
    "Store": "dsnparse.store.store",
    "StoreError": "dsnparse.store.errors",
    "StoreUnavailable": "dsnparse.store.errors",
    "WebhookHook": "dsnparse.store.hooks",
    "event_identity": "dsnparse.wire.identity",
    "message_identity": "dsnparse.wire.identity",
}


def __getattr__(name: str) -> object:
    # SQLAlchemy loads with `Store`, not with the policy or the identities.
    if name not in _HOME:
        raise AttributeError(f"module 'dsnparse.store' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)

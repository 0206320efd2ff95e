"""The bounce database: what was seen, what it means for each address, and whether to mail it.

Needs the extra `store` (docs/deploy.md); `Policy`, `AddressIdentity` and
`message_identity` work without it.

    from dsnparse.store import Seen, Store, message_identity

    with Store.open("bounces.db") as store:
        store.add([Seen(message_identity(data), "maildir:/var/bounces", parse_dsn(data))])
        if store.check("jane@example.com"):
            ...

Its folders; each imports only from those above it, and `store.py` from all of them:

| | |
|---|---|
| `sql/` | the database itself: tables, versions, connection, the two dialects |
| `address/` | which spellings are one address, and how it stands in the database: as it is, or hashed |
| `policy/` | what the operator wants: the policy file, and the terms of a transaction |
| `changes/` | what happened to each address: states as a pure fold, batches, journal, alerts, hooks |
| `queries/` | questions that change nothing: may this be mailed, its history, statistics |
| `lists/` | the suppression list: shown, added to, lifted, imported, exported |
| `removal/` | removing what is old, and all that concerns one address |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsnparse.extras import telling

if TYPE_CHECKING:
    from dsnparse.store.address.given import NotAnAddress
    from dsnparse.store.address.normalize import AddressIdentity
    from dsnparse.store.changes.batch import AddResult, Seen
    from dsnparse.store.changes.change import Change
    from dsnparse.store.changes.hooks import ExecHook, WebhookHook
    from dsnparse.store.policy.policy import Policy
    from dsnparse.store.queries.answer import Answer, Decision
    from dsnparse.store.sql.errors import StoreError, StoreUnavailable
    from dsnparse.store.store import Store
    from dsnparse.wire.identity import event_identity, message_identity

__all__ = [
    "AddResult",
    "AddressIdentity",
    "Answer",
    "Change",
    "Decision",
    "ExecHook",
    "NotAnAddress",
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
    "AddResult": "dsnparse.store.changes.batch",
    "AddressIdentity": "dsnparse.store.address.normalize",
    "Answer": "dsnparse.store.queries.answer",
    "Change": "dsnparse.store.changes.change",
    "Decision": "dsnparse.store.queries.answer",
    "ExecHook": "dsnparse.store.changes.hooks",
    "NotAnAddress": "dsnparse.store.address.given",
    "Policy": "dsnparse.store.policy.policy",
    "Seen": "dsnparse.store.changes.batch",
    "Store": "dsnparse.store.store",
    "StoreError": "dsnparse.store.sql.errors",
    "StoreUnavailable": "dsnparse.store.sql.errors",
    "WebhookHook": "dsnparse.store.changes.hooks",
    "event_identity": "dsnparse.wire.identity",
    "message_identity": "dsnparse.wire.identity",
}


def __getattr__(name: str) -> object:
    # SQLAlchemy loads with `Store`, not with the policy or the identities.
    if name not in _HOME:
        raise AttributeError(f"module 'dsnparse.store' has no attribute {name!r}")
    from importlib import import_module

    with telling():
        return getattr(import_module(_HOME[name]), name)

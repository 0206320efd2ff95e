"""How a database tells addresses apart: noted when it is made, held to afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from dsnparse.store.address.normalize import AddressIdentity
from dsnparse.store.address.noted import settings_of
from dsnparse.store.address.privacy import Privacy
from dsnparse.store.sql.database import Database
from dsnparse.store.sql.dialect import insert
from dsnparse.store.sql.errors import StoreError
from dsnparse.store.sql.schema import meta


def check_settings(database: Database, identity: AddressIdentity, privacy: Privacy) -> None:
    """Note it in a new database. Raise StoreError for one that does it in another way."""
    wanted = settings_of(identity, privacy)
    ours = json.loads(wanted["addresses"])
    with database.read() as connection:
        found = _noted(connection, wanted)
    if len(found) < len(wanted) and database.read_only:
        found = wanted | found
    elif len(found) < len(wanted):
        found = database.write(partial(_note, wanted=wanted))
    if found["privacy"] != wanted["privacy"]:
        if found["privacy"] == "plain":
            raise StoreError("This database holds addresses as they are: open it without --hash-addresses")
        if not privacy.hashed:
            raise StoreError(
                "This database holds hashed addresses: give --hash-addresses and the key it was made with"
            )
        raise StoreError("This database was made with another key for hashed addresses")
    theirs = {"ignore_case": False, **json.loads(found["addresses"])}
    if theirs != ours:
        raise StoreError(_another_way(theirs, ours))


def _another_way(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> str:
    """What to write, and where, so that the policy agrees with the database."""
    lines = [f"{name} = {json.dumps(value)}" for name, value in theirs.items() if value != ours.get(name)]
    return (
        "This database tells addresses apart in another way than the policy. To use it, write into the "
        "policy (the file of --policy; make one if there is none), below a line [addresses]: "
        f"{' and '.join(lines)}. Or start a new database: `dsnparse suppressions export`, with such a "
        "policy, and `import` take the list along"
    )


def _note(connection: Connection, wanted: Mapping[str, str]) -> dict[str, str]:
    rows = [{"name": name, "value": value} for name, value in sorted(wanted.items())]
    connection.execute(insert(connection, meta).on_conflict_do_nothing(), rows)
    return _noted(connection, wanted)


def _noted(connection: Connection, names: Iterable[str]) -> dict[str, str]:
    statement = select(meta.c.name, meta.c.value).where(meta.c.name.in_(sorted(names)))
    return {row.name: row.value for row in connection.execute(statement)}

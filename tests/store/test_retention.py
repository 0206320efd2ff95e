"""What is old goes, what concerns one address goes, what is hashed never was there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from dsnparse import Kind, OriginalMessage, ParseWarning, Reason, Report
from dsnparse.store import Store, StoreError
from dsnparse.store.address.privacy import Privacy, remove_addresses
from dsnparse.store.lists.entry import Suppression
from dsnparse.store.removal.retention import Pruned
from dsnparse.store.sql.schema import metadata

from .reports import NOW, bounce, day, record, seen

JANE = "jane.roe@example.com"
KEY = b"a key of enough bytes"


def count(store: Store) -> dict[str, int]:
    with store.database.read() as connection:
        return {
            name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()
            for name in metadata.tables
        }


def everything(store: Store) -> str:
    """All that is in the database, as text."""
    with store.database.read() as connection:
        return "\n".join(
            repr(tuple(row))
            for name in metadata.tables
            for row in connection.execute(text(f"SELECT * FROM {name}"))
        )


def prune(store: Store, days: float) -> Pruned:
    return sum(store.prune(day(days)), Pruned())


def test_pruning_keeps_the_states_and_removes_the_rest(store: Store) -> None:
    old = [bounce(str(n), f"{n}@example.com", at=day(-n)) for n in range(20)]
    store.add(old, now=day(0))
    store.add([bounce("soft", "soft@example.com", Reason.NETWORK_ERROR, at=day(0))], now=day(0))
    store.add([bounce("new", "new@example.com", at=day(50))], now=day(50))
    before = [store.check(f"{n}@example.com", now=day(51)) for n in range(20)]
    pruned = prune(store, 40)
    assert (pruned.messages, pruned.records, pruned.journal, pruned.addresses) == (21, 21, 20, 1)
    assert [store.check(f"{n}@example.com", now=day(51)) for n in range(20)] == before
    assert store.check("soft@example.com").status == "unknown", "nothing was held against it"
    assert len(store.history("new@example.com")) == 2
    assert prune(store, 40) == Pruned()


def test_pruning_forgets_no_failure_that_still_counts(store: Store) -> None:
    store.add([bounce(str(n), JANE, Reason.NETWORK_ERROR, at=day(n)) for n in range(4)], now=day(3))
    prune(store, 2)
    store.add([bounce("5", JANE, Reason.NETWORK_ERROR, at=day(4))], now=day(4))
    assert store.check(JANE, now=day(4)).status == "paused"


def test_an_old_message_stays_as_long_as_it_has_a_young_record(store: Store) -> None:
    store.add([bounce("1", JANE, at=day(0))], now=day(100))
    assert prune(store, 50) == Pruned()


def test_what_was_pruned_and_is_read_again_does_not_undo_a_removal(store: Store) -> None:
    store.add([bounce("1", JANE)], now=day(0))
    store.lift([JANE], now=day(1))
    prune(store, 40)
    assert count(store)["messages"] == 0
    store.add([bounce("1", JANE)], now=day(50))
    assert store.check(JANE, now=day(50))


def test_undelivered_changes_are_counted_when_they_are_pruned(url: str) -> None:
    class Hook:
        name = "gone"

        def deliver(self, *_: object) -> None:
            raise AssertionError

    with Store.open(url, hooks=[Hook()]) as store:
        store.add([bounce("1", JANE)], now=day(0))
    with Store.open(url) as store:
        assert prune(store, 40).undelivered == 1
        assert store.waiting() == []


def two_recipients() -> Report:
    other = record("joe@example.com")
    other = replace(other, diagnostic=f"550 not for you, see {JANE}")
    original = OriginalMessage(to=f"{JANE}, joe@example.com", subject="Dear Jane")
    return Report(
        Kind.BOUNCE, (record(JANE), other), original=original, warnings=(ParseWarning("odd", f"odd: {JANE}"),)
    )


def test_forgetting_leaves_no_trace_of_the_address(store: Store, tmp_path: Path) -> None:
    refused = bounce("3", JANE, Reason.BLOCKLISTED)
    store.add([seen(two_recipients(), "1"), bounce("2", JANE, at=day(0.5)), refused], now=NOW)
    store.suppress([Suppression("jane.roe@EXAMPLE.com", "manual", note=f"call {JANE}")], now=NOW)
    assert "jane" in everything(store).lower()
    gone = store.forget(JANE)
    assert (gone.known, gone.status, gone.messages, gone.records) == (True, "suppressed", 3, 3)
    assert "jane.roe@example.com" not in everything(store)
    assert store.check(JANE, now=NOW).status == "unknown"
    assert store.check("joe@example.com", now=NOW).status == "suppressed"
    assert store.add([bounce("2", JANE, at=day(0.5))], now=NOW).duplicates == 1, "it does not come back"
    assert not store.forget(JANE).known
    if store.database.engine.dialect.name == "sqlite":
        store.close()
        for file in tmp_path.iterdir():
            assert b"jane.roe@example.com" not in file.read_bytes(), file.name


@pytest.mark.parametrize(("forgotten", "other"), [(JANE, "to@b.example"), ("to@b.example", JANE)])
def test_forgetting_one_end_of_a_forwarding_leaves_the_other_without_its_name(
    store: Store, forgotten: str, other: str
) -> None:
    store.add([bounce("1", "to@b.example", original_recipient=JANE)], now=NOW)
    before = store.check(other, now=NOW).status
    assert store.forget(forgotten).messages == 1
    assert forgotten not in everything(store)
    assert store.check(forgotten, now=NOW).status == "unknown"
    assert store.check(other, now=NOW).status == before


def test_forgetting_can_keep_an_address_suppressed(store: Store) -> None:
    store.add([bounce("1", JANE)], now=NOW)
    store.forget(JANE, keep_suppression=True)
    decision = store.check(JANE, now=NOW)
    assert (decision.status, decision.reason, decision.evidence) == ("suppressed", "user_unknown", {})
    assert store.history(JANE) == []
    (listed,) = store.suppressions(now=NOW)
    assert (listed.address, listed.detail) == (JANE, None)


def test_hashed_addresses_are_not_in_the_database_and_work_all_the_same(url: str, tmp_path: Path) -> None:
    with Store.open(url, hash_key=KEY) as store:
        result = store.add([seen(two_recipients(), "1")], now=NOW)
        assert len(result.changes) == 2
        assert result.changes[0].address is not None
        assert result.changes[0].address.startswith("#")
        decision = store.check(JANE, now=NOW)
        assert (decision.address, decision.status) == (JANE, "suppressed")
        assert "[removed]" in decision.evidence["diagnostic"]
        assert len(store.history(JANE)) == 2
        assert [one.address[0] for one in store.suppressions(now=NOW)] == ["#", "#"]
        store.lift([JANE], by="ops", now=NOW)
        assert store.check(JANE, now=NOW)
        store.suppress([Suppression("new.one@example.com", "manual")], now=NOW)
        content = everything(store).lower()
        for name in ("jane", "joe@", "new.one"):
            assert name not in content, name
        assert store.forget(JANE).records == 1
    for file in tmp_path.iterdir():
        assert b"jane" not in file.read_bytes().lower(), file.name


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16 bytes"):
        Privacy(b"short")
    with pytest.raises((ValueError, StoreError)):
        Store.open(":memory:", hash_key=b"short")


@given(st.text(max_size=30), st.emails(), st.text(max_size=30))
def test_no_address_survives_redaction(before: str, address: str, after: str) -> None:
    assert address not in remove_addresses(f"{before} <{address}> {after}", [address])

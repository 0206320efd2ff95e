"""The policy's decisions by a query over the table are those of the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from store.reports import START, bounce, day

from dsnparse import Action, BounceType, Kind, Reason, parse_dsn
from dsnparse.mailboxes.received import received_at
from dsnparse.scale import decide, events, parse_batches
from dsnparse.scale.batches import Row, batch_of
from dsnparse.scale.decisions import decision_schema, event_schema
from dsnparse.store import Answer, Policy, Seen, Store, message_identity
from dsnparse.store.changes.past_events import KEPT

ROOT = Path(__file__).parent.parent.parent
SAMPLES = sorted((ROOT / "samples").glob("*/*.eml"))
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def decisions(rows: Sequence[pa.RecordBatch], now: datetime, policy: Policy) -> dict[str, tuple[Any, ...]]:
    """What the query says, by address."""
    happened = pa.Table.from_batches(events(rows, now=now, policy=policy), schema=event_schema())
    with duckdb.connect() as database:
        database.register("happened", happened)
        ordered = database.sql("SELECT * FROM happened ORDER BY address, happened, ref")
        assert ordered is not None
        decided = list(decide(ordered.to_arrow_reader(3), now=now, policy=policy))
    table = pa.Table.from_batches(decided, schema=decision_schema())
    return {row.pop("address"): tuple(row.values()) for row in table.to_pylist()}


def of_store(items: Sequence[Seen], now: datetime, policy: Policy) -> dict[str, tuple[Any, ...]]:
    """What the store says of the addresses that something happened to."""
    with Store.open(":memory:", policy=policy) as store:
        store.add(items, now=now)
        with store.database.read() as connection:
            keys = (
                connection.exec_driver_sql("SELECT \"key\" FROM addresses WHERE past != ''").scalars().all()
            )
        found = {}
        for key, one in zip(keys, store.check_all(keys, now=now), strict=True):
            if one.answer is Answer.NO_ADDRESS:  # local parts alone, and worse
                continue
            found[key] = (one.answer.value, one.status, one.reason, one.since, one.until, one.source)
        return found


POLICIES = {
    "default": "",
    "confirmed": '[hard]\nconfirm = ["second_notice"]\n[complaint]\nconfirm = []\n',
    "strict": '[soft]\nlimit = 2\nspacing = "1d"\n[treat]\ngreylisted = "soft"\n[expires]\ndefault = "30d"\n',
}


@pytest.fixture(scope="module")
def samples() -> tuple[list[pa.RecordBatch], list[Seen]]:
    """All samples, as rows and as the store takes them."""
    messages = [path.read_bytes() for path in SAMPLES]
    rows = list(parse_batches([pa.record_batch({"data": messages})]))
    return rows, [Seen(message_identity(data), "x", parse_dsn(data), received_at(data)) for data in messages]


@pytest.mark.parametrize("name", POLICIES)
def test_of_all_samples_the_decisions_are_the_same(
    samples: tuple[list[pa.RecordBatch], list[Seen]], name: str
) -> None:
    policy = Policy.from_toml(POLICIES[name])
    rows, items = samples
    wanted = of_store(items, NOW, policy)
    found = decisions(rows, NOW, policy)
    # The store folds what comes after fifty later ones where it came; the query has all in their order.
    often = Counter(event["address"] for batch in events(rows, now=NOW) for event in batch.to_pylist())
    kept = [address for address in wanted if often[address] <= KEPT]
    assert len(kept) > 150
    assert {address: found[address] for address in kept} == {address: wanted[address] for address in kept}
    assert found.keys() >= wanted.keys()
    assert {one[1] for one in found.values()} >= {"suppressed", "review", "active"}


STORIES = st.lists(
    st.builds(
        lambda address, reason, at, more: (address, reason, day(at), more),
        st.sampled_from(
            ["jane@example.com", "Jane@Example.com", "joe@example.org", '"a b"@example.com', "no one"]
        ),
        st.sampled_from([Reason.USER_UNKNOWN, Reason.MAILBOX_FULL, Reason.GREYLISTED, Reason.SPAM_CONTENT]),
        st.integers(0, 120),
        st.sampled_from(
            [
                {},
                {"action": Action.DELIVERED},
                {"confidence": 0.5},
                {"original_recipient": "alias@example.net"},
                {"bounce_type": BounceType.UNDETERMINED},
            ]
        ),
    ),
    max_size=30,
)


@given(STORIES)
def test_of_any_story_the_decisions_are_the_same(
    story: list[tuple[str, Reason, datetime, dict[str, Any]]],
) -> None:
    policy, now = Policy.default(), START + timedelta(days=130)
    items = [
        bounce(str(number), address, reason, at, **more)
        for number, (address, reason, at, more) in enumerate(story)
    ]
    rows = [batch_of([Row(one.source, one.digest, 1, one.received, one.report)]) for one in items]
    wanted = of_store(items, now, policy)
    found = decisions(rows, now, policy)
    assert {address: found[address] for address in wanted} == wanted


def test_the_same_message_twice_counts_once() -> None:
    one = bounce("a", reason=Reason.MAILBOX_FULL)
    rows = [batch_of([Row(source, one.digest, 1, one.received, one.report)]) for source in "abcdef"]
    found = decisions(rows, day(9), Policy.default())
    assert found == of_store([one], day(9), Policy.default())
    assert one.report.kind is Kind.BOUNCE


def test_rows_with_errors_and_without_mail_say_nothing() -> None:
    rows = [batch_of([Row("a", error="is empty"), Row("b", "k", 1, None, parse_dsn(b"Subject: x\n\ny\n"))])]
    assert decisions(rows, NOW, Policy.default()) == {}


@pytest.mark.parametrize("function", [partial(events, []), partial(decide, [])])
def test_a_clock_without_a_zone_is_refused(function: Any) -> None:
    with pytest.raises(ValueError, match="now must be an aware datetime"):
        list(function(now=datetime(2026, 1, 1)))  # noqa: DTZ001


def test_addresses_come_out_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    from dsnparse.scale import decisions as module

    monkeypatch.setattr(module, "BATCH_ROWS", 2)
    items = [bounce(str(n), f"k{n}@example.com") for n in range(5)]
    rows = [batch_of([Row("x", one.digest, 1, one.received, one.report) for one in items])]
    found: Iterator[pa.RecordBatch] = events(rows, now=day(9))
    some = list(found)
    assert [batch.num_rows for batch in some] == [2, 2, 1]
    assert [batch.num_rows for batch in decide(some, now=day(9))] == [2, 2, 1]

"""The tables, as SQLAlchemy sees them. `migrations.py` makes them; a test holds the two together."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)
from sqlalchemy.types import TypeEngine


class UtcTime(TypeDecorator[datetime]):
    """TIMESTAMP WITH TIME ZONE in PostgreSQL; in SQLite text of one width, which sorts as the times do."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if dialect.name == "postgresql":
            return value.astimezone(UTC)  # type: ignore[no-any-return]
        return datetime.fromisoformat(value)


metadata = MetaData()
_ID = BigInteger().with_variant(Integer, "sqlite")

#: What the database is: `schema_version`, and how addresses are told apart.
meta = Table("meta", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

#: Each message once, by the identity of its content.
messages = Table(
    "messages",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("source", Text, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("received_at", UtcTime),
    Column("kind", Text, nullable=False),
    Column("format", Text),
    Column("reporting_mta", Text),
    Column("arrival_date", Text),
    Column("envelope_id", Text),
    Column("feedback_type", Text),
    Column("disposition", Text),
    Column("original", JSON(none_as_null=True)),
    Column("warnings", JSON(none_as_null=True)),
    Column("evidence", JSON(none_as_null=True)),
    Column("extra", JSON(none_as_null=True)),
    Column("authenticity", JSON(none_as_null=True)),
)

#: Each address once, with its state. `address`: as it was written first; "" where that is `key`. `past` is
#: what `Past.dump` writes. `by_whom`, `note`: of a suppression; "" is the policy.
addresses = Table(
    "addresses",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("address", Text, nullable=False),
    Column("domain", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("since", UtcTime),
    Column("until", UtcTime),
    Column("source", Text, nullable=False),
    Column("past", Text, nullable=False),
    Column("detail", JSON(none_as_null=True)),
    Column("last_at", UtcTime),
    Column("by_whom", Text, nullable=False, default=""),
    Column("note", Text, nullable=False, default=""),
)

#: One row for each recipient of a message: every field of the BounceRecord, evidence as JSON. `address_id`:
#: the address that was refused; `mailed_id`: the one that was mailed, where that is another.
records = Table(
    "records",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("message_id", _ID, nullable=False),
    Column("position", Integer, nullable=False),
    Column("address_id", _ID),
    Column("mailed_id", _ID),
    Column("happened_at", UtcTime, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("original_recipient", Text),
    Column("actual_recipient", Text),
    Column("action", Text),
    Column("status", Text),
    Column("effective_status", Text),
    Column("reply_code", Integer),
    Column("diagnostic", Text),
    Column("diagnostic_type", Text),
    Column("remote_mta", Text),
    Column("reason", Text, nullable=False),
    Column("bounce_type", Text, nullable=False),
    Column("advice", Text, nullable=False),
    Column("last_attempt_date", Text),
    Column("will_retry_until", Text),
    Column("final_log_id", Text),
    Column("smtp_command", Text),
    Column("provider", Text),
    Column("confidence", Float, nullable=False),
    Column("evidence", JSON(none_as_null=True)),
    Column("extra", JSON(none_as_null=True)),
)

#: Every change of a state, and every alert. What put an address on the list that nothing was known of has no
#: line here as long as nothing else happens to it: its row says all of it. The view `changes` has both.
journal = Table(
    "journal",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("key", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("address_id", _ID),
    Column("written_at", UtcTime, nullable=False),
    Column("happened_at", UtcTime, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("until", UtcTime),
    Column("source", Text, nullable=False),
    Column("by_whom", Text, nullable=False),
    Column("detail", JSON(none_as_null=True)),
)

#: What hooks still have to be told, and when to try.
outbox = Table(
    "outbox",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("journal_id", _ID, nullable=False),
    Column("target", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("error", Text, nullable=False),
)

#: Refusals that are the sender's affair, counted by day, reason, receiver and sending domain.
alerts = Table(
    "alerts",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("day", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("receiver", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("first_at", UtcTime, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    Column("diagnostic", Text, nullable=False),
)

#: Messages themselves, compressed, for as long as the operator says. `envelope`: what the mail server that
#: handed it over said beside it.
raw_messages = Table(
    "raw_messages",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("kept_at", UtcTime, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("packed", LargeBinary, nullable=False),
    Column("arrived", UtcTime),
    Column("envelope", JSON(none_as_null=True)),
)

#: How far each source was read.
positions = Table(
    "positions",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("written_at", UtcTime, nullable=False),
)

"""One event of a mail service as a reading, with the service's own classification as a claim."""

from __future__ import annotations

from typing import Any

from dsnparse.classify.claim import Claim
from dsnparse.classify.source import Source
from dsnparse.model import Evidence
from dsnparse.read.events.recipients import recipients_of
from dsnparse.read.events.tables import Table, class_of, text_of
from dsnparse.read.reading import Reading, kind_of
from dsnparse.rulebook.ranks import CERTAIN_EVENT_RANK, EVENT_RANK
from dsnparse.vocabulary import BounceType, Kind, Reason

#: What was done for the recipients of an event, unless it says otherwise.
_ACTIONS = {Kind.BOUNCE: "failed", Kind.DELIVERY: "delivered"}


def read_event(
    table: Table, name: str, event: dict[str, Any], most: int, *, part: str = "event", line: int = 0
) -> tuple[Reading, list[Claim]] | None:
    """What the event `name` of a service says; None where it is no news about delivery.

    `most`: recipients that are read. `part` and `line`: where it stands, for the evidence.
    """
    spec = dict(table["events"][name])
    found = class_of(table, event)
    if found and "kind" in found[0]:
        spec["kind"] = found[0]["kind"]
    if spec["kind"] == "other":
        return None
    kind = Kind(spec["kind"])
    if kind is Kind.DELAY:
        spec["action"] = "delayed"
    if kind is Kind.COMPLAINT:
        spec.pop("action", None)
    if kind in _ACTIONS:
        spec.setdefault("action", _ACTIONS[kind])
    evidence = [Evidence("kind", part, line, f"{table['format']}.{name}", name)]
    recipients = (
        [] if kind is Kind.AUTO_REPLY else (recipients_of(table, spec, event, most, part=part, line=line))
    )
    if recipients and kind in (Kind.BOUNCE, Kind.DELAY):
        kind = kind_of(recipients)  # a recipient's own action goes before the event's name
    reading = Reading(kind, evidence, table["format"], recipients)
    stated = text_of(table["fields"].get("feedback_type", ()), event)[0].lower()
    reading.feedback_type = (stated or spec.get("feedback_type")) if kind is Kind.COMPLAINT else None
    has_class = found is not None and kind in (Kind.BOUNCE, Kind.DELAY) and "reason" in found[0]
    return reading, [_claim(*found, table["format"])] if found is not None and has_class else []


def _claim(entry: dict[str, Any], said: str, form: str) -> Claim:
    """The service's own classification: one opinion among others, certain where it tells of its own doing."""
    return Claim(
        CERTAIN_EVENT_RANK if entry.get("certain") else EVENT_RANK,
        Reason(entry["reason"]),
        f"{form}.class",
        said,
        Source.EVENT,
        bounce_type=BounceType(entry["type"]) if "type" in entry else None,
    )

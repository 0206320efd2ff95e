"""What came of a run: what could not be read, one a line, and all of it in one line."""

from __future__ import annotations

from collections.abc import Iterator

from dsnparse.mailboxes.tally import Tally
from dsnparse.model import Kind
from dsnparse.render.terminal import visible

_STATES = {"suppressed": "suppressed", "paused": "paused", "review": "to review"}


def problem_lines(tally: Tally) -> Iterator[str]:
    """What could not be read, or not to its end, and why."""
    for problem in tally.problems + tally.notes:
        yield f"dsnparse: {visible(problem.name)}: {visible(problem.reason)}"


def counted(number: int, word: str) -> str:
    """ "1 message", "2,000 messages"."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def parse_summary(total: Tally, seconds: float, copied_to: str | None) -> str:
    """For messages that were read. `copied_to`: the folder for those that a person should look at."""
    parts = [_messages(total), counted(total.records, "record"), *_failed(total)]
    if total.warned:
        parts.append(f"{total.warned:,} with warnings")
    parts += _passed_over(total)
    if copied_to is not None:
        parts.append(f"{total.unknown:,} copied to {visible(copied_to)}")
    elif total.unknown:
        parts.append(f"{total.unknown:,} for a person to look at")
    return _sentence(parts, total, seconds)


def ingest_summary(total: Tally, seconds: float | None = None) -> str:
    """For messages that were stored."""
    parts = [_messages(total)]
    if total.duplicates:
        parts.append(f"{total.duplicates:,} known already")
    parts.append(counted(total.records, "record"))
    states = [f"{total.states[state]:,} {word}" for state, word in _STATES.items() if total.states[state] > 0]
    if total.events["address.released"]:
        states.append(f"{total.events['address.released']:,} released")
    parts.append("addresses: " + ", ".join(states) if states else "no address changed")
    if total.events["sender.alert"]:
        parts.append(counted(total.events["sender.alert"], "alert"))
    if total.unknown:
        parts.append(f"{total.unknown:,} for a person to look at")
    parts += [*_failed(total), *_passed_over(total)]
    return _sentence(parts, total, seconds)


def _messages(total: Tally) -> str:
    kinds = ", ".join(f"{total.kinds[kind.value]:,} {kind.value}" for kind in Kind if total.kinds[kind.value])
    return counted(total.messages, "message") + (f" ({kinds})" if kinds else "")


def _failed(total: Tally) -> list[str]:
    return [f"{total.failed:,} could not be read"] if total.failed else []


def _passed_over(total: Tally) -> list[str]:
    return [f"{counted(total.passed_over, 'file')} passed over"] if total.passed_over else []


def _sentence(parts: list[str], total: Tally, seconds: float | None) -> str:
    if seconds is not None:
        rate = f", {total.messages / seconds:,.0f} a second" if total.messages and seconds else ""
        parts = [*parts, f"{seconds:.1f} s{rate}"]
    return "; ".join(parts) + "."

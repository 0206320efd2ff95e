"""A log and the notices of the same server tell the same: the laboratory's scenarios, read both ways.

The logs are of real Postfix 3.7, Exim 4.96, Sendmail 8.17 and OpenSMTPD 6.8; the notices are in samples/, of
an earlier run of the same scenarios (`bounce+SCENARIO@` is the sender).
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

from dsnparse import parse_dsn
from dsnparse.mailboxes.items import Problem
from dsnparse.mailboxes.logs import read_log
from dsnparse.model import BounceRecord, Kind

LOGS = Path(__file__).parent
SAMPLES = LOGS.parents[2] / "samples"
_SCENARIO = re.compile(rb"bounce\+([a-z0-9-]+)@origin\.test")
#: Where the log and the notice differ, and why.
DIFFERENT = {
    ("exim", "fwd-remote-bad"): "the notice names the alias alone, the log also its member, which failed",
    ("exim", "hops"): "the notice gives no reason",
    ("exim", "local-pipe-fail"): "the notice quotes what the command printed, the log its status",
    ("sendmail", "banner-554"): "the log has the first line of the greeting only",
    ("sendmail", "fwd-remote-bad"): "the log names the member alone, and not the alias",
    ("sendmail", "local-pipe-fail"): "the notice has the command's status, the log Sendmail's word for it",
    ("opensmtpd", "local-pipe-fail"): "the notice quotes what the command printed, the log its status",
}


def in_the_log(name: str) -> dict[str, list[BounceRecord]]:
    """The failures of a log by scenario."""
    found: dict[str, list[BounceRecord]] = defaultdict(list)
    with (LOGS / f"{name}.log").open("rb") as lines:
        for event in read_log(name, lines, f"{name}.log"):
            assert not isinstance(event, Problem)
            if event.report.kind is Kind.BOUNCE:
                sender = (event.report.original.return_path or "").encode()
                scenario = _SCENARIO.search(sender)
                assert scenario is not None
                found[scenario[1].decode()] += event.report.records
    return found


def same(log: BounceRecord, notice: BounceRecord) -> bool:
    """Whether both tell of one failure in the same way."""
    named = {log.recipient.lower(), (log.original_recipient or "").lower()}
    return notice.recipient.lower() in named and (log.reason, log.bounce_type) == (
        notice.reason,
        notice.bounce_type,
    )


@pytest.mark.parametrize("name", ["postfix", "exim", "sendmail", "opensmtpd"])
def test_the_log_and_the_notice_give_the_same_reason_and_type(name: str) -> None:
    log = in_the_log(name)
    compared, different = 0, set()
    for path in sorted(SAMPLES.glob(f"*/{name}-*.eml")):
        data = path.read_bytes()
        report = parse_dsn(data)
        scenario = _SCENARIO.search(data)
        if report.kind is not Kind.BOUNCE or scenario is None or scenario[1].decode() not in log:
            continue
        records = log[scenario[1].decode()]
        for record in report:
            compared += 1
            if not any(same(logged, record) for logged in records):
                different.add(scenario[1].decode())
    assert compared >= 10
    assert different <= {scenario for log_name, scenario in DIFFERENT if log_name == name}


@pytest.mark.parametrize("name", ["postfix", "exim", "sendmail", "opensmtpd"])
def test_the_delivery_of_notices_is_no_outcome(name: str) -> None:
    with (LOGS / f"{name}.log").open("rb") as lines:
        events = [event for event in read_log(name, lines, name) if not isinstance(event, Problem)]
    recipients = {record.recipient for event in events for record in event.report}
    assert recipients
    assert not any(recipient.endswith("@origin.test") for recipient in recipients)

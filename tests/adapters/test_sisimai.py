"""`to_sisimai`: the names of Sisimai 5, and its reasons; beside the real Sisimai, where it is installed.

Debian 12 has Sisimai 4.25 (libsisimai-perl), Debian 13 has 5.3. Version 5 renamed four of its fields and six
of its reasons; 5.7 has two more fields for trial, -1 in each record.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from dsnparse import Kind, Reason, Report, parse_dsn
from dsnparse.adapters import to_sisimai

from .samples import ROOT, reports

SCRIPT = Path(__file__).parent / "sisimai.pl"
#: The fields of Sisimai 5 in its JSON.
FIELDS = set(
    "action addresser alias catch command decodedby deliverystatus destination diagnosticcode diagnostictype"
    " feedbackid feedbacktype hardbounce lhost listid messageid origin reason recipient replycode rhost"
    " senderdomain subject timestamp timezoneoffset token".split()
)
#: Its reasons, as it prints them.
REASONS = set(
    "authfailure badreputation blocked contenterror delivered emailtoolarge expired failedstarttls feedback"
    " filtered hasmoved hostunknown mailboxfull mailererror networkerror norelaying notaccept"
    " notcompliantrfc onhold policyviolation ratelimited rejected requireptr securityerror spamdetected"
    " suppressed suspend syntaxerror systemerror systemfull undefined userunknown vacation"
    " virusdetected".split()
)
RENAMED_FIELDS = {"smtpagent": "decodedby", "smtpcommand": "command"}
RENAMED_REASONS = {
    "mesgtoobig": "emailtoolarge", "exceedlimit": "emailtoolarge", "speeding": "ratelimited",
    "toomanyconn": "ratelimited",
}  # fmt: skip


def of(name: str, **options: Any) -> list[dict[str, Any]]:
    return to_sisimai(reports()[name], **options)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_name_that_sisimai_knows(reason: Reason) -> None:
    assert reason.sisimai.lower() in REASONS


def test_every_record_has_the_fields_of_sisimai_5_and_a_reason_of_its() -> None:
    records = [record for report in reports().values() for record in to_sisimai(report, delivered=True)]
    assert len(records) > 400
    for record in records:
        assert set(record) == FIELDS
        assert record["reason"] in REASONS
        assert isinstance(record["hardbounce"], bool)
        assert all(
            isinstance(record[name], str) for name in FIELDS - {"hardbounce", "timestamp", "timezoneoffset"}
        )
        json.dumps(record)


def test_one_record_is_as_sisimai_writes_it() -> None:
    (record, _) = of("rfc/3464-several-recipients.eml", origin="x.eml")
    assert record == {
        "action": "failed",
        "addresser": "nora.lind@example.com",
        "alias": "",
        "catch": "",
        "command": "",
        "decodedby": "rfc3464",
        "deliverystatus": "5.1.1",
        "destination": "example.org",
        "diagnosticcode": "550 5.1.1 User unknown",
        "diagnostictype": "SMTP",
        "feedbackid": "",
        "feedbacktype": "",
        "hardbounce": True,
        "lhost": "",
        "listid": "",
        "messageid": "20251014.0911.7731@desk.example.com",
        "origin": "x.eml",
        "reason": "userunknown",
        "recipient": "tom.beck@example.org",
        "replycode": "550",
        "rhost": "mail.example.net",
        "senderdomain": "example.com",
        "subject": "Minutes of the March meeting",
        "timestamp": 1760433085,
        "timezoneoffset": "+0000",
        "token": "66959f2515ce0fe9e381fe4a855860ed04451425",
    }


def test_who_was_reached_is_left_out_unless_asked_for() -> None:
    name = "rfc/3464-several-recipients.eml"
    assert [record["action"] for record in of(name)] == ["failed", "delayed"]
    assert [record["reason"] for record in of(name, delivered=True)][2:] == ["delivered"] * 3


def test_a_complaint_is_feedback() -> None:
    (record,) = of("complaint/abuse.eml")
    assert (record["reason"], record["feedbacktype"], record["hardbounce"]) == ("feedback", "abuse", False)
    assert (record["action"], record["feedbackid"]) == ("", "cat-2025-10:news:example")


def test_what_is_no_notice_of_delivery_has_no_records() -> None:
    others = [
        report for report in reports().values() if report.kind in (Kind.AUTO_REPLY, Kind.RECEIPT, Kind.OTHER)
    ]
    assert others
    assert not any(to_sisimai(report, delivered=True) for report in others)


def test_what_is_no_report_is_told() -> None:
    with pytest.raises(TypeError, match="takes a Report, not bytes"):
        to_sisimai(b"")  # type: ignore[arg-type]


@cache
def theirs() -> dict[str, list[dict[str, Any]]]:
    """What the Sisimai of this machine reads of the samples, under the names of version 5."""
    perl = shutil.which("perl")
    if (
        perl is None
        or subprocess.run(
            [perl, "-MSisimai", "-MJSON", "-e", "1"], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("no Sisimai: apt-get install libsisimai-perl")
    files = "".join(f"{ROOT / 'samples' / name}\n" for name in reports())
    said = subprocess.run([perl, SCRIPT], input=files.encode(), capture_output=True, check=True).stdout
    found = {}
    for line in said.splitlines():
        entry = json.loads(line)
        found[Path(entry["file"]).relative_to(ROOT / "samples").as_posix()] = [
            _renamed(record) for record in entry["records"]
        ]
    return found


def _renamed(record: dict[str, Any]) -> dict[str, Any]:
    record = {RENAMED_FIELDS.get(name, name): value for name, value in record.items()}
    if "softbounce" in record:
        record["hardbounce"] = record.pop("softbounce") == 0
    record.setdefault("feedbackid", "")
    for trial in ("bogus", "toxic"):
        record.pop(trial, None)
    record["replycode"] = str(record["replycode"])
    record["reason"] = RENAMED_REASONS.get(record["reason"], record["reason"])
    return record


def pairs() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Theirs and ours of the same recipient."""
    found = []
    for name, records in theirs().items():
        ours = {one["recipient"].lower(): one for one in to_sisimai(reports()[name], delivered=True)}
        found += [
            (one, ours[one["recipient"].lower()]) for one in records if one["recipient"].lower() in ours
        ]
    return found


def test_the_fields_are_those_of_the_real_one() -> None:
    assert len(pairs()) > 450
    for real, ours in pairs():
        assert set(real) == set(ours) == FIELDS


#: Of 460 to 490 records that both have, in how many a field is the same: not less than these.
@pytest.mark.parametrize(
    ("field", "at_least"),
    [
        ("recipient", 1.0), ("destination", 1.0), ("feedbacktype", 1.0), ("listid", 0.99),
        ("messageid", 0.95), ("subject", 0.94), ("senderdomain", 0.93), ("replycode", 0.93),
        ("hardbounce", 0.9), ("action", 0.9),
        ("addresser", 0.9), ("deliverystatus", 0.86), ("command", 0.85), ("reason", 0.82),
        ("diagnostictype", 0.75), ("rhost", 0.35),
    ],
)  # fmt: skip
def test_most_values_are_those_of_the_real_one(field: str, at_least: float) -> None:
    both = pairs()
    assert sum(real[field] == ours[field] for real, ours in both) / len(both) >= at_least


def test_tokens_are_made_as_the_real_one_makes_them() -> None:
    same = [
        (real["token"], ours["token"])
        for real, ours in pairs()
        if all(real[name].lower() == ours[name].lower() for name in ("addresser", "recipient"))
        and real["timestamp"] == ours["timestamp"]
        and ours["addresser"]
    ]
    assert len(same) > 300
    assert all(real == ours for real, ours in same)


def test_of_nothing_known_there_is_nothing_made_up() -> None:
    report = parse_dsn(b"")
    assert to_sisimai(report) == []
    bare = Report(Kind.BOUNCE, reports()["rfc/3464-several-recipients.eml"].records[:1])
    (record,) = to_sisimai(bare)
    assert (record["addresser"], record["subject"], record["messageid"], record["token"]) == ("", "", "", "")

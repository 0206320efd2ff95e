"""Lists moved between providers: what each exports is read; a dry run says what would change."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from dsnparse.cli.suppressions import suppressions
from dsnparse.store import Store
from dsnparse.store.lists.entry import Suppression, Would
from dsnparse.store.lists.export_formats import FORMATS, PROGRAMS, write_list
from dsnparse.store.lists.import_formats import read_list, readable

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
SINCE = datetime(2026, 11, 1, 9, tzinfo=UTC)


def read(text: str, form: str) -> list[tuple[str, str]]:
    """The addresses of a list, with their reasons."""
    found = list(read_list(io.StringIO(text), form))
    assert all(isinstance(one, Suppression) for one in found), found
    return [(one.address, one.reason) for one in found if isinstance(one, Suppression)]


@pytest.mark.parametrize(
    ("form", "text", "wanted"),
    [
        (
            "sparkpost",
            json.dumps({"results": [
                {"recipient": "a@example.com", "type": "non_transactional", "source": "Spam Complaint", "created": "2026-11-01T09:00:00+00:00"},
                {"recipient": "b@example.com", "type": "transactional", "source": "Bounce Rule", "description": "550 5.1.1 no such user"},
                {"recipient": "c@example.com", "source": "Unsubscribe Link"}], "total_count": 3}),
            [("a@example.com", "complaint"), ("b@example.com", "hard_bounce"), ("c@example.com", "unsubscribed")],
        ),
        ("sparkpost", "recipient,type,description\na@example.com,transactional,550 5.1.1 unknown user\n", [("a@example.com", "user_unknown")]),
        ("resend", '{"data":[{"id":"1","email":"a@example.com","origin":"complaint","created_at":"2026-11-01 09:00:00+00"}]}', [("a@example.com", "complaint")]),
        ("postal", "type,address,reason,timestamp,keep_until\nrecipient,a@example.com,too many hard fails,1793523600,\n", [("a@example.com", "hard_bounce")]),
        ("mailersend", '{"data":[{"id":"1","reason":"550 5.1.1 User unknown","created_at":"2026-11-01T09:00:00Z","recipient":{"email":"a@example.com"}}]}', [("a@example.com", "user_unknown")]),
        ("mandrill", '[{"email":"a@example.com","reason":"spam","created_at":"2026-11-01 09:00:00","expires_at":null},{"email":"b@example.com","reason":"unsub"}]', [("a@example.com", "complaint"), ("b@example.com", "unsubscribed")]),
        ("brevo", '{"count":1,"contacts":[{"email":"a@example.com","senderEmail":"","reason":{"code":"contactFlaggedAsSpam","message":"x"},"blockedAt":"2026-11-01T09:00:00Z"}]}', [("a@example.com", "complaint")]),
        ("mailtrap", '[{"id":"1","type":"spam complaint","created_at":"2026-11-01T09:00:00Z","email":"a@example.com"},{"type":"hard bounce","email":"b@example.com"}]', [("a@example.com", "complaint"), ("b@example.com", "hard_bounce")]),
        ("elastic_email", '[{"Email":"a@example.com","FriendlyErrorMessage":"x","ErrorCode":"AbuseReport","DateUpdated":"2026-11-01T09:00:00"},{"Email":"b@example.com","ErrorCode":"NoMailbox"}]', [("a@example.com", "complaint"), ("b@example.com", "hard_bounce")]),
        ("unione", '{"status":"success","suppressions":[{"email":"a@example.com","cause":"complained","source":"user","created":"2026-11-01 09:00:00"},{"email":"b@example.com","cause":"permanent_unavailable"}]}', [("a@example.com", "complaint"), ("b@example.com", "hard_bounce")]),
        ("scaleway", '{"total_count":1,"blocklists":[{"id":"1","email":"a@example.com","type":"mailbox_full","created_at":"2026-11-01T09:00:00.123456789Z","ends_at":null}]}', [("a@example.com", "mailbox_full")]),
        ("azure", '{"value":[{"name":"1","properties":{"email":"a@example.com","notes":"left us","lastModified":"2026-11-01T09:00:00Z"}}]}', [("a@example.com", "manual")]),
        ("brevo", '{"contacts":[{"email":"b@example.com","reason":{"code":"hardBounce"},"blockedAt":"2026-11-01T09:00:00Z"}]}', [("b@example.com", "hard_bounce")]),
    ],
)  # fmt: skip
def test_what_a_provider_exports_is_read(form: str, text: str, wanted: list[tuple[str, str]]) -> None:
    assert read(text, form) == wanted


@pytest.mark.parametrize("form", [form for form in FORMATS if form not in PROGRAMS])
def test_what_is_written_for_a_provider_is_read_back(form: str) -> None:
    entries = [
        Suppression("a@example.com", "complaint", SINCE),
        Suppression("b@example.com", "hard_bounce", SINCE, detail={"diagnostic": "550 5.1.1 no such user"}),
        Suppression("c@example.com", "unsubscribed", SINCE),
    ]
    text = "".join(write_list(entries, form))
    assert {address for address, _ in read(text, form)} == {entry.address for entry in entries}
    assert form in readable()


def test_who_unsubscribed_still_gets_his_invoice_at_sparkpost() -> None:
    text = "".join(write_list([Suppression("c@example.com", "unsubscribed")], "sparkpost"))
    assert list(csv.reader(io.StringIO(text)))[1:] == [["c@example.com", "non_transactional", "unsubscribed"]]


def test_a_comparison_says_what_an_import_would_do_and_does_nothing(store: Store) -> None:
    day = timedelta(days=1)
    store.suppress(
        [Suppression("same@example.com", "manual", SINCE), Suppression("ours@example.com", "manual")], now=NOW
    )
    store.suppress([Suppression("weak@example.com", "manual", SINCE, until=NOW + day)], now=NOW)
    store.suppress([Suppression("lifted@example.com", "manual", SINCE)], now=SINCE + day)
    store.lift(["lifted@example.com"], now=SINCE + 2 * day)
    wanted = [
        Suppression("new@example.com", "hard_bounce", SINCE),
        Suppression("NEW@example.com", "hard_bounce", SINCE),
        Suppression("same@example.com", "manual", SINCE),
        Suppression("weak@example.com", "manual", SINCE + day, until=NOW + 400 * day),
        Suppression("lifted@example.com", "manual", SINCE),
        Suppression("ended@example.com", "manual", SINCE, until=NOW - day),
    ]
    before = list(store.suppressions(now=NOW))
    found = [one.would for one in store.compare(wanted, now=NOW)]
    assert found == [Would.ADD, Would.SAME, Would.SAME, Would.CHANGE, Would.STAY_OFF, Would.ENDED]
    assert [one.address for one in store.not_in([one.address for one in wanted])] == ["ours@example.com"]
    assert list(store.suppressions(now=NOW)) == before
    listed = store.suppress(wanted, now=NOW)
    assert listed.changed == found.count(Would.ADD) + found.count(Would.CHANGE)
    assert {one.would for one in store.compare(wanted, now=NOW)} == {Would.SAME, Would.STAY_OFF, Would.ENDED}


def test_a_dry_run_prints_what_would_become_of_the_list(tmp_path: Path) -> None:
    db, file, told = tmp_path / "b.db", tmp_path / "list.json", tmp_path / "differences.csv"
    with Store.open(str(db), create=True) as store:
        store.suppress([Suppression("ours@example.com", "manual")])
    file.write_text('{"data":[{"email":"a@example.com","origin":"complaint"},{"email":"none"}]}', "utf-8")
    words = ["import", str(file), "--format", "resend", "--db", str(db), "--dry-run"]
    done = CliRunner().invoke(suppressions, [*words, "--differences", str(told)])
    assert (
        "        1  would be newly suppressed.\n        1  on our list, and not in this one.\n" in done.stdout
    )
    assert "Entry 2: no address in" in done.stderr
    with told.open(newline="") as rows:
        assert [row[:2] for row in csv.reader(rows)][1:] == [
            ["add", "a@example.com"],
            ["missing", "ours@example.com"],
        ]
    with Store.open(str(db)) as store:
        assert [one.address for one in store.suppressions()] == ["ours@example.com"]


def test_differences_without_a_dry_run_are_wrong_usage(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("address\na@example.com\n", "utf-8")
    done = CliRunner().invoke(
        suppressions, ["import", str(file), "--differences", "x", "--db", str(tmp_path / "b.db")]
    )
    assert done.exit_code == 2
    assert "--differences is of a --dry-run." in done.stderr

"""With a database: what goes in, what is asked, what is changed; with SQLite and with PostgreSQL."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from ingest.mail import LETTER, bounce, command

from dsnparse.store import Store

from .served import MESSAGE, Served, problem, serving


def check(served: Served, address: str) -> dict[str, Any]:
    found: dict[str, Any] = served.client.get(f"/v1/check/{address}").json()
    return found


def audited(served: Served, word: str) -> list[dict[str, Any]]:
    """The lines of the audit log with this word."""
    lines = [line for line in served.said().splitlines() if line.startswith("{") and word in line]
    return [json.loads(line) for line in lines]


def test_a_message_counts_once_and_is_stored_as_the_command_stores_it(served: Served, tmp_path: Path) -> None:
    """Also when it comes many times at once, and also when the command reads it later."""
    folder = tmp_path / "mail"
    folder.mkdir()
    messages = [bounce(1), bounce(2, "4.2.2", "452 4.2.2 mailbox full"), LETTER]
    for number, data in enumerate(messages):
        (folder / f"{number}.eml").write_bytes(data)
    by_command = str(tmp_path / "by-command.db")
    assert command("ingest", "--db", by_command, folder).returncode == 0

    with ThreadPoolExecutor(8) as threads:
        answers = [one.json() for one in threads.map(served.ingest, messages * 5)]
    assert sum(one["added"] for one in answers) == len(messages)
    assert {(one["kind"], one["records"], one["understood"]) for one in answers} == {
        ("bounce", 1, True),
        ("other", 0, False),
    }
    changed = [change for one in answers for change in one["changes"]]
    assert ("address.suppressed", "user1@example.com") in [
        (change["event"], change["address"]) for change in changed
    ]
    assert known(served.db) == known(by_command)
    again = command("ingest", "--db", served.db, folder)
    assert "3 known" in again.stderr, again.stderr


def known(url: str) -> Any:
    """What a database holds about those two."""
    found: dict[str, Any] = {}
    with Store.open(url) as store:
        for user in ("user1@example.com", "user2@example.com"):
            decision = store.check(user).to_dict()
            decision["evidence"].pop("source", None)
            happened = [(one.at, one.what, one.kind, one.type, one.reason) for one in store.history(user)]
            found |= {user: decision, f"{user} history": happened}
    return found


def test_the_envelope_of_a_message_may_be_said(served: Served) -> None:
    answer = served.ingest(bounce(3), recipient="bounces@sender.example", sender="")
    assert answer.json()["added"]
    found = served.client.get("/v1/history/user3@example.com").json()
    assert found["history"][0]["detail"]["authenticity"] == "unverified"


def test_addresses_are_put_on_the_list_and_taken_off(served: Served) -> None:
    kim, whole = "kim@list.example", "@list.example.org"
    put = served.client.put(f"/v1/suppressions/{kim}", json={"reason": "complaint", "note": "by phone"})
    assert put.json()["changed"]
    decision = put.json()["decision"]
    assert (decision["answer"], decision["reason"]) == ("don't", "complaint")
    assert not served.client.put(f"/v1/suppressions/{kim}", json={"reason": "complaint"}).json()["changed"]
    assert served.client.put(f"/v1/suppressions/{whole}").json()["changed"]
    assert check(served, "anybody@list.example.org")["evidence"] == {"domain": whole}
    (entry,) = listed(served, domain="list.example")
    assert (entry["address"], entry["by"], entry["note"]) == (kim, "http", "by phone")
    lifted = served.client.delete(f"/v1/suppressions/{kim}").json()
    assert (lifted["changed"], lifted["decision"]["answer"]) == (True, "mail")
    assert not served.client.delete(f"/v1/suppressions/{kim}").json()["changed"]
    assert listed(served, domain="list.example") == []
    history = served.client.get(f"/v1/history/{kim}").json()
    assert [one["kind"] for one in history["history"]] == ["suppressed", "active"]
    assert (history["decision"]["answer"], history["left_out"]) == ("mail", 0)


def listed(served: Served, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = served.client.get("/v1/suppressions", params=query).json()["suppressions"]
    return found


def test_the_audit_log_says_who_changed_what_and_when(served: Served) -> None:
    digest = served.ingest(bounce(4)).json()["message"]
    served.client.put("/v1/suppressions/kim@audit.example", json={"note": "\x1b[31m\nred"})
    served.client.delete("/v1/suppressions/kim@audit.example")
    served.client.put("/v1/suppressions/nonsense.audit.example")  # nothing changes
    (ingested,) = audited(served, digest)
    assert (ingested["did"], ingested["added"]) == ("ingest", True)
    assert ingested["changes"] == ["address.suppressed user4@example.com"]
    put, lifted = audited(served, "audit.example")
    assert (put["did"], put["address"], put["changed"]) == ("suppress", "kim@audit.example", True)
    assert (lifted["did"], lifted["address"], lifted["changed"]) == ("lift", "kim@audit.example", True)
    assert all(one["at"] and one["by"] == "" for one in (ingested, put, lifted))
    assert "\x1b" not in served.said()


def test_statistics_are_those_of_the_store(served: Served) -> None:
    for number in range(5, 8):
        served.ingest(bounce(number))
    with Store.open(served.db) as store:
        wanted = [count.to_dict() for name in ("reason", "state") for count in store.stats(name)]
    stats = served.client.get("/v1/stats", params={"by": ["reason", "state"], "limit": 20}).json()
    assert stats == wanted
    assert served.client.get("/v1/stats", params={"by": "reason", "since": "2025-03-02"}).json() == []
    assert len(served.client.get("/v1/stats", params={"by": "day", "since": "2025-03-01"}).json()) == 1
    crossed = served.client.get("/v1/stats", params={"by": "domain,reason"}).json()
    assert ("example.com", "user_unknown") in {(one["name"], one["second"]) for one in crossed}
    only = served.client.get("/v1/stats", params={"where": "domain=example.com,reason=mailbox_full"}).json()
    assert {one["by"] for one in only} == {"reason", "type", "provider", "domain", "day"}
    assert {one["name"] for one in only if one["by"] == "reason"} <= {"mailbox_full"}
    names = {one["by"] for one in served.client.get("/v1/stats").json()}
    assert names >= {"kind", "reason", "domain", "state"}


def test_who_knows_a_part_of_an_address_finds_it_whatever_its_state(served: Served) -> None:
    served.client.put("/v1/suppressions/Kim.100%25_Sure@Part.Example", json={"reason": "manual"})
    served.client.put("/v1/suppressions/kim.100xysure@part.example", json={"reason": "manual"})
    served.client.delete("/v1/suppressions/kim.100xysure@part.example")

    def found(text: str, **more: int) -> tuple[list[tuple[str, str]], bool]:
        answer = served.client.get("/v1/addresses", params={"contains": text, **more}).json()
        return [(one["address"].lower(), one["status"]) for one in answer["addresses"]], answer["more"]

    sure = ("kim.100%_sure@part.example", "suppressed")
    assert found("100%_S") == ([sure], False)
    assert found("@PART.exam") == ([sure, ("kim.100xysure@part.example", "active")], False)
    assert found("part.example", limit=1) == ([sure], True)
    assert found("no such text") == ([], False)


def test_the_report_is_a_page_that_lets_nothing_in_and_its_figures_are_json(served: Served) -> None:
    served.ingest(bounce(8))
    query = {"since": "2025-02-20", "until": "2025-03-10"}
    page = served.client.get("/v1/report", params=query)
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert policy.endswith("; frame-ancestors 'none'")
    assert "user8@example.com" in page.text
    masked = served.client.get("/v1/report", params=query | {"mask": "true"}).text
    assert "user8@example.com" not in masked
    figures = served.client.get(
        "/v1/report", params=query | {"format": "json", "where": "reason=user_unknown"}
    )
    assert figures.headers["content-type"] == "application/json"
    assert figures.json()


def test_the_list_in_parts_has_every_entry_once(served: Served) -> None:
    wanted = [f"user{number}@parts.example" for number in range(7)]
    for address in wanted:
        served.client.put(f"/v1/suppressions/{address}")
    found, after = [], None
    while True:
        query: dict[str, Any] = {"limit": 3, "domain": "parts.example"} | ({"after": after} if after else {})
        part = served.client.get("/v1/suppressions", params=query).json()
        found += [one["address"] for one in part["suppressions"]]
        if (after := part["next"]) is None:
            break
    assert found == wanted
    assert listed(served, domain="parts.example", state=["paused", "review"]) == []
    assert len(listed(served, domain="parts.example", reason="manual", source="manual")) == 7
    assert listed(served, domain="parts.example", reason="complaint") == []


def test_many_are_checked_in_their_order_as_json_or_as_lines(stored: Served) -> None:
    stored.client.put("/v1/suppressions/user7@many.example")
    asked = [f"user{number}@many.example" for number in range(600)] + ["nonsense", "Kim <kim@many.example>"]
    answers = ["mail"] * 7 + ["don't"] + ["mail"] * 592 + ["no address", "mail"]
    lines = "\ufeff" + "\r\n\r\n".join(asked)
    for body in ({"json": asked}, {"content": lines.encode(), "headers": {"Content-Type": "text/plain"}}):
        answer = stored.client.post("/v1/check", **body)
        found = [json.loads(line) for line in answer.text.splitlines()]
        assert answer.headers["content-type"] == "application/jsonl"
        assert [one["address"] for one in found] == asked
        assert [one["answer"] for one in found] == answers


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("jane%40path.example", "jane@path.example"),
        ("a%2Fb%2F%2Fc@path.example", "a/b//c@path.example"),
        ("a/b//d@path.example", "a/b//d@path.example"),
        ("jane+tag@path.example", "jane+tag@path.example"),
        ("%22a%20b%22@path.example", '"a b"@path.example'),
        ("j%C3%BCrgen@m%C3%BCller.example", "jürgen@müller.example"),
        ("..%2f..%2fetc%2fpasswd@path.example", "../../etc/passwd@path.example"),
    ],
)
def test_an_address_in_a_path_is_that_address(stored: Served, written: str, address: str) -> None:
    assert check(stored, written)["address"] == address
    stored.client.put(f"/v1/suppressions/{written}")
    assert check(stored, written)["answer"] == "don't"
    assert stored.client.delete(f"/v1/suppressions/{written}").json()["changed"]


def test_hashed_addresses_are_asked_for_by_their_names_and_a_lost_database_comes_back(
    tmp_path: Path,
) -> None:
    path, away = tmp_path / "bounces.db", tmp_path / "away.db"
    with serving("--db", str(path), "--hash-addresses", env={"DSNPARSE_HASH_KEY": "k" * 32}) as served:
        served.ingest(bounce(1))
        assert check(served, "user1@example.com")["answer"] == "don't"
        assert "user1" not in served.client.get("/v1/suppressions").text
        assert problem(served.client.get("/v1/addresses?contains=user1")) == (400, "unknown-value")
        path.rename(away)
        for answer in (
            served.client.get("/v1/check/user1@example.com"),
            served.ingest(bounce(2)),
            served.client.delete("/v1/suppressions/user1@example.com"),
            served.client.get("/readyz"),
        ):
            assert problem(answer) == (503, "database-away")
            assert answer.headers["retry-after"]
        lines = served.client.post("/v1/check", json=["a@example.com"]).text.splitlines()
        assert json.loads(lines[-1])["problem"]["status"] == 503
        assert served.client.post("/v1/parse", content=LETTER, headers=MESSAGE).status_code == 200
        assert served.client.get("/healthz").status_code == 200
        away.rename(path)
        assert check(served, "user1@example.com")["answer"] == "don't"
        assert served.ingest(bounce(2)).json()["added"]

"""Records one by one, with conditions, for reports and other programs; and counts of two things crossed."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

import pytest

from dsnparse import Action, Advice, BounceType, Kind, OriginalMessage, Reason, Report, TrustLevel
from dsnparse.cli import main
from dsnparse.store import Store
from dsnparse.store.address.privacy import Privacy
from dsnparse.store.policy.policy import Policy
from dsnparse.store.policy.terms import Terms
from dsnparse.store.queries import records as module
from dsnparse.store.queries.records import find_records
from dsnparse.store.queries.span import ends, kinds, newly_suppressed, unread
from dsnparse.store.queries.stats import CROSSED
from dsnparse.store.queries.where import NAMES, Where
from dsnparse.store.reader import Reader

from .reports import NOW, START, bounce, complaint, day, delivery, record, seen

LIST = OriginalMessage(
    message_id="<1@sender.example>",
    list_id="News <news.sender.example>",
    feedback_id="a:b:c",
    x_headers={"x-job": "7"},
)


@pytest.fixture
def filled(store: Store) -> Store:
    """Some of everything that a condition can be on."""
    listed = Report(Kind.BOUNCE, (record("ann@list.example", Reason.SPAM_CONTENT),), original=LIST)
    store.add(
        [
            bounce("1"),
            bounce("2", "odd@example.com", Reason.UNDEFINED, at=day(0.2)),
            bounce("3", "fine@example.com", Reason.BLOCKLISTED, provider="microsoft", at=day(0.3)),
            bounce("4", "good@example.org", Reason.BLOCKLISTED, provider="microsoft", at=day(0.4)),
            bounce("5", "full@example.org", Reason.MAILBOX_FULL, provider="google", at=day(0.5)),
            seen(listed, "6", day(0.6)),
            complaint("7", "joe@example.org"),
            delivery("8", "ok@example.org"),
            seen(Report(Kind.OTHER), "9", day(0.1)),
            seen(Report(Kind.BOUNCE), "10", day(0.1)),
        ],
        now=NOW,
    )
    return store


def found(store: Store, *conditions: str, **span: object) -> list[str]:
    with store.asking() as rows:
        where = Where.parse(conditions)
        return [one.recipient for one in find_records(rows, where=where, **span)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("reason=blocklisted", ["fine@example.com", "good@example.org"]),
        (
            "reason=blocklisted,kind=bounce,reason=undefined",
            ["odd@example.com", "fine@example.com", "good@example.org"],
        ),
        ("reason=blocklisted,domain=example.org", ["good@example.org"]),
        ("provider=microsoft,domain=example.com", ["fine@example.com"]),
        ("type=soft", ["full@example.org"]),
        ("kind=complaint", ["joe@example.org"]),
        ("list=News <news.sender.example>", ["ann@list.example"]),
        ("feedback=a:b:c", ["ann@list.example"]),
        ("address=jane@example.com", ["jane@example.com"]),
        ("code=550,reason=user_unknown,kind=bounce", ["jane@example.com"]),
        ("provider=' OR 1=1 --", []),
        ("trust=suspect", []),
    ],
)
def test_conditions_narrow_records_down(filled: Store, condition: str, expected: list[str]) -> None:
    assert found(filled, condition) == expected


#: Names whose values are words of ours.
OURS: dict[str, type[StrEnum]] = {
    "reason": Reason,
    "type": BounceType,
    "kind": Kind,
    "action": Action,
    "advice": Advice,
    "trust": TrustLevel,
}


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(OURS)))
def test_there_is_a_condition_on_each_name(filled: Store, name: str) -> None:
    assert found(filled, f"{name}=nothing has this value") == []


@pytest.mark.parametrize("name", OURS)
def test_a_record_has_one_word_of_each_name_and_no_other_word_is_taken(filled: Store, name: str) -> None:
    each = [address for word in OURS[name] for address in found(filled, f"{name}={word}")]
    assert len(each) == len(set(each))
    assert bool(each) == (name != "trust")
    with pytest.raises(ValueError, match=f"There is no {name} 'nothing'"):
        Where.parse([f"{name}=nothing"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colour=red", "no condition"),
        ("reason", "no condition"),
        (",".join(["code=1"] * 300), "more than"),
        ("", "no condition"),
    ],
)
def test_what_is_no_condition_is_told(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Where.parse([text])


def test_records_come_in_the_order_of_time_and_whole_over_many_pages(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = found(filled)
    assert len(at_once) == 8
    monkeypatch.setattr(module, "_PAGE", 2)
    assert found(filled) == at_once
    with filled.asking() as rows:
        times = [one.at for one in find_records(rows)]
    assert times == sorted(times)


def test_a_span_has_its_beginning_and_not_its_end(filled: Store) -> None:
    assert found(filled, since=day(0.2), until=day(0.4)) == ["odd@example.com", "fine@example.com"]


def test_a_record_says_what_its_message_says(filled: Store) -> None:
    with filled.asking() as rows:
        (one,) = find_records(rows, where=Where.parse(["domain=list.example"]))
    assert one.original["list_id"] == "News <news.sender.example>"
    assert one.original["x_headers"] == {"x-job": "7"}
    assert (one.kind, one.domain, one.at, one.reason) == ("bounce", "list.example", day(0.6), "spam_content")


def test_what_a_span_holds_besides(filled: Store) -> None:
    with filled.asking() as rows:
        assert ends(rows) == (START, day(0.6))
        assert kinds(rows, START, NOW) == {"bounce": 7, "complaint": 1, "delivery": 1, "other": 1}
        assert kinds(rows, day(5), day(6)) == {}
        number, some = newly_suppressed(rows, START, NOW, 1)
        assert (number, len(some), some[0].address) == (2, 1, "jane@example.com")
        assert (some[0].reason, some[0].at) == ("user_unknown", START)
        assert newly_suppressed(rows, day(0.5), NOW, 10) == (0, [])
        number, messages = unread(rows, START, NOW, 1)
        assert (number, len(messages)) == (2, 1)


def test_a_lifted_address_is_not_newly_suppressed(filled: Store) -> None:
    filled.lift(["jane@example.com", "joe@example.org"], now=NOW)
    with filled.asking() as rows:
        assert newly_suppressed(rows, START, NOW + timedelta(days=1), 10) == (0, [])


def test_an_empty_database_has_no_ends(store: Store) -> None:
    with store.asking() as rows:
        assert ends(rows) is None


def test_the_reader_gives_the_same_records(filled: Store, url: str) -> None:
    reader = Reader.open(url, Terms(Policy.default(), Privacy(None)))
    if reader is None:
        pytest.skip("This URL has options that are SQLAlchemy's")
    with reader, reader.asking() as rows, filled.asking() as others:
        assert list(find_records(rows)) == list(find_records(others))


def test_two_things_are_counted_crossed_with_shares(filled: Store) -> None:
    counts = {(one.name, one.second): one for one in filled.stats("provider,reason", now=NOW)}
    microsoft = counts["microsoft", "blocklisted"]
    assert (microsoft.count, microsoft.block) == (2, 2)
    assert microsoft.share == pytest.approx(2 / 6, abs=1e-3)
    assert microsoft.share_of_first == 1.0
    others = [one for one in counts.values() if one.name == "other"]
    assert sum(one.share_of_first for one in others) == pytest.approx(1, abs=1e-3)
    assert sum(one.share for one in counts.values()) == pytest.approx(1, abs=1e-3)


def test_shares_are_of_all_and_not_of_what_the_limit_shows(filled: Store) -> None:
    (one,) = filled.stats("reason", limit=1, now=NOW)
    assert (one.name, one.count) == ("blocklisted", 2)
    assert one.share == pytest.approx(2 / 6, abs=1e-3)


@pytest.mark.parametrize("first", CROSSED)
@pytest.mark.parametrize("second", CROSSED)
def test_any_two_can_be_crossed(filled: Store, first: str, second: str) -> None:
    if first == second:
        with pytest.raises(ValueError, match="is none of"):
            filled.stats(f"{first},{second}", now=NOW)
    else:
        assert sum(one.count for one in filled.stats(f"{first},{second}", now=NOW)) == 6


def test_counts_take_conditions_and_ends(filled: Store) -> None:
    where = Where.parse(["provider=microsoft"])
    assert [one.name for one in filled.stats("reason", where=where, now=NOW)] == ["blocklisted"]
    assert sum(one.count for one in filled.stats("reason", until=day(0.3), now=NOW)) == 2
    with pytest.raises(ValueError, match="Conditions"):
        filled.stats("kind", where=where, now=NOW)


@pytest.fixture
def run(filled: Store, url: str, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    def call(*words: str) -> tuple[int, str]:
        status = main([*words, "--db", url])
        return status, capsys.readouterr().out

    return call


Run = Callable[..., tuple[int, str]]


def test_export_as_json_lines_and_csv(run: Run, tmp_path: Path) -> None:
    status, out = run("records", "export", "--where", "reason=blocklisted")
    rows = [json.loads(line) for line in out.splitlines()]
    assert status == 0
    assert [row["recipient"] for row in rows] == ["fine@example.com", "good@example.org"]
    path = tmp_path / "all.csv"
    assert run("records", "export", "-o", str(path))[0] == 0
    with path.open() as file:
        table = list(csv.DictReader(file))
    assert len(table) == 8
    assert {row["original_list_id"] for row in table} == {"", "News <news.sender.example>"}
    assert any(row["x_headers"] == "x-job: 7" for row in table)


def test_export_as_parquet(run: Run, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed (pip install pyarrow)")
    path = tmp_path / "all.parquet"
    assert run("records", "export", "-o", str(path), "--since", "2025-01-01")[0] == 0
    table = parquet.read_table(path)
    assert table.num_rows == 8
    assert table.column("at")[0].as_py() == START
    assert table.column("reply_code")[0].as_py() == 550
    assert run("records", "export", "--format", "parquet")[0] == 2


def test_an_export_of_nothing_is_a_whole_file(run: Run, tmp_path: Path) -> None:
    for name in ("none.csv", "none.jsonl"):
        assert run("records", "export", "--until", "2020-01-01", "-o", str(tmp_path / name))[0] == 0
    assert (tmp_path / "none.csv").read_text().startswith("id,at,kind,recipient")
    assert (tmp_path / "none.jsonl").read_text() == ""


def test_export_guards_spreadsheets_and_masks(
    store: Store, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    store.add([bounce("1", "=cmd@example.com"), bounce("2", "jane.roe@example.com")])
    main(["records", "export", "--format", "csv", "--db", url])
    assert "'=cmd@example.com" in capsys.readouterr().out
    main(["records", "export", "--format", "csv-plain", "--db", url])
    assert ",=cmd@example.com" in capsys.readouterr().out
    main(["records", "export", "--mask", "--db", url])
    out = capsys.readouterr().out
    assert "j…@example.com" in out
    assert "jane.roe" not in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("records", "export", "--where", "colour=red"), "is no condition"),
        (("records", "export", "--since", "soon"), "is no time"),
        (("stats", "--by", "reason,reason"), "is none of"),
        (("stats", "--by", "kind", "--where", "type=soft"), "does not count these"),
    ],
)
def test_wrong_usage_is_told(words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(list(words)) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_stats_cross_and_give_shares(run: Run) -> None:
    status, out = run("stats", "--by", "provider,reason", "--format", "table")
    assert status == 0
    assert "Failures by provider and reason" in out
    line = next(line for line in out.splitlines() if line.startswith("microsoft"))
    assert line.split()[:5] == ["microsoft", "blocklisted", "2", "33.3%", "100.0%"]
    _, out = run("stats", "--by", "provider,reason", "--where", "type=block,type=soft")
    assert {json.loads(line)["name"] for line in out.splitlines()} == {"microsoft", "google", "other"}
    _, out = run("stats", "--where", "provider=microsoft", "--format", "csv")
    assert out.splitlines()[0].startswith("by,name,second,count,share")

"""The commands with a database, as a person or a program calls them."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dsnparse import Reason
from dsnparse.cli import main
from dsnparse.cli.check import check
from dsnparse.cli.failure import FAILED, NO_ADDRESS, TRY_AGAIN
from dsnparse.cli.stats import stats
from dsnparse.cli.suppressions import suppressions
from dsnparse.store import Policy, Store

from .reports import bounce, complaint

JANE = "jane@example.com"
#: Runs a command with --db; its exit status and what it printed.
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(url: str, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command with a database that holds a hard bounce, a complaint, a review and an alert."""
    with Store.open(url) as store:
        store.add(
            [
                bounce("1"),
                complaint("2", "joe@example.org"),
                bounce("3", "odd@example.com", Reason.UNDEFINED, at=None),
                bounce("4", "fine@example.com", Reason.BLOCKLISTED),
                *(bounce(f"s{n}", "soft@example.com", Reason.NETWORK_ERROR, at=None) for n in range(5)),
            ]
        )

    def call(*words: str) -> tuple[int, str]:
        status = main([*words, "--db", url])
        return status, capsys.readouterr().out

    return call


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize(
    ("addresses", "status", "answers"),
    [
        (["nobody@example.com"], 0, ["mail"]),
        (["fine@example.com", "odd@example.com"], 0, ["mail", "mail"]),
        ([JANE], 1, ["don't"]),
        (["soft@example.com"], 1, ["wait"]),
        (["nobody@example.com", JANE], 1, ["mail", "don't"]),
    ],
)
def test_check_exits_0_when_all_may_be_mailed_and_1_when_not(
    run: Run, addresses: list[str], status: int, answers: list[str]
) -> None:
    found, out = run("check", *addresses)
    assert (found, [line["answer"] for line in lines(out)]) == (status, answers)
    assert run("check", "--quiet", *addresses) == (status, "")


def test_check_reads_addresses_from_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"nobody@example.com\n\n  {JANE}  \r\n"))
    status, out = run("check", "-")
    assert status == 1
    assert [line["address"] for line in lines(out)] == ["nobody@example.com", JANE]


def test_check_says_why(run: Run) -> None:
    _, out = run("check", JANE, "--format", "table")
    heading, row = out.splitlines()
    assert heading.startswith("ANSWER")
    assert "user_unknown" in row
    assert "550 5.1.1 <jane@example.com>" in row


def test_the_list_has_one_object_a_line_with_the_promised_fields(run: Run) -> None:
    status, out = run("suppressions", "list", "--format", "jsonl")
    assert status == 0
    first, second = lines(out)
    assert list(first)[:5] == ["address", "reason", "since", "until", "source"]
    assert (first["address"], first["reason"], first["until"], first["source"]) == (
        JANE,
        "user_unknown",
        None,
        "bounce",
    )
    assert (second["reason"], second["source"]) == ("complaint", "complaint")


@pytest.mark.parametrize(
    "words",
    [
        ("check", JANE),
        ("suppressions", "list"),
        ("history", JANE),
        ("stats",),
    ],
)
def test_every_listing_has_three_formats(run: Run, words: tuple[str, ...]) -> None:
    out = {form: run(*words, "--format", form)[1] for form in ("table", "jsonl", "csv")}
    assert all(lines(out["jsonl"]))
    rows = list(csv.reader(io.StringIO(out["csv"])))
    assert len(rows) == len(lines(out["jsonl"])) + 1
    assert {len(row) for row in rows} == {len(rows[0])}
    assert out["table"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("suppressions", "list"), "No such address is on the list."),
        (("unknown", "list"), "Every message was understood."),
        (("stats",), "There is nothing to count."),
    ],
)
def test_where_there_is_nothing_a_sentence_says_so_instead_of_an_empty_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str
) -> None:
    Store.open(str(tmp_path / "empty.db")).close()
    assert main([*words, "--db", str(tmp_path / "empty.db"), "--format", "table"]) == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", f"{says}\n")


def test_csv_for_programs_has_no_quote_in_front_of_an_address(run: Run) -> None:
    run("suppressions", "add", "+49@example.com")
    for form, shown in (("csv", "'+49@example.com"), ("csv-plain", "+49@example.com")):
        rows = list(csv.DictReader(io.StringIO(run("check", "+49@example.com", "--format", form)[1])))
        assert [row["address"] for row in rows] == [shown]


@pytest.mark.parametrize("width", ["80", "100", "120", "200"])
@pytest.mark.parametrize("words", [("check", JANE), ("suppressions", "list"), ("history", JANE), ("stats",)])
def test_tables_fit_the_terminal(
    run: Run, words: tuple[str, ...], width: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    out = run(*words, "--format", "table")[1]
    assert max(map(len, out.splitlines())) <= int(width)


def test_addresses_are_added_removed_and_listed(run: Run) -> None:
    status, out = run("suppressions", "add", "ann@example.com", "--note", "phone", "--until", "2999-01-31")
    assert (status, out) == (0, "1 address newly suppressed.\n")
    (added,) = [
        line for line in lines(run("suppressions", "list")[1]) if line["address"] == "ann@example.com"
    ]
    assert (added["reason"], added["source"], added["note"]) == ("manual", "manual", "phone")
    assert added["until"].startswith("2999-01-31")
    assert run("suppressions", "add", "ann@example.com") == (0, "1 address newly suppressed.\n"), "for good"
    assert "1 address unchanged" in run("suppressions", "add", "ann@example.com")[1]
    status, out = run("suppressions", "remove", "ann@example.com", "nobody@example.com")
    assert status == 0
    assert out.splitlines() == [
        "1 address may be mailed again.",
        "Nothing was held against 1 of those given.",
    ]
    assert run("check", "-q", "ann@example.com")[0] == 0


def test_deliveries_can_be_reported(run: Run) -> None:
    status, out = run("suppressions", "delivered", "soft@example.com", JANE, "nobody@example.com")
    assert (status, out) == (0, "Noted deliveries to 2 addresses that had been heard of.\n")
    assert run("check", "-q", "soft@example.com")[0] == 0
    assert run("check", "-q", JANE)[0] == 1


def test_paused_and_reviewed_addresses_can_be_listed(run: Run) -> None:
    _, out = run("suppressions", "list", "--state", "paused", "--state", "review")
    assert {line["address"]: line["status"] for line in lines(out)} == {
        "odd@example.com": "review",
        "soft@example.com": "paused",
    }


def test_what_is_exported_is_imported(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    assert run("suppressions", "export", "-o", str(file)) == (0, "")
    other = ["--db", str(tmp_path / "other.db")]
    assert main(["suppressions", "import", str(file), *other]) == 0
    assert main(["check", "-q", JANE, *other]) == 1


def test_an_import_names_what_it_cannot_read_and_takes_the_rest(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(b"address\nann@example.com\nnobody\nj\xf6rg@example.com\n")
    status = main(["suppressions", "import", str(file), "--db", str(tmp_path / "other.db")])
    printed = capsys.readouterr()
    assert status == NO_ADDRESS
    assert "1 address newly suppressed." in printed.out
    assert "Entry 3: no address in 'nobody'." in printed.err
    assert "is not UTF-8." in printed.err


def test_the_default_policy_can_be_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["suppressions", "policy"]) == 0
    assert Policy.from_toml(capsys.readouterr().out) == Policy.default()


def test_a_policy_file_is_used_and_reapplied(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text('[complaint]\nsuppress = ["fraud"]\n')
    assert run("suppressions", "reapply", "--policy", str(file)) == (0, "The state of 0 addresses changed.\n")
    file.write_text("[soft]\nlimit = 50\n")
    assert run("suppressions", "reapply", "--policy", str(file)) == (0, "The state of 1 address changed.\n")
    assert run("check", "-q", "soft@example.com")[0] == 0


def test_history_reads_as_a_story(run: Run) -> None:
    _, out = run("history", JANE, "--format", "table")
    story = out.splitlines()
    assert story[1].split()[:4] == ["2025-01-01", "12:00", "bounce", "hard"]
    assert story[2].split()[:4] == ["2025-01-01", "12:00", "->", "suppressed"]
    assert story[-1] == "Now: suppressed. Don't mail it."
    assert run("history", "nobody@example.com", "--format", "table") == (
        0,
        "Nothing is known of nobody@example.com: it may be mailed.\n",
    )
    assert run("history", "nobody@example.com", "--format", "jsonl") == (0, "")


def test_stats_count(run: Run) -> None:
    _, out = run("stats")
    counts = {(line["by"], line["name"]): line["count"] for line in lines(out)}
    assert counts[("kind", "bounce")] == 8
    assert counts[("type", "soft")] == 5
    assert counts[("reason", "network_error")] == 5
    assert counts[("state", "suppressed")] == 2
    assert counts[("day", "2025-01-01")] == 2
    assert counts[("alert", "2025-01-01 blocklisted: example.com refuses sender.example")] == 1
    _, out = run("stats", "--by", "domain", "--since", "1d")
    assert [(line["name"], line["count"]) for line in lines(out)] == [("example.com", 6)]


def test_prune_says_what_it_removed_and_keeps_the_states(run: Run) -> None:
    status, out = run("prune", "--older-than", "0s", "--compact")
    assert status == 0
    assert out.startswith("Removed 9 messages with 9 records")
    assert run("check", "-q", JANE)[0] == 1


def test_forget_says_what_it_means(run: Run) -> None:
    status, out = run("forget", JANE, "--keep-suppression")
    assert (status, out.splitlines()[1]) == (
        0,
        "It stays suppressed, and its address is kept for that alone.",
    )
    assert run("forget", JANE)[1].splitlines()[1].endswith("it may be mailed again.")
    assert run("forget", JANE) == (0, f"Nothing is known of {JANE}.\n")
    assert run("check", "-q", JANE)[0] == 0


def test_a_hook_is_told_of_what_a_person_does(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "told"
    assert run("suppressions", "add", "ann@example.com", "--exec", f"tee -a {file}")[0] == 0
    assert run("suppressions", "remove", "ann@example.com", "--exec", f"tee -a {file}")[0] == 0
    assert [line["event"] for line in lines(file.read_text())] == ["address.suppressed", "address.released"]


def test_hashed_addresses_need_their_key_and_are_not_exported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    db = ["--db", str(tmp_path / "h.db")]
    assert main(["suppressions", "add", JANE, "--hash-addresses", *db]) == 2
    assert "DSNPARSE_HASH_KEY" in capsys.readouterr().err
    monkeypatch.setenv("DSNPARSE_HASH_KEY", "a key of enough bytes")
    assert main(["suppressions", "add", JANE, "--hash-addresses", *db]) == 0
    assert main(["check", "-q", JANE, "--hash-addresses", *db]) == 1
    assert main(["check", "-q", JANE, *db]) == FAILED
    assert "holds hashed addresses" in capsys.readouterr().err
    assert main(["suppressions", "export", "--hash-addresses", *db]) == 2


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["check", JANE, "--db", "/no/such.db"], FAILED, "There is no directory /no"),
        (["check", JANE, "--db", "oracle://x"], FAILED, "oracle is not supported"),
        (["check", JANE, "--db", "postgresql://x@127.0.0.1:1/x"], TRY_AGAIN, "cannot be used now"),
        (["check", JANE, "--policy", "/no/policy"], 2, "Cannot read the policy"),
        (["prune", "--older-than", "long"], 2, "'long' is not a duration"),
        (["suppressions", "add", JANE, "--until", "2001-01-01"], 2, "must be a date to come"),
        (["suppressions", "add", JANE, "--until", "soon"], 2, "'soon' is no date"),
        (["suppressions", "delivered", JANE, "--at", "soon"], 2, "'soon' is no date"),
        (["suppressions", "add", JANE, "--webhook", "https://h/"], 2, "DSNPARSE_WEBHOOK_SECRET"),
    ],
)
def test_what_cannot_work_ends_with_a_sentence(
    words: list[str],
    status: int,
    sentence: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == status
    assert sentence in capsys.readouterr().err


def test_every_command_has_help_and_one_line_in_the_list_of_commands(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for command in (check, stats, suppressions):
        assert command.help
    for name in ("check", "suppressions", "history", "stats", "prune", "forget"):
        assert main([name, "--help"]) == 0
        assert "Usage: dsnparse" in capsys.readouterr().out


def asking(url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "dsnparse", "check", "-", "--format", "jsonl", "--db", url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def test_check_answers_line_by_line_whoever_asks_line_by_line(url: str, run: Run) -> None:
    with asking(url) as process:
        assert process.stdin
        assert process.stdout
        for address in ("nobody@example.com", JANE, "nobody@example.com"):
            process.stdin.write(address.encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["address"] == address
        process.stdin.close()
        assert process.stdout.read() == b""
    assert process.returncode == 1


def test_check_keeps_the_order_of_a_long_list(url: str, run: Run) -> None:
    given = [f"user{number}@example.com" for number in range(9_000)]
    given[4_444] = JANE
    odd = "no\udcff address"
    text = "\r\n".join([*given[:5_000], "", "\ufeff", *given[5_000:], odd, f"  {JANE}"])
    with asking(url) as process:
        out, _ = process.communicate(text.encode(errors="surrogateescape"))
    found = [(line["address"], line["answer"]) for line in lines(out.decode(errors="surrogateescape"))]
    expected = [(one, "don't" if one == JANE else "mail") for one in given]
    assert found[:-2] == expected
    assert [answer for _, answer in found[-2:]] == ["no address", "don't"]
    assert process.returncode == NO_ADDRESS

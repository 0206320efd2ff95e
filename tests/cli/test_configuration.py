"""One configuration file: who wins, what is refused and where, what is shown."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import click
import pytest

import dsnparse.config
from dsnparse.cli import group, main
from dsnparse.cli.config import _commands
from dsnparse.cli.option_names import SHARED, options_of
from dsnparse.cli.settings import Settings
from dsnparse.config import ConfigError, find_files, masked, read_file


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without files, a machine without /etc/dsnparse.toml, an environment without settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(dsnparse.config, "SYSTEM", str(tmp_path / "system.toml"))
    for name in [name for name in os.environ if name.startswith("DSNPARSE_")]:
        monkeypatch.delenv(name)


def write(text: str, name: str = "dsnparse.toml") -> None:
    Path(name).write_text(text)
    Path(name).chmod(0o600)


def shown(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, tuple[Any, str]]:
    """What `config show` says: setting → value and place."""
    assert main(["config", "show", "--format", "jsonl", *words]) == 0
    rows = map(json.loads, capsys.readouterr().out.splitlines())
    return {row["setting"]: (row["value"], row["from"]) for row in rows}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("polcy = 'x'", "1: there is no setting polcy in the beginning of the file; did you mean policy?"),
        ("\n\n[lisen]\nlmtp = []", "4: there is no table [lisen]; did you mean listen?"),
        ("[listen]\nlmpt = []", "2: there is no setting lmpt in [listen]; did you mean lmtp?"),
        ("[listen]\nmax_size = '10'", "2: max_size must be a whole number."),
        ("[listen]\nmax_size = true", "2: max_size must be a whole number."),
        ("[listen]\nmax_size = 10", "2: max_size: 10 is not in the range x>=1024."),
        ("[listen]\nlmtp = 'a:1'", '2: lmtp must be a list: ["a:1"].'),
        ("[listen]\nlmtp = [1]", '2: lmtp must be a text in quotes: "1".'),
        ("db = 3", '1: db must be a text in quotes: "3".'),
        ("hash_addresses = 'yes'", "1: hash_addresses must be true or false."),
        ("[watch]\ninterval = 'now'", "2: interval must be a number."),
        ("[stats]\nformat = 'tabel'", "2: format: 'tabel' is not one of"),
        ("[prune]\nolder_than = 'yesterday'", "2: older_than: 'yesterday' is not a duration"),
        ("[suppressions.lst]\nreason = []", "2: there is no table [suppressions.lst]; did you mean list?"),
        ("[lisen]", "1: there is no table [lisen]; did you mean listen?"),
        ("[listen]\n[listen.more]", "2: there is no table [listen.more]."),
        ("[suppressions.lst]", "1: there is no table [suppressions.lst]; did you mean list?"),
        ("[hooks.more]", "1: there is no table [hooks.more]."),
        ("[listen.more]\na = 1", "2: there is no table [listen.more]."),
        ("[suppressions.list]\nraeson = []", "2: there is no setting raeson in [suppressions.list]; did you"),
        ("[hooks]\nexce = []", "2: there is no setting exce in [hooks]; did you mean exec?"),
        ("[hooks.more]\nexec = []", "2: there is no setting exec in [hooks.more]"),
        (
            "[limits]\nmesage_bytes = 1",
            "2: there is no setting mesage_bytes in [limits]; did you mean message",
        ),
        ("[limits]\nmessage_bytes = 0", "2: message_bytes must be a whole number of 1 or more."),
        ("a = [1,\n", "2: "),
        ("db = 'x'\ndb = 'y'\n", "2: "),
        ("policy = 'missing.toml'", "1: missing.toml cannot be read: no such file or directory."),
    ],
)
def test_a_mistake_is_told_with_its_file_and_line(
    text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(text)
    assert main(["config", "check"]) == 2
    assert f"dsnparse.toml:{said}" in capsys.readouterr().err


def test_all_mistakes_are_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    write("polcy = 'x'\n[listen]\nlmpt = 1\n[stats]\nlimit = 'a'\n")
    assert main(["config", "check"]) == 2
    assert [line.partition(": ")[0] for line in capsys.readouterr().err.splitlines()] == [
        "dsnparse.toml:1",
        "dsnparse.toml:3",
        "dsnparse.toml:5",
    ]


def test_a_table_with_nothing_in_it_is_told_and_no_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    write("[listen]\n# lmtp = []\n[hooks]\n[limits]\n[suppressions.list]\n[stats]\nlimit = 3\n")
    assert main(["config", "check"]) == 0
    told = capsys.readouterr()
    assert told.err.splitlines() == [
        f"dsnparse.toml:{line}: [{table}] is empty."
        for line, table in ((1, "listen"), (3, "hooks"), (4, "limits"), (5, "suppressions.list"))
    ]
    assert told.out == "Read dsnparse.toml: 1 setting, nothing wrong.\n"
    assert shown(capsys) == {"stats.limit": (3, "dsnparse.toml:7")}


def test_a_command_refuses_a_table_that_there_is_not_also_when_it_is_empty(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write("[lisen]\n")
    assert main(["check", "kim@example.com"]) == 2
    assert "dsnparse.toml:1: there is no table [lisen]; did you mean listen?" in capsys.readouterr().err


def test_a_command_refuses_what_is_wrong_for_it_and_does_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    write("[check]\nnothing = 1\n")
    assert main(["check", "kim@example.com"]) == 2
    assert "dsnparse.toml:2: there is no setting nothing in [check]" in capsys.readouterr().err
    assert main(["check", "--help"]) == 0


def test_a_mail_server_keeps_its_message_while_the_configuration_is_wrong() -> None:
    write("polcy = 'x'\n")
    assert main(["ingest", "-"]) == 75
    assert main(["--config", "dsnparse.toml", "ingest", "-"]) == 75


def test_flags_win_then_the_environment_then_the_file_here_then_the_systems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def used(*words: str) -> str:
        """Which of the databases, none of which can be opened, is named in the error."""
        main(["check", "kim@example.com", *words])
        said = capsys.readouterr().err
        return next(
            name for name in ("flag", "variable", "here", "system", "bounces") if f"{name}.db" in said
        )

    assert used() == "bounces"
    write("db = 'no/system.db'\n", "system.toml")
    assert used() == "system"
    write("db = 'no/here.db'\n")
    assert used() == "here"
    monkeypatch.setenv("DSNPARSE_DB", "no/variable.db")
    assert used() == "variable"
    assert used("--db", "no/flag.db") == "flag"


def test_what_is_said_of_one_command_wins_over_what_is_said_of_all(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write("db = 'all.db'\n[stats]\ndb = 'stats.db'\n")
    assert shown(capsys, "stats")["stats.db"] == ("stats.db", "dsnparse.toml:3")
    assert shown(capsys, "check")["check.db"] == ("all.db", "dsnparse.toml:1")


def test_a_named_file_replaces_the_usual_ones(capsys: pytest.CaptureFixture[str]) -> None:
    write("db = 'here.db'\n")
    write("policy = 'x.toml'\n", "other.toml")
    assert main(["--config", "other.toml", "config", "show", "--format", "jsonl"]) == 0
    assert json.loads(capsys.readouterr().out)["from"] == "other.toml:1"
    assert main(["--config", "", "config", "show", "--format", "jsonl"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["--config", "missing.toml", "config", "check"]) == 2


@pytest.mark.parametrize("mode", [0o620, 0o602])
def test_a_file_here_that_others_may_write_names_no_command_to_run(
    mode: int, capsys: pytest.CaptureFixture[str]
) -> None:
    write("[hooks]\nexec = ['touch planted']\n")
    Path("dsnparse.toml").chmod(mode)
    assert main(["suppressions", "add", "kim@example.com", "--db", "b.db"]) == 0
    assert not Path("planted").exists()
    assert "is passed over" in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to give a file to somebody else")
def test_a_file_here_that_belongs_to_somebody_else_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    write("db = 'x'\n")
    os.chown("dsnparse.toml", 65534, 65534)
    ((path, why),) = find_files(None)
    assert "belongs to somebody else" in why
    assert [path] == ["dsnparse.toml"]


@pytest.mark.parametrize(
    ("variable", "value", "setting", "meant"),
    [
        ("DSNPARSE_LISTEN_MAX_SIZE", "2048", "listen.max_size", 2048),
        ("DSNPARSE_LISTEN_LMTP", "a:1\nb:2\n", "listen.lmtp", ["a:1", "b:2"]),
        ("DSNPARSE_HOOKS_EXEC", "/bin/x --y z", "listen.exec", ["/bin/x --y z"]),
        ("DSNPARSE_HASH_ADDRESSES", "yes", "listen.hash_addresses", True),
        ("DSNPARSE_METRICS", ":9125", "listen.metrics", ":9125"),
    ],
)
def test_the_environment_sets_every_option(
    variable: str,
    value: str,
    setting: str,
    meant: object,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(variable, value)
    found, place = shown(capsys, "listen")[setting]
    assert found == meant
    assert place == variable


@pytest.mark.parametrize(
    ("variable", "meant"),
    [("LISTEN_LMPT", "LISTEN_LMTP"), ("SERVE_WORKERS", "SERVE_JOBS"), ("SERVE_MAX_BODY", "SERVE_MAX_SIZE")],
)
def test_a_variable_that_means_nothing_is_named_and_no_mistake(
    variable: str, meant: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(f"DSNPARSE_{variable}", "x")
    monkeypatch.setenv("DSNPARSE_IMAP_PASSWORD", "x")
    assert main(["config", "check"]) == 0
    assert capsys.readouterr().err == (
        f"DSNPARSE_{variable} in the environment means nothing; did you mean DSNPARSE_{meant}?\n"
    )


def test_the_old_name_of_a_setting_is_refused_with_the_one_that_it_has_now(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write("[serve]\nmax_body = 100000\n")
    assert main(["config", "check"]) == 2
    assert "there is no setting max_body in [serve]; did you mean max_size?" in capsys.readouterr().err


def test_secrets_are_masked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    write(
        "db = 'postgresql://joe:hunter2@host/name?password=hunter2&a=b'\n"
        "[hooks]\nwebhook = ['https://joe:hunter2@host/hook?token=hunter2']\n"
    )
    monkeypatch.setenv("DSNPARSE_WEBHOOK_SECRET", "hunter2")
    assert main(["config", "show", "--format", "table"]) == 0
    said = capsys.readouterr().out
    assert "hunter2" not in said
    assert "joe:***@host/name" in said
    assert "DSNPARSE_WEBHOOK_SECRET" in said


def test_a_file_with_a_password_that_others_may_read_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    write("db = 'postgresql://joe:hunter2@host/name'\n")
    assert main(["config", "check"]) == 0
    assert capsys.readouterr().err == ""
    Path("dsnparse.toml").chmod(0o644)
    assert main(["config", "check"]) == 0
    assert "chmod o-r" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("bounces.db", "bounces.db"),
        ("sqlite:///a:b@c.db", "sqlite:///a:b@c.db"),
        ("https://host/a?x=1", "https://host/a?x=1"),
        ("imaps://joe%40x:p@h/INBOX", "imaps://joe%40x:***@h/INBOX"),
        ("postgresql://u:a@b@h/n", "postgresql://u:***@h/n"),
        (["https://h/?api_key=1&b=2"], ["https://h/?api_key=***&b=2"]),
        (3, 3),
    ],
)
def test_what_is_masked(value: object, meant: object) -> None:
    assert masked(value) == meant


def test_every_option_of_every_command_can_be_set() -> None:
    """Set each to what it is by default, or to something that fits it: none is refused."""
    for path, command in _commands():
        if isinstance(command, click.Group):
            continue
        for name, option in options_of(command).items():
            lines = f"[{'.'.join(path)}]\n{name} = {_toml(option)}\n"
            write(lines, "one.toml")
            assert Settings(read_file("one.toml")).chosen(command, path)[name][1].place == "one.toml:2"
            assert Settings(read_file("one.toml")).defaults(command, path), lines


def test_every_setting_that_commands_share_is_an_option_of_one() -> None:
    commands = [(path, options_of(command)) for path, command in _commands()]
    for (table, name), (option, only) in SHARED.items():
        has = [path for path, known in commands if option in known and (not only or path[0] in only)]
        assert has, f"{table} {name}"


def test_a_source_may_come_from_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mail").mkdir()
    write("db = 'b.db'\n[ingest]\nsource = ['mail']\nquiet = true\n")
    assert main(["ingest"]) == 0
    write("")
    assert main(["ingest"]) == 2


def test_what_is_no_configuration_file_is_said(tmp_path: Path) -> None:
    for data, said in ((b"a = '\xff'\n", "bad:1: this is not UTF-8"), (b"#" * 1_100_000, "is longer than")):
        Path("bad").write_bytes(data)
        with pytest.raises(ConfigError, match=said):
            read_file("bad")


def _toml(option: click.Parameter) -> str:
    """A value that an option takes, as TOML."""
    if option.nargs == -1 or getattr(option, "multiple", False):
        return f"[{_single(option)}]"
    return _single(option)


def _single(option: click.Parameter) -> str:
    kind = option.type
    if getattr(option, "is_flag", False):
        return "true"
    if isinstance(kind, click.types.IntParamType):
        return str(max(getattr(kind, "min", None) or 1, 1))
    if isinstance(kind, click.types.FloatParamType):
        return "1.5"
    if isinstance(kind, click.Choice):
        return f'"{kind.choices[0]}"'
    return {
        "duration": '"30d"',
        "moment": '"30d"',
        "provider": '"ses"',
        "origin": '"postfix"',
        "by": '"day"',
    }.get(kind.name, '"text"')


def test_the_group_is_the_one_that_runs() -> None:
    assert isinstance(group, click.Group)

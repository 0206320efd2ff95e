"""`dsnparse trust`: makes keys that nobody else can read, signs, verifies, reads."""

from __future__ import annotations

import os
import stat
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dsnparse.cli import group
from dsnparse.trust.key_file import add_key, make_file
from dsnparse.trust.settings import TrustSettings
from dsnparse.trust.verp import sign_return_path

ENVIRONMENT = {"DSNPARSE_TRUST_KEY": "k:2026-01-01:correct-horse-battery-staple"}
TODAY = datetime.now(UTC).date()


@pytest.fixture(autouse=True)
def _no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DSNPARSE_TRUST_KEY", raising=False)


def run(*args: str | Path, stdin: str | None = None, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(group, ["trust", *map(str, args)], input=stdin, env=env)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    path = tmp_path / "trust.toml"
    make_file(str(path), date(2026, 1, 1))
    return path


def test_init_makes_a_file_for_its_owner_alone_and_prints_settings(tmp_path: Path) -> None:
    path = tmp_path / "trust.toml"
    done = run("init", path)
    assert done.exit_code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    settings = TrustSettings.load(path)
    assert settings.keys is not None
    assert settings.first_day == TODAY
    for word in ("Python", "Postfix", "Exim", "listmonk", str(path)):
        assert word in done.stdout
    assert settings.keys.newest.secret.decode() not in done.stdout


def test_init_replaces_no_file(keys: Path) -> None:
    before = keys.read_bytes()
    done = run("init", keys)
    assert (done.exit_code, keys.read_bytes()) == (2, before)
    assert "--add" in done.stderr


def test_init_says_what_is_wrong_with_the_place(tmp_path: Path) -> None:
    done = run("init", tmp_path / "nowhere/trust.toml")
    assert done.exit_code == 2
    assert "no such file" in done.stderr


def test_another_key_signs_from_then_on_and_the_first_one_verifies(keys: Path) -> None:
    path = run("sign", "kim@example.com", "--domain", "b.example", "--keys", keys).stdout.strip()
    keys.write_text(f"{keys.read_text()}# mine\n")
    done = run("init", keys, "--add")
    assert done.exit_code == 0, done.stderr
    assert "2 keys" in done.stdout
    assert keys.read_text().endswith("# mine\n")
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    assert run("verify", path, "--keys", keys).exit_code == 0
    newer = run("sign", "kim@example.com", "--domain", "b.example", "--keys", keys).stdout.strip()
    assert (path[5], newer[5]) == ("a", "b")


def test_two_keys_of_one_day_are_refused(keys: Path) -> None:
    add_key(str(keys), date(2026, 2, 1))
    with pytest.raises(ValueError, match="the day after"):
        add_key(str(keys), date(2026, 2, 1))
    keys.write_text("lifetime_days = 3\n")
    with pytest.raises(ValueError, match="no list of keys"):
        add_key(str(keys), date(2026, 3, 1))


def test_a_file_that_others_may_read_is_refused(keys: Path) -> None:
    keys.chmod(0o640)
    done = run("sign", "kim@example.com", "--domain", "b.example", "--keys", keys)
    assert done.exit_code == 2
    assert f"chmod 600 {keys}" in done.stderr


def test_what_was_signed_verifies_and_what_was_not_does_not(keys: Path) -> None:
    path = run("sign", "Kim+x@example.com", "--domain", "b.example", "--keys", keys).stdout.strip()
    done = run("verify", path, "--keys", keys)
    assert done.exit_code == 0
    assert done.stdout.splitlines() == ["valid", "recipient: Kim+x@example.com", f"signed on: {TODAY}"]
    forged = run("verify", path.replace("Kim", "Lee"), "--keys", keys)
    assert (forged.exit_code, forged.stdout) == (1, "forged\n")
    absent = run("verify", "bounces@b.example", "--keys", keys)
    assert (absent.exit_code, absent.stdout) == (1, "not signed\n")
    unknown = run("verify", path, env=ENVIRONMENT)
    assert unknown.exit_code == 1
    assert "not here" in unknown.stdout


def test_what_is_too_old_is_expired_and_still_told(keys: Path) -> None:
    settings = TrustSettings.load(keys)
    assert settings.keys is not None
    old = sign_return_path("kim@example.com", "b.example", settings.keys, TODAY - timedelta(30))
    done = run("verify", old, "--keys", keys)
    assert done.exit_code == 1
    assert done.stdout.startswith("expired\nrecipient: kim@example.com\n")
    assert run("verify", old, "--lifetime", "60", "--keys", keys).exit_code == 0


def test_many_are_signed_from_standard_input_and_an_id_where_the_address_is_too_long() -> None:
    long = "somebody.with.a.long.name@a.very.long.domain.name.example"
    done = run("sign", "-", "--domain", "b.example", stdin=f"kim@example.com\n{long}\n", env=ENVIRONMENT)
    assert done.exit_code == 1
    assert len(done.stdout.splitlines()) == 1
    assert f"for {long} has" in done.stderr
    done = run("sign", "u4711", "--id", "--domain", "b.example", env=ENVIRONMENT)
    assert done.exit_code == 0
    assert "id: u4711" in run("verify", done.stdout.strip(), env=ENVIRONMENT).stdout


def test_without_a_key_nothing_is_signed() -> None:
    done = run("sign", "kim@example.com", "--domain", "b.example")
    assert done.exit_code == 2
    assert "DSNPARSE_TRUST_KEY" in done.stderr
    assert run("verify", "x@b.example").exit_code == 2
    wrong = run("sign", "k@e.example", "--domain", "b.example", env={"DSNPARSE_TRUST_KEY": "secret-words"})
    assert wrong.exit_code == 2
    assert "secret-words" not in wrong.stderr


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("news-bounces+kim=example.com@l.example", ["style: mailman", "recipient: kim@example.com"]),
        (
            "b+enxajq4x2u7hbz-kim=example.com@b.example",
            ["style: dsnparse", "recipient: kim@example.com"],
        ),
        ("prvs=0790f4be41=news@example.org", ["BATV, of: news@example.org"]),
        (
            "SRS0=1085=jp=l.example=news-bounces+kim=example.com@us.example",
            [
                "SRS, of: news-bounces+kim=example.com@l.example",
                "style: mailman",
                "recipient: kim@example.com",
            ],
        ),
        ("X-Listmonk-Subscriber: 0f3a", ["style: listmonk", "id: 0f3a"]),
    ],
)
def test_any_style_is_read(text: str, lines: list[str]) -> None:
    done = run("read", text)
    assert (done.exit_code, done.stdout.splitlines()) == (0, lines)


def test_a_style_that_nobody_knows_ends_with_1() -> None:
    done = run("read", "bounces@example.org")
    assert (done.exit_code, done.stdout) == (1, "no style that is known\n")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("keys = 3", "keys: must be a list"),
        ('keys = ["a:2026-01-01:x"]', "too short"),
        ("lifetime_days = 0", "1 to 365"),
        ('lifetime_days = "14d"', "whole number"),
        ("[border]\nhost = []", r"\[border\] has no setting 'host'"),
        ('[border]\nfields = ["To"]', "notes the envelope"),
        ("border = 3", "must be a table"),
        ("bored = 3", "no setting 'bored'"),
        ("[batv]\nkeys = { x = 'y' }", "by a digit"),
        ("[sending]\nmessage_ids = true", "needs keys"),
        ("[sending]\nmessage_ids = 1", "true or false"),
        ("keys = [", "trust.toml"),
    ],
)
def test_a_mistake_in_the_file_is_told(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "trust.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=words):
        TrustSettings.load(path)


def test_settings_without_secrets_may_be_read_by_others_and_take_keys_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "trust.toml"
    path.write_text('[border]\nhosts = ["MX.example.org"]\nauthserv_id = ""\n')
    path.chmod(0o644)
    assert TrustSettings.load(path).keys is None
    monkeypatch.setitem(os.environ, *next(iter(ENVIRONMENT.items())))
    settings = TrustSettings.load(path)
    assert (settings.border_hosts, settings.authserv_id) == (("mx.example.org",), None)
    assert settings.keys is not None
    assert settings.keys.newest.id == "k"

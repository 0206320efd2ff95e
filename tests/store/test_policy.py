"""The policy file: documented defaults, strict reading."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from dsnparse.store import Policy
from dsnparse.store.policy.durations import parse_duration
from dsnparse.store.policy.policy import OTHER_REASONS, default_text
from dsnparse.vocabulary import Reason

DAY = 86_400


def test_the_default_does_what_the_documentation_says() -> None:
    policy = Policy.default()
    assert (policy.soft_limit, policy.soft_window) == (5, 30 * DAY)
    assert policy.soft_pauses == tuple(sorted(policy.soft_pauses))
    assert policy.hard_confirm == frozenset()
    assert policy.full_suppress_after == 30 * DAY
    assert policy.complaint_suppress >= {"abuse", "fraud", "opt-out"}
    assert not policy.complaint_suppress & {"not-spam", "auth-failure"}
    assert policy.ends("complaint", 0) is None
    assert policy.ends("user_unknown", 0) is None
    assert policy.ends("mailbox_full", 0) == 180 * DAY


def test_the_default_file_gives_the_default_policy() -> None:
    assert Policy.from_toml(default_text()) == Policy.default()
    assert Policy.from_toml("") == Policy.default()


def test_every_setting_has_a_comment_near_it() -> None:
    lines = default_text().splitlines()
    for table, settings in tomllib.loads(default_text()).items():
        start = next(number for number, line in enumerate(lines) if line.startswith(f"[{table}]"))
        end = next((n for n in range(start + 1, len(lines)) if lines[n].startswith("[")), len(lines))
        assert settings
        assert any("#" in line for line in lines[start:end]), table


def test_a_file_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text('[soft]\nlimit = 3\n[expires]\nuser_unknown = "2y"\n[treat]\nsuppressed = "hard"\n')
    policy = Policy.load(file)
    assert policy.soft_limit == 3
    assert policy.soft_window == Policy.default().soft_window
    assert policy.ends("user_unknown", 100) == 100 + 730 * DAY
    assert policy.treat[Reason.SUPPRESSED] == "hard"
    assert policy.treat[Reason.GREYLISTED] == "nothing"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[soft]\nlimmit = 3", "[soft] has no setting 'limmit'"),
        ("[softly]\nlimit = 3", "there is no table [softly]"),
        ("soft = 3", "soft must be a table"),
        ("[soft]\nlimit = 0", "[soft] limit: must be a whole number of at least 1"),
        ("[soft]\nlimit = true", "[soft] limit"),
        ("[soft]\nwindow = 30", "[soft] window: must be a duration in quotes"),
        ('[soft]\nwindow = "30 days"', "is not a duration"),
        ('[soft]\nwindow = "9999y"', "longer than a thousand years"),
        ('[soft]\npauses = "1d"', "[soft] pauses: must be a list of texts"),
        ("[hard]\nmin_confidence = 2", "from 0.0 to 1.0"),
        ('[hard]\nconfirm = ["twice"]', "'twice' is none of second_notice, known_message"),
        ('[treat]\nspam = "block"', "[treat] has no setting 'spam'"),
        ('[treat]\nexpired = "ignore"', "[treat] expired: 'ignore' is none of"),
        ('[expires]\nuser_unknown = "soon"', "is not a duration"),
        ("[addresses]\nplus_tags = 1", "must be true or false"),
        ("[soft", "policy.toml: "),
    ],
)
def test_a_mistake_is_named(text: str, complaint: str) -> None:
    with pytest.raises(ValueError) as problem:
        Policy.from_toml(text, "policy.toml")
    assert complaint in str(problem.value)
    assert str(problem.value).startswith("policy.toml: ")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "[softly]",
            "policy: there is no table [softly]; the tables are " + ", ".join(tomllib.loads(default_text())),
        ),
        (
            "[addresses]\ndots = true",
            (
                "policy: [addresses] has no setting 'dots'; it has "
                "fold_domains, ignore_case, plus_tags, provider_dots"
            ),
        ),
        ("[addresses]\nplus_tags = 1", "policy: [addresses] plus_tags: must be true or false"),
        ("[hard]\nmin_confidence = 1.1", "policy: [hard] min_confidence: must be a number from 0.0 to 1.0"),
        ('[hard]\nmin_confidence = "0.5"', "policy: [hard] min_confidence: must be a number from 0.0 to 1.0"),
        ("[hard]\nmin_confidence = true", "policy: [hard] min_confidence: must be a number from 0.0 to 1.0"),
        ('[soft]\nwindow = "1001y"', "policy: [soft] window: '1001y' is longer than a thousand years"),
    ],
)
def test_a_mistake_is_told_in_one_sentence_that_names_what_there_is(text: str, sentence: str) -> None:
    with pytest.raises(ValueError) as problem:
        Policy.from_toml(text)
    assert str(problem.value) == sentence


def test_a_mistake_in_a_file_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[softly]")
    with pytest.raises(ValueError) as problem:
        Policy.load(file)
    assert str(problem.value).startswith(f"{file}: there is no table [softly]")


def test_a_file_is_utf_8_whatever_the_locale(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text('[addresses]\nfold_domains = ["müller.example"]', "utf-8")
    code = "import sys; from dsnparse.store import Policy; print(Policy.load(sys.argv[1]).addresses)"
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [sys.executable, "-c", code, file],
        env={**os.environ, **plain},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "frozenset({'xn--mller-kva.example'})" in done.stdout


def test_the_shares_at_both_ends_are_shares() -> None:
    for share in (0, 0.0, 0.5, 1, 1.0):
        assert Policy.from_toml(f"[hard]\nmin_confidence = {share}").hard_min_confidence == share


def test_what_is_not_named_ends_as_the_default_says() -> None:
    policy = Policy.from_toml('[expires]\ndefault = "30d"')
    assert policy.ends("user_unknown", 5) == 5 + 30 * DAY
    assert policy.ends("mailbox_full", 5) == 5 + 180 * DAY


def test_settings_of_addresses_reach_how_addresses_are_compared() -> None:
    spellings = [
        ("ignore_case = false", "Kim@example.org", "kim@example.org", False),
        ("ignore_case = true", "Kim@example.org", "kim@example.org", True),
        ('ignore_case = false\nfold_domains = ["example.org"]', "Kim@example.org", "kim@example.org", True),
        ("plus_tags = true", "kim+a@gmail.com", "kim@gmail.com", True),
        ("plus_tags = false", "kim+a@gmail.com", "kim@gmail.com", False),
        ("provider_dots = true", "k.im@gmail.com", "kim@gmail.com", True),
        ("provider_dots = false", "k.im@gmail.com", "kim@gmail.com", False),
    ]
    for settings, one, other, are_one in spellings:
        key = Policy.from_toml(f"[addresses]\n{settings}").addresses.key
        assert (key(one) == key(other)) is are_one, settings


def test_every_reason_can_be_treated_and_every_suppression_can_expire() -> None:
    for reason in Reason:
        assert Policy.from_toml(f'[treat]\n{reason} = "nothing"').treat[reason] == "nothing"
    for name in (*Reason, *OTHER_REASONS):
        assert Policy.from_toml(f'[expires]\n{name} = "1d"').ends(name, 0) == DAY


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("5m", 300),
        ("12h", DAY // 2),
        ("30d", 30 * DAY),
        ("2W", 14 * DAY),
        ("2y", 730 * DAY),
        ("0s", 0),
        ("1000y", 365_000 * DAY),
        ("0" * 11 + "1s", 1),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, seconds: int) -> None:
    assert parse_duration(text).total_seconds() == seconds


@pytest.mark.parametrize("text", ["", "d", "30", "-1d", "1.5d", "1 2d", "١d", "0" * 12 + "1s"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(text)

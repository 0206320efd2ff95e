"""Hooks and signals of `watch` and `ingest`: whatever a hook does, mail is stored and SIGTERM is heard."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .bad_hooks import HOOKS, still_running, write_hook
from .mail import STARTED, bounce, start, suppressed, until, users


@pytest.mark.parametrize("hook", HOOKS)
def test_whatever_a_hook_does_a_watcher_stores_on_and_sigterm_ends_it_and_the_hook(
    hook: str, maildir: Path, tmp_path: Path
) -> None:
    script, db = write_hook(hook, tmp_path), tmp_path / "b.db"
    watcher = start("watch", f"maildir:{maildir}", "--interval", "0.1", "--exec", script, "--db", db)
    for number in (1, 2, 3):
        (maildir / f"new/{number}").write_bytes(bounce(number))
        until(lambda: suppressed(db) == users(*range(1, number + 1)))  # noqa: B023  (called at once)
    until(Path(f"{script}.started").exists)
    watcher.send_signal(signal.SIGTERM)
    _, told = watcher.communicate(timeout=60)
    assert (watcher.returncode, told.splitlines()[-1].endswith(" info Stopped.")) == (0, True)
    assert still_running(script) == []
    assert len(list((maildir / ".Processed/cur").iterdir())) == 3


@pytest.mark.parametrize("hook", ["hangs", "hangs and ignores SIGTERM", "says much"])
def test_ingest_has_stored_all_before_a_hook_ends_and_sigterm_ends_the_hook(
    hook: str, maildir: Path, tmp_path: Path
) -> None:
    script, db = write_hook(hook, tmp_path), tmp_path / "b.db"
    for number in (1, 2, 3):
        (maildir / f"new/{number}").write_bytes(bounce(number))
    words = ("ingest", f"maildir:{maildir}", "--batch", "1", "--exec", str(script), "--db", str(db))
    process = subprocess.Popen([sys.executable, "-m", "dsnparse", *words], stderr=subprocess.PIPE, text=True)
    STARTED.append(process)
    until(Path(f"{script}.started").exists)
    until(lambda: suppressed(db) == users(1, 2, 3))
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert still_running(script) == []


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_watcher_reads_its_rules_and_policy_anew_on_sighup_and_keeps_the_old_ones_where_they_are_wrong(
    maildir: Path, tmp_path: Path, jobs: str
) -> None:
    policy, rules, db = tmp_path / "policy.toml", tmp_path / "rules.toml", tmp_path / "b.db"
    policy.write_text("")
    rules.write_text("")
    options: tuple[str | Path, ...] = ("--log-format", "plain", "--interval", "600", "--jobs", jobs)
    options += ("--policy", policy, "--rules", rules, "--db", db)
    watcher = start("watch", f"maildir:{maildir}", *options)
    assert watcher.stderr is not None

    def told_after(file: Path, text: str) -> str:
        file.write_text(text)
        watcher.send_signal(signal.SIGHUP)
        assert watcher.stderr is not None
        return watcher.stderr.readline()

    assert "The old rules and policy stay." in told_after(policy, "[nonsense]\n")
    assert told_after(policy, "") == "Rules and policy were read anew.\n"
    assert "The old rules and policy stay." in told_after(rules, "[nonsense")
    rule = '[[rule]]\nid = "mine"\nreason = "user_unknown"\nphrases = ["frobnicated quux"]\n'
    rule += 'examples = ["550 5.0.0 frobnicated quux"]\n'
    assert told_after(rules, rule) == "Rules and policy were read anew.\n"
    (maildir / "new/1").write_bytes(bounce(1, "5.0.0", "550 5.0.0 frobnicated quux"))
    watcher.send_signal(signal.SIGHUP)  # wakes it
    until(lambda: suppressed(db) == users(1))
    watcher.send_signal(signal.SIGTERM)
    watcher.communicate(timeout=60)
    assert watcher.returncode == 0

"""The examples for Prometheus and Grafana ask for what there is, and hold by Prometheus' own tool."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dsnparse.mailboxes.tally import Tally
from dsnparse.metrics import Metrics
from dsnparse.parser import Parser
from dsnparse.store import ExecHook, Seen, Store, message_identity

from .left_out import leave_out
from .mail import bounce

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs/monitoring"
_NAME = re.compile(r"\b(?:dsnparse|process)_[a-z_]+")


@pytest.fixture(scope="module")
def exposed() -> str:
    """All that a process can tell."""
    with Store.open("sqlite:///:memory:", hooks=[ExecHook("false")]) as store:
        store.add([Seen(message_identity(bounce(1)), "test", Parser().parse(bounce(1)))])
        metrics = Metrics(store, backlog=lambda: 1)
        tally = Tally(records=1)
        tally.events["address.suppressed"] += 1
        metrics.count(tally)
        return metrics.exposed()[1].decode()


@pytest.fixture
def promtool(request: pytest.FixtureRequest) -> str:
    found = shutil.which("promtool")
    if found is None:
        leave_out(request.config, "promtool is not installed; to run them: apt-get install prometheus")
    return found


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / "dashboard.json").read_text())["panels"]
    return found


def expressions() -> Iterator[str]:
    """Every question of the dashboard, without its variables."""
    for panel in panels():
        for target in panel["targets"]:
            yield target["expr"].replace("$__rate_interval", "5m").replace("$instance", ".*")


def test_alerts_and_dashboard_ask_for_metrics_that_there_are(exposed: str) -> None:
    there = set(re.findall(r"^([a-z_]+)", exposed, re.MULTILINE))
    asked = set(_NAME.findall("\n".join(expressions())))
    for line in (FOLDER / "alerts.yml").read_text().splitlines():
        if "summary" not in line and not line.startswith("#"):
            asked |= set(_NAME.findall(line))
    assert len(asked) > 10
    assert asked <= there


def test_every_alert_leads_to_a_heading_of_the_runbook() -> None:
    headings = {
        re.sub(r"[^a-z0-9 -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in (ROOT / "docs/runbook.md").read_text().splitlines()
        if line.startswith("#")
    }
    wanted = re.findall(r'runbook: "docs/runbook.md#([a-z-]+)"', (FOLDER / "alerts.yml").read_text())
    assert len(wanted) == 10
    assert set(wanted) <= headings


def test_panels_of_the_dashboard_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells


def test_rules_hold_by_promtool(promtool: str) -> None:
    for words in (("check", "rules", "alerts.yml"), ("test", "rules", "alerts_test.yml")):
        done = subprocess.run([promtool, *words], cwd=FOLDER, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_questions_of_the_dashboard_are_read_by_promtool(promtool: str, tmp_path: Path) -> None:
    rules = [{"record": f"r{number}", "expr": expression} for number, expression in enumerate(expressions())]
    path = tmp_path / "rules.yml"
    path.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    done = subprocess.run([promtool, "check", "rules", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_a_process_tells_passes_promtool(promtool: str, exposed: str) -> None:
    done = subprocess.run(
        [promtool, "check", "metrics"], input=exposed, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr

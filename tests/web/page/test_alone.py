"""`dsnparse show`: the view of one message as one file, without a server, network or extra."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from messages import group, report
from mutations import mutated

from dsnparse import parse_dsn
from dsnparse.cli.show import show
from dsnparse.web.alone import alone

from .conftest import ROOT, looking

if TYPE_CHECKING:
    from playwright.sync_api import Browser

QMAIL = ROOT / "samples/provider/qmail-user-unknown.eml"
PLANTED = "</script><script>window.ran = 1</script><!--<script>\u202e"


def test_the_file_shows_where_the_message_says_it_without_asking_anybody(
    chromium: Browser, tmp_path: Path
) -> None:
    target = tmp_path / "bounce.html"
    assert CliRunner().invoke(show, [str(QMAIL), "-o", str(target)]).exit_code == 0
    with looking(chromium) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(target.as_uri())
        page.locator(".sources button[data-field=status]").hover()
        assert page.locator(".message .lit").all_inner_texts() == ["5.1.1"]
        assert page.locator("h1").inner_text() == "Bounce One recipient failed."
        assert asked == [target.as_uri()]


def test_nothing_of_a_hostile_message_runs_in_the_file(chromium: Browser, tmp_path: Path) -> None:
    data = report(
        group(f"{PLANTED}@example.org", diagnostic=f"smtp; 550 {PLANTED}"), group("tom@example.org")
    )
    target = tmp_path / "bounce.html"
    target.write_text(alone(data, parse_dsn(data), PLANTED, "1"), encoding="utf-8")
    with looking(chromium) as page:
        page.goto(target.as_uri())
        page.locator(".verdict").wait_for()
        assert page.evaluate("window.ran === undefined")
        assert PLANTED.removesuffix("\u202e") in page.locator(".message").inner_text()
        assert page.locator("script").count() == 2


@settings(max_examples=30)
@given(mutated())
def test_any_message_stands_in_the_file_as_text(data: bytes) -> None:
    text = alone(data, parse_dsn(data), "x", "1")
    answer = re.search(r'<script type="application/json" id="answer">(.*?)</script>', text, re.DOTALL)
    assert answer is not None
    assert "<" not in answer[1]


def test_it_needs_no_extra() -> None:
    code = (
        "import sys; sys.modules['litestar'] = sys.modules['anyio'] = sys.modules['sqlalchemy'] = None; "
        "from dsnparse.cli import main; sys.exit(main(['show', sys.argv[1]]))"
    )
    command = [sys.executable, "-c", code, str(QMAIL)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("paths", "sentence"),
    [
        (["samples/provider"], "samples/provider holds several messages; give the file of one."),
        (["nowhere.eml"], "nowhere.eml does not exist."),
    ],
)
def test_what_is_not_one_message_gets_a_sentence(
    paths: list[str], sentence: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(ROOT)
    done = CliRunner().invoke(show, [*paths, "-o", str(tmp_path / "x.html")])
    assert (done.exit_code, sentence in done.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []

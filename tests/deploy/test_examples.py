"""What docs/ and deploy/ tell people to run is there: units, container, configuration, commands."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from dsnparse.cli import group, main
from dsnparse.cli.option_names import below_of

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "docs/systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"])
#: `dsnparse …` in a line of its own, or in backticks.
_COMMAND = re.compile(r"^(?:    |\$ )(?:sudo )?(dsnparse [a-z].*)$|`(dsnparse [a-z][^`\n]*)`", re.MULTILINE)
_ENDS = {"|", ">", "&&", ";", "#", "<", "2>", "\\", "||"}


def command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that words call, and the rest of them. KeyError when there is none."""
    command: click.Command = group
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        command = below_of(command)[words[0]]
        words = words[1:]
    return command, words


def wrong_with(line: str) -> str:
    """What is wrong with a command line: no such command, or no such option."""
    try:
        words = shlex.split(line.replace("…", "X"), comments=True)[1:]
    except ValueError:
        return ""  # cut off in the middle of a quote: it is no whole command
    for place, word in enumerate(words):
        if word in _ENDS or word.startswith((">", "|")):
            words = words[:place]
            break
    while words[:1] and words[0].startswith("--config"):
        words = words[1 if "=" in words[0] else 2 :]
    try:
        command, rest = command_of(words)
    except KeyError as error:
        return f"no command {error}"
    known = {name for option in command.params for name in option.opts} | {"--help", "-h", "--version"}
    return " ".join(
        word
        for word in rest
        if word.startswith("--") and word != "--" and word.partition("=")[0] not in known
    )


def commands() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for found in _COMMAND.finditer(page.read_text("utf-8")):
            yield page.name, (found[1] or found[2]).strip()


def test_every_command_in_the_pages_has_the_options_that_it_is_given() -> None:
    found = list(commands())
    assert len(found) > 80
    assert {line: wrong for _, line in found if (wrong := wrong_with(line))} == {}


@pytest.mark.parametrize(
    "unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.name
)
def test_units_call_commands_that_there_are(unit: Path) -> None:
    (line,) = re.findall(r"^ExecStart=(.*)$", unit.read_text(), re.MULTILINE)
    assert line.startswith("/usr/local/bin/dsnparse ")
    if unit.name == "dsnparse-serve.service" and "serve" not in group.list_commands(click.Context(group)):
        return
    assert wrong_with(line.removeprefix("/usr/local/bin/").replace("%d", "/x")) == ""


def test_units_pass_systemd_analyze(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed; to run it: apt-get install systemd")
    for unit in UNITS:
        # It looks for the program and the pages, which are not installed here.
        text = re.sub("/usr/local/bin/dsnparse", "/bin/true", unit.read_text())
        (tmp_path / unit.name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *sorted(map(str, tmp_path.iterdir()))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_timers_have_their_services() -> None:
    names = {unit.name for unit in UNITS}
    timers = {name for name in names if name.endswith(".timer")}
    assert timers
    assert {name.replace(".timer", ".service") for name in timers} <= names


def test_the_example_of_a_configuration_holds_also_with_all_its_lines(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "deploy/dsnparse.toml").read_text()
    whole = re.sub(r"^# (?=[\[a-z_]+(?:\]| = ))", "", text, flags=re.MULTILINE)
    assert len(tomllib.loads(whole)) > len(tomllib.loads(text))
    monkeypatch.chdir(tmp_path)
    for number, one in enumerate((text, whole)):
        (tmp_path / "x.toml").write_text(one)
        main(["--config", "x.toml", "config", "check"])
        said = capsys.readouterr().err.splitlines()
        # Only the files that it names are missing.
        assert [line for line in said if "cannot be read" not in line] == []
        assert bool(said) == bool(number)


def test_the_container_runs_commands_that_there_are() -> None:
    text = (ROOT / "deploy/compose.yaml").read_text()
    found = re.findall(r"command: \[([^\]]*)\]", text)
    assert found
    for line in found:
        words = [word.strip().strip('"') for word in line.split(",")]
        if words[0] in group.list_commands(click.Context(group)):
            assert wrong_with(shlex.join(["dsnparse", *words])) == ""
    assert all(
        line.strip().startswith('- "127.0.0.1:')
        for line in re.findall(r'^ +- "[\d.:]+"$', text, re.MULTILINE)
    )
    for name in re.findall(r"- (\.{1,2}/\S+?):", text):
        assert (ROOT / "deploy" / name).exists(), name


def test_the_image_is_made_of_files_that_there_are() -> None:
    ignored = (ROOT / "deploy/Dockerfile.dockerignore").read_text()
    for line in re.findall(r"^COPY (?!--)(.*) \S+$", (ROOT / "deploy/Dockerfile").read_text(), re.MULTILINE):
        for name in line.split():
            assert (ROOT / name).exists()
            assert f"!{name}" in ignored

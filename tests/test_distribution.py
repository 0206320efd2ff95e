"""The distribution: its name stands in code once, and what is missing is told with the line for it."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import dsnparse
from dsnparse.extras import DISTRIBUTION, EXTRAS, install_line

PACKAGE = Path(dsnparse.__file__).parent
PROJECT = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text())["project"]
_WITHOUT = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {packages!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
"""


def without(packages: set[str], program: str) -> subprocess.CompletedProcess[str]:
    code = _WITHOUT.format(packages=packages) + program
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_the_name_of_the_distribution_stands_once_in_the_code() -> None:
    files = [
        *PACKAGE.rglob("*.py"),
        *PACKAGE.rglob("*.html"),
        *PACKAGE.rglob("*.js"),
        *PACKAGE.rglob("*.toml"),
    ]
    found = [
        (path.relative_to(PACKAGE).as_posix(), line.strip())
        for path in files
        for line in path.read_text("utf-8").splitlines()
        if DISTRIBUTION in line
    ]
    assert found == [("extras.py", f'DISTRIBUTION = "{DISTRIBUTION}"')]


def test_it_is_the_name_in_pyproject() -> None:
    assert PROJECT["name"] == DISTRIBUTION


@pytest.mark.parametrize("extra", sorted(set(EXTRAS.values())))
def test_every_extra_that_is_told_can_be_installed(extra: str) -> None:
    assert extra in PROJECT["optional-dependencies"]
    assert install_line(extra) == f"pip install '{PROJECT['name']}[{extra}]'"


@pytest.mark.parametrize(
    ("package", "program", "extra"),
    [
        ("sqlalchemy", "from dsnparse.store import Store", "store"),
        ("jinja2", "from dsnparse.report import html", "report"),
        ("pyarrow", "from dsnparse.scale import parse_batches", "parquet"),
        (
            "dkim",
            "from dsnparse import Parser, TrustSettings; Parser(trust=TrustSettings(checks_dkim=True))",
            "dkim",
        ),
    ],
)
def test_a_program_that_lacks_an_extra_is_told_the_line_that_installs_it(
    package: str, program: str, extra: str
) -> None:
    done = without({package}, program)
    assert done.returncode == 1
    *_, last = done.stderr.splitlines()
    assert last == (
        f"ModuleNotFoundError: This needs the package {package}, which comes with the extra '{extra}': "
        f"{install_line(extra)}."
    )

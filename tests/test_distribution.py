"""The distribution: its name stands in code once, and what is missing is told with the line for it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import dsnparse
from dsnparse.extras import DISTRIBUTION, EXTRAS, install_line

PACKAGE = Path(dsnparse.__file__).parent
BOUNCE = PACKAGE.parent / "samples" / "provider" / "gmail-over-quota.eml"
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


#: The distributions that a plain install brings → what of them is imported.
CORE = {
    "ahocorasick-rs": "ahocorasick_rs",
    "charset-normalizer": "charset_normalizer",
    "click": "click",
    "flanker": "flanker",
    "google-re2": "re2",
    "idna": "idna",
    "selectolax": "selectolax",
}
#: Programs that an adapter is plugged into: who has them has them already.
HOSTS = {"anymail", "mailman"}
#: They come with an extra, beside what EXTRAS tells it by.
BROUGHT = {"anyio", "backports", "markupsafe", "msgspec", "multipart", "pandas"}


def imported() -> dict[str, set[str]]:
    """What the package imports that is neither its own nor Python's → the files, by their room."""
    found: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            for name in names:
                top = name.partition(".")[0]
                if top != "dsnparse" and top not in sys.stdlib_module_names:
                    found.setdefault(top, set()).add(path.relative_to(PACKAGE).parts[0])
    return found


def test_what_is_imported_comes_with_the_distribution_or_an_extra_and_nothing_comes_that_is_not() -> None:
    required = {re.match(r"[\w.-]+", line)[0] for line in PROJECT["dependencies"]}  # type: ignore[index]
    assert required - {"standard-imghdr"} == set(CORE)
    assert set(imported()) - BROUGHT - HOSTS == set(CORE.values()) | set(EXTRAS)


def test_only_the_command_needs_click() -> None:
    assert imported()["click"] == {"cli"}
    program = (
        "from dsnparse import Parser, compose_dsn, parse_dsn, parse_file\n"
        "from dsnparse.store import Seen, Store, message_identity\n"
        "from dsnparse.report import make, text, read_period\n"
        "from dsnparse.scale import table_schema, report_of\n"
        "import dsnparse.explain, dsnparse.ingest, dsnparse.mailboxes\n"
        f"report = parse_file({str(BOUNCE)!r})\n"
        "with Store.open(':memory:', create=True) as store:\n"
        "    store.add([Seen(message_identity(b''), 'here', report)])\n"
        "    print(store.check('tom.beck@example.org').answer)\n"
        "assert 'click' not in sys.modules\n"
    )
    done = without({"click", "rich"}, program)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "mail\n")


def test_the_command_without_click_says_what_to_install() -> None:
    done = without({"click"}, "from dsnparse.__main__ import main; sys.exit(main())")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"dsnparse: The command needs the package click: {install_line()}.\n"


def test_the_command_is_the_one_that_says_so() -> None:
    assert PROJECT["scripts"] == {"dsnparse": "dsnparse.__main__:main"}

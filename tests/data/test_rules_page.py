"""What docs/rules.md shows is true: its files are read, its sessions are run and their output compared.

`PYTHONPATH=.:tests python tests/data/test_rules_page.py` writes the output that comes now into the page.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest
from test_readme import BLOCK, ROOT, Sessions

from dsnparse.rulebook import provider, rule_table, template
from dsnparse.rulebook.example_keys import KEYS as EXAMPLE_KEYS
from dsnparse.rulebook.files import read_builtin, read_files
from dsnparse.rulebook.source import Source
from tools.check_tables import COLUMNS, check_of

PAGE = ROOT / "docs" / "rules.md"
TEXT = PAGE.read_text("utf-8")
FILES = {
    block[2].partition("\n")[0].removeprefix("# "): block[2]
    for block in BLOCK.finditer(TEXT)
    if block[1] == "toml"
}
OWN = [name for name in FILES if "/" not in name]


def shown_now(folder: Path) -> str:
    """The page with what its sessions print now."""
    sessions = Sessions(folder)
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
    return BLOCK.sub(sessions.run, TEXT)


def test_the_page_shows_what_comes_out(tmp_path: Path) -> None:
    assert shown_now(tmp_path) == TEXT, "Run: PYTHONPATH=.:tests python tests/data/test_rules_page.py"


@pytest.mark.parametrize("name", OWN)
def test_a_file_of_the_users_is_one(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(FILES[name], "utf-8")
    (file,) = read_files([path])
    assert file.rules or file.formats


@pytest.mark.parametrize("name", [name for name in FILES if name not in OWN])
def test_a_file_of_the_packages_is_one(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text(FILES[name], "utf-8")
    if check := check_of(path):
        check(Source(path, FILES[name]).root)
    else:
        assert read_builtin(path).words


@pytest.mark.parametrize(
    "key", sorted({*rule_table.KEYS, *provider.KEYS, *template.KEYS, *EXAMPLE_KEYS, *COLUMNS})
)
def test_every_key_is_explained(key: str) -> None:
    assert re.search(rf"`(?:\[+)?{re.escape(key)}\b", TEXT), key


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        PAGE.write_text(shown_now(Path(name)), "utf-8")

"""Imports go down the rooms, and what does not is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.check_rooms import main

Tree = dict[str, str]


def said(folder: Path, tree: Tree, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    """The exit status and the sentences for a package that has these files."""
    for name, text in tree.items():
        path = folder / "dsnparse" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    status = main([str(folder / "dsnparse")])
    return status, capsys.readouterr().out.splitlines()


def test_the_rooms_of_dsnparse_are_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    status = main([])
    assert capsys.readouterr().out == ""
    assert status == 0


@pytest.mark.parametrize(
    "text",
    [
        "from dsnparse.wire.mime import Part",
        "from dsnparse.wire import mime",
        "import dsnparse.wire.mime as m",
        "from ..wire import mime",
        "def f():\n    from dsnparse.wire import mime",
        "from collections import abc\nimport email.message",
        "from dsnparse.read import other",
        "from . import other",
    ],
)
def test_what_stands_below_may_be_imported(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = {
        "__init__.py": "",
        "wire/__init__.py": "",
        "wire/mime.py": "Part = 1",
        "read/other.py": "",
        "read/one.py": text,
    }
    assert said(tmp_path, tree, capsys) == (0, [])


@pytest.mark.parametrize(
    "text",
    [
        "\nfrom dsnparse.read.one import name",
        "\nfrom dsnparse.read import one",
        "\nimport dsnparse.read.one",
        "\nfrom ..read import one",
        "def f():\n    from dsnparse.read import one",
        "if TYPE_CHECKING:\n    from dsnparse.read.one import name",
    ],
)
def test_an_import_that_climbs_is_named(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = {"read/__init__.py": "", "read/one.py": "name = 1", "wire/mime.py": text}
    assert said(tmp_path, tree, capsys) == (1, ["wire/mime.py:2 imports read/one.py: read is above wire."])


@pytest.mark.parametrize(
    ("tree", "sentences"),
    [
        (
            {"cellar/one.py": "import dsnparse.wire", "wire/__init__.py": ""},
            "Room cellar is not in the table ROOMS of tools/check_rooms.py.",
        ),
        (
            {
                "wire/a.py": "import dsnparse.wire.b",
                "wire/b.py": "\n\nfrom dsnparse.wire import c",
                "wire/c.py": "from dsnparse.wire.a import x",
            },
            (
                "Import circle of files: wire/a.py → wire/b.py → wire/c.py → wire/a.py"
                " (wire/a.py:1, wire/b.py:3, wire/c.py:1)."
            ),
        ),
        (
            {
                "store/sql/a.py": "import dsnparse.store.lists.a",
                "store/sql/b.py": "",
                "store/lists/a.py": "",
                "store/lists/b.py": "import dsnparse.store.sql.b",
            },
            (
                "Import circle of folders: store/lists → store/sql → store/lists"
                " (store/lists/b.py:1, store/sql/a.py:1)."
            ),
        ),
        (
            {
                "wire/a.py": "import dsnparse.read.a",
                "wire/b.py": "",
                "read/a.py": "",
                "read/b.py": "import dsnparse.wire.b",
            },
            (
                "wire/a.py:1 imports read/a.py: read is above wire.\n"
                "Import circle of rooms: read → wire → read (read/b.py:1, wire/a.py:1)."
            ),
        ),
    ],
    ids=["unknown room", "files", "folders", "rooms"],
)
def test_circles_and_unknown_rooms_are_named(
    tree: Tree, sentences: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(tmp_path, tree, capsys) == (1, sentences.split("\n"))

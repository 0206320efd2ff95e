"""What README.md shows is what comes out: its sessions are run, and their output compared.

```console blocks are shell sessions, ```pycon blocks Python sessions, a ```toml block whose first line is
`# name.toml` is that file. They run in their order in one folder, where `samples` is ours. Other blocks
(```sh) are for reading. `python tests/test_readme.py` writes the output that comes now into README.md.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(r"^```(console|pycon|toml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")
#: What stands in backquotes is no link: patterns have brackets, too.
_CODE = re.compile(r"`[^`\n]*`")
#: How long things took is different each time.
_TIMES = re.compile(r"\d+\.\d s, [\d,]+ a second")
_COLUMNS = "104"


class Sessions:
    """Runs the blocks of the README, in one folder and with one set of names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict[str, Any] = {}
        (folder / "samples").symlink_to(ROOT / "samples")

    def run(self, block: re.Match[str]) -> str:
        """The block as it should be."""
        language, text = block[1], block[2]
        if language == "toml":
            (self.folder / text.partition("\n")[0].removeprefix("# ")).write_text(text, "utf-8")
        elif language == "console":
            text = "".join([f"$ {command}\n{self._shell(command)}" for command in commands(text)])
        else:
            with contextlib.chdir(self.folder):
                text = "".join(map(self._python, doctest.DocTestParser().get_examples(text)))
        return f"```{language}\n{text}```"

    def _shell(self, command: str) -> str:
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        own = {"PATH": path, "COLUMNS": _COLUMNS, "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
        return subprocess.run(
            ["bash", "-c", command], cwd=self.folder, env={**os.environ, **own}, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
        ).stdout  # fmt: skip

    def _python(self, example: doctest.Example) -> str:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(example.source, str(README), "single"), self.names)
        first, *rest = example.source.splitlines()
        return "\n".join([f">>> {first}", *(f"... {line}" for line in rest)]) + "\n" + printed.getvalue()


def commands(session: str) -> Iterator[str]:
    """The commands of a shell session; one goes on where its line ends in a backslash."""
    for found in re.finditer(r"^\$ ((?:.*\\\n)*.*)$", session, re.MULTILINE):
        yield found[1]


def test_the_readme_shows_what_comes_out(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path)
    blocks = list(BLOCK.finditer(README.read_text("utf-8")))
    assert {block[1] for block in blocks} == {"console", "pycon"}
    for block in blocks:
        assert _TIMES.sub("TIME", block[0]) == _TIMES.sub("TIME", sessions.run(block))


def test_links_in_the_documents_lead_somewhere() -> None:
    folders = [ROOT / "docs", ROOT / "benchmarks", ROOT / "samples"]
    documents = [
        README,
        *ROOT.glob("C*.md"),
        ROOT / "SECURITY.md",
        *(path for folder in folders for path in folder.glob("*.md")),
    ]
    broken = [
        f"{document.name}: {target}"
        for document in documents
        for target in _LINK.findall(_CODE.sub("", document.read_text("utf-8")))
        if not (document.parent / target).exists()
    ]
    assert broken == []


def test_the_readme_names_every_command() -> None:
    from dsnparse.cli import COMMANDS

    text = README.read_text("utf-8")
    assert [name for name in COMMANDS if f"`dsnparse {name}" not in text] == []


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        README.write_text(BLOCK.sub(Sessions(Path(name)).run, README.read_text("utf-8")), "utf-8")

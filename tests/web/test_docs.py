"""What docs/serve.md shows is what comes out: its sessions are run against a server with a new database.

`python -m tests.web.test_docs` writes the output that comes now into docs/serve.md.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

import pytest
from test_readme import BLOCK, ROOT, Sessions, commands

from dsnparse.web.problems import PROBLEMS

from .served import serving

PAGE = ROOT / "docs" / "serve.md"


def run_blocks(text: str, folder: Path) -> str:
    """The page with the output that comes now."""
    sessions = Sessions(folder)
    with serving("--db", str(folder / "bounces.db")) as served:

        def run(block: re.Match[str]) -> str:
            session = block[0].replace("localhost:8025", f"localhost:{served.port}")
            found = BLOCK.fullmatch(session)
            assert found is not None
            # What a session exports counts in the next line, too: one shell for each block.
            lines, exported = [], ""
            for command in commands(found[2]):
                if command.startswith("export "):
                    exported += f"{command}; "
                    lines.append(f"$ {command}\n")
                    continue
                output = sessions._shell(exported + command)
                lines.append(f"$ {command}\n{output}")
            return f"```console\n{''.join(lines)}```".replace(f"localhost:{served.port}", "localhost:8025")

        return BLOCK.sub(run, text)


@pytest.mark.skipif(
    not (shutil.which("jq") and shutil.which("curl")), reason="apt-get install curl jq, which the page uses"
)
def test_the_page_shows_what_comes_out(tmp_path: Path) -> None:
    text = PAGE.read_text("utf-8")
    assert len(BLOCK.findall(text)) >= 6
    assert run_blocks(text, tmp_path) == text


def test_the_page_names_every_problem() -> None:
    text = PAGE.read_text("utf-8")
    for name, (status, title) in PROBLEMS.items():
        assert f"| `{name}` | {status} | {title} |" in text, name


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        PAGE.write_text(run_blocks(PAGE.read_text("utf-8"), Path(name)), "utf-8")

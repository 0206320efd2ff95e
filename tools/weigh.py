"""Weigh what `pip install` puts on a disk, as `du` counts: by distribution, with its bytecode.

    python -m tools.weigh                 # the distribution alone
    python -m tools.weigh store imap      # with extras

Installs into a virtualenv that is thrown away, so it asks the package index. Prints a table in Markdown, as
in docs/deploy.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

_ROOT = Path(__file__).parent.parent
#: Lighter ones share the last line of the table.
_SHOWN = 0.5
#: Runs in the virtualenv: each distribution, its bytes on the disk, and what it requires without an extra.
_LIST = """
import json, re
from importlib.metadata import distributions
rows = {}
for one in distributions():
    name = re.sub(r"[-_.]+", "-", one.metadata["Name"]).lower()
    files = [one.locate_file(file) for file in one.files or ()]
    requires = [re.match(r"[\\w.-]+", line)[0] for line in one.requires or () if "extra ==" not in line]
    rows[name] = [
        sum(file.stat().st_blocks * 512 for file in files if file.is_file()),
        [re.sub(r"[-_.]+", "-", word).lower() for word in requires],
    ]
print(json.dumps(rows))
"""


def main(arguments: list[str] | None = None) -> int:
    """Print the table."""
    options = argparse.ArgumentParser(
        prog="python -m tools.weigh",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_argument("extras", nargs="*", help="extras to install, too")
    extras = options.parse_args(arguments).extras
    for line in table(installed(extras)):
        print(line)
    return 0


def installed(extras: list[str]) -> dict[str, tuple[int, list[str]]]:
    """What an install puts there: each distribution's bytes, and the names of those it requires."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True, symlinks=True)
        run = subprocess.run
        python = Path(folder) / "bin" / "python"
        pip = [str(python), "-m", "pip", "-qq", "--disable-pip-version-check"]
        run([*pip, "wheel", "--no-deps", "--wheel-dir", folder, str(_ROOT)], check=True)
        (wheel,) = Path(folder).glob("*.whl")
        wanted = f"[{','.join(extras)}]" if extras else ""
        run([*pip, "install", f"{wheel}{wanted}"], check=True)
        done = run([str(python), "-c", _LIST], check=True, capture_output=True, text=True)
    found: dict[str, tuple[int, list[str]]] = json.loads(done.stdout)
    return {name: (size, needs) for name, (size, needs) in found.items() if name not in ("pip", "setuptools")}


def table(found: dict[str, tuple[int, list[str]]]) -> list[str]:
    """The lines of the table, the heaviest first."""
    by_whom: dict[str, list[str]] = {name: [] for name in found}
    for name, (_, needs) in found.items():
        for needed in needs:
            by_whom.get(needed, []).append(name)
    lines = ["| distribution | MB | needed by |", "|---|--:|---|"]
    light = [name for name, (size, _) in found.items() if size < _SHOWN * 1e6]
    for name, (size, _) in sorted(found.items(), key=lambda one: -one[1][0]):
        if name not in light:
            lines.append(f"| {name} | {size / 1e6:.1f} | {', '.join(sorted(by_whom[name]))} |")
    rest = sum(found[name][0] for name in light)
    lines.append(f"| {len(light)} lighter ones | {rest / 1e6:.1f} | |")
    lines.append(f"| **all** | **{sum(size for size, _ in found.values()) / 1e6:.1f}** | |")
    return lines


if __name__ == "__main__":
    sys.exit(main())

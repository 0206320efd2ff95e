"""flanker, which takes 0.4 s to load, is asked for what our own scanner cannot decide, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
_READ_ALL = """
import sys
from pathlib import Path
from dsnparse import parse_dsn
for path in Path(sys.argv[1]).glob("*/*.eml"):
    parse_dsn(path.read_bytes())
    if "flanker" in sys.modules:
        sys.exit(f"{path.name} loads flanker.")
"""


def test_no_sample_loads_flanker() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _READ_ALL, str(ROOT / "samples")],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")

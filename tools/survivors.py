"""What `make mutation` leaves: changes to the program that no test noticed, and whether each is explained.

A change is explained when benchmarks/mutation.md has its line, as mutmut shows it (`+ …`).
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "benchmarks" / "mutation.md"
MUTMUT = Path(sys.executable).parent / "mutmut"
_RESULT = re.compile(r"^\s*(\S+): (.+)$", re.MULTILINE)


def main(arguments: list[str] | None = None) -> int:
    """Print the survivors. Exit status: 1 when one is not explained."""
    options = argparse.ArgumentParser(prog="python -m tools.survivors", description=__doc__)
    options.parse_args(arguments)
    results = dict(_RESULT.findall(_mutmut("results", "--all", "true")))
    explained = PAGE.read_text("utf-8")
    new = 0
    for name, result in results.items():
        if result in ("killed", "timeout"):
            continue
        changes = list(changed(_mutmut("show", name)))
        is_new = not all(change in explained for change in changes if change.startswith("+"))
        new += is_new
        print(f"{name}: {result}{', not explained in benchmarks/mutation.md' if is_new else ''}")
        print("".join(f"    {change}\n" for change in changes), end="")
    counts = ", ".join(f"{number} {result}" for result, number in Counter(results.values()).most_common())
    print(f"{len(results)} changes: {counts}; {new or 'none'} not explained.")
    return 1 if new else 0


def changed(diff: str) -> Iterator[str]:
    """The lines of a diff that differ: "- before", "+ after", without what they are indented by."""
    for line in diff.splitlines():
        if line[:1] in ("-", "+") and line[:3] not in ("---", "+++"):
            yield f"{line[0]} {line[1:].strip()}"


def _mutmut(*words: str) -> str:
    command = [str(MUTMUT), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())

"""Write `compiled/*.json` from the TOML files: `python -m dsnparse.data [--check] [NAME …]`."""

from __future__ import annotations

import sys

from dsnparse.data import COMPILED, compiled, names


def main(arguments: list[str]) -> int:
    """Compile the names given, or all; with `--check` only compare, and return 1 when one is out of date."""
    stale = []
    for name in [argument for argument in arguments if argument != "--check"] or names():
        file = COMPILED / f"{name}.json"
        text = compiled(name)
        if file.is_file() and file.read_text("utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            COMPILED.mkdir(exist_ok=True)
            file.write_text(text, "utf-8")
    if stale:
        verb = "Out of date" if "--check" in arguments else "Compiled"
        sys.stdout.write(f"{verb}: {', '.join(stale)}.\n")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

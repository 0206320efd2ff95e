"""Hooks that do what a hook should not."""

from __future__ import annotations

from pathlib import Path

#: What it does → shell commands.
HOOKS = {
    "hangs": "sleep 600",
    "hangs with children": "sleep 600 & sleep 600",
    "hangs and ignores SIGTERM": "trap '' TERM HUP INT; sleep 600; sleep 600",
    "dies": "kill -9 $$",
    "says NULs": r"head -c 100000000 /dev/zero >&2; printf 'a\0b\033[2J\377' >&2; exit 1",
    "says much": "yes >&2",
    "answers much": "yes",
    "leaves a child": "sleep 600 & exit 0",
}


def write_hook(name: str, folder: Path) -> Path:
    """A script that does it, and notes its process number beside itself."""
    script = folder / "hook"
    script.write_text(f"#!/bin/sh\necho $$ >> {script}.started\n{HOOKS[name]}\n")
    script.chmod(0o755)
    return script


def still_running(script: Path) -> list[int]:
    """The process groups of its runs in which somebody lives."""
    groups = {int(line) for line in Path(f"{script}.started").read_text().split()}
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        if fields[0] != "Z" and int(fields[2]) in groups:
            found.add(int(fields[2]))
    return sorted(found)

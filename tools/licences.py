"""The licences of all that dsnparse needs, with every extra, from the metadata of what is installed.

    python -m tools.licences            # writes docs/dependencies.md
    python -m tools.licences --check    # writes nothing; says what does not go with the MIT licence

A dependency that no environment holds, such as one for another Python, keeps its line in the page. Versions
are not in it: they change daily, and stand in the bill of materials (`make sbom`).
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "dependencies.md"
PROJECT = "mail-dsnparse"
#: Licences that ask for no more than their text and the names of the authors.
PERMISSIVE = frozenset(
    """
    0BSD Apache-2.0 BSD-2-Clause BSD-3-Clause CC0-1.0 CNRI-Python ISC MIT MIT-0 PSF-2.0 Unlicense Zlib
    """.split()
)
#: Licences that ask for the source of changes to the dependency itself: dsnparse changes none and ships none.
OWN_FILES = frozenset("LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later MPL-1.1 MPL-2.0".split())
#: What packages write instead of an SPDX expression.
SPELLINGS = {
    "apache 2": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "bsd 3-clause": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause",
    "bsd-like": "Zlib",  # dkimpy: the text is zlib's
    "bsd": "BSD-3-Clause",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
}
#: What is longer than this in the field License is the text of one, not its name.
LONGEST = 60
_ROW = re.compile(r"^\| ([a-z0-9-]+) \| ([^|]+) \| ([^|]*) \|$", re.MULTILINE)
_TABLE = re.compile(r"(?<=\n\| --- \| --- \| --- \|\n)(?:\|.*\|\n)*")


def main(arguments: list[str] | None = None) -> int:
    """Write the page, or with --check complain. Exit status: 1 when there is something to complain of."""
    options = argparse.ArgumentParser(
        prog="python -m tools.licences", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    options.add_argument("--check", action="store_true", help="write nothing")
    options.add_argument(
        "environments", nargs="*", type=Path, help="virtualenvs (default: this one and .venv-spark)"
    )
    given = options.parse_args(arguments)
    installed = installed_in(given.environments or [Path(sys.prefix), ROOT / ".venv-spark"])
    page = PAGE.read_text("utf-8")
    rows = written_in(page)
    uses, missing = dependencies(installed)
    ours = direct(installed[PROJECT])
    rows = {name: row for name, row in rows.items() if missing or name in ours}
    rows |= {name: (licence_of(installed[name]), ", ".join(sorted(uses[name]))) for name in uses}
    wrong = list(complaints(rows, missing))
    if not given.check:
        lines = [f"| {name} | {licence} | {use} |\n" for name, (licence, use) in sorted(rows.items())]
        PAGE.write_text(_TABLE.sub(lambda _: "".join(lines), page), "utf-8")
    wrong += [
        f"{name} is no line of docs/dependencies.md: run make licences"
        for name in sorted(ours - set(written_in(PAGE.read_text("utf-8"))))
    ]
    for sentence in wrong:
        print(sentence)
    print(f"{len(rows)} dependencies; {len(wrong) or 'none'} to be looked at.")
    return 1 if wrong else 0


def written_in(page: str) -> dict[str, tuple[str, str]]:
    """The table of the page: name, licence and what for."""
    table = _TABLE.search(page)
    return {name: (licence, uses) for name, licence, uses in _ROW.findall(table[0] if table else "")}


def installed_in(environments: list[Path]) -> dict[str, Distribution]:
    """What the environments hold, by name; the first that has a name says its licence."""
    found: dict[str, Distribution] = {}
    for environment in environments:
        for folder in sorted(environment.glob("lib/python*/site-packages")):
            for one in distributions(path=[str(folder)]):
                found.setdefault(canonicalize_name(one.metadata["Name"]), one)
    return found


def direct(project: Distribution) -> set[str]:
    """The dependencies that pyproject.toml names, by any extra."""
    return {str(canonicalize_name(Requirement(text).name)) for text in project.requires or ()} - {PROJECT}


def dependencies(installed: dict[str, Distribution]) -> tuple[dict[str, set[str]], set[str]]:
    """What is needed, also by what is needed, with what for; and what of it is not installed.

    "Always" is without an extra, else the extra's name. What only `all` brings has no extra of its own.
    """
    uses: dict[str, set[str]] = defaultdict(set)
    missing: set[str] = set()
    extras = set(installed[PROJECT].metadata.get_all("Provides-Extra", [])) - {"all"}
    for extra in ["", *sorted(extras)]:
        waiting, seen = [(PROJECT, extra)], set()
        while waiting:
            name, asked = waiting.pop()
            if (name, asked) in seen:
                continue
            seen.add((name, asked))
            if name not in installed:
                missing.add(name)
                continue
            if name != PROJECT:
                uses[name].add(extra or "always")
            waiting += _needed(installed[name], asked)
    return {name: {"always"} if "always" in use else use for name, use in uses.items()}, missing


def _needed(one: Distribution, extra: str) -> Iterator[tuple[str, str]]:
    for text in one.requires or ():
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            for asked in ["", *requirement.extras]:
                yield canonicalize_name(requirement.name), asked


def licence_of(one: Distribution) -> str:
    """The licence as an SPDX expression, or as the package puts it."""
    expression = _field(one, "License-Expression")
    if expression:
        return expression
    # Some put the whole text there: it begins with its name.
    stated = _field(one, "License")
    known = {SPELLINGS.get(stated.lower(), stated) if len(stated) <= LONGEST else _named_at_start(stated)}
    if not is_compatible(*known):
        classifiers = [text.split(" :: ") for text in one.metadata.get_all("Classifier", [])]
        last = {words[-1] for words in classifiers if words[0] == "License"} - {
            "OSI Approved",
            "DFSG approved",
        }
        known = {SPELLINGS.get(text.lower(), text) for text in last} or known
    return " AND ".join(sorted(known)) or "not stated"


def _field(one: Distribution, name: str) -> str:
    return " ".join((one.metadata.get_all(name) or [""])[0].split())


def _named_at_start(text: str) -> str:
    return next((SPELLINGS[name] for name in SPELLINGS if text.lower().startswith(name)), text[:LONGEST])


def complaints(rows: dict[str, tuple[str, str]], missing: set[str]) -> Iterator[str]:
    """What does not go with the MIT licence, or is not known to."""
    for name, (licence, _) in sorted(rows.items()):
        if not is_compatible(licence):
            yield f"{name} is under {licence}, which is not known to go with the MIT licence"
    for name in sorted(missing - set(rows)):
        yield f"{name} is installed nowhere, so its licence is not known"


def is_compatible(expression: str) -> bool:
    """Whether one of the choices of an SPDX expression (without brackets) asks for no more than we know."""
    known = PERMISSIVE | OWN_FILES
    return any(known.issuperset(choice.split(" AND ")) for choice in expression.split(" OR "))


if __name__ == "__main__":
    sys.exit(main())

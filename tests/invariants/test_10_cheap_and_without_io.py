"""Invariant 10: the core has no I/O and imports nothing heavy; what is optional loads when first needed.

That a parse opens no file and no connection is shown in test_03_same_bytes_same_report.py.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = [
    "re2",
    "flanker",
    "email",
    "selectolax",
    "rich",
    "click",
    "charset_normalizer",
    "sqlalchemy",
    "psycopg",
    "imap_tools",
    "aiosmtpd",
    "idna",
    "json",
    "tomllib",
    "asyncio",
    "logging",
    "socket",
]
#: What a parse may do without, too: a plain notice needs neither HTML, nor guesses, nor flanker.
UNNEEDED = [
    "flanker",
    "selectolax",
    "charset_normalizer",
    "rich",
    "click",
    "sqlalchemy",
    "tomllib",
    "asyncio",
    "idna",
]


def loaded(program: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after `program`, beyond those it starts with."""
    code = f"import sys\nbefore = set(sys.modules)\n{program}\nprint(*(set(sys.modules) - before))"
    run = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=True, text=True)
    return {name.partition(".")[0] for name in run.stdout.split()}


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert loaded("import dsnparse") & set(HEAVY) == set()


@pytest.mark.parametrize(
    "name", ["Report", "BounceRecord", "Kind", "Reason", "BounceType", "Advice", "Evidence"]
)
def test_the_types_alone_load_nothing_heavy(name: str) -> None:
    assert loaded(f"from dsnparse import {name}") & set(HEAVY) == set()


def test_parsing_a_plain_notice_loads_only_what_it_needs() -> None:
    program = (
        "from dsnparse import parse_dsn\n"
        "report = parse_dsn(b'From: MAILER-DAEMON@x.example\\nSubject: Undelivered Mail\\n\\n"
        "Your message could not be delivered:\\n<a@example.org>: 550 5.1.1 No such user\\n')\n"
        "assert len(report) == 1"
    )
    assert loaded(program) & set(UNNEEDED) == set()


def test_the_parser_is_of_the_core_alone() -> None:
    core = loaded("import dsnparse.parser") & set(UNNEEDED)
    assert core == set()


def test_an_unknown_name_is_refused_as_usual() -> None:
    import dsnparse

    with pytest.raises(AttributeError, match="module 'dsnparse' has no attribute 'parse'"):
        dsnparse.parse  # noqa: B018
    for name in dsnparse.__all__:
        assert getattr(dsnparse, name) is not None

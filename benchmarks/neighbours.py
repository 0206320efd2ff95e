"""What other parsers name in a message: the failed addresses, and why, where they say so."""

from __future__ import annotations

import email
import json
import logging
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from dsnparse import Reason

_SISIMAI = Path(__file__).resolve().parent.parent / "tests" / "adapters" / "sisimai.pl"
#: What Sisimai calls answers, complaints and successes: it gives these as well.
_NO_FAILURE = ("vacation", "feedback", "delivered")
#: What version 4 called some of the reasons of version 5.
_NOW_CALLED = {
    "mesgtoobig": "emailtoolarge",
    "exceedlimit": "emailtoolarge",
    "speeding": "ratelimited",
    "toomanyconn": "ratelimited",
}
#: Address → reason, in Sisimai's words; None where the parser says none.
Named = Mapping[str, str | None]


def neighbours() -> dict[str, Callable[[Sequence[Path]], list[Named]]]:
    """The parsers that are here, by name and version: each takes files and says whom each of them names."""
    found: dict[str, Callable[[Sequence[Path]], list[Named]]] = {}
    try:
        from flufl.bounce import __version__
    except ImportError:
        pass
    else:
        found[f"flufl.bounce {__version__}"] = _flufl
    perl = shutil.which("perl") or ""
    asked = (
        subprocess.run([perl, _SISIMAI, "--version"], capture_output=True, text=True, check=False)
        if perl
        else None
    )
    if asked is not None and asked.returncode == 0:
        found[f"Sisimai (Perl) {asked.stdout.strip()}"] = _sisimai
    return found


def is_said(reason: str | None, allowed: Sequence[str]) -> bool:
    """Whether a reason in Sisimai's words is one of those that are allowed, in ours."""
    return any(Reason(one).sisimai.lower() == reason for one in allowed)


def _flufl(paths: Sequence[Path]) -> list[Named]:
    from flufl.bounce import all_failures

    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)
    found: list[Named] = []
    for path in paths:
        try:
            temporary, permanent = all_failures(email.message_from_bytes(path.read_bytes()))
        except Exception:  # noqa: BLE001 -- some messages are too broken for it
            temporary, permanent = frozenset(), frozenset()
        found.append({one.decode("utf-8", "replace"): None for one in (*temporary, *permanent)})
    return found


def _sisimai(paths: Sequence[Path]) -> list[Named]:
    said = subprocess.run(
        ["perl", _SISIMAI],
        input="".join(f"{path}\n" for path in paths).encode(),
        capture_output=True,
        check=True,
    ).stdout
    return [
        {
            one["recipient"]: _NOW_CALLED.get(one["reason"], one["reason"])
            for one in json.loads(line)["records"]
            if one["reason"] not in _NO_FAILURE
        }
        for line in said.splitlines()
    ]

"""The return paths of mailing software, by the forms of `data/return_paths.toml`; none of them is signed."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from dsnparse.data import load
from dsnparse.trust.letters import FORM
from dsnparse.wire.address import is_addr_spec

#: What each place of a form may hold.
_PLACES = {
    "user": r"([^@\s]{1,64})",
    "host": r"([A-Za-z0-9.-]{3,253})",
    "id": r"([A-Za-z0-9._-]{1,64})",
    "number": r"\d{1,20}",
    "hex": r"[0-9a-f]{1,64}",
    "token": FORM,
    "list": r"[^@+=\s]{1,64}",
    "domain": r"[^@\s]{1,255}",
}
_PLACE = re.compile(r"\{([a-z]{1,10})\}")
#: A local part of 64 letters and a domain of 255 (RFC 5321 section 4.5.3.1).
_LONGEST = 320


class ReturnPath(NamedTuple):
    """What an unsigned return path says.

    Attributes:
        style: Whose form it is: "mailman", "mailgun", "plain", …
        recipient: Who was mailed; None when an id stands for him.
        id: The id of the software that sent the message: all that stands before the @, where its form has no
            place for one alone.
    """

    style: str
    recipient: str | None = None
    id: str | None = None


def read_return_path(path: str) -> ReturnPath | None:
    """What a return path says, in any known form; None when it is in none. Never raises."""
    if len(path) > _LONGEST or "@" not in path:
        return None
    for name, form in _forms():
        found = form.fullmatch(path)
        if found is None:
            continue
        if len(found.groups()) == 2:
            recipient = f"{found[1]}@{found[2]}"
            if "." in found[2] and is_addr_spec(recipient):
                return ReturnPath(name, recipient)
        else:
            return ReturnPath(name, id=found[1] if found.groups() else path.rpartition("@")[0])
    return None


def read_field(name: str, value: str) -> ReturnPath | None:
    """What a field of a message says that mailing software marks its mail with; None for any other field."""
    for known in load("return_paths")["field"]:
        if known["field"].lower() == name.lower() and value:
            if known["carries"] == "id":
                return ReturnPath(known["name"], id=value)
            return ReturnPath(known["name"], value) if is_addr_spec(value) else None
    return None


def pattern_of(form: str) -> str:
    """The pattern of a form. Raises ValueError for a place that there is not."""
    pattern, end = "", 0
    for place in _PLACE.finditer(form):
        if place[1] not in _PLACES:
            raise ValueError(f"{place[0]} is no place of a form; there are: {', '.join(_PLACES)}.")
        pattern += re.escape(form[end : place.start()]) + _PLACES[place[1]]
        end = place.end()
    return pattern + re.escape(form[end:])


@cache
def _forms() -> list[tuple[str, re.Pattern[str]]]:
    rows = load("return_paths")["path"]
    return [(row["name"], re.compile(pattern_of(row["form"]), re.IGNORECASE | re.ASCII)) for row in rows]

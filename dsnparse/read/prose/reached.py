"""Whether a notice says that a message did reach somebody whom it names: he is nobody who failed.

Facts:

* A notice about several recipients names those who got the message, too: on a line with the word
  (PowerMTA, Sendmail), in a row of a table, below a heading, in a sentence of their own ("The others
  (a@b, c@d) got your message").
* Whoever runs a server that refuses somebody can write the same into his reply, to hide that another failed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from dsnparse.notice.words import says
from dsnparse.read.prose.mention import Mention
from dsnparse.reply.codes import find_codes

#: What is said beside an address: words, or the reply that took it.
_REACHED_AFTER: Final = re.compile(
    r"\W{0,6}(?:was |has been |were )?(?:successfully )?(?:delivered|relayed|expanded) (?:to|by|via|into)\b"
    r"|[>)]?\.\.\. sent\b"
    r"|\W{0,40}(?:successfully )?(?:delivered|relayed|expanded|accepted|sent|ok|success)"
    r"(?:\s{1,20}\d{1,4})?(?:\s{1,20}2\d\d\b|\s?(?:[;|,\t]|$))"
    r"|\W{0,40}2\d\d[ -](?:2\.\d\.\d )?(?:\S{1,40} )?(?:ok|accepted|queued|message|recipient)\b",
    re.IGNORECASE,
)
#: What is left behind an address that is alone on its line.
_EDGES: Final = " >)]\"',;|"
#: What leads from an address to what is said of it.
_LEADERS: Final = "(.:=-–>\t"
_CELL_END: Final = re.compile(r"[),;|\t]|  ")


def is_reached(seen: Mention) -> bool:
    """Whether the message is said to have reached an address where it is named."""
    if seen.page.is_success or _is_in_a_refusal(seen):
        return False
    if seen.before and says("reached", seen.before):
        return True
    cells = [seen.after] if seen.after.strip(_EDGES) else seen.page.cells_below(seen.line)
    if cells and not says("forwarded", cells[0]) and _is_taken(cells) and not _is_denied(seen):
        return True
    if _is_passed_on(seen) or (seen.is_logged and "status=sent" in seen.after):
        return True
    if seen.alone:
        heading = seen.page.heading_above(seen.line)
        return "@" not in heading and tells_of_arrival(heading) and not is_refused(seen)
    if seen.is_listed or seen.is_heading or seen.has_code or seen.is_explained:
        return False
    return tells_of_arrival(seen.page.sentence_at(seen.line, seen.start))


def is_refused(seen: Mention) -> bool:
    """Whether an address begins an entry of its own, and is refused there, whatever is said elsewhere."""
    if not seen.heads or seen.is_uncertain:
        return False
    said = seen.after if seen.after.strip(_EDGES) else seen.page.text_below(seen.line)
    code = find_codes(said).reply_code
    return code >= 500 if code is not None else says("failure", said)


def _is_in_a_refusal(seen: Mention) -> bool:
    """Whether it stands in what a server wrote that refused somebody: it may name whom it likes there."""
    code = find_codes(seen.before).reply_code
    if code is not None and code >= 400:
        return True
    return seen.page.is_in_a_reply(seen.line)


def _is_denied(seen: Mention) -> bool:
    """Whether a "not" stands before it in the same clause: "wurde nicht an lee@example.com zugestellt"."""
    return says("denied", _CELL_END.split(seen.before)[-1])


def _is_taken(cells: Sequence[str]) -> bool:
    return _REACHED_AFTER.match(" ".join(cells)) is not None or says("reached", _first_cell(cells[0]))


def _is_passed_on(seen: Mention) -> bool:
    """Whether nothing but "forwarded to lee@example.com" is said of it."""
    if not seen.heads or "@" not in seen.after or seen.after.lstrip()[:1] == "(" or seen.is_explained:
        return False
    there, _, behind = _first_cell(seen.after).partition("@")
    return says("forwarded", there.rpartition(" ")[0]) and not says("failure", behind)


def _first_cell(text: str) -> str:
    """What stands in brackets at the start of a text, or before its first comma or gap."""
    return _CELL_END.split(text.lstrip(_EDGES + _LEADERS), maxsplit=1)[0]


def tells_of_arrival(text: str) -> bool:
    """Whether a sentence, or a heading, says that a message did reach whom it names."""
    return says("arrived", text) and not says("denied", text) and not says("failure", text)

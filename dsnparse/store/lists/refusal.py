"""The words with which a mail server refuses an address on our list.

dsnparse reads them as `suppressed`: a refusal by our own list must not look like news about the recipient.
"""

from __future__ import annotations

import re
from datetime import datetime

#: Letters of a text: with what Postfix puts before it, one line of SMTP (RFC 5321 has 512).
TEXT_CHARS = 200
#: The action of access(5) for good, with its enhanced status code.
REJECT = "REJECT 5.7.1"
_UNPRINTABLE = re.compile(r"[^ -~]+")


def refusal(word: str, when: datetime | None, reason: str | None) -> str:
    """A line of printable ASCII, at most TEXT_CHARS; `word`: "since" or "until"."""
    day = f" {word} {when.date().isoformat()}" if when else ""
    why = f": {reason}" if reason else ""
    return _UNPRINTABLE.sub("?", f"on the suppression list{day}{why}")[:TEXT_CHARS]

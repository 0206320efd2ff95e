"""The page at `/`: plain HTML, CSS and JavaScript, sent as they stand, and messages to try.

All that a message says becomes text nodes; no markup is made from text.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

HERE = Path(__file__).parent

#: Everything that is sent, by its name: no name becomes a path.
FILES = {
    "page.css": "text/css",
    "dom.js": "text/javascript",
    "message.js": "text/javascript",
    "verdict.js": "text/javascript",
    "addresses.js": "text/javascript",
    "page.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
#: Messages to try, and what each is; copies of files in samples/ of the source.
SAMPLES = {
    "postfix-five-recipients.eml": "Postfix: five recipients, three reasons",
    "outlook-blocked.eml": "Outlook.com: your address is blocked",
    "gmail-over-quota.eml": "Gmail: mailbox full",
    "qmail.eml": "qmail: words only, no report",
    "microsoft-365.eml": "Microsoft 365: no such recipient",
    "japanese-domino.eml": "Domino, in Japanese",
    "delayed.eml": "A delay, not a failure",
    "complaint.eml": "A complaint",
    "quoted-in-an-answer.eml": "A person who quotes a bounce",
}


@cache
def read(name: str) -> bytes:
    """One of the files of this folder."""
    return (HERE / name).read_bytes()

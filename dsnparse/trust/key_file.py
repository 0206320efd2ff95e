"""The file of settings that `dsnparse trust init` makes, and its keys changed in place."""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path

from dsnparse.trust.keys import Keys, new_key
from dsnparse.trust.settings import TrustSettings

_MODE = 0o600
_START = re.compile(r"^keys = \[[ \t]{0,80}\n", re.MULTILINE)
_TEXT = """\
# How dsnparse tells a real bounce from a forged one: docs/trust.md. Nobody else may read this file.

# What return paths are signed with, ID:FIRST-DAY:SECRET. The newest signs; all verify.
keys = [
  "{key}",
]
# How many days after its mail a bounce may come.
lifetime_days = 14

[border]  # your mail server that takes mail from outside
# Its names in "Received: … by NAME". None: what stands above the first Received is believed.
hosts = []
# Which of these it writes on top when it delivers: return-path, delivered-to, x-original-to, envelope-to.
# Not needed where dsnparse gets the envelope itself (listen, or ingest --recipient).
fields = []
# Its name in Authentication-Results. It must remove those fields from mail of others (RFC 8601 section 5).
authserv_id = ""

[sending]  # your own mail
# Your servers that send it, as they name themselves in "Received: … by NAME".
hosts = []
# Whether every message has a Message-ID that is signed with these keys.
message_ids = false
# The domains in its DKIM signatures.
dkim_domains = []

# [batv]
# keys = {{ 0 = "the secret of your mail server" }}

# [srs]
# secrets = ["the secret of your forwarding server"]

[dkim]
# Verify DKIM signatures: the extra 'dkim' is needed, and the DNS is asked.
check = false
# Domains whose ARC seals are believed: those that forward your notices to you.
arc_sealers = []

# By what a mail service's requests are known, where it posts events to `dsnparse serve`: docs/webhooks.md.
# [webhooks.sendgrid]
# keys = ["the verification key of its Event Webhook"]
"""


def make_file(path: str, day: date) -> None:
    """A new file with a new key, for its owner alone. Raises OSError; FileExistsError when there is one."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(_TEXT.format(key=new_key(day).line()))


def add_key(path: str, day: date) -> Keys:
    """Puts another key into a file that `make_file` made, which signs from then on; all keys of the file.

    The file is replaced at once. Raises OSError; ValueError when it is wrong, or has no list of keys.
    """
    TrustSettings.load(path)  # says what is wrong with it
    text = Path(path).read_text("utf-8")
    start = _START.search(text)
    old = TrustSettings.from_toml(text).keys
    if start is None or old is None:
        raise ValueError(
            f"{path} has no list of keys that another could be put into: keys = [ and a line for each."
        )
    if old.newest.since >= day:
        raise ValueError(
            f"{path}: the newest key is of {old.newest.since}; a new one can be added the day after."
        )
    line = f'  "{new_key(day, [key.id for key in old.all]).line()}",\n'
    changed = text[: start.end()] + line + text[start.end() :]
    keys = TrustSettings.from_toml(changed).keys
    assert keys is not None
    part = f"{path}.part"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(changed)
    os.replace(part, path)  # noqa: PTH105
    return keys

"""What `dsnparse serve` was told: names, limits and files."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from ipaddress import ip_address

from dsnparse.wire.limits import DEFAULT_LIMITS, Limits

#: Bytes of one request. Postfix's message_size_limit is 10 MB; a bounce returns a message of that size.
MAX_BODY = 32 * 1024 * 1024
#: Bytes of all requests under way.
MEMORY = 128 * 1024 * 1024
#: Seconds for one request: to come in whole, and then to be worked on.
TIMEOUT = 30.0
#: Pieces of work that wait for a process or a thread; more are answered with 503.
WAITING = 64
#: Connections at once. A file descriptor each; the usual limit of a process is 1,024.
CONNECTIONS = 500
#: Names by which a browser on this machine calls it.
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the application is made of, but the store and the keys.

    Attributes:
        host: The address that is listened on.
        names: Host names that requests without keys may be for, beside those of this machine.
        open_to_all: Answer without keys, whoever asks.
        rules: Files with the operator's own rules.
        trust: The file that says what is known of the operator's mail.
        limits: How much of a message is read.
        jobs: Processes that parse.
        waiting: Pieces of work that may wait.
        max_body: Bytes of one request.
        memory: Bytes of all requests under way.
        timeout: Seconds for a request to come in, and again for the work on it.
        source: What the history of an address names as the mailbox of a notice.
    """

    host: str = "127.0.0.1"
    names: frozenset[str] = LOCAL_NAMES
    open_to_all: bool = False
    rules: tuple[str, ...] = ()
    trust: str | None = None
    limits: Limits = DEFAULT_LIMITS
    jobs: int = field(default_factory=lambda: os.cpu_count() or 1)
    waiting: int = WAITING
    max_body: int = MAX_BODY
    memory: int = MEMORY
    timeout: float = TIMEOUT
    source: str = "http"


def is_loopback(host: str) -> bool:
    """Whether only programs of this machine reach an address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False

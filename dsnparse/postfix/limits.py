"""What a connection of a mail server may ask of us."""

from __future__ import annotations

from dsnparse.errors import DsnparseError

#: Bytes of a line, or of a request of a table. Postfix's line_length_limit is 2,048.
LINE_BYTES = 8192
#: Seconds for a request that has begun to come in, and for its answer to be taken.
REQUEST_SECONDS = 30
#: Seconds between two requests. Postfix closes by itself: after 300 (policy service), 5 (tables).
IDLE_SECONDS = 600
#: Connections at once, in all. Postfix has at most 100 smtpd processes (default_process_limit).
CONNECTIONS = 300


class Unreadable(DsnparseError):  # noqa: N818  (it is said of the request)
    """The other side does not speak the protocol; the connection ends."""

"""Where a listener listens, and its limits: what can be said without the extra that it needs."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

#: Bytes of one message. Postfix's message_size_limit is 10 MB; a bounce returns a message of that size.
MAX_SIZE = 32 * 1024 * 1024
#: Seconds without a command after which a connection is closed; RFC 5321 section 4.5.3.2.7 says 300.
TIMEOUT = 300
#: Bytes of messages that are under way in all connections; more are answered with 452.
MEMORY = 128 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen."""

    #: "lmtp" or "smtp".
    protocol: str
    host: str = ""
    port: int = 0
    #: The path of a Unix socket, instead of host and port.
    path: str = ""

    @classmethod
    def parse(cls, protocol: str, text: str) -> Address:
        """Read `HOST:PORT`, `[::1]:PORT`, or the path of a Unix socket (it has a slash). Raise ValueError."""
        if "/" in text:
            return cls(protocol, path=text.removeprefix("unix:"))
        host, colon, port = text.rpartition(":")
        if not colon or not port.isdigit() or int(port) > 65535:
            raise ValueError(f"Give HOST:PORT or the path of a Unix socket, not {text!r}")
        return cls(protocol, host=host.strip("[]") or "127.0.0.1", port=int(port))

    @property
    def is_local(self) -> bool:
        """Whether only programs of this machine reach it."""
        if self.path or self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.protocol}:{self.path or f'{host}:{self.port}'}"

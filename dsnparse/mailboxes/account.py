"""A mailbox account: what its URL says, and where its secret comes from. Never a secret in the URL itself."""

from __future__ import annotations

import os
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

#: Where a password is looked for when nothing else is said.
PASSWORD_VARIABLE = "DSNPARSE_IMAP_PASSWORD"  # noqa: S105  (the name of a variable)
#: Seconds that a command may take to say a password or to fetch a token.
COMMAND_TIMEOUT = 60
_PORTS = {"imaps": 993, "imap": 143, "pop3s": 995, "pop3": 110}
#: Schemes of mailboxes that have no folders.
_WITHOUT_FOLDERS = ("pop3s", "pop3")


@dataclass(frozen=True, slots=True)
class Account:
    """One folder of one user on one server; POP3 has none."""

    #: "imaps" and "pop3s": TLS from the start (ports 993, 995); "imap" and "pop3": STARTTLS (143, 110).
    scheme: str
    user: str
    host: str
    port: int
    folder: str

    @classmethod
    def parse(cls, url: str) -> Account:
        """Read `imaps://user@host:port/Folder` or `pop3s://user@host`; `%40` and such are decoded.

        The folder of IMAP is INBOX by default.

        Raise ValueError with a sentence, which does not repeat a password that was given.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:  # its words can hold a password
            raise ValueError("The port or host in the mailbox's address cannot be read") from None
        if parts.fragment or parts.query or "#" in url:
            raise ValueError(
                "A mailbox's address has nothing behind its folder, neither ? nor #: a folder's name has "
                "them as %3F and %23, and a password goes elsewhere (--password-file)"
            )
        user, colon, _ = parts.netloc.rpartition("@")[0].partition(":")
        if colon:
            raise ValueError(
                "The mailbox's address must not hold a password, since others see it in the list of "
                f"processes: put it in {PASSWORD_VARIABLE}, or give --password-file or --password-command"
            )
        if parts.scheme not in _PORTS or not host or not user:
            raise ValueError("A mailbox's address is written imaps://user@host/Folder or pop3s://user@host")
        folder = unquote(parts.path.removeprefix("/"))
        if parts.scheme in _WITHOUT_FOLDERS:
            if folder:
                raise ValueError("A POP3 mailbox has no folders: its address is written pop3s://user@host")
            return cls(parts.scheme, unquote(user), host, port or _PORTS[parts.scheme], "")
        folder = folder or "INBOX"
        return cls(parts.scheme, unquote(user), host, port or _PORTS[parts.scheme], folder)

    @property
    def url(self) -> str:
        """The same account always as the same text: what the store remembers positions by."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        folder = f"/{quote(self.folder)}" if self.folder else ""
        return f"{self.scheme}://{quote(self.user, safe='')}@{host}{port}{folder}"


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a password or an access token comes from; it is read anew for each connection."""

    variable: str = PASSWORD_VARIABLE
    file: str | None = None
    #: A command whose first line of output it is; no shell runs.
    command: str | None = None
    #: An OAuth 2 access token (XOAUTH2) instead of a password.
    is_token: bool = False

    def read(self) -> str:
        """The secret. Raise ValueError with a sentence when there is none."""
        if self.command is not None:
            text = _say(self.command)
        elif self.file is not None:
            try:
                text = Path(self.file).read_text("utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise ValueError(f"The password file {self.file} cannot be read: {error}") from None
        else:
            text = os.environ.get(self.variable, "")
        secret = text.split("\n", 1)[0].rstrip("\r")
        if not secret:
            place = self.command or self.file or f"the environment variable {self.variable}"
            raise ValueError(f"No password for the mailbox: {place} is empty or missing")
        return secret


def _say(command: str) -> str:
    try:
        words = shlex.split(command)
        done = subprocess.run(  # noqa: S603  (the operator's own command)
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            timeout=COMMAND_TIMEOUT,
            check=True,
            text=True,
        )
    except subprocess.CalledProcessError as error:
        raise ValueError(f"The password command ended with status {error.returncode}: {command}") from None
    except subprocess.TimeoutExpired:
        raise ValueError(f"The password command took more than {COMMAND_TIMEOUT} s: {command}") from None
    except (OSError, ValueError, IndexError) as error:
        raise ValueError(f"The password command cannot be run ({error}): {command}") from None
    return done.stdout

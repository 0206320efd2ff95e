"""A Dovecot of the tests' own: in a temporary directory, on loopback ports, with its own configuration."""

from __future__ import annotations

import grp
import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

INSTALL = "apt-get install dovecot-imapd dovecot-pop3d dovecot-lmtpd"
USER, PASSWORD = "bounces@example.net", "correct horse"
TOKEN = "ya29.token"

_CONFIG = """
protocols = imap pop3 lmtp
base_dir = {place}/run
log_path = {place}/log
info_log_path = {place}/log
listen = 127.0.0.1
ssl = yes
ssl_cert = <{place}/cert.pem
ssl_key = <{place}/key.pem
disable_plaintext_auth = yes
auth_failure_delay = 0
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
mail_location = maildir:{place}/mail/%u
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
state_dir = {place}/state
auth_mechanisms = plain login xoauth2 oauthbearer
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN username_format=%u {place}/users
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {place}/oauth2.conf
}}
userdb {{
  driver = static
  args = allow_all_users=yes uid={user} gid={group} home={place}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service lmtp {{
  unix_listener {place}/lmtp {{
    mode = 0666
  }}
}}
"""


@dataclass(frozen=True)
class Dovecot:
    """A running server."""

    place: Path
    imap: int
    imaps: int
    pop3: int
    pop3s: int

    @property
    def ca_file(self) -> Path:
        """The certificate to trust."""
        return self.place / "cert.pem"

    def url(self, folder: str = "INBOX", scheme: str = "imaps") -> str:
        """The address of a folder."""
        port = self.imaps if scheme == "imaps" else self.imap
        return f"{scheme}://{USER}@localhost:{port}/{folder}"

    def pop3_url(self, scheme: str = "pop3s") -> str:
        """The address of the mailbox over POP3."""
        port = self.pop3s if scheme == "pop3s" else self.pop3
        return f"{scheme}://{USER.replace('@', '%40')}@localhost:{port}"

    def doveadm(self, *words: str, data: bytes = b"") -> str:
        """Run doveadm for the user."""
        command = ["doveadm", "-c", str(self.place / "dovecot.conf"), *words]
        done = subprocess.run(command, input=data, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def save(self, data: bytes, folder: str = "INBOX") -> None:
        """Put a message into a folder."""
        self.doveadm("save", "-u", USER, "-m", folder, data=data)

    def count(self, folder: str = "INBOX", what: str = "ALL") -> int:
        """How many messages a folder holds."""
        return len(self.doveadm("search", "-u", USER, "mailbox", folder, *what.split()).splitlines())

    def empty(self) -> None:
        """Remove all folders and messages of the user."""
        for folder in self.doveadm("mailbox", "list", "-u", USER).split():
            if folder != "INBOX":
                self.doveadm("mailbox", "delete", "-u", USER, folder)
        self.doveadm("expunge", "-u", USER, "mailbox", "INBOX", "ALL")

    def kick(self) -> None:
        """Cut the connections of the user."""
        self.doveadm("kick", USER)


def find_dovecot() -> bool:
    """Whether it is installed."""
    return all(map(shutil.which, ("dovecot", "doveadm", "openssl")))


@contextmanager
def running_dovecot() -> Iterator[Dovecot]:
    """A new server with an empty mailbox; it is stopped and removed at the end."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Tokens) as tokens:
        Thread(target=tokens.serve_forever, daemon=True).start()
        try:
            with _running(tokens.server_port) as dovecot:
                yield dovecot
        finally:
            tokens.shutdown()


class _Tokens(BaseHTTPRequestHandler):
    """The service that Dovecot asks whether an access token is good (RFC 7662)."""

    def do_GET(self) -> None:
        known = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        answer = json.dumps({"active": known, "email": USER if known else ""}).encode()
        self.send_response(200 if known else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *words: object) -> None:
        """Nothing on the terminal."""


@contextmanager
def _running(tokens: int) -> Iterator[Dovecot]:
    place = Path(tempfile.mkdtemp(prefix="dsnparse-dovecot-"))
    imap, imaps, pop3, pop3s = (free_port() for _ in range(4))
    user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    entry = pwd.getpwnam(user)
    (place / "mail").mkdir()
    place.chmod(0o755)
    (place / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
    (place / "state").mkdir()
    words = (
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    )
    files = ["-keyout", f"{place}/key.pem", "-out", f"{place}/cert.pem"]
    subprocess.run(["openssl", *words.split(), *files], check=True, capture_output=True)
    config = _CONFIG.format(
        place=place,
        user=user,
        group=grp.getgrgid(entry.pw_gid).gr_name,
        imap=imap,
        imaps=imaps,
        pop3=pop3,
        pop3s=pop3s,
    )
    (place / "dovecot.conf").write_text(config)
    os.chown(place / "mail", entry.pw_uid, entry.pw_gid)
    (place / "oauth2.conf").write_text(
        f"introspection_mode = auth\nintrospection_url = http://127.0.0.1:{tokens}/\n"
        "username_attribute = email\nactive_attribute = active\nactive_value = true\ntokeninfo_url =\n"
    )
    with subprocess.Popen(["dovecot", "-F", "-c", place / "dovecot.conf"], stderr=subprocess.PIPE) as server:
        try:
            _until_it_answers(imaps, server, place / "log")
            yield Dovecot(place, imap, imaps, pop3, pop3s)
        finally:
            server.terminate()
            server.wait(20)
            shutil.rmtree(place)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses."""
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _until_it_answers(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        if server.poll() is not None:
            break
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    said = log.read_text() if log.exists() else ""
    if server.stderr is not None and server.poll() is not None:
        said += server.stderr.read().decode()
    raise AssertionError(f"The server does not answer: {said}")

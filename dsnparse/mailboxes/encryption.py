"""What connections to mailboxes share: the secret, the certificates to trust, what is said of a wrong one."""

from __future__ import annotations

import ssl

from dsnparse.mailboxes.account import Account, Secret
from dsnparse.mailboxes.sources import MailboxRefused


def word_of(secret: Secret) -> str:
    """The password or token. Raise MailboxRefused when there is none."""
    try:
        return secret.read()
    except ValueError as problem:
        raise MailboxRefused(str(problem)) from None


def context_of(ca_file: str | None) -> ssl.SSLContext:
    """What a server's certificate must go back to: the system's, or `ca_file`. Raise MailboxRefused."""
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise MailboxRefused(f"The certificates in {ca_file} cannot be read: {error}") from None


def untrusted(account: Account, error: ssl.SSLCertVerificationError) -> MailboxRefused:
    """The server's certificate is not trusted."""
    return MailboxRefused(
        f"The certificate of {account.host} is not trusted: {error.verify_message}. --ca-file names "
        "the certificate of a private authority"
    )

"""The options of commands that work off mailboxes, and the mailbox that a name means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import click

from dsnparse.cli.common_options import rules_option
from dsnparse.cli.option_group import option_group
from dsnparse.cli.store_options import StoreChoice
from dsnparse.cli.trust_option import limit_option, make_parser, trust_option
from dsnparse.errors import as_sentence
from dsnparse.mailboxes.account import PASSWORD_VARIABLE, Account, Secret
from dsnparse.mailboxes.claims import MaildirSource
from dsnparse.mailboxes.sources import PathSource, Queue, Source
from dsnparse.parser import Parser
from dsnparse.wire.limits import Limits

#: How a store says how far a mailbox was read.
Position = Callable[[str], str | None]
_LEAVE = ""
#: How the name of a mailbox begins that messages leave.
WORKED_OFF = ("maildir:", "imap://", "imaps://", "pop3://", "pop3s://")


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """What the options say about mailboxes."""

    processed: str | None
    unknown: str | None
    #: The folder for mail that is no notice; "": it is left where it is; None: not said.
    others: str | None
    batch: int
    #: Processes that read.
    jobs: int
    rules: tuple[str, ...]
    trust: str | None
    limits: Limits
    password_env: str
    password_file: str | None
    password_command: str | None
    oauth2: bool
    oauth2_command: str | None
    ca_file: str | None
    #: Whether what is stored leaves a POP3 mailbox.
    delete: bool

    def parser(self) -> Parser:
        """The parser, with the user's rules and limits, and what is known of his mail."""
        return make_parser(self.rules, self.trust, self.limits)

    def sources(self, names: Sequence[str], choice: StoreChoice, position: Position) -> list[Source]:
        """The mailboxes; all plain paths together are one."""
        paths = [name for name in names if not name.lower().startswith(WORKED_OFF)]
        found: list[Source] = (
            [PathSource(paths, limit=self.limits.message_bytes, exclude=_files_of(choice))] if paths else []
        )
        return found + [self.source(name, position) for name in names if name not in paths]

    def source(self, name: str, position: Position) -> Queue:
        """A mailbox that is worked off: `maildir:PATH`, `imaps://…`, `pop3s://…`."""
        if name.lower().startswith("maildir:"):
            return self._maildir(name[len("maildir:") :])
        if name.lower().startswith("pop3"):
            return self._pop3(name, position)
        if name.lower().startswith(WORKED_OFF):
            return self._imap(name, position)
        raise click.UsageError(
            f"{name} is no mailbox that messages leave: write maildir:PATH, imaps://user@host/Folder or "
            "pop3s://user@host. "
            "'dsnparse ingest' reads files and folders."
        )

    def _maildir(self, path: str) -> Queue:
        if self.others == _LEAVE:
            raise click.UsageError("A Maildir is emptied: give --others move:FOLDER, or leave it out.")
        try:
            return MaildirSource(
                path,
                processed=self.processed or ".Processed",
                unknown=self.unknown or ".Unknown",
                others=self.others,
            )
        except OSError as error:
            raise click.UsageError(f"{path} {error.strerror or 'cannot be read'}.") from None

    def _pop3(self, url: str, position: Position) -> Queue:
        from dsnparse.mailboxes.pop3 import Pop3Source

        if self.processed or self.unknown or self.others:
            raise click.UsageError(
                "A POP3 mailbox has no folders: --processed, --unknown and --others do not apply; "
                "--delete removes what is stored."
            )
        return Pop3Source(
            _account(url), self._secret(), position=position, delete=self.delete, ca_file=self.ca_file
        )

    def _secret(self) -> Secret:
        if self.oauth2_command is not None:
            return Secret(command=self.oauth2_command, is_token=True)
        return Secret(self.password_env, self.password_file, self.password_command, self.oauth2)

    def _imap(self, url: str, position: Position) -> Queue:
        from dsnparse.mailboxes.imap import ImapSource

        return ImapSource(
            _account(url),
            self._secret(),
            position=position,
            processed=self.processed,
            unknown=self.unknown,
            others=None if self.others == _LEAVE else self.others,
            ca_file=self.ca_file,
        )


def _account(url: str) -> Account:
    try:
        return Account.parse(url)
    except ValueError as error:
        raise click.UsageError(as_sentence(error)) from None


def _files_of(choice: StoreChoice) -> list[str]:
    """The files of an SQLite database, which may lie in a folder that is read."""
    path = choice.db.removeprefix("sqlite:///")
    return [] if "://" in path else [path, f"{path}-wal", f"{path}-shm"]


def _read_others(context: click.Context, option: click.Parameter, text: str | None) -> str | None:
    """See `Mailboxes.others`."""
    if text is None or text == "leave":
        return None if text is None else _LEAVE
    verb, _, folder = text.partition(":")
    if verb != "move" or not folder:
        raise click.BadParameter("it is 'leave' or 'move:FOLDER'.", context, option)
    return folder


#: The command gets them as `mailboxes`, a Mailboxes.
source_options = option_group(
    "mailboxes",
    Mailboxes,
    [
        click.option(
            "--processed", metavar="FOLDER",
            help="Move stored messages there. Default for a Maildir: .Processed; for IMAP: they are flagged.",
        ),
        click.option(
            "--unknown", metavar="FOLDER",
            help="Move those there that a person should look at; what stays, as files do, is copied there. "
            "Default for a Maildir: .Unknown.",
        ),
        click.option(
            "--others", metavar="leave|move:FOLDER", callback=_read_others,
            help="Mail that is no notice. Default for IMAP: leave, as it is; for a Maildir: as --unknown.",
        ),
        click.option(
            "--batch", metavar="N", type=click.IntRange(1, 10_000), default=500, show_default=True,
            help="Messages in one transaction.",
        ),
        click.option(
            "--jobs", "-j", metavar="N", type=click.IntRange(1, 256), default=1, show_default=True,
            help="Processes that read messages, beside the one that writes.",
        ),
        rules_option,
        trust_option,
        limit_option,
        click.option(
            "--password-env", metavar="NAME", default=PASSWORD_VARIABLE, show_default=True,
            help="The environment variable with the mailbox's password.",
        ),
        click.option("--password-file", metavar="FILE", help="A file whose first line is that password."),
        click.option("--password-command", metavar="CMD", help="A command that prints it."),
        click.option("--oauth2", is_flag=True, help="It is an OAuth 2 access token."),
        click.option(
            "--oauth2-command", metavar="CMD", help="A command that prints an OAuth 2 access token."
        ),
        click.option(
            "--delete", is_flag=True, help="For POP3: delete what is stored and understood."
        ),
        click.option("--ca-file", metavar="FILE", help="Certificates to trust (PEM), not the system's."),
    ],
)  # fmt: skip

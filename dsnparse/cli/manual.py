"""`dsnparse manual`: manual pages of every command, from what `--help` says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from dsnparse.cli.failure import FAILED, Failure, cannot
from dsnparse.render.summary import counted

_STATUSES = "EXIT STATUS"
_FILES = """
.SH FILES
.TP
.I /etc/dsnparse.toml
Settings of every command.
.TP
.I ./dsnparse.toml
The same; what it says wins. It must belong to who runs the command or to root, and nobody else may write it.
.PP
.B dsnparse config check
looks for mistakes in them.
.SH ENVIRONMENT
.TP
.B DSNPARSE_CONFIG
A file to read instead of both.
.TP
.B DSNPARSE_*
Every option: DSNPARSE_DB, DSNPARSE_LISTEN_MAX_SIZE. Flags win, then the environment, then the files.
.TP
.B DSNPARSE_IMAP_PASSWORD, DSNPARSE_HASH_KEY, DSNPARSE_WEBHOOK_SECRET, DSNPARSE_TRUST_KEY
Secrets that no option takes.
"""


@click.command()
@click.argument("folder")
def manual(folder: str) -> None:
    """Write a manual page for each command into FOLDER: dsnparse.1, dsnparse-listen.1, …

    As in: dsnparse manual /usr/local/share/man/man1
    """
    from dsnparse.cli import group

    number = 0
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        for name, command, context in commands(group, None, "dsnparse"):
            target = Path(folder) / f"{name.replace(' ', '-')}.1"
            target.write_text(page(name, command, context), "utf-8")
            number += 1
    except OSError as error:
        raise Failure(cannot("write", error.filename, error), FAILED) from None
    click.echo(f"{counted(number, 'page')} written to {folder}.")


def commands(
    command: click.Command, above: click.Context | None, name: str
) -> Iterator[tuple[str, click.Command, click.Context]]:
    """A command and all below it, by their full names."""
    context = click.Context(command, parent=above, info_name=name.rpartition(" ")[2])
    yield name, command, context
    if isinstance(command, click.Group):
        for one in command.list_commands(context):
            sub = command.get_command(context, one)
            assert sub is not None
            yield from commands(sub, context, f"{name} {one}")


def page(name: str, command: click.Command, context: click.Context) -> str:
    """The manual page of a command, in the language of man(7)."""
    from dsnparse.cli import COMMANDS

    is_all = " " not in name
    short = COMMANDS[name.split()[1]][1] if name.count(" ") == 1 else command.get_short_help_str(200)
    title = name.replace(" ", "-")
    usage = " ".join(command.collect_usage_pieces(context))
    lines = [
        f'.TH "{title.upper()}" 1 "" "dsnparse" "User Commands"',
        ".ad l",
        ".SH NAME",
        f"{_text(title)} \\- {_text(short.rstrip('.'))}",
        ".SH SYNOPSIS",
        f".B {_text(name)}",
        _text(usage),
        ".SH DESCRIPTION",
        *_prose(command.help or short),
        *_options(command, context),
    ]
    if isinstance(command, click.Group):
        lines.append(".SH COMMANDS")
        for one in command.list_commands(context):
            sub = command.get_command(context, one)
            assert sub is not None
            said = COMMANDS[one][1] if is_all else sub.get_short_help_str(200)
            lines += [".TP", f".BR {_text(f'{title}-{one}')} (1)", _text(said)]
    if is_all:
        lines += _FILES.strip().splitlines()
        lines += [
            ".SH SEE ALSO",
            "The pages in docs/ of the source: mailboxes, store, trust, configuration, runbook.",
        ]
    else:
        above = title.rpartition("-")[0] if " " in name.partition(" ")[2] else "dsnparse"
        lines += [".SH SEE ALSO", f".BR {_text(above)} (1)"]
    return "\n".join(lines) + "\n"


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    records = [one.get_help_record(context) for one in command.get_params(context)]
    if not any(records):
        return
    yield ".SH OPTIONS"
    for record in filter(None, records):
        yield ".TP"
        yield f".B {_text(record[0])}"
        yield _text(record[1] or "")


def _prose(text: str) -> Iterator[str]:
    r"""Paragraphs; what stands below \b keeps its lines, and what begins with "Exit status" has a heading."""
    for number, paragraph in enumerate(re.split(r"\n[ \t]{0,80}\n", text.strip())):
        lines = [line.strip() for line in paragraph.splitlines()]
        if lines[0] == "\b":
            yield from (".PP", ".nf", *(_text(line) for line in lines[1:]), ".fi")
            continue
        joined = " ".join(lines)
        if joined.startswith("Exit status: "):
            yield f".SH {_STATUSES}"
            joined = joined.removeprefix("Exit status: ")
        elif number:
            yield ".PP"
        yield _text(joined)


def _text(text: str) -> str:
    """A line that troff prints as it is."""
    text = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{text}" if text[:1] in (".", "'") else text

"""Every command with its options, in Markdown, from what `--help` says."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click

from dsnparse.cli import COMMANDS, group
from dsnparse.cli.manual import commands
from tools.pages import cell, code

_PAGE = re.compile(r"\bdocs/(\w+)\.md")
_PARAGRAPHS = re.compile(r"\n[ \t]*\n")


def page(_argument: str = "") -> str:
    """A section for each command."""
    return "\n".join(
        line
        for name, one, context in commands(group, None, "dsnparse")
        for line in _section(name, one, context)
    )


def _section(name: str, command: click.Command, context: click.Context) -> Iterator[str]:
    if " " not in name:
        return
    yield from (f"{'#' * (1 + name.count(' '))} {name}", "")
    yield from ("```text", " ".join([name, *command.collect_usage_pieces(context)]), "```", "")
    short = COMMANDS[name.split()[1]][1] if name.count(" ") == 1 else command.get_short_help_str(200)
    yield from _prose(command.help or short)
    records = [one.get_help_record(context) for one in command.get_params(context)]
    options = [record for record in records if record and record[1]]
    if options:
        yield from ("| option | |", "|---|---|")
        yield from (f"| {code(name)} | {_text(said)} |" for name, said in options)
        yield ""
    if isinstance(command, click.Group):
        anchors = [(one, f"{name} {one}".replace(" ", "-")) for one in command.list_commands(context)]
        yield from (f"- [{name} {one}](#{anchor})" for one, anchor in anchors)
        yield ""


def _prose(text: str) -> Iterator[str]:
    r"""Paragraphs; what stands below \b keeps its lines."""
    for paragraph in _PARAGRAPHS.split(text.strip()):
        lines = [line.strip() for line in paragraph.splitlines()]
        if lines[0] == "\b":
            yield from ("```text", *lines[1:], "```", "")
        else:
            yield from (_text(" ".join(lines)), "")


def _text(text: str) -> str:
    """Plain text in Markdown; a page of docs/ that it names is a link."""
    return _PAGE.sub(r"[\1.md](\1.md)", cell(text).replace("[", "\\["))

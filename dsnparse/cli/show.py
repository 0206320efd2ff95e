"""`dsnparse show`: one message and what it says as one HTML file, with the evidence marked."""

from __future__ import annotations

from itertools import islice

import click

from dsnparse import __version__
from dsnparse.cli.common_options import output_option, rules_option
from dsnparse.cli.failure import FAILED, Failure
from dsnparse.cli.output import Output
from dsnparse.cli.trust_option import make_parser, trust_option
from dsnparse.mailboxes import find, looks_like_message
from dsnparse.mailboxes.items import Mail, Problem, read_item


@click.command()
@click.argument("path", metavar="FILE")
@output_option
@rules_option
@trust_option
def show(path: str, output: str | None, rules: tuple[str, ...], trust: str | None) -> None:
    """Write one HTML file that shows what a bounce says, and where it says so.

    \b
      dsnparse show bounce.eml -o bounce.html

    FILE is one message, also compressed, or - for standard input. The page needs no network, and is the one
    that 'dsnparse serve' shows. It has the message's header and text in it.

    Exit status: 0, or 2 when there is not one message to read, or for wrong usage.
    """
    from dsnparse.web.alone import alone

    parser = make_parser(rules, trust)
    mail = _message(path)
    report = parser.parse(mail.data)
    with Output(output) as out:
        if out.on_terminal:
            raise click.UsageError("This is an HTML file: say where to write it, with --output FILE.")
        out.write(alone(mail.data, report, mail.name, __version__, parser.limits))


def _message(path: str) -> Mail:
    """The one message that stands there."""
    items = list(islice(find([path]), 2))
    if len(items) != 1:
        what = "several messages" if items else "no message"
        raise Failure(f"{path} holds {what}; give the file of one.", FAILED)
    mail = read_item(items[0])
    if not isinstance(mail, Mail):
        why = mail.reason if isinstance(mail, Problem) else "is no message"
        raise Failure(f"{path} {why}", FAILED)
    if not looks_like_message(mail.data):
        raise Failure(f"{path} is not a mail message.", FAILED)
    return mail

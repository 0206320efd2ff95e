"""The command `dsnparse`. Each of its commands is a module that is imported when the command runs."""

from __future__ import annotations

import atexit
import gc
import importlib
import sys
from collections.abc import Sequence
from typing import Any

import click

from dsnparse import __version__
from dsnparse.cli.failure import FAILED, TRY_AGAIN, Failure
from dsnparse.extras import told

#: Command → (module, one line of help). The module has a click command under the command's name.
COMMANDS = {
    "parse": ("dsnparse.cli.parse", "Read bounces and say who failed and why."),
    "show": ("dsnparse.cli.show", "Write one HTML file that shows what a bounce says, and where."),
    "manifest": ("dsnparse.cli.manifest", "List mail in packs, for engines that read it in parallel."),
    "classify": ("dsnparse.cli.classify", "Classify SMTP replies, as from a mail log."),
    "explain": ("dsnparse.cli.explain", "Say what a code, a reason or a reply means, and what to do."),
    "providers": ("dsnparse.cli.providers", "List what providers document, and how much is understood."),
    "rules": ("dsnparse.cli.rules", "List the rules, and run the examples they carry."),
    "ingest": ("dsnparse.cli.ingest", "Store what bounced: from mailboxes into the database, once."),
    "watch": ("dsnparse.cli.watch", "Store what bounces, as it comes, until told to stop."),
    "listen": ("dsnparse.cli.listen", "Store what a mail server hands over (LMTP, SMTP)."),
    "serve": ("dsnparse.cli.serve", "Answer HTTP requests: parse, check, and all else, as an API."),
    "keys": ("dsnparse.cli.keys", "Make and revoke the keys that open the HTTP API."),
    "check": ("dsnparse.cli.check", "Say whether addresses may be mailed."),
    "suppressions": ("dsnparse.cli.suppressions", "Show and change the list of addresses not to mail."),
    "history": ("dsnparse.cli.history", "Show what happened to an address."),
    "status": ("dsnparse.cli.status", "Say how everything stands, for people and for monitoring."),
    "stats": ("dsnparse.cli.stats", "Count messages, failures, addresses and alerts."),
    "report": ("dsnparse.cli.report", "Say what changed and what to do: a page, a text or JSON."),
    "records": ("dsnparse.cli.records", "Write the records of the database, for other programs."),
    "unknown": ("dsnparse.cli.unknown", "Show what was not understood, and read it again."),
    "trust": ("dsnparse.cli.trust", "Sign return paths, so that a real bounce is known."),
    "config": ("dsnparse.cli.config", "Check the configuration files, and show what holds."),
    "completion": ("dsnparse.cli.completion", "Print what completes commands and options in a shell."),
    "manual": ("dsnparse.cli.manual", "Write manual pages."),
    "backup": ("dsnparse.cli.backup", "Copy an SQLite database that is in use."),
    "prune": ("dsnparse.cli.prune", "Remove what is old, and keep the states of addresses."),
    "forget": ("dsnparse.cli.forget", "Remove the personal data of one address."),
}
#: The commands by what one wants, as `--help` lists them.
SECTIONS = {
    "Read and understand": "parse show classify explain providers rules manifest",
    "Store, once each": "ingest watch listen serve keys",
    "Ask, and decide": "check suppressions history stats report records unknown",
    "Look after it": "status config trust backup prune forget completion manual",
}
#: Those that work while a configuration file is wrong.
_WITHOUT_SETTINGS = ("config", "completion", "manual")
#: The exit status after Ctrl-C, as shells have it: 128 + SIGINT.
INTERRUPTED = 130


# At the end of the process Python looks through all that was loaded for what refers to itself: a tenth of the
# time of a short command.
atexit.register(gc.freeze)


class Commands(click.Group):
    """A group that imports a command when it is called, and lists all of them without importing any."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        command = getattr(module, cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """With the defaults that configuration files and the environment give it."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS and not ctx.resilient_parsing:
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=2)
            hint = f" Did you mean {' or '.join(near)}?" if near else ""
            ctx.fail(f"There is no command {args[0]!r}.{hint}")
        name, command, rest = super().resolve_command(ctx, args)
        unneeded = ctx.resilient_parsing or name in _WITHOUT_SETTINGS or {"-h", "--help"} & {*rest}
        if name is not None and command is not None and not unneeded:
            from dsnparse.cli.settings import Settings

            settings = Settings.read(ctx.params.get("config"))
            for note in settings.notes:
                print(f"dsnparse: {note}.", file=sys.stderr)
            settings.check_tables(COMMANDS)
            ctx.default_map = {name: settings.defaults(command, (name,))}
        return name, command, rest

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            sentence = told(error)
            if sentence is None:
                raise
            raise Failure(sentence, FAILED) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        longest = max(map(len, COMMANDS))
        for title, names in SECTIONS.items():
            with formatter.section(title):
                # As wide as the longest name of all, so that the sections line up.
                formatter.write_dl([(f"{name:<{longest}}", COMMANDS[name][1]) for name in names.split()])


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Begin with: dsnparse parse FILE. More: dsnparse COMMAND --help.",
)
@click.option(
    "--config",
    metavar="FILE",
    help="Read settings there, not in /etc/dsnparse.toml and ./dsnparse.toml. '': nowhere.",
)
@click.version_option(__version__, message="dsnparse %(version)s")
def group(config: str | None) -> None:
    """Read bounce messages, and say who failed, why, and whether to mail them again."""


def main(args: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit status: 0 done, 1 not all of it, 2 wrong usage, 130 Ctrl-C.

    75 instead of any failure, whatever it is, when a mail server hands a message over (`ingest -`): it keeps
    the message then, where after another status it would lose a bounce.
    """
    words = list(sys.argv[1:] if args is None else args)
    piped = "-" in words and _command_of(words) == "ingest"
    try:
        result = group.main(words, prog_name="dsnparse", standalone_mode=False)
    except click.ClickException as error:
        _show(error)
        return TRY_AGAIN if piped else error.exit_code
    except (click.Abort, KeyboardInterrupt):
        print("dsnparse: interrupted.", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001
        if not piped:
            import traceback

            # Python would exit with 1, which is an answer ("don't mail it").
            traceback.print_exc()
            return FAILED
        print(f"dsnparse: {type(error).__name__}: {error}", file=sys.stderr)
        return TRY_AGAIN
    return result if isinstance(result, int) else 0


def _show(error: click.ClickException) -> None:
    if isinstance(error, click.NoSuchOption):
        error = _with_new_name(error)
    log = sys.modules.get("dsnparse.log")  # loaded by commands that have one
    if log is None or not log.say_end(error.format_message()):
        error.show()


def _with_new_name(error: click.NoSuchOption) -> click.NoSuchOption:
    """The same, where an option has another name now."""
    from dsnparse.cli.option_names import name_of, renamed

    now = renamed(error.option_name.lstrip("-").replace("-", "_"))
    if error.ctx is None or now not in map(name_of, error.ctx.command.params):
        return error
    sentence = f"No such option {error.option_name!r}. Did you mean '--{now.replace('_', '-')}'?"
    return click.NoSuchOption(error.option_name, sentence, ctx=error.ctx)


def _command_of(words: Sequence[str]) -> str:
    """The command that these words call."""
    skip = 2 if words[:1] == ["--config"] else int(bool(words) and words[0].startswith("--config="))
    return words[skip] if len(words) > skip else ""

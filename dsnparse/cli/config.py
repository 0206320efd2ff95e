"""`dsnparse config`: are the configuration files right, and what holds?"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from dsnparse.cli.failure import FAILED
from dsnparse.cli.listing import format_option, print_rows
from dsnparse.cli.option_names import SECRETS, below_of, options_of, unknown_variables
from dsnparse.cli.settings import Settings
from dsnparse.config import LOCAL, SYSTEM, masked
from dsnparse.errors import as_sentence
from dsnparse.render.summary import counted
from dsnparse.render.table import Column
from dsnparse.rulebook.errors import instead

_COLUMNS = (
    ("setting", Column("SETTING", 32)),
    ("value", Column("VALUE", share=2)),
    ("from", Column("FROM", share=1)),
)
#: Settings that name a file with something that nobody else may read.
_SECRET_FILES = ("hash_key_file", "webhook_secret_file", "password_file")


@click.group()
def config() -> None:
    """Check the configuration files, and show what holds.

    Read are /etc/dsnparse.toml and ./dsnparse.toml, or the file that 'dsnparse --config FILE' or
    DSNPARSE_CONFIG names. Flags of a command win, then the environment, then the files.
    """


@config.command("check")
@click.pass_context
def check(context: click.Context) -> int:
    """Look for mistakes, in the files that the settings name, too; each is told with file and line.

    Exit status: 0 when there are none, 2 when there are.
    """
    settings = Settings.read(_named(context))
    wrong = [f"{note}." for note in settings.notes]
    wrong += dict.fromkeys(_mistakes(settings))
    wrong += dict.fromkeys(_files_wrong(settings)) if not wrong else []
    notes = unknown_variables(_commands(), os.environ)
    notes += (
        [f"{one.place}: [{'.'.join(one.table)}] is empty." for one in settings.empty] if not wrong else []
    )
    for path in settings.files:
        if _tells_a_password(path, settings):
            notes.append(f"{path} has a password in it, and others may read it: chmod o-r {path}")
    for line in (*wrong, *notes):
        click.echo(line, err=True)
    if wrong:
        return FAILED
    read = ", ".join(settings.files) or f"no file ({SYSTEM}, {LOCAL})"
    click.echo(f"Read {read}: {counted(len(settings.found), 'setting')}, nothing wrong.")
    return 0


@config.command("show")
@click.argument("command", required=False)
@click.option("--all", "everything", is_flag=True, help="What nobody has set, too: the defaults.")
@format_option
@click.pass_context
def show(context: click.Context, command: str | None, everything: bool, form: str) -> None:
    """Print what is set for COMMAND, or for all, and where: a file and its line, or a variable.

    Passwords and secrets are masked.
    """
    settings = Settings.read(_named(context))
    if command is not None and command not in _names():
        raise click.UsageError(f"There is no command {command!r}. {instead(command, _names())}")
    none = "Nothing is set; --all shows what holds all the same."
    print_rows(_rows(settings, command, form, everything=everything), _COLUMNS, form, none=none)


def _rows(settings: Settings, wanted: str | None, form: str, *, everything: bool) -> Iterator[dict[str, Any]]:
    shown: set[tuple[str, str]] = set()
    for path, command in _commands():
        if wanted is not None and path[0] != wanted:
            continue
        settings.defaults(command, path)
        chosen = settings.chosen(command, path)
        for name, option in options_of(command).items():
            if name in chosen:
                one = chosen[name][1]
                # What several commands share is shown once, under the name that it has in the file.
                full = one.full_name if wanted is None else ".".join((*path, name))
                value, place = one.value, one.place
            elif everything:
                full, place = ".".join((*path, name)), "default"
                value = option.to_info_dict().get("default")
            else:
                continue
            if (full, place) not in shown:
                shown.add((full, place))
                shown_value = (
                    str(value).lower() if form == "table" and isinstance(value, bool) else masked(value)
                )
                yield {"setting": full, "value": shown_value, "from": place}
    for name in SECRETS:
        if os.environ.get(name) and wanted is None:
            yield {"setting": name, "value": "***", "from": "environment"}


def _named(context: click.Context) -> str | None:
    """What --config says."""
    found: str | None = context.find_root().params.get("config")
    return found


def _names() -> list[str]:
    return [path[0] for path, _ in _commands() if len(path) == 1]


def _commands() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that can be called, and groups of them, with its name."""
    from dsnparse.cli import group

    def walk(above: click.Group, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
        for name, one in below_of(above).items():
            yield (*path, name), one
            if isinstance(one, click.Group):
                yield from walk(one, (*path, name))

    yield from walk(group, ())


def _mistakes(settings: Settings) -> Iterator[str]:
    """What is wrong with each setting, looked at alone."""
    top = [(path, command) for path, command in _commands() if len(path) == 1]
    for one in (*settings.found, *settings.empty):
        alone = Settings([one])
        try:
            alone.check_tables([path[0] for path, _ in top])
            for path, command in top:
                alone.defaults(command, path)
        except click.UsageError as error:
            yield error.message
    if not settings.found:
        for path, command in top:
            try:
                settings.defaults(command, path)
            except click.UsageError as error:
                yield error.message


def _files_wrong(settings: Settings) -> Iterator[str]:
    """What is wrong with the files that settings name."""
    checks: dict[str, Callable[[str], object]] = {
        "policy": _load_policy,
        "trust": _load_trust,
        "rules": _load_rules,
        "ca_file": _open,
        **dict.fromkeys(_SECRET_FILES, _open),
    }
    for path, command in _commands():
        if isinstance(command, click.Group):
            continue
        for name, (_, one) in settings.chosen(command, path).items():
            for file in one.value if isinstance(one.value, list) else [one.value]:
                try:
                    checks.get(name, bool)(file)
                except OSError as error:
                    yield f"{one.place}: {file} cannot be read: {(error.strerror or str(error)).lower()}."
                except ValueError as error:
                    yield as_sentence(f"{one.place}: {error}")


def _open(path: str) -> None:
    with Path(path).open("rb") as file:
        if not file.read(1):
            raise ValueError(f"{path} is empty")


def _load_policy(path: str) -> None:
    from dsnparse.store.policy.policy import Policy

    Policy.load(path)


def _load_trust(path: str) -> None:
    from dsnparse.trust.settings import TrustSettings

    TrustSettings.load(path)


def _load_rules(path: str) -> None:
    from dsnparse.classify import load_rules

    load_rules([path])


def _tells_a_password(path: str, settings: Settings) -> bool:
    mine = [one for one in settings.found if one.place.rpartition(":")[0] == path]
    if not any(
        masked(one.value) != (list(one.value) if isinstance(one.value, list) else one.value) for one in mine
    ):
        return False
    return bool(Path(path).stat().st_mode & stat.S_IROTH)

"""From configuration files and the environment to the defaults of a command's options.

click gives a flag of the command line precedence over its `default_map`, which is made here; so every option
of every command can be set, and a new one needs nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import click

from dsnparse.config import PREFIX, ConfigError, Setting, find_files, read_file

#: Settings that several commands share: (table, name) → (name of the option, the commands; (): all that have
#: it).
_HOOKS = ("exec", "webhook", "webhook_secret_file")
_LOG = ("format", "level", "mask")
_MAILBOX = (
    "processed", "unknown", "others", "batch", "password_env", "password_file", "password_command",
    "oauth2", "ca_file",
)  # fmt: skip
_KEEP = ("raw", "days", "bytes")
SHARED: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    **{("", name): (name, ()) for name in ("db", "policy", "trust", "rules", "metrics")},
    **{("", name): (name, ()) for name in ("hash_addresses", "hash_key_file")},
    **{("hooks", name): (name, ()) for name in _HOOKS},
    **{("log", name): (f"log_{name}", ()) for name in _LOG},
    **{("mailbox", name): (name, ("ingest", "watch")) for name in _MAILBOX},
    **{("keep", name): (f"keep_{name}", ()) for name in _KEEP},
}
#: The table whose names are those of `dsnparse.Limits`; they become `--limit NAME=NUMBER`.
LIMITS = "limits"
#: Environment variables that are no option: secrets, and which file to read.
SECRETS = (
    "DSNPARSE_HASH_KEY", "DSNPARSE_WEBHOOK_SECRET", "DSNPARSE_IMAP_PASSWORD", "DSNPARSE_TRUST_KEY",
)  # fmt: skip
CONFIG = "DSNPARSE_CONFIG"


class Settings:
    """What files and environment say, in their order: what comes later wins."""

    def __init__(
        self, found: Iterable[Setting], notes: Iterable[str] = (), files: Iterable[str] = ()
    ) -> None:
        self.found = list(found)
        #: Files that were passed over: why.
        self.notes = list(notes)
        self.files = list(files)

    @classmethod
    def read(cls, named: str | None, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read them. Raise UsageError with a sentence for what is no TOML or cannot be read."""
        if named is None:
            named = environment.get(CONFIG)
        found: list[Setting] = []
        notes: list[str] = []
        files: list[str] = []
        for path, note in find_files(named):
            if note:
                notes.append(note)
                continue
            try:
                found += read_file(path)
            except ConfigError as error:
                raise click.UsageError(str(error)) from None
            except OSError as error:
                said = (error.strerror or "cannot be read").lower()
                raise click.UsageError(f"Cannot read {path}: {said}.") from None
            files.append(path)
        return cls(found, notes, files)

    def defaults(self, command: click.Command, path: tuple[str, ...]) -> dict[str, Any]:
        """The `default_map` of a command and of those below it.

        Raise UsageError for what is no setting of it, or has another type.
        """
        below = below_of(command) if isinstance(command, click.Group) else {}
        for one in self.found:
            if one.table[: len(path)] != path:
                continue
            deeper = one.table[len(path) :]
            if deeper and deeper[0] not in below:
                near = nearest(deeper[0], below)
                raise click.UsageError(f"{one.place}: there is no table [{'.'.join(one.table)}]{near}")
            if below and not deeper:
                raise click.UsageError(f"{one.place}: {_unknown(one, below)}")
        if below:
            return {name: self.defaults(sub, (*path, name)) for name, sub in below.items()}
        return {
            option.name: _value(option, one)
            for option, one in self.chosen(command, path).values()
            if option.name
        }

    def chosen(
        self, command: click.Command, path: tuple[str, ...], environment: Mapping[str, str] = os.environ
    ) -> dict[str, tuple[click.Parameter, Setting]]:
        """For each option of a command that is set, by its name in files, what sets it. Raise as above."""
        known = options_of(command)
        found: dict[str, tuple[click.Parameter, Setting]] = {}
        for one in self.found:
            shared = _shared(one, path)
            if shared in known:
                found[shared] = (known[shared], one)
        for one in self.found:  # what is said of one command wins
            if one.table == path:
                name = one.name.replace("-", "_")
                if name not in known:
                    raise click.UsageError(f"{one.place}: {_unknown(one, known)}")
                found[name] = (known[name], one)
        limits = [one for one in self.found if one.table == (LIMITS,)]
        if limits and "limit" in known and known["limit"].name == "limits":
            values = [f"{one.name}={one.value}" for one in limits]
            found.setdefault("limit", (known["limit"], Setting((LIMITS,), "*", values, limits[-1].place)))
        for name, option in known.items():
            for variable in variables_of(name, path):
                if environment.get(variable):
                    value = _from_environment(option, environment[variable])
                    found[name] = (option, Setting(path, name, value, variable))
        return found

    def check_tables(self, commands: Iterable[str]) -> None:
        """Raise UsageError for a table or a shared name that there is not; `defaults` looks at the others."""
        tables = {table for table, _ in SHARED if table} | {LIMITS}
        names = [*commands]
        for one in self.found:
            top = one.table[0] if one.table else ""
            if top in names:
                continue
            if top and top not in tables:
                near = nearest(top, [*tables, *names])
                raise click.UsageError(f"{one.place}: there is no table [{top}]{near}")
            self._check_shared(one, top)

    def _check_shared(self, one: Setting, top: str) -> None:
        if top == LIMITS:
            from dsnparse.wire.limits import Limits

            known: list[str] = [*Limits.__dataclass_fields__]
            if one.name in known and (type(one.value) is not int or one.value < 1):
                raise click.UsageError(f"{one.place}: {one.name} must be a whole number of 1 or more.")
        else:
            known = [name for table, name in SHARED if table == top]
        if len(one.table) > 1 or one.name.replace("-", "_") not in known:
            raise click.UsageError(f"{one.place}: {_unknown(one, known)}")


def below_of(command: click.Group) -> dict[str, click.Command]:
    """The commands of a group."""
    context = click.Context(command)
    found = {name: command.get_command(context, name) for name in command.list_commands(context)}
    return {name: sub for name, sub in found.items() if sub is not None}


def options_of(command: click.Command) -> dict[str, click.Parameter]:
    """The options and arguments of a command by their names in files."""
    found: dict[str, click.Parameter] = {}
    for option in command.params:
        name = name_of(option)
        if name not in ("help", "version", "config"):
            found[name] = option
            if option.nargs == -1 and not option.envvar:
                option.envvar = f"{PREFIX}NONE"  # or click up to 8.2 asks no default_map
    return found


def name_of(option: click.Parameter) -> str:
    """The name of an option in files: `--max-size` is max_size, SOURCE... is source."""
    if isinstance(option, click.Argument):
        found = re.search(r"[A-Za-z_]+", option.metavar or option.name or "")
        return found[0].lower() if found else ""
    longest = max((one for one in option.opts if one.startswith("--")), key=len, default=option.opts[0])
    return longest.lstrip("-").replace("-", "_")


def variables_of(name: str, path: tuple[str, ...]) -> list[str]:
    """The environment variables of an option, the one that wins last."""
    shared = [
        f"{table}_{given}" if table else given
        for (table, given), (option, only) in SHARED.items()
        if option == name and (not only or path[0] in only)
    ]
    return [PREFIX + one.upper().replace("-", "_") for one in (*shared, "_".join((*path, name)))]


def _shared(one: Setting, path: tuple[str, ...]) -> str:
    """The option of this command that a shared setting is about; "" when it is about none."""
    if len(one.table) > 1:
        return ""
    option, only = SHARED.get((one.table[0] if one.table else "", one.name.replace("-", "_")), ("", ()))
    return option if not only or path[0] in only else ""


def _unknown(one: Setting, known: Iterable[str]) -> str:
    where = f"[{'.'.join(one.table)}]" if one.table else "the beginning of the file"
    return f"there is no setting {one.name} in {where}{nearest(one.name, known)}"


def nearest(word: str, names: Iterable[str], *, all_of_them: bool = True) -> str:
    """ "; did you mean 'db'?", else what there is, as the end of a sentence."""
    from difflib import get_close_matches

    some = sorted(names)
    near = get_close_matches(word.lower().replace("-", "_"), some, n=1, cutoff=0.6)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; there are: {', '.join(some)}." if some and all_of_them else "."


def _value(option: click.Parameter, one: Setting) -> Any:
    """The value for click. Raise UsageError when it has another type, or click would not take it."""
    value = one.value
    many = option.nargs == -1 or getattr(option, "multiple", False)
    wrong = _wrong(option, value, many=many)
    if wrong:
        raise click.UsageError(f"{one.place}: {one.name} {wrong}.")
    for single in value if many else [value]:
        try:
            if not isinstance(option.type, click.File):  # it would be opened
                option.type.convert(single, option, None)
        except click.BadParameter as error:
            raise click.UsageError(f"{one.place}: {one.name}: {error.message}") from None
    return value


def _wrong(option: click.Parameter, value: Any, *, many: bool) -> str:
    """What is wrong with the type of a value; "" when nothing is."""
    if many:
        if not isinstance(value, list):
            return f"must be a list: [{_shown(value)}]"
        return next(filter(None, (_wrong(option, each, many=False) for each in value)), "")
    if getattr(option, "is_flag", False):
        return "" if isinstance(value, bool) else "must be true or false"
    if isinstance(option.type, click.types.IntParamType):
        return "" if type(value) is int else "must be a whole number"
    if isinstance(option.type, click.types.FloatParamType):
        return "" if type(value) in (int, float) else "must be a number"
    return "" if isinstance(value, str) else f'must be a text in quotes: "{value}"'


def _shown(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


def _from_environment(option: click.Parameter, text: str) -> Any:
    """A value as a variable has it: lists one a line, numbers and true or false as they are written."""
    if option.nargs == -1 or getattr(option, "multiple", False):
        return [line.strip() for line in text.splitlines() if line.strip()]
    if getattr(option, "is_flag", False):
        return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(
            text.strip().lower(), text
        )
    for number in (int, float):
        if isinstance(option.type, (click.types.IntParamType, click.types.FloatParamType)):
            try:
                return number(text)
            except ValueError:
                continue
    return text


def unknown_variables(
    commands: Iterator[tuple[tuple[str, ...], click.Command]], environment: Mapping[str, str]
) -> list[str]:
    """Variables that begin with DSNPARSE_ and mean nothing, each with the nearest one that does."""
    known = {*SECRETS, CONFIG}
    for path, command in commands:
        for name, option in options_of(command).items():
            known.update(variables_of(name, path))
            own = option.envvar
            known.update([own] if isinstance(own, str) else own or ())
    by_word = {name.lower(): name for name in known}

    def near(name: str) -> str:
        found = nearest(name, by_word, all_of_them=False)
        return found.replace(found[15:-1], by_word.get(found[15:-1], "")) if len(found) > 1 else found

    return [
        f"{name} in the environment means nothing{near(name)}"
        for name in sorted(environment)
        if name.startswith(PREFIX) and name not in known
    ]

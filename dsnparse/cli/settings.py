"""From configuration files and the environment to the defaults of a command's options.

click gives a flag of the command line precedence over its `default_map`, which is made here; so every option
of every command can be set, and a new one needs nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

import click

from dsnparse.cli.failure import cannot
from dsnparse.cli.option_names import CONFIG, LIMITS, SHARED, below_of, nearest, options_of, variables_of
from dsnparse.cli.option_values import from_environment, value_of
from dsnparse.config import ConfigError, Setting, find_files, read_file


class Settings:
    """What files and environment say, in their order: what comes later wins."""

    def __init__(
        self, found: Iterable[Setting], notes: Iterable[str] = (), files: Iterable[str] = ()
    ) -> None:
        self._tables = list(found)
        self.found = [one for one in self._tables if one.name]
        #: Tables that have nothing in them.
        self.empty = [one for one in self._tables if not one.name]
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
                raise click.UsageError(cannot("read", path, error)) from None
            files.append(path)
        return cls(found, notes, files)

    def defaults(self, command: click.Command, path: tuple[str, ...]) -> dict[str, Any]:
        """The `default_map` of a command and of those below it.

        Raise UsageError for what is no setting of it, or has another type.
        """
        below = below_of(command) if isinstance(command, click.Group) else {}
        for one in self._tables:
            if one.table[: len(path)] != path:
                continue
            deeper = one.table[len(path) :]
            if deeper and deeper[0] not in below:
                raise click.UsageError(f"{one.place}: {_no_table(one, nearest(deeper[0], below))}")
            if below and not deeper and one.name:
                raise click.UsageError(f"{one.place}: {_unknown(one, below)}")
        if below:
            return {name: self.defaults(sub, (*path, name)) for name, sub in below.items()}
        return {
            option.name: value_of(option, one)
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
                    value = from_environment(option, environment[variable])
                    found[name] = (option, Setting(path, name, value, variable))
        return found

    def check_tables(self, commands: Iterable[str]) -> None:
        """Raise UsageError for a table or a shared name that there is not; `defaults` looks at the others."""
        tables = {table for table, _ in SHARED if table} | {LIMITS}
        names = [*commands]
        for one in self._tables:
            top = one.table[0] if one.table else ""
            if top in names:
                continue
            if top and top not in tables:
                near = nearest(top, [*tables, *names])
                raise click.UsageError(f"{one.place}: there is no table [{top}]{near}")
            if one.name:
                self._check_shared(one, top)
            elif len(one.table) > 1:
                raise click.UsageError(f"{one.place}: {_no_table(one)}")

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


def _shared(one: Setting, path: tuple[str, ...]) -> str:
    """The option of this command that a shared setting is about; "" when it is about none."""
    if len(one.table) > 1:
        return ""
    option, only = SHARED.get((one.table[0] if one.table else "", one.name.replace("-", "_")), ("", ()))
    return option if not only or path[0] in only else ""


def _no_table(one: Setting, near: str = ".") -> str:
    return f"there is no table [{'.'.join(one.table)}]{near}"


def _unknown(one: Setting, known: Iterable[str]) -> str:
    where = f"[{'.'.join(one.table)}]" if one.table else "the beginning of the file"
    return f"there is no setting {one.name} in {where}{nearest(one.name, known)}"

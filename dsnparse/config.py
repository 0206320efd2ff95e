"""The configuration file: settings with the place where each stands. What they mean is the commands' affair.

db = "postgresql+psycopg://dsnparse@/dsnparse"      # for every command that has --db

[listen]                                            # for `dsnparse listen` alone
lmtp = ["127.0.0.1:2424"]
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsnparse.errors import DsnparseError

#: Read in this order; what a later one says wins. `--config` names another one instead of both.
SYSTEM = "/etc/dsnparse.toml"
LOCAL = "dsnparse.toml"
#: Bytes of a file that are read.
LONGEST = 1024 * 1024
#: What begins the names of environment variables.
PREFIX = "DSNPARSE_"
_OTHERS_MAY_WRITE = 0o022


class ConfigError(DsnparseError, ValueError):
    """A configuration file is wrong: `file:line: what is wrong`."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One value of a file or of the environment."""

    #: The tables that it stands in: ("suppressions", "list"); () at the beginning of a file.
    table: tuple[str, ...]
    #: "" for a table that has nothing in it.
    name: str
    value: Any
    #: "file:line", or the name of an environment variable.
    place: str

    @property
    def full_name(self) -> str:
        """As it would be written in one line: "suppressions.list.format"."""
        return ".".join((*self.table, self.name))


def find_files(named: str | None) -> Iterator[tuple[str, str]]:
    """The files to read, each with "" or with why it is not to be read.

    `named`: the file that the user named, instead of the usual ones; "" for none. A file in the current
    folder may be a stranger's, and can name commands to run: it must be the user's own or root's, and nobody
    else may write it.
    """
    if named is not None:
        if named:
            yield named, ""
        return
    if os.path.exists(SYSTEM):  # noqa: PTH110  (it is asked at every start)
        yield SYSTEM, ""
    try:
        state = os.stat(LOCAL)  # noqa: PTH116
    except OSError:
        return
    if state.st_uid not in (0, os.geteuid()):
        yield LOCAL, f"{LOCAL} here belongs to somebody else and is passed over; --config {LOCAL} reads it"
    elif state.st_mode & _OTHERS_MAY_WRITE:
        yield LOCAL, f"{LOCAL} here can be written by others and is passed over: chmod go-w {LOCAL}"
    else:
        yield LOCAL, ""


def read_file(path: str) -> list[Setting]:
    """The settings of a file, and its empty tables, in their order.

    Raise ConfigError, with file and line, when it is no configuration file, and OSError.
    """
    import tomllib

    from dsnparse.rulebook.lines import places

    with Path(path).open("rb") as file:
        data = file.read(LONGEST + 1)
    if len(data) > LONGEST:
        raise ConfigError(f"{path} is longer than {LONGEST:,} bytes; it is no configuration file.")
    try:
        text = data.decode()
        values = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: this is not UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        found = re.search(r" \(at line (\d{1,9}), column \d{1,9}\)$", str(error))
        said = str(error)[: found.start()] if found else str(error).removesuffix(" (at end of document)")
        line = int(found[1]) if found else text.count("\n") + 1
        raise ConfigError(f"{path}:{line}: {said[:1].lower()}{said[1:]}.") from None
    lines = {address: place.first for address, place in places(text)}
    return list(_settings(values, (), path, lines))


def _settings(
    values: Mapping[str, Any], table: tuple[str, ...], path: str, lines: Mapping[tuple[str | int, ...], int]
) -> Iterator[Setting]:
    for name, value in values.items():
        address = (*table, name)
        line = lines.get(address) or lines.get((*address, 0)) or lines.get(table, 1)
        if not isinstance(value, dict):
            yield Setting(table, name, value, f"{path}:{line}")
        elif value:
            yield from _settings(value, address, path, lines)
        else:
            yield Setting(address, "", None, f"{path}:{line}")


def masked(value: Any) -> Any:
    """A value as it may be shown: without the passwords and queries of addresses."""
    if isinstance(value, (list, tuple)):
        return [masked(one) for one in value]
    if not isinstance(value, str) or "://" not in value:
        return value
    scheme, _, rest = value.partition("://")
    end = re.search(r"[/?#]", rest)
    place, tail = (rest[: end.start()], rest[end.start() :]) if end else (rest, "")
    user, at, host = place.rpartition("@")
    if ":" in user:
        user = user.partition(":")[0] + ":***"
    tail = re.sub(
        r"((?:password|token|secret|key|sig)[^=&]{0,60}=)[^&]*", r"\1***", tail, flags=re.IGNORECASE
    )
    return f"{scheme}://{user}{at}{host}{tail}"

"""What the options of commands are called in configuration files and in the environment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import click

from dsnparse.config import PREFIX

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
#: Options that were called otherwise once.
RENAMED = {"max_body": "max_size", "workers": "jobs"}


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


def renamed(name: str) -> str:
    """A name as it is now, of an option or of a variable."""
    for old, new in RENAMED.items():
        if name == old or name.endswith(f"_{old}"):
            return name.removesuffix(old) + new
    return name


def nearest(word: str, names: Iterable[str], *, all_of_them: bool = True) -> str:
    """ "; did you mean 'db'?", else what there is, as the end of a sentence."""
    from difflib import get_close_matches

    some = sorted(names)
    word = renamed(word.lower().replace("-", "_"))
    near = [word] if word in some else get_close_matches(word, some, n=1, cutoff=0.6)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; there are: {', '.join(some)}." if some and all_of_them else "."

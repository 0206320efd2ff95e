"""Values of options as configuration files and the environment have them."""

from __future__ import annotations

from typing import Any

import click

from dsnparse.config import Setting


def value_of(option: click.Parameter, one: Setting) -> Any:
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


def from_environment(option: click.Parameter, text: str) -> Any:
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

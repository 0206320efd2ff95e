"""What a `webhook.toml` may say; docs/webhooks.md explains it."""

from __future__ import annotations

import re

from dsnparse.rulebook.errors import instead
from dsnparse.rulebook.source import Table
from dsnparse.trust.webhooks.scheme import PASSWORDS, SCHEMES, SOURCES

KEYS = (
    "scheme source hash key key_prefix encoding prefix separator signs window once where certificate confirm"
    " needs_ca"
).split()
_CHOICES = {
    "scheme": SCHEMES,
    "source": SOURCES,
    "hash": ("sha256", "sha1", "md5"),
    "key": ("text", "base64"),
    "encoding": ("hex", "base64"),
}
_PLACE = re.compile(r"(?:header [a-z0-9-]+|json [\w/-]+|form [\w-]+|pair [a-z0-9-]+ [\w-]+)")
#: What `signs` may name besides the keys of `where`.
_GIVEN = ("body", "url", "form")


def check_webhook(root: Table) -> None:
    """Raise RuleError for what is wrong."""
    root.only(("title", "events", "echo", "signature", "passwords"))
    if root.text("title") is None:
        raise root.error('has no title. Give it one: title = "…".')
    root.text("events")
    echo = root.table("echo")
    if echo and not (echo.text("from") and echo.text("as") and len(echo.values) == 2):
        raise root.error('needs both: echo = { from = "data/code", as = "answer" }.', "echo")
    signatures = list(root.tables("signature"))
    for entry in signatures:
        _check_signature(entry)
    passwords = root.table("passwords")
    if passwords:
        passwords.label = "[passwords]"
        passwords.only(PASSWORDS)
        for kind in passwords.values:
            _one_of(passwords, kind, SOURCES)
    if not signatures and not passwords:
        raise root.error(
            "says neither how it signs ([[signature]]) nor what password it sends ([passwords])."
        )


def _check_signature(entry: Table) -> None:
    entry.only(KEYS)
    for key, choices in _CHOICES.items():
        _one_of(entry, key, choices)
    for key in ("scheme", "source"):
        if key not in entry.values:
            raise entry.error(f'has no {key}. Give it one: {key} = "{_CHOICES[key][0]}".')
    for key in ("key_prefix", "prefix", "separator", "signs"):
        value = entry.values.get(key, "")
        if not isinstance(value, str):
            raise entry.error(f"{key} must be a text in quotes.", key)
    window = entry.values.get("window")
    if window is not None and (type(window) is not int or window < 1):
        raise entry.error("window must be a whole number of seconds.", "window")
    entry.flag("needs_ca")
    entry.flag("once")
    if entry.values["scheme"] == "sns":
        for key in ("certificate", "confirm"):
            if entry.text(key) is None or window is None:
                raise entry.error(f"needs {key}, the pattern of an https address, and window.")
    else:
        _check_places(entry)


def _check_places(entry: Table) -> None:
    where = entry.table("where")
    if where is None or "signature" not in where.values:
        raise entry.error(
            'says not where the signature is: [signature.where] signature = ["header x-signature"].'
        )
    for key in where.values:
        for place in where.strings(key):
            if _PLACE.fullmatch(place) is None:
                raise where.error(f'{place!r} is no place. Write "header NAME", "json PATH" …', key, place)
    for name in re.findall(r"\{(\w+)\}", entry.values.get("signs", "{body}")):
        if name not in (*_GIVEN, *where.values):
            raise entry.error(
                f"names {name!r}, of which [signature.where] does not say where it is.", "signs"
            )
    if ("time" in where.values) != ("window" in entry.values):
        raise entry.error("window and the place of time belong together.", "window")


def _one_of(table: Table, key: str, choices: tuple[str, ...]) -> None:
    value = table.values.get(key, choices[0])
    if value not in choices:
        raise table.error(f"has {key} {value!r}. {instead(str(value), choices)}", key)

"""A provider: by which hosts, domains and words it is known. The `[provider]` table of a rules file.

[provider]
name = "example"
hosts = ["mx.example.net"]        # names of its servers end with one of these
domains = ["example.com"]         # addresses of its customers do
marks = ["example mail system"]   # words that only its replies have

[provider.called]                 # where one table serves several: the host, and the name to show
"mx.example.org" = "example_org"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dsnparse.reply.spelling import normalise
from dsnparse.rulebook.source import Table

KEYS = frozenset("name hosts domains marks called".split())


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider, or several that say the same."""

    name: str
    hosts: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    #: In the spelling of a prepared text.
    marks: tuple[str, ...] = ()
    #: Host suffix → name to show.
    called: Mapping[str, str] = field(default_factory=dict)


def make_provider(table: Table) -> Provider:
    """Check one `[provider]` table. Raises RuleError."""
    table.label = "[provider]"
    table.only(KEYS)
    name = table.text("name")
    if name is None:
        raise table.error('needs a name. Give it one, such as name = "example".')
    marks = tuple(map(normalise, table.strings("marks")))
    if not all(marks):
        raise table.error("marks has an entry without letters. Take it out.", "marks")
    called = table.table("called")
    for host, shown in called.values.items() if called else ():
        if not isinstance(shown, str) or not shown:
            raise table.error(
                f'called must give each host a name in quotes, such as "{host}" = "example".', "called"
            )
    return Provider(
        name,
        tuple(host.lower() for host in table.strings("hosts")),
        tuple(domain.lower() for domain in table.strings("domains")),
        marks,
        called.values if called else {},
    )


def to_row(provider: Provider) -> dict[str, Any]:
    """A provider as plain JSON types, defaults left out."""
    row: dict[str, Any] = {"name": provider.name}
    for key in ("hosts", "domains", "marks"):
        if value := getattr(provider, key):
            row[key] = list(value)
    if provider.called:
        row["called"] = dict(provider.called)
    return row


def from_row(row: Mapping[str, Any]) -> Provider:
    """The provider that `to_row` wrote."""
    get = row.get
    return Provider(
        row["name"],
        tuple(get("hosts", ())),
        tuple(get("domains", ())),
        tuple(get("marks", ())),
        get("called", {}),
    )

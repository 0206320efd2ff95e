"""Which provider speaks: known by the name of the refusing host, else by its words, else by the domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from dsnparse.rulebook.matcher import RuleSet

#: At most this many labels are taken off the left of a host name.
MAX_LABELS: Final = 10


def by_suffix(name: str, table: Mapping[str, str]) -> str | None:
    """The provider whose suffix a host or domain name ends with: "mx.google.com" has "google.com"."""
    name = name.lower().strip(" [](){}.\t")
    for _ in range(MAX_LABELS):
        known = table.get(name)
        if known is not None:
            return known
        _, dot, name = name.partition(".")
        if not dot:
            return None
    return None


def name_of(provider: str, rules: RuleSet) -> str | None:
    """The name of `dsnparse.providers()` that `provider` is, whatever its letter case; None for another."""
    names = names_in(rules)
    return next((name for name in (provider, provider.lower().replace("-", "_")) if name in names), None)


def table_of(provider: str, rules: RuleSet) -> str:
    """The name under which the rules know a provider: its own, or that of the table it shares with others.

    One of its hosts or domains names it too, whole ("icoremail.net") or by the first label ("icoremail"),
    where that is nobody else's. Raises ValueError when no rule knows it; names that come near are told.
    """
    given = provider
    provider = name_of(provider, rules) or ""
    for host, name in rules.called.items():
        if name == provider:
            return rules.hosts[host]
    if provider:
        return provider
    owners = {
        table
        for domains in (rules.hosts, rules.domains)
        for domain, table in domains.items()
        if given.lower() in (domain, domain.partition(".")[0])
    }
    if len(owners) == 1:
        return owners.pop()
    from difflib import get_close_matches

    near = get_close_matches(given.lower().replace("-", "_"), names_in(rules), n=3)
    hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
    raise ValueError(
        f"No provider is called {given!r}.{hint} "
        "All names: dsnparse.providers(), or `dsnparse classify --providers`."
    )


def names_in(rules: RuleSet) -> tuple[str, ...]:
    """The names of all providers that `rules` know, sorted."""
    tables = [*rules.hosts.values(), *rules.domains.values(), *rules.called.values()]
    return tuple(sorted({*tables, *[rule.provider for rule in rules.rules if rule.provider]}))


def find_speakers(
    given: str | None,
    hosts: Sequence[str],
    recipient: str | None,
    marked: Sequence[str],
    host_table: Mapping[str, str],
    domain_table: Mapping[str, str],
) -> tuple[str | None, frozenset[str]]:
    """Who speaks: the one provider whose codes count (or None), and every one whose words count.

    `given`: the caller's own knowledge. `hosts`: the refusing host first. `marked`: providers whose words are
    in the text. The reporting host comes into play for words only: a relay of Google's may report what
    somebody else's server said.
    """
    names = [by_suffix(host, host_table) for host in hosts] if hosts else []
    domain = recipient.rpartition("@")[2] if recipient else ""
    served = by_suffix(domain, domain_table) if domain else None
    certain = given or (marked[0] if marked else None) or (names[0] if names else served)
    return certain, frozenset([name for name in (given, *marked, *names, served) if name])

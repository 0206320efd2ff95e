"""Which provider speaks: known by the name of the refusing host, else by its words, else by the domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

#: At most this many labels are taken off the left of a host name.
MAX_LABELS = 10


def by_suffix(name: str, table: Mapping[str, str]) -> str | None:
    """The provider whose suffix a host or domain name ends with: "mx.google.com" has "google.com"."""
    name = name.lower().strip(" [](){}.\t")
    for _ in range(MAX_LABELS):
        if name in table:
            return table[name]
        name = name.partition(".")[2]
        if not name:
            break
    return None


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
    names = [by_suffix(host, host_table) for host in hosts]
    domain = recipient.rpartition("@")[2] if recipient else ""
    served = by_suffix(domain, domain_table) if domain else None
    certain = given or (marked[0] if marked else None) or (names[0] if names else served)
    return certain, frozenset([name for name in (given, *marked, *names, served) if name])

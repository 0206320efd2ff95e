"""What domain signatures (DKIM, ARC) say for a notice, and what a trusted server found out about them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import NamedTuple

from dsnparse.trust.border import Border
from dsnparse.trust.judged import Judged, Returned
from dsnparse.trust.proof import Proof
from dsnparse.trust.results import signed_by
from dsnparse.trust.settings import TrustSettings
from dsnparse.trust.signature import State, state_of_age
from dsnparse.wire.address_spans import addresses_in

#: Who writes notices: no user of a mail service has one of these addresses.
_DAEMONS = ("mailer-daemon", "postmaster")


class Finding(NamedTuple):
    """One finding, the part of the message that it is about, and what it is about."""

    proof: Proof
    part: str
    text: str


def dkim_findings(notice: Judged, border: Border, settings: TrustSettings) -> Iterator[Finding]:
    """What signatures say for `notice`. The DNS is asked only where the settings say so. Never raises.

    What came back is looked at first: when our signature in it proves who was mailed, nothing else is needed.
    """
    if settings.checks_dkim and settings.dkim_domains and notice.returned.whole:
        for finding in _of_the_returned(notice.returned, border, settings):
            yield finding
            if finding.proof is Proof.DKIM_OURS:
                return
    domains = signed_by(border.results, settings.authserv_id) if settings.authserv_id else []
    if not domains and settings.checks_dkim:
        domains = _signers(notice.data, settings)
    if domains:
        yield _of_the_notice(notice, border, sorted(set(domains)))


def _signers(data: bytes, settings: TrustSettings) -> list[str]:
    """The domains that signed the notice, or of which whoever forwarded it to us says so."""
    from dsnparse.trust.dkim import sealed_results, signatures

    domains = [one.domain for one in signatures(data, settings.resolver)]
    sealed = None if domains else sealed_results(data, settings.arc_sealers, settings.resolver)
    if sealed is not None:
        _, _, results = sealed.partition(";")
        domains = signed_by([results], (results.split() or [""])[0].rstrip(";"))
    return domains


def _of_the_notice(notice: Judged, border: Border, domains: list[str]) -> Finding:
    """Whether the mail system of those who are named signed the notice.

    Users of a mail service have its signature on what they write, but neither the address of its daemon, nor
    mail without a return path.
    """
    senders = [value for name, value in notice.fields if name.lower() == "from"]
    addresses = addresses_in(senders[0]) if len(senders) == 1 else []
    text = ", ".join(domains)
    if len(addresses) != 1 or border.mail_from != "" or not notice.named:
        return Finding(Proof.DKIM_OTHER, "header", text)
    local, _, host = addresses[0].lower().rpartition("@")
    ours = [one for one in domains if local in _DAEMONS and _is_within(host, one)]
    hosts = [address.rpartition("@")[2].lower() for address in notice.named]
    is_theirs = any(all(_is_within(host, domain) for host in hosts) for domain in ours)
    return Finding(Proof.DKIM_REPORTER if is_theirs else Proof.DKIM_OTHER, "header", text)


def _of_the_returned(returned: Returned, border: Border, settings: TrustSettings) -> Iterator[Finding]:
    """Whether we signed what came back, and to whom it was.

    A field that stands there twice is signed once, and anybody can put another one on top.
    """
    from dsnparse.trust.dkim import signatures

    for one in signatures(returned.whole, settings.resolver):
        if one.domain not in settings.dkim_domains:
            continue
        to = addresses_in(returned.fields.get("to", "")) if returned.to_fields == 1 else []
        made = datetime.fromtimestamp(one.made, UTC).date() if one.made is not None else None
        if "to" in one.fields and len(to) == 1 and _is_fresh(made, border.came, settings.lifetime_days):
            yield Finding(Proof.DKIM_OURS, returned.part, to[0])
        else:
            yield Finding(Proof.DKIM_OURS_NAMELESS, returned.part, one.domain)
        return


def _is_fresh(made: date | None, came: date | None, lifetime: int) -> bool:
    return made is not None and state_of_age(made, came, lifetime) is State.VALID


def _is_within(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")

"""Does a request with events come from the service that it should come from?

verifier = Verifier(TrustSettings.load("trust.toml").webhooks)
verified = verifier.verify("sendgrid", Request(headers, body), datetime.now(UTC))   # raises NotVerified
read_events("sendgrid", BytesIO(verified.content), "sendgrid")
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dsnparse.trust.webhooks.certificates import Certificates
from dsnparse.trust.webhooks.fetch import Fetch, fetch_https
from dsnparse.trust.webhooks.keys import WebhookKeys
from dsnparse.trust.webhooks.passwords import CHECKS
from dsnparse.trust.webhooks.refusal import NotSigned, NotVerified
from dsnparse.trust.webhooks.replay import UsedTokens
from dsnparse.trust.webhooks.request import BODY_BYTES, Request, found_in, json_of
from dsnparse.trust.webhooks.scheme import Service, Signature, service
from dsnparse.trust.webhooks.signatures import Signed, check_signature, read_key
from dsnparse.trust.webhooks.sns import check_sns


@dataclass(frozen=True, slots=True)
class Verified:
    """A request that comes from the service.

    Attributes:
        content: What may be read as its events, and nothing else of the request; empty when there are none.
        by: What proves it: the scheme of the signature, the kinds of passwords.
        signed_at: When it was signed, where that is signed, too.
        confirm: The address by which a subscription is confirmed; "" when nothing is to be confirmed.
        token: What `Verifier.release` takes back; "" when the content is signed.
    """

    content: bytes
    by: tuple[str, ...]
    signed_at: datetime | None = None
    confirm: str = ""
    token: str = ""


class Verifier:
    """Verifies requests with the keys of `trust.toml`. Thread-safe. It keeps certificates and used tokens.

    Nothing is fetched but a certificate that SNS names, by `fetch`.
    """

    def __init__(self, keys: Mapping[str, WebhookKeys], fetch: Fetch = fetch_https) -> None:
        """Raise ValueError when a key is none; ModuleNotFoundError when the extra `webhooks` is needed."""
        self._certificates = Certificates(fetch)
        self._tokens = UsedTokens()
        self.change_keys(keys)

    def change_keys(self, keys: Mapping[str, WebhookKeys]) -> None:
        """Use other keys from now on; what is remembered stays. Raise as __init__ does."""
        for name, one in keys.items():
            try:
                one.refuse_unfit(service(name))  # else nothing would be asked for, and anybody believed
            except ValueError as problem:
                raise ValueError(f"[webhooks.{name}] {problem}") from None
            if one.topics:
                import cryptography.x509  # noqa: F401  (said now, not at the first request)
            for key in one.keys:
                try:
                    read_key(service(name).signatures[0], key)
                except ValueError as problem:
                    raise ValueError(f"[webhooks.{name}] keys: {problem}") from None
        self._keys = keys

    def wants_basic(self, provider: str) -> bool:
        """Whether a request must have user and password."""
        keys = self._keys.get(provider)
        return keys is not None and bool(keys.basic)

    def handshake(self, provider: str, verified: Verified) -> dict[str, str] | None:
        """The answer to a request that only asks whether somebody is there; None when it is another."""
        known = service(provider)
        if not known.echo:
            return None
        value = found_in(json_of(verified.content), known.echo["from"])
        return {known.echo["as"]: value} if value is not None else None

    def verify(self, provider: str, request: Request, now: datetime) -> Verified:
        """What of a request may be believed.

        Raise NotVerified with the reason when nothing proves it; CannotVerify when that cannot be told now
        (a certificate cannot be fetched); ValueError for another provider.
        """
        known = service(provider)
        keys = self._keys.get(provider)
        if keys is None:
            raise NotVerified(
                f"There are no keys for {known.title}: [webhooks.{provider}] in the file of --trust"
            )
        if len(request.body) > BODY_BYTES:
            raise NotVerified(f"It has more than {BODY_BYTES} bytes")
        by = tuple(kind for kind in CHECKS if getattr(keys, kind))
        for kind in by:
            CHECKS[kind](request, getattr(keys, kind))
        if keys.topics:
            return self._posted(known, request, keys, now, by)
        verified = Verified(_content(known, request), by)
        return self._signed(known, request, keys, now, verified) if keys.keys else verified

    def release(self, verified: Verified) -> None:
        """Its events were not taken after all: the same request may come with another content."""
        if verified.token:
            self._tokens.release(verified.token)

    def _posted(
        self, known: Service, request: Request, keys: WebhookKeys, now: datetime, by: tuple[str, ...]
    ) -> Verified:
        signature = next(one for one in known.signatures if one.scheme == "sns")
        posted = check_sns(signature, request.json, keys, now, self._certificates)
        is_event = posted.type == "Notification" and posted.message.lstrip()[:1] in ("{", "[")
        content = posted.message.encode("utf-8", "surrogateescape") if is_event else b""
        return Verified(content, ("sns", *by), posted.signed_at, posted.confirm if keys.confirm else "")

    def _signed(
        self, known: Service, request: Request, keys: WebhookKeys, now: datetime, verified: Verified
    ) -> Verified:
        """Any of the ways in which the service signs; when none of them holds, why."""
        reasons: list[NotVerified] = []
        for signature in known.signatures:
            try:
                return self._signed_so(signature, request, keys, now, verified)
            except NotVerified as reason:
                reasons.append(reason)
        raise next((one for one in reasons if not isinstance(one, NotSigned)), reasons[0])

    def _signed_so(
        self, signature: Signature, request: Request, keys: WebhookKeys, now: datetime, verified: Verified
    ) -> Verified:
        signed = Signed(signature, request, keys.url)
        check_signature(signed, keys.keys)
        at = signed.check_age(now, keys.window_seconds or signature.window)
        token = signed.text.decode("utf-8", "replace") if signature.once else ""
        if token:
            self._tokens.claim(token, request.body)
        return Verified(verified.content, (signature.scheme, *verified.by), at, token=token)


def _content(known: Service, request: Request) -> bytes:
    """The body, or the field of a form that has the events; "*": the form is the event, where it is one."""
    if not known.events or (known.events == "*" and not request.form):
        return request.body
    if known.events == "*":
        return json.dumps(dict(request.form)).encode()
    return (request.value_of_form(known.events) or "").encode("utf-8", "surrogateescape")

"""Passwords that a service was given: HTTP Basic, a bearer token, a parameter of the URL, a header."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from hmac import compare_digest

from dsnparse.trust.webhooks.refusal import NotVerified
from dsnparse.trust.webhooks.request import Request


def check_basic(request: Request, wanted: Sequence[str]) -> None:
    """`wanted`: "user:password", one of which must come. Raise NotVerified."""
    scheme, _, rest = (request.header("authorization") or "").partition(" ")
    if scheme.lower() != "basic":
        raise NotVerified("There is no user and password (HTTP Basic)")
    try:
        given = base64.b64decode(rest.strip(), validate=True)
    except (ValueError, binascii.Error):
        raise NotVerified("User and password (HTTP Basic) cannot be read") from None
    _one_of([given], wanted, "User or password is wrong")


def check_bearer(request: Request, wanted: Sequence[str]) -> None:
    """`wanted`: tokens, one of which must come. Raise NotVerified."""
    scheme, _, rest = (request.header("authorization") or "").partition(" ")
    if scheme.lower() != "bearer":
        raise NotVerified("There is no bearer token")
    _one_of([_bytes(rest.strip())], wanted, "The bearer token is wrong")


def check_query(request: Request, wanted: Sequence[str]) -> None:
    """`wanted`: "NAME=VALUE", one of which must stand in the URL. Raise NotVerified."""
    names = list(dict.fromkeys(one.partition("=")[0] for one in wanted))
    given = [_bytes(f"{name}={value}") for name in names for value in request.asked(name)]
    if not given:
        raise NotVerified("The URL has no secret")
    _one_of(given, wanted, "The secret of the URL is wrong")


def check_header(request: Request, wanted: Sequence[str]) -> None:
    """`wanted`: "NAME: VALUE", one of which must be a header. Raise NotVerified."""
    names = list(dict.fromkeys(one.partition(":")[0].strip() for one in wanted))
    given = [
        _bytes(f"{name}: {value}") for name in names if (value := request.header(name.lower())) is not None
    ]
    if not given:
        raise NotVerified("The header with the secret is not there")
    _one_of(
        given,
        [f"{name.strip()}: {value.strip()}" for name, _, value in (one.partition(":") for one in wanted)],
        "The secret in the header is wrong",
    )


CHECKS = {"basic": check_basic, "bearer": check_bearer, "query": check_query, "header": check_header}


def _one_of(given: Sequence[bytes], wanted: Sequence[str], otherwise: str) -> None:
    """All are compared, each in constant time."""
    right = [compare_digest(one, _bytes(other)) for one in given for other in wanted]
    if not any(right):
        raise NotVerified(otherwise)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")

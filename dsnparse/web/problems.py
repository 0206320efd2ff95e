"""Every error as a problem document (RFC 9457), `application/problem+json`."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from litestar.exceptions import ClientException, HTTPException
from litestar.plugins.problem_details import (
    ProblemDetailsConfig,
    ProblemDetailsException,
    ProblemDetailsPlugin,
)

from dsnparse.errors import as_sentence
from dsnparse.store.address.given import NotAnAddress
from dsnparse.store.sql.errors import StoreError, StoreUnavailable

MEDIA_TYPE = "application/problem+json"
_TYPE = "urn:dsnparse:problem:"
#: Seconds after which a refused client may try again.
RETRY_AFTER = 1
_LONGEST = 500

#: What there is beside the plain statuses of HTTP: the end of the type, the status and the title.
PROBLEMS = {
    "no-message": (400, "The body is empty"),
    "not-an-address": (400, "This is no mail address"),
    "unknown-value": (400, "A value is not known"),
    "not-verified": (401, "Nothing proves that it comes from the service"),
    "key-needed": (401, "A key is needed"),
    "scope-missing": (403, "The key does not reach so far"),
    "foreign-page": (403, "Requests of other web pages are not taken"),
    "proxied-without-keys": (403, "Without keys only this machine is answered"),
    "no-database": (404, "There is no database"),
    "not-known": (404, "Nothing is known by this name"),
    "slow-request": (408, "The request did not come in time"),
    "wrong-host": (421, "This server is not called so"),
    "not-mail": (422, "This is no mail message"),
    "parser-failed": (500, "The message made the parser fail"),
    "not-stored": (500, "Something could not be stored"),
    "cannot-verify": (503, "What proves it cannot be had now"),
    "busy": (503, "There is too much to do"),
    "took-too-long": (503, "It took too long"),
    "keys-unreadable": (503, "The keys cannot be read"),
    "database-away": (503, "The database cannot be used now"),
}

_log = logging.getLogger("dsnparse.web")


def problem(name: str, detail: str, **more: Any) -> ProblemDetailsException:
    """The exception for one of `PROBLEMS`; `more` are further members of its document."""
    status, title = PROBLEMS[name]
    headers = {}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_AFTER)
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="dsnparse"'
    return ProblemDetailsException(
        detail=as_sentence(detail[:_LONGEST]),
        status_code=status,
        type_=_TYPE + name,
        title=title,
        headers=headers,
        extra=more or None,
    )


#: What a query calls a parameter for whose name Litestar has a meaning of its own.
_CALLED = {"states": "state"}


def _as_asked(one: Any) -> Any:
    """A mistake, with the parameter named as the request does."""
    return {**one, "key": _CALLED[one["key"]]} if isinstance(one, dict) and one.get("key") in _CALLED else one


def _wrong(one: Any) -> str:
    """What is wrong with one parameter, or with the body, in words."""
    if not isinstance(one, dict) or "message" not in one:
        return str(one)
    message = str(one["message"])
    return message if one.get("source") == "body" else f"{one.get('key', '')}: {message}"


def document(error: ProblemDetailsException) -> dict[str, Any]:
    """The members of a problem, for a line of an answer that has begun already."""
    return {
        "type": error.type_,
        "title": error.title,
        "status": error.status_code,
        "detail": error.detail,
        **(error.extra if isinstance(error.extra, dict) else {}),
    }


def as_problem(error: Exception) -> ProblemDetailsException:
    """Any error as a problem; what is a mistake of ours is logged, and told without its words."""
    if isinstance(error, ProblemDetailsException):
        return error
    if isinstance(error, HTTPException):
        return _of_http(error)
    if isinstance(error, NotAnAddress):
        return problem("not-an-address", str(error))
    if isinstance(error, StoreUnavailable):
        _log.warning("%s", as_sentence(error))
        return problem("database-away", "Nothing was changed. Try again later.")
    if isinstance(error, TimeoutError):
        return problem("took-too-long", "Ask again: what was done already is not done twice.")
    if isinstance(error, RecursionError):
        return _of_http(ClientException("It has too many levels within one another."))
    _log.error("%s: %s", type(error).__name__, error, exc_info=error)
    what = "The database refuses it" if isinstance(error, StoreError) else "This is a mistake of the server"
    return ProblemDetailsException(
        detail=f"{what}; its log says more.",
        status_code=500,
        type_="about:blank",
        title="Internal Server Error",
    )


#: What Litestar and HTTP themselves say says too little.
_MORE = {
    404: "There is nothing at this path; /schema/openapi.json has all that there is.",
    405: "This path is not asked so; the header Allow names its methods.",
    413: "This is more than a request may have: --max-size of the server says how many bytes.",
}


def _of_http(error: HTTPException) -> ProblemDetailsException:
    status = HTTPStatus(error.status_code)
    said = error.detail if error.detail != status.phrase else ""
    detail = said or _MORE.get(status, status.description)
    errors = None
    if error.extra and isinstance(error.extra, list):
        found = [_as_asked(one) for one in error.extra]
        errors, detail = {"errors": found}, "; ".join(map(_wrong, found))
    return ProblemDetailsException(
        detail=as_sentence(str(detail)[:_LONGEST]),
        status_code=status,
        type_="about:blank",
        title=status.phrase,
        headers=error.headers,
        extra=errors,
    )


plugin = ProblemDetailsPlugin(
    ProblemDetailsConfig(exception_to_problem_detail_map={HTTPException: _of_http, Exception: as_problem})
)

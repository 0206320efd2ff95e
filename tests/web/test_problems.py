"""Whatever is wrong, the answer is a problem document (RFC 9457) with the right status."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from .served import MESSAGE, Served, problem

_JSON = {"Content-Type": "application/json"}
_TEXT = {"Content-Type": "text/plain"}
_FORM = {"Content-Type": "multipart/form-data; boundary=b"}
_MAIL = b"From: a@example.org\n\nHello\n"


class Wrong(NamedTuple):
    """A request, and what is wrong with it."""

    method: str
    path: str
    status: int
    type: str = "about:blank"
    headers: dict[str, str] | None = None
    body: bytes = b""


WRONG = [
    Wrong("GET", "/nothing", 404),
    Wrong("GET", "/v1", 404),
    Wrong("GET", "/v1/parse", 405),
    Wrong("PATCH", "/v1/check/a@example.com", 405),
    Wrong("DELETE", "/v1/suppressions", 405),
    Wrong("POST", "/v1/parse", 400, "no-message", MESSAGE),
    Wrong("POST", "/v1/parse", 415, headers={}, body=_MAIL),
    Wrong("POST", "/v1/parse", 415, headers=_TEXT, body=_MAIL),
    Wrong(
        "POST", "/v1/parse", 415, headers={"Content-Type": "application/x-www-form-urlencoded"}, body=_MAIL
    ),
    Wrong("POST", "/v1/parse", 422, "not-mail", MESSAGE, b"no header at all"),
    Wrong("POST", "/v1/parse", 400, headers={"Content-Type": "multipart/form-data"}, body=_MAIL),
    Wrong("POST", "/v1/parse", 400, headers=_FORM, body=_MAIL),
    Wrong("POST", "/v1/parse", 400, headers=_FORM, body=b"--b\r\n\r\n\r\n--b\r\n"),
    Wrong("POST", "/v1/classify", 400, headers=_JSON),
    Wrong("POST", "/v1/classify", 400, headers=_JSON, body=b"{"),
    Wrong("POST", "/v1/classify", 400, headers=_JSON, body=b"\xff"),
    Wrong("POST", "/v1/classify", 400, headers=_JSON, body=b"[]"),
    Wrong("POST", "/v1/classify", 400, headers=_JSON, body=b'{"reply": 5}'),
    Wrong("POST", "/v1/classify", 400, headers=_JSON, body=b'{"reply": "550", "more": 1}'),
    Wrong("POST", "/v1/classify", 400, headers=_JSON, body=b'{"reply": "' + b"x" * 70_000 + b'"}'),
    Wrong("POST", "/v1/classify", 400, headers=_JSON, body=b"[" * 100_000),
    Wrong("POST", "/v1/classify", 400, "unknown-value", _JSON, b'{"reply": "550", "provider": "nobody"}'),
    Wrong("POST", "/v1/ingest", 415, headers=_FORM, body=_MAIL),
    Wrong("POST", "/v1/ingest", 422, "not-mail", MESSAGE, b"\0\0\0"),
    Wrong("POST", "/v1/ingest?sender=" + "x" * 400, 400, headers=MESSAGE, body=_MAIL),
    Wrong("POST", "/v1/check", 415, headers=MESSAGE, body=b"a@example.com"),
    Wrong("POST", "/v1/check", 400, "no-message", _TEXT),
    Wrong("POST", "/v1/check", 400, headers=_JSON, body=b'{"a": 1}'),
    Wrong("POST", "/v1/check", 400, headers=_JSON, body=b"[1]"),
    Wrong("GET", "/v1/suppressions?limit=0", 400),
    Wrong("GET", "/v1/suppressions?limit=1001", 400),
    Wrong("GET", "/v1/suppressions?limit=many", 400),
    Wrong("GET", "/v1/suppressions?after=-1", 400),
    Wrong("GET", "/v1/suppressions?after=1%20OR%201", 400),
    Wrong("GET", "/v1/suppressions?state=active", 400),
    Wrong("PUT", "/v1/suppressions/nonsense", 400, "not-an-address"),
    Wrong("PUT", "/v1/suppressions/a@example.com", 400, "unknown-value", _JSON, b'{"reason": "whim"}'),
    Wrong(
        "PUT",
        "/v1/suppressions/a@example.com",
        400,
        "unknown-value",
        _JSON,
        b'{"until": "2020-01-01T00:00:00"}',
    ),
    Wrong("PUT", "/v1/suppressions/a@example.com", 400, headers=_JSON, body=b'{"until": "soon"}'),
    Wrong(
        "PUT", "/v1/suppressions/a@example.com", 400, headers=_JSON, body=b'{"note": "' + b"x" * 501 + b'"}'
    ),
    Wrong("DELETE", "/v1/suppressions/%00", 400, "not-an-address"),
    Wrong("GET", "/v1/history/nonsense", 400, "not-an-address"),
    Wrong("GET", "/v1/history/" + "a" * 5_000, 400, "not-an-address"),
    Wrong("GET", "/v1/addresses", 400),
    Wrong("GET", "/v1/addresses?contains=", 400),
    Wrong("GET", "/v1/stats?by=colour", 400, "unknown-value"),
    Wrong("GET", "/v1/stats?by=reason,reason", 400, "unknown-value"),
    Wrong("GET", "/v1/stats?by=kind&where=reason%3Duser_unknown", 400, "unknown-value"),
    Wrong("GET", "/v1/stats?since=yesterday", 400, "unknown-value"),
    Wrong("GET", "/v1/stats?since=999999999999y", 400, "unknown-value"),
    Wrong("GET", "/v1/report?since=yesterday", 400, "unknown-value"),
    Wrong("GET", "/v1/report?since=2026-11-02&until=2026-11-01", 400, "unknown-value"),
    Wrong("GET", "/v1/report?where=colour%3Dred", 400, "unknown-value"),
    Wrong("GET", "/v1/report?format=pdf", 400),
    Wrong("GET", "/v1/codes/" + "5" * 200, 400),
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda one: f"{one.method} {one.path[:40]} {one.body[:12]!r}")
def test_what_is_wrong_is_told_as_a_problem(stored: Served, wrong: Wrong) -> None:
    answer = stored.client.request(wrong.method, wrong.path, headers=wrong.headers, content=wrong.body)
    assert problem(answer) == (wrong.status, wrong.type)
    assert len(answer.content) < 2_000
    if wrong.status == 405:
        assert answer.headers["allow"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/ingest"),
        ("GET", "/v1/check/a@example.com"),
        ("POST", "/v1/check"),
        ("GET", "/v1/suppressions"),
        ("PUT", "/v1/suppressions/a@example.com"),
        ("DELETE", "/v1/suppressions/a@example.com"),
        ("GET", "/v1/history/a@example.com"),
        ("GET", "/v1/addresses?contains=a"),
        ("GET", "/v1/stats"),
    ],
)
def test_without_a_database_it_says_how_to_have_one(plain: Served, method: str, path: str) -> None:
    answer = plain.client.request(method, path)
    assert problem(answer) == (404, "no-database")
    assert "serve --db URL" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path", "says"),
    [
        ("GET", "/v1/nothing", "/schema/openapi.json"),
        ("DELETE", "/v1/parse", "Allow"),
        ("GET", "/v1/suppressions?state=gone", "state: Invalid enum value 'gone'."),
        ("GET", "/v1/report?format=pdf", "format: Invalid enum value 'pdf'."),
        ("GET", "/v1/stats?by=resaon", "Did you mean 'reason'?"),
    ],
)
def test_the_detail_says_what_to_write_instead(stored: Served, method: str, path: str, says: str) -> None:
    assert says in stored.client.request(method, path).json()["detail"]


def test_problems_and_answers_are_neither_kept_nor_embedded_nor_guessed_at(plain: Served) -> None:
    asked: list[tuple[str, str, Any]] = [
        ("GET", "/v1/reasons", None),
        ("POST", "/v1/parse", MESSAGE),
        ("GET", "/v1/reasons/none", None),
        ("GET", "/schema/openapi.json", None),
    ]
    for method, path, headers in asked:
        found = plain.client.request(method, path, headers=headers).headers
        assert found["cache-control"] == "no-store"
        assert found["x-content-type-options"] == "nosniff"
        assert found["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert found["cross-origin-resource-policy"] == "same-origin"
        assert not [name for name in found if name.startswith("access-control-")]
        assert "server" not in found

"""Without keys: no page that the operator looks at, and nobody behind a proxy, drives the API."""

from __future__ import annotations

import pytest

from .served import Served, problem, serving


def test_it_answers_to_its_own_names(plain: Served) -> None:
    for host in ("localhost", "127.0.0.1", "LOCALHOST", "[::1]"):
        for name in (host, f"{host}:{plain.port}"):
            assert plain.client.get("/v1/reasons", headers={"Host": name}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8025", "localhost.evil.example", "127.0.0.1.nip.io", "", "[::1", "a:b:c"],
)
def test_a_name_that_its_owner_lets_point_here_is_refused(plain: Served, host: str) -> None:
    """DNS rebinding: the browser takes it for the same origin, and sends no Origin."""
    for path in ("/v1/reasons", "/healthz", "/schema/openapi.json", "/metrics"):
        answer = plain.client.get(path, headers={"Host": host})
        assert problem(answer) == (421, "wrong-host")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Origin": "http://127.0.0.1"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    ],
    ids=str,
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/parse"),
        ("POST", "/v1/ingest"),
        ("PUT", "/v1/suppressions/kim@example.com"),
        ("DELETE", "/v1/suppressions/kim@example.com"),
        ("GET", "/v1/suppressions"),
    ],
)
def test_what_a_page_of_another_origin_sends_is_refused(
    stored: Served, method: str, path: str, headers: dict[str, str]
) -> None:
    body = b"From: a@example.org\n\nHello\n" if method == "POST" else b""
    kind = {"Content-Type": "application/octet-stream"} if body else {}
    answer = stored.client.request(method, path, headers=headers | kind, content=body)
    assert problem(answer) == (403, "foreign-page")


def test_a_form_of_another_page_can_neither_navigate_here_nor_change_anything(stored: Served) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert problem(stored.client.post("/v1/parse", headers=headers)) == (403, "foreign-page")
    assert stored.client.get("/v1/reasons", headers=headers).status_code == 200  # a link may lead here


def test_its_own_pages_may_ask(stored: Served) -> None:
    origin = stored.base.rstrip("/")
    headers = {"Origin": origin, "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
    answer = stored.client.put("/v1/suppressions/kim@own.example", headers=headers)
    assert answer.json()["changed"]


def test_no_page_is_told_that_it_may_read(stored: Served) -> None:
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "DELETE"}
    answer = stored.client.options("/v1/suppressions/kim@example.com", headers=headers)
    assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Host"])
def test_what_a_proxy_hands_on_is_refused(plain: Served, name: str) -> None:
    answer = plain.client.get("/v1/reasons", headers={name: "192.0.2.1"})
    assert problem(answer) == (403, "proxied-without-keys")
    assert "--keys" in answer.json()["detail"]


def test_further_names_and_proxies_can_be_allowed() -> None:
    with serving("--name", "Bounces.Example", "--without-keys") as served:
        for host, status in (("bounces.example", 200), ("BOUNCES.example:80", 200), ("evil.example", 421)):
            headers = {"Host": host, "X-Forwarded-For": "192.0.2.1"}
            assert served.client.get("/v1/reasons", headers=headers).status_code == status
        headers = {"Host": "bounces.example", "Origin": "https://bounces.example"}
        assert served.client.post("/v1/classify", headers=headers, json={"reply": "550"}).status_code == 200

"""Messages and replies that are sent along: the answers are those of the library and the command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dsnparse import Reason, classify_reply, parse_dsn
from dsnparse.explain import explain

from .served import MESSAGE, Served, problem

SAMPLES = Path(__file__).parent.parent.parent / "samples"
SOME = sorted(SAMPLES.glob("*/*.eml"))[::40]
STRANGE = b"From: a@example.org\nTo: b@example.org\nSubject: \x1b[31m\xff\xfe\n\n\x80\xe2\x80\xae\0<script>\n"


@pytest.mark.parametrize("path", SOME, ids=lambda path: path.stem)
def test_the_report_is_that_of_the_library(plain: Served, path: Path) -> None:
    data = path.read_bytes()
    answer = plain.client.post("/v1/parse", content=data, headers=MESSAGE)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == parse_dsn(data).to_dict()


@pytest.mark.parametrize("kind", ["message/rfc822", "message/global", "application/octet-stream"])
def test_a_message_may_be_sent_as_each_of_its_types(plain: Served, kind: str) -> None:
    answer = plain.client.post("/v1/parse", content=STRANGE, headers={"Content-Type": kind})
    assert answer.json()["kind"] == "other"


def test_many_messages_give_a_line_each_in_their_order_and_so_does_a_bad_one(plain: Served) -> None:
    files = [("messages", (path.name, path.read_bytes())) for path in SOME]
    files.insert(1, ("messages", ("notes.txt", b"no header at all")))
    files.append(("other", ("strange.eml", STRANGE)))
    answer = plain.client.post("/v1/parse", files=files)
    assert answer.headers["content-type"] == "application/jsonl"
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["source"] for line in lines] == [name for _, (name, _) in files]
    assert lines[1]["problem"]["type"] == "urn:dsnparse:problem:not-mail"
    assert lines[0] == {"source": SOME[0].name, **parse_dsn(SOME[0].read_bytes()).to_dict()}


def test_nothing_that_acts_on_a_terminal_comes_back(plain: Served) -> None:
    files = [
        ("m", ("\x1b[31mname", STRANGE.replace(b"Subject", b"X-Failed-Recipients: a\x1b[2J@b.c\nSubject")))
    ]
    text = plain.client.post("/v1/parse", files=files).text
    assert not {letter for letter in text if letter < " " and letter != "\n"}


@pytest.mark.parametrize(
    "asked",
    [
        {"reply": "550 5.1.1 no such user"},
        {"reply": "452 4.2.2 mailbox full", "provider": "google", "host": None},
        {"reply": "550 5.4.1 Access denied", "host": "mx.mail.protection.outlook.com"},
        {"reply": ""},
    ],
)
def test_a_verdict_is_that_of_the_library(plain: Served, asked: dict[str, Any]) -> None:
    answer = plain.client.post("/v1/classify", json=asked)
    assert answer.json() == classify_reply(**asked).to_dict()


@pytest.mark.parametrize(
    ("path", "subject"),
    [
        ("codes/5.1.1", "5.1.1"),
        ("codes/x.4.1", "X.4.1"),
        ("codes/421", "421"),
        ("codes/S3150", "S3150"),
        ("reasons/mailbox_full", "mailbox_full"),
        ("providers/microsoft", "microsoft"),
    ],
)
def test_what_is_known_is_what_explain_says(plain: Served, path: str, subject: str) -> None:
    found = plain.client.get(f"/v1/{path}").json()
    page = explain(subject).to_dict()
    assert found == {name: page[name] for name in found}
    assert found["senses"] or found["causes"]


def test_codes_reasons_and_providers_are_listed(plain: Served) -> None:
    codes = {one["code"]: one for one in plain.client.get("/v1/codes").json()}
    assert codes["5.1.1"] == {
        "code": "5.1.1",
        "name": explain("5.1.1").senses[0].name,
        "reason": "user_unknown",
        "bounce_type": "hard",
    }
    assert {"2.0.0", "4.2.2", "5.7.26", "421", "550"} <= codes.keys()
    assert all(plain.client.get(f"/v1/codes/{code}").status_code == 200 for code in list(codes)[::20])
    reasons = plain.client.get("/v1/reasons").json()
    assert [one["reason"] for one in reasons] == [reason.value for reason in Reason]
    assert all(one["meaning"] and one["bounce_type"] and one["advice"] for one in reasons)
    providers = plain.client.get("/v1/providers").json()
    assert "microsoft" in [one["provider"] for one in providers]
    for one in providers[:3]:
        assert plain.client.get(f"/v1/providers/{one['provider']}").json()["title"].startswith(one["title"])


@pytest.mark.parametrize(
    "path",
    ["codes/mailbox_full", "codes/9.9.9", "reasons/421", "reasons/none", "providers/5.1.1", "codes/%00"],
)
def test_what_is_not_known_is_said(plain: Served, path: str) -> None:
    assert problem(plain.client.get(f"/v1/{path}")) == (404, "not-known")


def test_it_is_healthy_and_ready(plain: Served, stored: Served) -> None:
    for served in (plain, stored):
        for path in ("/healthz", "/readyz"):
            assert served.client.get(path).json() == {"status": "ok"}

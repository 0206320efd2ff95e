"""Events that mail services post to a running `dsnparse serve` are stored when they are signed, and once."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from ingest.mail import until

from dsnparse.cli import main
from dsnparse.read.events.tables import providers
from dsnparse.store import Store
from dsnparse.wire.json_values import values

from . import webhook_signing
from .webhook_signing import (
    CASES,
    CERTIFICATE,
    SCALEWAY_CERTIFICATE,
    SECRET,
    SUBSCRIBE,
    WRONG_BASIC,
    Sent,
    chain,
    clock,
    sns,
)

pytest.importorskip("litestar", reason="The extra 'serve' is not installed")

DATA = Path(__file__).parents[1] / "read/data"
#: Events of each provider, as the tests of the reader have them.
FILES = {name: name for name in providers()} | {"ses": "ses-raw"}
NAMES = [name for name, (provider, _, _) in CASES.items() if provider in providers()]


@dataclass
class Server:
    """A running one."""

    port: int
    db: Path
    folder: Path
    process: subprocess.Popen[bytes]

    def post(self, provider: str, sent: Sent, **more: str) -> tuple[int, dict[str, Any], dict[str, str]]:
        return self.ask("POST", f"/v1/ingest/{provider}?{sent.query}", sent.body, sent.headers | more)

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, Any], dict[str, str]]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            data = answer.read()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, json.loads(data) if data else {}, named
        finally:
            connection.close()

    def count(self) -> int:
        with Store.open(str(self.db)) as store:
            return sum(count.count for count in store.stats("kind"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("webhooks")
    (folder / "certificate").write_bytes(chain(clock())[0])
    (folder / "root").write_bytes(chain(clock())[1])
    tables: dict[str, dict[str, Any]] = {}
    for name in NAMES:
        provider, _, table = CASES[name]
        if name == provider:
            tables[provider] = table | ({"ca": str(folder / "root")} if "ca" in table else {})
    lines = [
        line
        for provider, table in tables.items()
        for line in (f"[webhooks.{provider}]", *(f"{key} = {json.dumps(one)}" for key, one in table.items()))
    ]
    trust = folder / "trust.toml"
    trust.write_text("\n".join(lines))
    trust.chmod(0o600)
    db = folder / "b.db"
    words = ["serve", "--port", "0", "--jobs", "1", "--db", str(db), "--trust", str(trust)]
    words += ["--keys", str(folder / "keys")]
    assert main(["keys", "add", "reader", "--scope", "read", "--keys", str(folder / "keys")]) == 0
    log = folder / "log"
    with log.open("w") as told:
        process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("serving.py")), str(folder), *words], stderr=told
        )
    try:
        until(lambda: "Listening on " in log.read_text() or process.poll() is not None)
        port = re.search(r"Listening on http://127\.0\.0\.1:(\d+)/", log.read_text())
        assert port, log.read_text()
        yield Server(int(port[1]), db, folder, process)
    finally:
        process.terminate()
        process.wait(60)
    assert process.returncode == 0
    assert "Traceback" not in log.read_text()
    assert log.read_text().count(" stored ") > len(FILES)


def events_of(provider: str) -> list[Any]:
    """What it posts, a request each; with addresses that no other provider tells of."""
    text = (DATA / f"{FILES[provider]}.json").read_text().replace("example.com", f"{provider}.example")
    found = [item[1] for item in values(BytesIO(text.encode())) if isinstance(item, tuple)]
    if provider == "mailgun":
        return [one["event-data"] for one in found]
    if provider == "unione":
        return [one["events_by_user"] for one in found]
    if provider == "scaleway":
        return [json.loads(one["Message"]) if "Message" in one else one for one in found]
    return found


def numbers(answers: list[tuple[int, dict[str, Any], dict[str, str]]], name: str) -> int:
    assert {status for status, _, _ in answers} == {200}, answers
    return sum(answer[name] for _, answer, _ in answers if name in answer)


@pytest.mark.parametrize("name", [name for name in NAMES if name in FILES])
def test_signed_events_are_stored_as_by_the_command_and_once(
    name: str, server: Server, tmp_path: Path
) -> None:
    provider, send, _ = CASES[name]
    events = events_of(provider)
    before = server.count()
    answers = [server.post(provider, send(event, clock())) for event in events]
    assert numbers(answers, "added") > 0
    assert numbers(answers, "duplicates") == 0
    assert server.count() == before + numbers(answers, "added")
    again = [server.post(provider, send(event, clock() - timedelta(seconds=20))) for event in events]
    assert (numbers(again, "added"), numbers(again, "duplicates")) == (0, numbers(answers, "added"))
    assert server.count() == before + numbers(answers, "added")
    file, db = tmp_path / "events.json", tmp_path / "other.db"
    file.write_text("\n".join(map(json.dumps, events)))
    main(["ingest", "--quiet", "--as", provider, "--db", str(db), str(file)])
    with Store.open(str(db)) as by_command, Store.open(str(server.db)) as by_post:
        posted = {one.address: one for one in by_post.suppressions()}
        expected = list(by_command.suppressions())
        assert expected
        for one in expected:
            assert (posted[one.address].reason, posted[one.address].since) == (one.reason, one.since)
        assert sum(one.count for one in by_command.stats("kind")) == numbers(answers, "added")
    changed = {change["address"] for _, answer, _ in answers for change in answer.get("changes", ())}
    assert {one.address for one in expected} <= changed


#: Who sends nothing but a password, and whose signature does not cover the content.
PASSWORD_ONLY = {"postmark", "sparkpost", "brevo", "mailjet", "elastic_email", "azure"}
WITH_BASIC = {"postmark", "sparkpost", "mailjet"}
UNCOVERED, UNTIMED = {"mailgun"}, {"postal", "mandrill", "mailersend", "mailtrap", "unione", "forward_email"}
REFUSED = [
    (name, what)
    for name in FILES
    for what in ("unsigned", "tampered", "old", "another key")
    if not (what == "tampered" and name in PASSWORD_ONLY | UNCOVERED)
    and not (what == "old" and name in PASSWORD_ONLY | UNTIMED)
]


@pytest.mark.parametrize(("name", "what"), REFUSED)
def test_others_are_refused_and_change_nothing(
    name: str, what: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider, send, _ = CASES[name]
    event = events_of(provider)[0]
    sent = send(event, clock() - timedelta(days=9 if what == "old" else 0))
    if what == "unsigned":
        sent = Sent(json.dumps(event).encode(), {})
    elif what == "tampered":
        sent = sent._replace(body=sent.body.replace(f"{provider}.example".encode(), b"other.example"))
    elif what == "another key":
        headers = dict.fromkeys(sent.headers, "Bearer another secret") if name == "brevo" else WRONG_BASIC
        sent = _signed_by_a_stranger(name, event, monkeypatch)
        if name in PASSWORD_ONLY:
            sent = sent._replace(headers=headers, query=sent.query and "key=another")
    before = server.count()
    status, answer, headers = server.post(provider, sent)
    assert (status, headers["content-type"]) == (401, "application/problem+json"), answer
    assert answer["type"] == "urn:dsnparse:problem:not-verified"
    assert answer["detail"]
    assert ("Basic" in headers["www-authenticate"]) == (name in WITH_BASIC)
    assert server.count() == before


def _signed_by_a_stranger(name: str, event: Any, monkeypatch: pytest.MonkeyPatch) -> Sent:
    """In the very form of the service, with keys that are not its own."""
    theirs, curve = webhook_signing.rsa_key("stranger"), ec.generate_private_key(ec.SECP256R1())
    with monkeypatch.context() as patch:
        patch.setattr(webhook_signing, "SECRET", "another secret")
        patch.setattr(webhook_signing, "SVIX_KEY", b"another secret")
        patch.setattr(webhook_signing, "rsa_key", lambda _: theirs)
        patch.setattr(webhook_signing, "ec_key", lambda: curve)
        return CASES[name][1](event, clock())


def test_a_subscription_is_confirmed_by_one_look_at_an_address_of_sns(server: Server) -> None:
    asked = json.dumps(sns("Confirm it", clock(), kind="SubscriptionConfirmation")).encode()
    status, answer, _ = server.post("ses", Sent(asked, {"content-type": "text/plain; charset=UTF-8"}))
    assert (status, answer["added"]) == (200, 0)
    fetched = (server.folder / "fetched").read_text().splitlines()
    assert fetched.count(SUBSCRIBE) == 1
    assert set(fetched) == {SUBSCRIBE, CERTIFICATE, SCALEWAY_CERTIFICATE}
    assert fetched.count(CERTIFICATE) == 1


def test_what_is_signed_and_cannot_be_read_is_told_and_not_asked_for_again(server: Server) -> None:
    _, send, _ = CASES["sendgrid"]
    status, answer, _ = server.post(
        "sendgrid", send([{"event": "novelty", "email": "a@example.com"}], clock())
    )
    assert (status, answer["added"]) == (200, 0)
    assert answer["problems"] == ["http:sendgrid:1 is an event 'novelty', which is not known (SendGrid)."]


def test_a_provider_that_nobody_knows_and_other_doors_stay_shut(server: Server) -> None:
    assert server.ask("POST", "/v1/ingest/acme", b"{}")[0] == 404
    assert server.ask("POST", "/v1/ingest", b"{}")[0] == 401
    assert server.ask("GET", "/v1/ingest/sendgrid")[:2] == (200, {"provider": "sendgrid"})
    assert server.ask("HEAD", "/v1/ingest/sendgrid")[0] == 200
    assert server.ask("POST", "/v1/ingest/sendgrid", b"")[0] == 400


def test_a_service_that_tries_the_address_gets_its_answer(server: Server) -> None:
    _, send, _ = CASES["azure"]
    tried = {
        "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
        "data": {"validationCode": "512d"},
    }
    sent = send([tried], clock())
    assert server.post("azure", sent)[:2] == (200, {"validationResponse": "512d"})
    assert server.post("azure", sent._replace(query=""))[0] == 401


def test_a_form_whose_fields_are_the_event_is_read(server: Server) -> None:
    _, send, _ = CASES["elastic_email"]
    event = {"status": "AbuseReport", "to": "form@elastic.example", "date": "3/1/2025 12:00:05 PM"}
    sent = send(event, clock())
    form = sent._replace(body=urlencode(event).encode())
    status, answer, _ = server.post(
        "elastic_email", form, **{"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert (status, answer["added"], answer["problems"]) == (200, 1, [])
    (change,) = answer["changes"]
    assert (change["address"], change["event"]) == ("form@elastic.example", "address.suppressed")


def test_keys_are_read_anew_at_sighup_and_wrong_ones_leave_the_old(server: Server) -> None:
    _, send, _ = CASES["mailgun"]
    trust = server.folder / "trust.toml"
    text = trust.read_text()

    def status() -> int:
        event = {"event": "opened", "id": str(clock()), "recipient": "kim@example.com"}
        return server.post("mailgun", send(event, clock()))[0]

    assert status() == 200
    trust.write_text(text.replace(f'"{SECRET}"', '"another secret"'))
    server.process.send_signal(signal.SIGHUP)
    until(lambda: status() == 401)
    trust.write_text(text)
    server.process.send_signal(signal.SIGHUP)
    until(lambda: status() == 200)
    trust.write_text("[webhooks.mailgun]")
    server.process.send_signal(signal.SIGHUP)
    until(lambda: "rules and policy stay." in (server.folder / "log").read_text())
    assert status() == 200
    trust.write_text(text)


def test_a_page_in_a_browser_cannot_post_events(server: Server) -> None:
    _, send, _ = CASES["postmark"]
    sent = send(events_of("postmark")[0], clock())
    assert server.post("postmark", sent, Origin="https://evil.example")[0] == 403


@pytest.mark.parametrize(
    ("text", "words"),
    [("[webhooks.sendgrid]\nkeys = ['12345678']", "[webhooks.sendgrid] keys: this public key cannot be read"),
     ("[webhooks.acme]\nkeys = ['12345678']", "There is no provider 'acme'")],
)  # fmt: skip
def test_a_wrong_key_ends_it_at_the_start(
    text: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trust = tmp_path / "trust.toml"
    trust.write_text(text)
    trust.chmod(0o600)
    assert main(["serve", "--port", "0", "--trust", str(trust)]) == 2
    assert words in capsys.readouterr().err

"""What Prometheus is told, over HTTP, by a running listener and watcher and by a store."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from dsnparse.mailboxes.tally import Tally
from dsnparse.metrics import Metrics, read_address
from dsnparse.parser import Parser
from dsnparse.store import ExecHook, Seen, Store, message_identity

from .dovecot import free_port
from .mail import LETTER, bounce, start, until


def scraped(text: str) -> dict[tuple[str, ...], float]:
    """Values by name and labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def ask(port: int) -> dict[tuple[str, ...], float]:
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
        assert answer.headers["content-type"].startswith("text/plain; version=")
        return scraped(answer.read().decode())


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.open("sqlite:///:memory:", hooks=[ExecHook("false")]) as store:
        parser = Parser()
        for data in (bounce(1), bounce(2), LETTER):
            store.add([Seen(message_identity(data), "test", parser.parse(data))])
        yield store


def test_a_store_is_told_as_it_stands(store: Store) -> None:
    metrics = Metrics(store, fresh=0)
    metrics.told(store.tick())
    found = scraped(metrics.exposed()[1].decode())
    assert {name: found[name] for name in found if name[0].startswith("dsnparse_day")} == {
        ("dsnparse_day_messages", "bounce"): 2,
        ("dsnparse_day_messages", "other"): 1,
        ("dsnparse_day_not_understood",): 1,
    }
    assert found["dsnparse_addresses", "suppressed"] == 2
    assert found["dsnparse_outbox_changes", "exec:false"] == 2
    assert found["dsnparse_outbox_attempts", "exec:false"] == 1
    assert found["dsnparse_hook_deliveries_total", "failed"] == 1
    assert found["dsnparse_store_up",] == 1
    assert found["dsnparse_store_bytes",] > 0
    assert found["dsnparse_last_message_timestamp_seconds",] > 0


def test_a_store_that_is_away_is_told_so_and_the_rest_is_told(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "b.db")) as store:
        metrics = Metrics(store, fresh=0)
        metrics.count(Tally(records=3))
        (tmp_path / "b.db").unlink()
        found = scraped(metrics.exposed()[1].decode())
    assert found["dsnparse_store_up",] == 0
    assert found["dsnparse_records_total",] == 3


def test_many_who_ask_cost_the_database_one_question(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    standing = Store.standing
    monkeypatch.setattr(Store, "standing", lambda self: asked.append(1) or standing(self))  # type: ignore[func-returns-value]
    metrics = Metrics(store)
    for _ in range(5):
        metrics.exposed()
    assert len(asked) == 1


def test_a_listener_answers_prometheus(tmp_path: Path) -> None:
    port, metrics = free_port(), free_port()
    listener = start(
        "listen",
        "--lmtp",
        f"127.0.0.1:{port}",
        "--metrics",
        f"127.0.0.1:{metrics}",
        "--db",
        tmp_path / "b.db",
    )
    with smtplib.LMTP("127.0.0.1", port) as client:
        client.sendmail("", ["b@sender.example"], bounce(1))
        client.sendmail("", ["b@sender.example"], bounce(1))
    found = ask(metrics)
    assert found["dsnparse_messages_total", "bounce"] == 2
    assert found["dsnparse_duplicates_total",] == 1
    assert found["dsnparse_changes_total", "address.suppressed"] == 1
    assert found["dsnparse_backlog_messages",] == 0
    listener.terminate()
    assert listener.wait(20) == 0


def test_a_watcher_answers_prometheus(maildir: Path, tmp_path: Path) -> None:
    port = free_port()
    (maildir / "new/1").write_bytes(bounce(1))
    start("watch", f"maildir:{maildir}", "--metrics", f"127.0.0.1:{port}", "--db", tmp_path / "b.db")
    until(lambda: ask(port)["dsnparse_messages_total", "bounce"] == 1)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("127.0.0.1:9125", ("127.0.0.1", 9125)),
        ("[::1]:1", ("::1", 1)),
        (":9", ("127.0.0.1", 9)),
        ("9125", None),
        ("host:", None),
        ("host:99999", None),
    ],
)
def test_where_to_answer_is_a_host_and_a_port(text: str, meant: tuple[str, int] | None) -> None:
    if meant:
        assert read_address(text) == meant
    else:
        with pytest.raises(ValueError, match="HOST:PORT"):
            read_address(text)

"""POP3, with a real Dovecot."""

from __future__ import annotations

import json
import poplib
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest
from imap_tools import MailBox

from dsnparse import Parser
from dsnparse.ingest import ingest
from dsnparse.mailboxes.account import Account, Secret
from dsnparse.mailboxes.imap_connection import _authenticate
from dsnparse.mailboxes.pop3 import Pop3Source
from dsnparse.mailboxes.sources import MailboxAway, MailboxRefused
from dsnparse.store import Store
from dsnparse.store.changes.batch import AddResult
from dsnparse.store.sql.errors import StoreUnavailable

from .dovecot import PASSWORD, TOKEN, USER, Dovecot
from .mail import LETTER, bounce, command, start, suppressed, until, users

SECRET = {"DSNPARSE_IMAP_PASSWORD": PASSWORD}


def fill(dovecot: Dovecot, *numbers: int) -> None:
    """Puts bounces into the mailbox."""
    for number in numbers:
        dovecot.save(bounce(number))


@pytest.mark.parametrize("scheme", ["pop3s", "pop3"])
def test_messages_stay_and_are_read_once(dovecot: Dovecot, tmp_path: Path, scheme: str) -> None:
    fill(dovecot, 1, 2)
    dovecot.save(LETTER)
    words = ("ingest", dovecot.pop3_url(scheme), "--db", tmp_path / "b.db", "--ca-file", dovecot.ca_file)
    assert command(*words, env=SECRET).stderr.startswith("3 messages (2 bounce, 1 other); 2 records; ")
    fill(dovecot, 3)
    assert command(*words, env=SECRET).stderr.startswith("1 message (1 bounce); 1 record; ")
    assert command(*words, env=SECRET).stderr.startswith("0 messages; ")
    assert dovecot.count() == 4
    assert suppressed(tmp_path / "b.db") == users(1, 2, 3)


def test_only_notices_that_are_stored_and_understood_are_deleted(dovecot: Dovecot, tmp_path: Path) -> None:
    fill(dovecot, 1, 2)
    dovecot.save(LETTER)
    dovecot.save(bounce(3, "5.0.0", "zzz"))
    words = ("ingest", dovecot.pop3_url(), "--db", tmp_path / "b.db", "--ca-file", dovecot.ca_file)
    done = command(*words, "--delete", env=SECRET)
    assert done.returncode == 0
    assert dovecot.count() == 2
    assert command(*words, "--delete", env=SECRET).stderr.startswith("0 messages; ")


def test_what_could_not_be_stored_is_read_again_and_not_deleted(dovecot: Dovecot, tmp_path: Path) -> None:
    fill(dovecot, 1)
    with Store.open(str(tmp_path / "b.db"), create=True) as store, closing(source(dovecot, store)) as mailbox:
        with pytest.raises(StoreUnavailable):
            list(ingest(mailbox, refuse, Parser()))
        mailbox.close()
        assert dovecot.count() == 1
        assert [tally.added for tally in ingest(mailbox, store.add, Parser())] == [1]
        mailbox.close()
        assert dovecot.count() == 0


def refuse(*_: object, **__: object) -> AddResult:
    """A database that is away."""
    raise StoreUnavailable("The database is away")


def source(dovecot: Dovecot, store: Store, limit: int = 1_000_000) -> Pop3Source:
    """The mailbox, emptied as it is read."""
    return Pop3Source(
        Account.parse(dovecot.pop3_url()), Secret(command=f"echo {PASSWORD}"), position=store.position,
        delete=True, ca_file=str(dovecot.ca_file), limit=limit,
    )  # fmt: skip


def test_a_connection_that_breaks_before_quit_deletes_in_the_next_round(
    dovecot: Dovecot, tmp_path: Path
) -> None:
    fill(dovecot, 1, 2)
    with Store.open(str(tmp_path / "b.db"), create=True) as store:
        mailbox = source(dovecot, store)
        assert [tally.added for tally in ingest(mailbox, store.add, Parser())] == [2]
        mailbox._drop()
        assert dovecot.count() == 2
        again = source(dovecot, store)
        assert [tally.messages for tally in ingest(again, store.add, Parser())] == [0]
        again.close()
        assert dovecot.count() == 0


def test_a_killed_run_reads_again_and_stores_nothing_twice(dovecot: Dovecot, tmp_path: Path) -> None:
    fill(dovecot, *range(30))
    db = tmp_path / "b.db"
    words = (dovecot.pop3_url(), "--db", db, "--ca-file", dovecot.ca_file, "--batch", "5", "--delete")
    watcher = start("watch", *words, "--interval", "0.2", env=SECRET)
    until(lambda: bool(suppressed(db)))
    watcher.kill()
    watcher.wait()
    assert command("ingest", *words, env=SECRET).returncode == 0
    assert suppressed(db) == users(*range(30))
    assert dovecot.count() == 0
    with Store.open(str(db)) as store:
        assert {count.name: count.count for count in store.stats("kind")} == {"bounce": 30}


def test_long_lines_and_a_message_beyond_the_limit_are_read(dovecot: Dovecot, tmp_path: Path) -> None:
    dovecot.save(bounce(1).replace(b"could not be delivered.", b"could not be delivered. " + b"x" * 60_000))
    dovecot.save(bounce(2) + (b"y" * 70 + b"\r\n") * 30_000)
    with (
        Store.open(str(tmp_path / "b.db"), create=True) as store,
        closing(source(dovecot, store, 200_000)) as mailbox,
    ):
        assert sum(tally.added for tally in ingest(mailbox, store.add, Parser())) == 2
    assert suppressed(tmp_path / "b.db") == users(1, 2)


def test_a_token_is_taken_over_pop3_and_over_imap_by_both_mechanisms(
    dovecot: Dovecot, tmp_path: Path
) -> None:
    fill(dovecot, 1)
    for number, url in enumerate([dovecot.pop3_url(), dovecot.url()]):
        done = command(
            "ingest", url, "--db", tmp_path / f"{number}.db", "--ca-file", dovecot.ca_file,
            "--oauth2-command", f"echo {TOKEN}",
        )  # fmt: skip
        assert done.stderr.startswith("1 message (1 bounce); ")
    context = ssl.create_default_context(cafile=str(dovecot.ca_file))
    box = MailBox("localhost", dovecot.imaps, ssl_context=context)
    assert "AUTH=OAUTHBEARER" in box.client.capabilities  # so that was it, above
    box.client.capabilities = ()
    _authenticate(box, USER, TOKEN, is_token=True)
    assert box.client.state == "AUTH"
    box.logout()


def test_a_wrong_password_or_token_is_told_without_repeating_it(dovecot: Dovecot, tmp_path: Path) -> None:
    words = ("ingest", dovecot.pop3_url(), "--db", tmp_path / "b.db", "--ca-file", dovecot.ca_file)
    done = command(*words, env={"DSNPARSE_IMAP_PASSWORD": "not the one"})
    assert done.returncode != 0
    assert f"localhost does not let {USER} in: " in done.stderr
    assert "not the one" not in done.stderr
    done = command(*words, "--oauth2-command", "echo stolen")
    assert f"localhost does not let {USER} in: " in done.stderr
    assert "stolen" not in done.stderr.replace("echo stolen", "")


def test_an_untrusted_certificate_is_refused_and_a_server_that_is_away_is_told(dovecot: Dovecot) -> None:
    account = Account.parse(dovecot.pop3_url())
    with pytest.raises(MailboxRefused, match="is not trusted"):
        list(Pop3Source(account, Secret(command="echo x")).take())
    nobody = Account.parse("pop3s://joe@127.0.0.1:1")
    with pytest.raises(MailboxAway, match="connection refused"):
        list(Pop3Source(nobody, Secret(command="echo x")).take())


@contextmanager
def broken_server(place: Path, **answers: str) -> Iterator[Account]:
    """A server that answers each command with what `answers` has for it, else with yes."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(place / "cert.pem", place / "key.pem")

    class Answer(StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"+OK\r\n")
            for line in self.rfile:
                verb = line.split()[0].decode()
                self.wfile.write(answers.get(verb, "+OK\r\n").encode())
                if verb == "QUIT":
                    return

    with ThreadingTCPServer(("127.0.0.1", 0), Answer) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, daemon=True).start()
        yield Account.parse(f"pop3s://{USER}@localhost:{server.server_address[1]}")
        server.shutdown()


@pytest.mark.parametrize(
    "answers",
    [
        {"LIST": "+OK\r\nno list\r\n.\r\n"},
        {"LIST": "+OK\r\n1\r\n.\r\n"},
        {"UIDL": "+OK\r\none a\r\n.\r\n"},
    ],
)
def test_an_answer_that_is_no_list_is_a_server_that_is_away(
    dovecot: Dovecot, answers: dict[str, str]
) -> None:
    with broken_server(dovecot.place, **answers) as account, pytest.raises(MailboxAway, match="localhost:"):
        list(Pop3Source(account, Secret(command="echo x"), ca_file=str(dovecot.ca_file)).take())


def test_a_message_without_a_unique_id_is_told_and_left(dovecot: Dovecot, tmp_path: Path) -> None:
    mail = bounce(1).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n").decode()
    answers = {
        "UIDL": "+OK\r\n2 b\r\n.\r\n",
        "LIST": f"+OK\r\n1 {len(mail)}\r\n2 {len(mail)}\r\n.\r\n",
        "RETR": f"+OK\r\n{mail}\r\n.\r\n",
    }
    with (
        broken_server(dovecot.place, **answers) as account,
        Store.open(str(tmp_path / "b.db"), create=True) as store,
    ):
        mailbox = Pop3Source(
            account, Secret(command="echo x"), position=store.position, ca_file=str(dovecot.ca_file)
        )
        tallies = list(ingest(mailbox, store.add, Parser()))
        mailbox.close()
        assert [tally.added for tally in tallies] == [1]
        assert store.position(account.url) == '{"b": false}'


def test_the_store_remembers_only_what_is_still_there(dovecot: Dovecot, tmp_path: Path) -> None:
    fill(dovecot, 1, 2)
    with Store.open(str(tmp_path / "b.db"), create=True) as store:
        words = ("ingest", dovecot.pop3_url(), "--db", tmp_path / "b.db", "--ca-file", dovecot.ca_file)
        command(*words, env=SECRET)
        context = ssl.create_default_context(cafile=str(dovecot.ca_file))
        box = poplib.POP3_SSL("localhost", dovecot.pop3s, context=context)
        box.user(USER)
        box.pass_(PASSWORD)
        box.dele(1)
        box.quit()
        fill(dovecot, 3)
        command(*words, env=SECRET)
        assert len(json.loads(store.position(Account.parse(dovecot.pop3_url()).url) or "{}")) == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((["pop3s://joe@host/Inbox"]), "has no folders"),
        ((["pop3s://joe@host", "--processed", "Done"]), "--delete removes what is stored"),
        ((["pop3s://joe:secret@host"]), "must not hold a password"),
    ],
)
def test_what_pop3_cannot_do_is_wrong_usage(words: list[str], says: str, tmp_path: Path) -> None:
    done = command("ingest", *words, "--db", tmp_path / "b.db")
    assert done.returncode == 2
    assert says in " ".join(done.stderr.split())
    assert "secret" not in done.stderr

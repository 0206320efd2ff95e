"""The operator's look-up of Message-IDs, as a command."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsnparse.store import Policy, Store, StoreError, StoreUnavailable
from dsnparse.store.changes.known_messages import command_lookup

from .reports import NOW, bounce

KNOWN = '[hard]\nconfirm = ["known_message"]\n'


def test_a_command_is_asked_with_message_id_and_address_as_its_last_words(tmp_path: Path) -> None:
    sent = tmp_path / "sent"
    sent.write_text("1@sender.example jane@example.com\n")
    knows = command_lookup(["sh", "-c", 'grep -qxF -e "$1 $2" "$0"', str(sent)])
    assert knows("1@sender.example", "jane@example.com")
    assert not knows("1@sender.example", "joe@example.com")
    assert not knows("2@sender.example", "jane@example.com")
    assert not knows("$(touch /tmp/never)", "jane@example.com")


def test_neither_can_be_taken_for_an_option() -> None:
    assert not command_lookup(["/no/such/command"])("--help", "jane@example.com")
    assert not command_lookup(["/no/such/command"])("1@sender.example", "--help")


@pytest.mark.parametrize("words", [["sh", "-c", "exit 2"], ["/no/such/command"]])
def test_a_look_up_that_fails_stores_nothing_and_can_be_tried_again(words: list[str], url: str) -> None:
    policy = Policy.from_toml(f"{KNOWN}lookup_command = {words}")
    with Store.open(url, policy=policy) as store:
        with pytest.raises(StoreUnavailable, match="look-up of Message-IDs"):
            store.add([bounce("1")], now=NOW)
        assert store.check("jane@example.com", now=NOW).status == "unknown"


def test_a_policy_that_needs_a_look_up_says_so_when_there_is_none(url: str) -> None:
    with pytest.raises(StoreError, match="nothing looks the Message-IDs up"):
        Store.open(url, policy=Policy.from_toml(KNOWN))


def test_nobody_is_asked_when_the_policy_does_not_want_it(store: Store) -> None:
    def never(_: str, __: str) -> bool:
        raise AssertionError

    with Store.open(
        str(store.database.url.render_as_string(hide_password=False)), knows_message=never
    ) as other:
        assert other.add([bounce("1")], now=NOW).added == 1

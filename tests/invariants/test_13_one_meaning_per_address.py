"""An address means the same to every command: what was suppressed is refused, however it is spelled."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import reduce
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from store.reports import NOW, bounce

from dsnparse.cli import main
from dsnparse.cli.failure import FAILED, NO_ADDRESS, TRY_AGAIN
from dsnparse.store import AddressIdentity, Answer, Policy, Store
from dsnparse.store.address.given import read_address
from dsnparse.store.lists.entry import Suppression

JANE = "jane@example.com"
IDENTITY = AddressIdentity()

_ATOMS = st.text(st.sampled_from("abcxyzABC019!#$%&'*+-/=?^_`{|}~"), min_size=1, max_size=8)
_WORDS = st.text(st.sampled_from("abcäöüжщñXYZ"), min_size=1, max_size=8)
_QUOTED = st.text(st.sampled_from("ab <>@,;:."), min_size=1, max_size=8).map('"{} x"'.format)
_DOTTED = st.lists(_ATOMS, min_size=2, max_size=4).map(".".join)
_LOCALS = st.one_of(_ATOMS, _WORDS, _QUOTED, _DOTTED, st.sampled_from(["a..b", "a.", ".a"]))
_LABELS = st.sampled_from(["example", "münchen", "пример", "a-b", "x1", "xn--bcher-kva", "EXAMPLE"])
_DOMAINS = st.lists(_LABELS, min_size=1, max_size=3).map(lambda labels: ".".join([*labels, "org"]))
ADDRESSES = st.builds("{}@{}".format, _LOCALS, _DOMAINS).filter(lambda address: address[0] != "*")


def in_ascii(address: str) -> str:
    """With the A-labels of the domain."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower().encode('idna').decode()}"


def in_quotes(address: str) -> str:
    """With a quoted local part."""
    local, _, domain = address.rpartition("@")
    return address if local.startswith('"') else f'"{local}"@{domain}'


def with_final_dot(address: str) -> str:
    return f"{address.removesuffix('.')}."


CHANGES: list[Callable[[str], str]] = [str.upper, str.lower, in_ascii, in_quotes]
WRAPPERS: list[Callable[[str], str]] = [
    str,
    with_final_dot,
    "<{}>".format,
    "Jane Roe <{}>".format,
    '"Roe, Jane" <{}>'.format,
    "  {}\r\n".format,
    "\ufeff{}".format,
    "\xa0{} ".format,
    lambda address: f"mailto:{quote(address)}",
    lambda address: f"MAILTO:{quote(address)}?subject=hello",
    lambda address: f"Jane <mailto:{quote(address)}>",
]


@st.composite
def spellings(draw: st.DrawFn, address: str) -> str:
    changes = draw(st.lists(st.sampled_from(CHANGES), max_size=3))
    changed = reduce(lambda text, change: change(text), changes, address)
    return draw(st.sampled_from(WRAPPERS))(changed)


@pytest.fixture(scope="module")
def memory() -> Iterator[Store]:
    with Store.open("sqlite://") as store:
        yield store


@given(data=st.data(), address=ADDRESSES)
def test_any_spelling_of_an_address_that_add_took_is_refused_by_check(
    memory: Store, data: st.DataObject, address: str
) -> None:
    memory.suppress([Suppression(data.draw(spellings(address)), "manual")], now=NOW)
    asked = data.draw(spellings(address))
    assert memory.check(asked, now=NOW).answer is Answer.DONT
    assert memory.history(asked)
    assert memory.lift([data.draw(spellings(address))], now=NOW)
    assert memory.check(asked, now=NOW).answer is Answer.MAIL


@given(data=st.data(), one=ADDRESSES, other=ADDRESSES)
def test_an_address_that_differs_in_more_than_spelling_is_another_one(
    data: st.DataObject, one: str, other: str
) -> None:
    assume(in_ascii(one).lower() != in_ascii(other).lower())
    keys = [IDENTITY.keys(read_address(data.draw(spellings(address)))) for address in (one, other)]
    assert keys[0] != keys[1]


@given(data=st.data(), address=ADDRESSES)
def test_what_a_bounce_suppressed_is_refused_however_it_is_spelled(data: st.DataObject, address: str) -> None:
    with Store.open("sqlite://") as store:
        store.add([bounce("1", address)], now=NOW)
        assert store.check(address, now=NOW).answer is Answer.DONT
        assert store.check(data.draw(spellings(address)), now=NOW).answer is Answer.DONT


@given(text=st.text(max_size=30) | st.builds("{}@{}".format, st.text(max_size=9), st.text(max_size=9)))
def test_whatever_a_notice_calls_an_address_is_refused_when_it_is_suppressed(text: str) -> None:
    with Store.open("sqlite://") as store:
        store.add([bounce("1", text)], now=NOW)
        assert store.check(JANE, now=NOW)
        for listed in list(store.suppressions(now=NOW)):
            assert store.check(listed.address, now=NOW).answer is Answer.DONT


LOOK_ALIKES = [
    "'jane@example.com",
    "jane@example.com@evil.example",
    '"<jane@example.com>"@evil.example',
    "jane@example\u3002com",
    "jane@example\uff0ecom",
    "jane@example\uff61com",
    "jane@\uff45xample.com",
    "jane@e\u00adxample.com",
    "\u200bjane@example.com",
    "*jane@example.com",
    "foo|jane@example.com",
    "smtp=jane@example.com",
    "j\u0430ne@example.com",
    "\\152ane@example.com",
]


@pytest.mark.parametrize("address", LOOK_ALIKES)
def test_a_bounce_for_a_look_alike_silences_nobody_else(address: str) -> None:
    with Store.open("sqlite://") as store:
        store.add([bounce("1", address)], now=NOW)
        assert store.check(JANE, now=NOW).status == "unknown"


def test_the_kelvin_sign_is_no_k() -> None:
    with Store.open("sqlite://") as store:
        store.add([bounce("1", "\u212aim@example.com"), bounce("2", "a@\u212aing.example")], now=NOW)
        assert store.check("kim@example.com", now=NOW)
        assert store.check("a@king.example", now=NOW)


def test_letter_case_of_the_local_part_matters_if_the_policy_says_so() -> None:
    policy = Policy.from_toml("[addresses]\nignore_case = false")
    with Store.open("sqlite://", policy=policy) as store:
        store.suppress([Suppression(JANE, "manual")], now=NOW)
        assert store.check("Jane@example.com", now=NOW)
        assert not store.check("jane@EXAMPLE.com", now=NOW)


NO_ADDRESSES = [
    "",
    " ",
    "nobody",
    "@",
    "jane@",
    "jane@@example.com",
    "jane@example.com, joe@example.com",
    "Jane Roe jane@example.com",
    "jane@example\u3002com",
    "jane@exa\u200bmple.com",
    "jane@example.com@evil.example",
    "smtp:jane@example.com",
    "<jane@example.com",
    "j\udcf6rg@example.com",
    "https://example.com/?jane@example.com",
]
COMMANDS = [
    ("check",),
    ("check", "-q"),
    ("suppressions", "add"),
    ("suppressions", "remove"),
    ("suppressions", "delivered"),
    ("history",),
    ("forget",),
]


@pytest.fixture
def db(tmp_path: Path) -> str:
    """A database that suppresses JANE."""
    path = str(tmp_path / "bounces.db")
    with Store.open(path) as store:
        store.add([bounce("1")])
    return path


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_what_is_no_address_has_an_exit_status_of_its_own(
    db: str, command: tuple[str, ...], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--db", db, "--", text]) == NO_ADDRESS
    printed = capsys.readouterr()
    if command == ("check",):
        assert json.loads(printed.out)["answer"] == "no address"
    elif command != ("check", "-q"):
        assert "is no mail address" in printed.err


def test_the_others_are_done_all_the_same(
    db: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = b"\xef\xbb\xbfann@example.com\r\n\r\nj\xf6rg@example.com\nMailto:Joe@Example.COM\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given), encoding="utf-8"))
    assert main(["suppressions", "add", "-", "--db", db]) == NO_ADDRESS
    assert "2 addresses newly suppressed." in capsys.readouterr().out
    assert main(["check", "-q", "ann@example.com", "--db", db]) == 1
    assert main(["check", "-q", "joe@example.com", "--db", db]) == 1
    assert main(["check", "-q", "nobody@example.com", "nobody", JANE, "--db", db]) == NO_ADDRESS


@pytest.mark.parametrize("command", [one for one in COMMANDS if one[0] != "check"])
def test_every_command_means_the_same_address(db: str, command: tuple[str, ...]) -> None:
    assert main([*command, " <JANE@Example.Com.>", "--db", db]) == 0
    lifted = command[-1] in ("remove", "forget")
    assert main(["check", "-q", JANE, "--db", db]) == (0 if lifted else 1)


def test_an_imported_list_is_read_the_same(db: str, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("\ufeffemail\n<Ann@Example.com>\n@whole.example\nnobody\n", "utf-8")
    assert main(["suppressions", "import", str(file), "--db", db]) == NO_ADDRESS
    assert main(["check", "-q", "ann@example.com", "--db", db]) == 1
    assert main(["check", "-q", "anybody@whole.example", "--db", db]) == 1


@pytest.mark.parametrize("given", ["@Whole.example", "*@whole.example", "mailto:*@whole.example"])
def test_a_whole_domain_can_be_suppressed_and_is_shown_as_one(
    db: str, given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["suppressions", "add", given, "--note", "closed", "--db", db]) == 0
    for asked in ("anybody@whole.example", "Any.Body@WHOLE.example.", "@whole.example", "*@whole.example"):
        assert main(["check", "-q", asked, "--db", db]) == 1
    for asked in ("anybody@sub.whole.example", "whole@example.org", "@sub.whole.example"):
        assert main(["check", "-q", asked, "--db", db]) == 0
    capsys.readouterr()
    main(["check", "anybody@whole.example", "--db", db])
    assert json.loads(capsys.readouterr().out)["evidence"]["domain"] == "@whole.example"
    main(["suppressions", "list", "--domain", "WHOLE.example", "--db", db])
    assert json.loads(capsys.readouterr().out)["address"].lower() == "@whole.example"
    main(["history", "anybody@whole.example", "--db", db])
    assert json.loads(capsys.readouterr().out)["detail"] == {"domain": "@whole.example"}
    assert main(["suppressions", "remove", "*@whole.example", "--db", db]) == 0
    assert main(["check", "-q", "anybody@whole.example", "--db", db]) == 0


def test_no_notice_suppresses_a_whole_domain() -> None:
    with Store.open("sqlite://") as store:
        store.add([bounce("1", "*@example.com"), bounce("2", "@example.com")], now=NOW)
        assert store.check(JANE, now=NOW)
        assert store.check("*@example.com", now=NOW).answer is Answer.DONT
        assert store.forget("*@example.com").known
        assert store.check("*@example.com", now=NOW).status == "unknown"


def test_a_delivery_to_a_whole_domain_is_none(db: str) -> None:
    assert main(["suppressions", "delivered", "@example.com", "--db", db]) == NO_ADDRESS


@pytest.mark.parametrize(
    ("db", "status"),
    [
        ("/no/such/bounces.db", FAILED),
        ("postgresql://x@127.0.0.1:1/x", TRY_AGAIN),
    ],
)
def test_a_database_that_does_not_answer_never_says_do_not_mail(db: str, status: int) -> None:
    assert main(["check", JANE, "--db", db]) == status


def test_a_missing_extra_never_says_do_not_mail() -> None:
    script = (
        "import sys; sys.modules['sqlalchemy'] = None\n"
        f"from dsnparse.cli import main; sys.exit(main(['check', {JANE!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == FAILED
    assert "pip install 'mail-dsnparse[store]'" in done.stderr


@pytest.mark.parametrize("wrong", [None, 7, b"jane@example.com"])
def test_what_is_no_text_is_a_mistake_of_the_program(wrong: object, memory: Store) -> None:
    with pytest.raises(TypeError, match="must be text"):
        memory.check(wrong)  # type: ignore[arg-type]

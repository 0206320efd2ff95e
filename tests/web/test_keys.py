"""Keys: made, listed, revoked; what each opens; and where none are needed."""

from __future__ import annotations

import hmac
import json
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from ingest.mail import bounce, command

from dsnparse.web.keys import SCOPES, KeyFile, KeyFileError

from .served import MESSAGE, Served, problem, serving

#: A request for each scope, by its method and path.
ASKED = {
    "parse": [
        ("POST", "/v1/parse"),
        ("POST", "/v1/classify"),
        ("GET", "/v1/reasons"),
        ("GET", "/v1/codes/421"),
    ],
    "read": [
        ("GET", "/v1/check/a@example.com"),
        ("POST", "/v1/check"),
        ("GET", "/v1/suppressions"),
        ("GET", "/v1/history/a@example.com"),
        ("GET", "/v1/stats"),
        ("GET", "/metrics"),
    ],
    "write": [("PUT", "/v1/suppressions/a@example.com"), ("DELETE", "/v1/suppressions/a@example.com")],
    "ingest": [("POST", "/v1/ingest")],
}


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "keys.json"
    KeyFile(path).add("first", ("read",))
    return path


@pytest.fixture(scope="module")
def locked(key_file: Path) -> Iterator[Served]:
    """Behind keys, on this machine."""
    with serving("--keys", str(key_file), "--db", str(key_file.parent / "b.db")) as served:
        yield served


@pytest.mark.parametrize("scope", SCOPES)
def test_a_key_opens_its_scopes_and_no_other(locked: Served, key_file: Path, scope: str) -> None:
    key = KeyFile(key_file).add(f"only-{scope}", (scope,))
    for name, requests in ASKED.items():
        for method, path in requests:
            answer = locked.client.request(method, path, headers={"Authorization": f"bearer {key}"})
            if name == scope:
                assert answer.status_code not in (401, 403, 500), answer.text
            else:
                assert problem(answer) == (403, "scope-missing")
                assert answer.json()["scope"] == name


@pytest.mark.parametrize(
    "given",
    [
        "",
        "Bearer",
        "Bearer dsnp_wrong",
        "Basic YTpi",
        "dsnp_",
        "Bearer \x80\xff",
        "Bearer " + "x" * 9_000,
    ],
)
def test_without_a_right_key_only_health_is_told(locked: Served, given: str) -> None:
    headers = {b"Authorization": given.encode("latin-1")}
    for requests in ASKED.values():
        for method, path in requests:
            answer = locked.client.request(method, path, headers=headers)
            assert problem(answer) == (401, "key-needed")
            assert answer.headers["www-authenticate"].startswith("Bearer")
    for path in ("/healthz", "/readyz", "/schema/openapi.json"):
        assert locked.client.get(path, headers=headers).status_code == 200


def test_nothing_of_a_body_is_read_before_the_key(locked: Served) -> None:
    answer = locked.client.post("/v1/parse", content=b"x" * 40_000_000, headers=MESSAGE)
    assert problem(answer) == (401, "key-needed")


def test_a_revoked_key_opens_nothing_at_once(locked: Served, key_file: Path) -> None:
    key = KeyFile(key_file).add("short", ("parse",))
    headers = {"Authorization": f"Bearer {key}"}
    assert locked.client.get("/v1/reasons", headers=headers).status_code == 200
    KeyFile(key_file).revoke("short")
    assert problem(locked.client.get("/v1/reasons", headers=headers)) == (401, "key-needed")


def test_changes_carry_the_name_of_the_key(locked: Served, key_file: Path) -> None:
    key = KeyFile(key_file).add("helpdesk", ("write", "read", "ingest"))
    headers = {"Authorization": f"Bearer {key}"}
    locked.client.put("/v1/suppressions/kim@keys.example", headers=headers)
    locked.client.post("/v1/ingest", content=bounce(77), headers=headers | MESSAGE)
    (entry,) = locked.client.get("/v1/suppressions?domain=keys.example", headers=headers).json()[
        "suppressions"
    ]
    assert entry["by"] == "key helpdesk"
    lines = [json.loads(line) for line in locked.said().splitlines() if "helpdesk" in line]
    assert [(line["by"], line["did"]) for line in lines] == [("helpdesk", "suppress"), ("helpdesk", "ingest")]
    assert key not in locked.said()


def test_while_the_file_cannot_be_read_nobody_is_let_in(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    key = KeyFile(path).add("one", ("parse",))
    whole = path.read_bytes()
    with serving("--keys", str(path), key=key) as served:
        assert served.client.get("/v1/reasons").status_code == 200
        for text in (b"", b"[]", b'{"keys": [{"name": "x"}]}', whole.replace(b'"hash": "', b'"hash": "..')):
            path.write_bytes(text)
            assert problem(served.client.get("/v1/reasons")) == (503, "keys-unreadable")
            assert served.client.get("/healthz").status_code == 200
        path.unlink()
        assert problem(served.client.get("/v1/reasons")) == (503, "keys-unreadable")
        path.write_bytes(whole)
        assert served.client.get("/v1/reasons").status_code == 200


def test_the_command_makes_lists_and_revokes_keys(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    made = command("keys", "add", "shop", "--scope", "read", "--scope", "write", "--keys", path)
    key = made.stdout.strip()
    assert (made.returncode, key[:5], len(key) > 40) == (0, "dsnp_", True)
    assert key not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    listed = command("keys", "list", "--format", "jsonl", env={"DSNPARSE_KEYS": str(path)})
    assert json.loads(listed.stdout)["scopes"] == "read write"
    assert KeyFile(path).find(key) == KeyFile(path).keys()[0]
    for words in (
        ("add", "shop", "--scope", "read"),
        ("add", "no name", "--scope", "read"),
        ("revoke", "nobody"),
    ):
        wrong = command("keys", *words, "--keys", path)
        assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1), wrong.stderr
    assert command("keys", "revoke", "shop", "--keys", path).returncode == 0
    assert KeyFile(path).find(key) is None


def test_the_mode_of_the_file_stays_and_no_key_is_lost_when_many_are_made_at_once(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    KeyFile(path).add("first", ("read",))
    path.chmod(0o640)
    with ThreadPoolExecutor(8) as threads:
        keys = list(threads.map(lambda number: KeyFile(path).add(f"key{number}", ("read",)), range(24)))
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert {KeyFile(path).find(key).name for key in keys} == {f"key{number}" for number in range(24)}  # type: ignore[union-attr]
    assert [one.name for one in path.parent.iterdir()] == ["keys.json"]


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="no such file"):
        KeyFile(tmp_path / "none" / "keys.json").add("a", ("read",))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "mail.example"])
def test_beyond_this_machine_it_does_not_start_without_keys(host: str) -> None:
    done = command("serve", "--host", host, "--port", "0")
    assert done.returncode == 2
    assert "--keys FILE" in done.stderr
    assert "--without-keys" in done.stderr


def test_it_does_not_start_with_a_file_of_keys_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    for text, said in ((None, "no such file"), ("nonsense", "is no file of keys")):
        if text is not None:
            path.write_text(text)
        done = command("serve", "--keys", path, "--port", "0")
        assert (done.returncode, said in done.stderr, "Traceback" in done.stderr) == (2, True, False)


def test_a_key_is_compared_with_all_of_them_in_constant_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By `hmac.compare_digest`, which no clock in a test could prove."""
    file = KeyFile(tmp_path / "keys.json")
    keys = [file.add(f"key{number}", ("read",)) for number in range(5)]
    known, compared = file.keys(), list[str]()
    real = hmac.compare_digest

    def compare(known: str, given: str) -> bool:
        compared.append(known)
        return real(known, given)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    for key in (*keys, "dsnp_wrong"):
        compared.clear()
        file.find(key)
        assert compared == [one.hash for one in known]

"""What is not needed is not loaded, and what is not installed is named."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_BLOCK = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {package!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name={package!r})

sys.meta_path.insert(0, Missing())
from dsnparse.cli import main
sys.exit(main({words!r}))
"""


@pytest.mark.parametrize(
    ("package", "words", "extra"),
    [
        ("imap_tools", ["ingest", "imaps://joe@host/", "--db", ":memory:"], "imap"),
        ("imap_tools", ["watch", "imaps://joe@host/", "--db", ":memory:"], "imap"),
        ("aiosmtpd", ["listen", "--lmtp", "127.0.0.1:0"], "lmtp"),
        ("sqlalchemy", ["ingest", "/tmp"], "store"),
        ("litestar", ["serve", "--port", "0"], "serve"),
        ("uvicorn", ["serve", "--port", "0"], "serve"),
    ],
)
def test_a_missing_extra_is_a_sentence_that_says_how_to_install_it(
    package: str, words: list[str], extra: str
) -> None:
    script = _BLOCK.format(package=package, words=words)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"pip install 'mail-dsnparse[{extra}]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_so_is_that_of_dkim_when_the_settings_want_it(tmp_path: Path) -> None:
    path = tmp_path / "trust.toml"
    path.write_text("[dkim]\ncheck = true\n")
    for words in (
        ["parse", "--trust", str(path), str(tmp_path)],
        ["ingest", "--trust", str(path), str(tmp_path)],
    ):
        script = _BLOCK.format(
            package="dkim", words=[*words, *(["--db", ":memory:"] * (words[0] == "ingest"))]
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
        assert (done.returncode, "pip install 'mail-dsnparse[dkim]'" in done.stderr) == (2, True), done.stderr


def test_so_is_that_of_webhooks_when_a_key_needs_it(tmp_path: Path) -> None:
    path = tmp_path / "trust.toml"
    path.write_text("[webhooks.ses]\ntopics = ['arn:aws:sns:eu-west-1:123456789012:bounces']\n")
    path.chmod(0o600)
    script = _BLOCK.format(package="cryptography", words=["serve", "--port", "0", "--trust", str(path)])
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, "pip install 'mail-dsnparse[webhooks]'" in done.stderr) == (2, True), done.stderr


def test_a_mail_server_keeps_its_message_while_an_extra_is_missing() -> None:
    script = _BLOCK.format(package="sqlalchemy", words=["ingest", "-", "--db", "x"])
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 75
    assert "pip install 'mail-dsnparse[store]'" in done.stderr


@pytest.mark.parametrize(
    "module", ["dsnparse", "dsnparse.mailboxes", "dsnparse.ingest", "dsnparse.mailboxes.events"]
)
def test_reading_mail_loads_no_extra(module: str) -> None:
    script = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert module in loaded
    assert not {"sqlalchemy", "imap_tools", "aiosmtpd", "psycopg", "dkim", "dns"} & loaded

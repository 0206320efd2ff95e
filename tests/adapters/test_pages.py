"""The scripts that pages about other software show do what the pages say.

What the sessions of most of them print is compared by tests/docs; in-django.md needs a Django project, and is
run here: `PYTHONPATH=.:tests python -m adapters.test_pages` writes the output that comes now into it.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from test_readme import BLOCK, ROOT, Sessions

DOCS = ROOT / "docs"
NAMES = [
    "coming-from-sisimai", "coming-from-flufl", "in-django", "in-mailman", "in-listmonk", "in-mautic",
    "in-postal",
]  # fmt: skip
_FILE = re.compile(r"^```python\n# (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SETTINGS = """
SECRET_KEY = "x"
INSTALLED_APPS = ["anymail", "news.apps.News"]
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
DEFAULT_FROM_EMAIL = "news@example.com"
USE_TZ = True
BOUNCES = "bounces.db"
"""
MANAGE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "site_settings"
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""


def page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text("utf-8")


def files_of(name: str, folder: Path) -> None:
    """The page's Python files, put where their first lines say; with a Django project where there is need."""
    for path, code in _FILE.findall(page(name)):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(code, "utf-8")
    if name == "in-django":
        (folder / "site_settings.py").write_text(SETTINGS)
        (folder / "manage.py").write_text(MANAGE)


def as_it_is(name: str, folder: Path) -> str:
    """The page, with what its sessions print now."""
    sessions = Sessions(folder)
    files_of(name, folder)
    return BLOCK.sub(sessions.run, page(name))


def test_the_page_about_django_shows_what_comes_out(tmp_path: Path) -> None:
    now = as_it_is("in-django", tmp_path)
    assert now == page("in-django"), "Run: PYTHONPATH=.:tests python -m adapters.test_pages"


def test_the_readme_leads_to_every_page() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [name for name in NAMES if f"(docs/{name}.md)" not in readme] == []


class Told:
    """An HTTP server that notes what it is posted, and answers with what it is given."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, Any]] = []
        self.answer: Any = {}

    @contextmanager
    def listening(self) -> Iterator[str]:
        told = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                told.requests.append(
                    (self.path, self.headers["Authorization"], json.loads(body) if body else None)
                )
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps(told.answer).encode())

            do_POST = do_GET  # noqa: N815

            def log_message(self, *_: Any) -> None: ...

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def run_hook(name: str, script: str, folder: Path, *samples: str, **variables: str) -> None:
    """Ingest samples with the page's script as a hook."""
    files_of(name, folder)
    subprocess.run(
        [sys.executable, "-m", "dsnparse", "ingest", "--quiet", "--db", folder / "b.db",
         "--exec", f"{sys.executable} {folder / script}", *(ROOT / "samples" / one for one in samples)],
        check=True, env={**os.environ, **variables}, cwd=ROOT, timeout=60,
    )  # fmt: skip


def test_listmonk_is_told_of_who_is_suppressed_and_of_nobody_else(tmp_path: Path) -> None:
    told = Told()
    samples = ["provider/gmail-user-unknown.eml", "provider/gmail-dmarc-5.7.26.eml", "complaint/abuse.eml"]
    with told.listening() as url:
        run_hook(
            "in-listmonk", "tell_listmonk.py", tmp_path, *samples, LISTMONK_URL=url, LISTMONK_USER="api:token"
        )
    ((path, user, bounce), *rest) = told.requests
    assert path == "/webhooks/bounce"
    assert base64.b64decode(user.removeprefix("Basic ")) == b"api:token"
    assert (bounce["email"], bounce["source"], bounce["type"]) == ("tom.beck@example.org", "dsnparse", "hard")
    assert json.loads(bounce["meta"])["reason"] == "user_unknown"
    assert [one["type"] for _, _, one in rest] in ([], ["complaint"])


def test_mautic_is_asked_for_the_contact_and_told_not_to_mail_it(tmp_path: Path) -> None:
    told = Told()
    told.answer = {"contacts": {"17": {"id": 17}}}
    with told.listening() as url:
        run_hook(
            "in-mautic", "tell_mautic.py", tmp_path, "provider/gmail-user-unknown.eml",
            MAUTIC_URL=url, MAUTIC_USER="api:password",
        )  # fmt: skip
    (asked, _, nothing), (path, _, values) = told.requests
    assert (asked, nothing) == ("/api/contacts?search=email%3Atom.beck%40example.org&minimal=1", None)
    assert path == "/api/contacts/17/dnc/email/add"
    assert values == {"reason": 2, "comments": "dsnparse: user_unknown"}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        (DOCS / "in-django.md").write_text(as_it_is("in-django", Path(place)), "utf-8")

"""The files of the page: what is sent, under which policy, and that no text becomes markup."""

from __future__ import annotations

import json
import re
import tomllib
import urllib.error
import urllib.request
from email.message import Message

import pytest

from dsnparse.web.page import FILES, HERE, SAMPLES
from dsnparse.web.page_files import POLICY

from .conftest import ROOT

#: What makes markup, code or a style out of text.
SINKS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|eval\(|"
    r"new Function|setTimeout\(\s*[\"'`]|srcdoc|javascript:|\.on\w+\s*=\s*[\"'`]"
)


def get(url: str) -> tuple[int, Message[str, str], bytes]:
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def test_the_policy_lets_in_our_own_files_alone(bare: str) -> None:
    for path in ("/", *(f"/page/{name}" for name in FILES), "/page/about"):
        status, headers, _ = get(bare + path)
        assert status == 200, path
        assert headers.get_all("Content-Security-Policy") == [POLICY], path
        assert headers.get_all("X-Content-Type-Options") == ["nosniff"], path
    assert "unsafe" not in POLICY
    assert "*" not in POLICY
    assert "http" not in POLICY


def test_the_page_names_only_files_that_there_are(bare: str) -> None:
    html = (HERE / "index.html").read_text()
    named = re.findall(r'(?:src|href)="(/page/[^"]+)"', html)
    assert sorted(named) == sorted(f"/page/{name}" for name in FILES)
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|<style", html)


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".js")])
def test_no_text_becomes_markup_or_code(name: str) -> None:
    assert SINKS.findall((HERE / name).read_text()) == []


OTHER_PATHS = [
    "/page/__init__.py",
    "/page/..%2Fapp.py",
    "/page/%2e%2e/app.py",
    "/page/samples/..%2Fpage.js",
    "/page/x",
]


@pytest.mark.parametrize("path", OTHER_PATHS)
def test_no_name_becomes_a_path(bare: str, path: str) -> None:
    assert get(bare + path)[0] == 404


def test_the_samples_are_those_of_the_source(bare: str) -> None:
    theirs = {path.read_bytes() for path in ROOT.glob("samples/*/*.eml")}
    offered = json.loads(get(f"{bare}/page/about")[2])["samples"]
    assert [one["name"] for one in offered] == list(SAMPLES)
    assert {path.name for path in (HERE / "samples").iterdir()} == set(SAMPLES)
    for name in SAMPLES:
        assert get(f"{bare}/page/samples/{name}")[2] in theirs, name


def test_the_answer_about_a_message_is_bounded_and_says_what_is_left_out(bare: str) -> None:
    groups = "".join(
        f"\nFinal-Recipient: rfc822; u{at}@example.org\nAction: failed\nStatus: 5.1.1\n" for at in range(250)
    )
    head = "Return-Path: <>\nFrom: MAILER-DAEMON@x.example\nContent-Type: message/delivery-status\n\n"
    data = (head + groups).encode()
    request = urllib.request.Request(
        f"{bare}/v1/parse/marked", data, headers={"Content-Type": "message/rfc822"}, method="POST"
    )
    with urllib.request.urlopen(request) as answer:
        found = json.loads(answer.read())
    assert len(found["report"]["records"]) == 200
    assert found["records_left_out"] == 50


def test_every_file_of_the_page_goes_into_the_wheel() -> None:
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    package = ROOT / "dsnparse"
    packed = {path for pattern in patterns["dsnparse"] for path in package.glob(pattern)}
    there = {path for path in HERE.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")}
    assert there - packed == set()

"""Nothing that comes from mail runs, or looks like something else, in the page of a report."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dsnparse import Action, BounceRecord, Evidence, Kind, OriginalMessage, Reason, Report
from dsnparse.report import html, make, read_period, text
from dsnparse.report.page import content_security_policy
from dsnparse.store import Seen, Store
from tools.story import Story

from .conftest import END

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

RUN = "window.planted=1"
PLANTED = [
    f"<script>{RUN}</script>",
    f"</script><script>{RUN}</script>",
    f"</style><script>{RUN}</script>",
    f"</title></textarea></noscript><script>{RUN}</script>",
    f'"><img src=x onerror="{RUN}">',
    f"' onmouseover='{RUN}' autofocus onfocus='{RUN}' x='",
    f"<svg onload={RUN}><a href=javascript:{RUN}>x</a></svg>",
    f"javascript:{RUN}",
    f"<a href='javascript:{RUN}'>https://unblock.example/</a>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    "<style>*{display:none!important}</style><link rel=stylesheet href=https://evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'><base href=https://evil.example/>",
    "<!--<script>", "]]>", "{{ 7*7 }}{% raw %}", "${7*7}", "\\u003cscript\\u003e", "&lt;script&gt;",
    "safe\u202eelif.exe\u202c \u2066x\u2069 \u200f\u200e \ufeff\u200b \x1b[31m \x00 \u2028\u2029",
    "#records?receiver=microsoft", "__proto__", "constructor",
]  # fmt: skip
#: Characters that turn the direction of text, or that nobody sees.
HIDDEN = re.compile(
    "[\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\u2028\u2029\ufeff\x00-\x08\x0b-\x1f\x7f-\x9f]"
)
#: All that a page of ours has.
TAGS = set(
    """
    html head meta title style body a header h1 h2 h3 p bdi code main section article span div dl dt dd
    figure figcaption svg rect line text ul li strong nav details summary table caption thead tbody tr th td
    abbr small noscript label input button script footer
    """.split()
)


def notices(seed: str, number: int) -> Iterator[Seen]:
    """Bounces with `seed` in every field that a stranger can write."""
    for count in range(number):
        address = [f'"{seed}"@example.com', f"x@{seed}.example", seed, "kim@example.com"][count % 4]
        record = BounceRecord(
            address,
            original_recipient=f"{seed}@example.com",
            action=Action.FAILED,
            status=seed[:40],
            reply_code=550,
            diagnostic=f"550 5.7.1 messages from [192.0.2.10] (S3150) {seed}",
            remote_mta=seed,
            reason=Reason.UNDEFINED if count % 3 == 0 else Reason.BLOCKLISTED,
            bounce_type=Reason.BLOCKLISTED.bounce_type,
            advice=Reason.BLOCKLISTED.advice,
            provider=[None, "microsoft", seed][count % 3],
            confidence=0.9,
            final_log_id=seed,
            evidence=(Evidence("reason", seed, 1, seed, seed),),
        )
        original = OriginalMessage(
            message_id=seed, subject=seed, from_=seed, to=seed, date=seed, return_path=seed, list_id=seed,
            list_unsubscribe=seed, feedback_id=seed, x_headers={"x-campaign": seed, seed: seed},
        )  # fmt: skip
        kind = Kind.COMPLAINT if count % 7 == 6 else Kind.BOUNCE
        report = Report(
            kind, (record,), reporting_mta=seed, envelope_id=seed, original=original, feedback_type=seed,
            format=seed,
        )  # fmt: skip
        yield Seen(f"{seed!r}{count}", seed, report, END - timedelta(hours=1 + count))
        yield Seen(f"{seed!r}{count}o", seed, Report(Kind.OTHER), END - timedelta(hours=1 + count))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report on planted notices, and on the quiet time before, so that there are changes to tell."""
    folder = tmp_path_factory.mktemp("planted")
    with Store.open(str(folder / "planted.db")) as store:
        for seed in PLANTED:
            store.add(list(notices(seed, 7)), now=END)
        store.add([next(notices("before", 1))], now=END)
        early = [
            Seen(f"early{n}", "x", one.report, END - timedelta(days=13 - n % 6))
            for n, one in enumerate(notices("calm", 12))
        ]
        store.add(early, now=END)
        figures = make(store, read_period(now=END), title=PLANTED[0], now=END)
        assert figures.changes
        assert not HIDDEN.search(text(figures).replace("\n", ""))
    path = folder / "report.html"
    path.write_text(html(figures), "utf-8")
    return path


class Elements(HTMLParser):
    """Every element and its attributes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def elements(page: Path) -> list[tuple[str, dict[str, str | None]]]:
    parser = Elements()
    parser.feed(page.read_text("utf-8"))
    return parser.found


def test_no_element_or_attribute_comes_from_mail(page: Path) -> None:
    found = elements(page)
    assert {tag for tag, _ in found} - {"title"} <= TAGS
    assert sum(tag == "script" for tag, _ in found) == 2
    assert sum(tag == "style" for tag, _ in found) == 1
    for tag, attributes in found:
        assert not [
            name for name in attributes if name.startswith("on") or name in ("style", "src", "srcdoc")
        ], tag
        if tag == "a" or "href" in attributes:
            assert re.match(r"#|https://[\w./-]+$|mailto:[\w.@-]+$", attributes["href"] or ""), attributes


def test_every_planted_text_is_there_as_text(page: Path) -> None:
    shown = page.read_text("utf-8")
    assert "&lt;script&gt;window.planted=1&lt;/script&gt;" in shown
    assert "\\u003cscript\\u003ewindow.planted=1" in shown
    assert "{{ 7*7 }}" in shown
    assert "&lt;U+202E&gt;" in shown


def test_no_character_turns_the_direction_of_text_or_is_unseen(page: Path) -> None:
    assert not HIDDEN.search(page.read_text("utf-8").replace("\n", ""))


def test_the_policy_allows_the_pages_own_hashes_only(page: Path) -> None:
    policy = content_security_policy(page.read_text("utf-8"))
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[\w+/=]+'; script-src 'sha256-[\w+/=]+'; "
        r"base-uri 'none'; form-action 'none'",
        policy,
    )


@pytest.fixture
def opened(page: Path, browser: Browser) -> Iterator[Page]:
    """The page in the browser; at its end, nothing was loaded, asked, or said against."""
    context = browser.new_context()
    tab = context.new_page()
    loaded: list[str] = []
    wrong: list[str] = []
    tab.on("request", lambda request: loaded.append(request.url))
    tab.on("dialog", lambda dialog: wrong.append(dialog.message))
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("console", lambda message: wrong.append(message.text))
    tab.goto(page.as_uri())
    yield tab
    assert tab.evaluate("window.planted") is None
    assert loaded == [page.as_uri()]
    assert wrong == []
    context.close()


def test_nothing_planted_runs_whatever_is_opened_and_pointed_at(opened: Page) -> None:
    opened.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    opened.evaluate(
        """async () => {
            const all = [...document.querySelectorAll('a[href^="#records?"]')];
            const links = all.filter((_, number) => number % Math.ceil(all.length / 60) === 0);
            for (const link of links) {
                location.hash = link.getAttribute('href').slice(1);
                await new Promise((done) => setTimeout(done));
                for (const open of document.querySelectorAll('#list .open')) open.click();
                for (const one of document.querySelectorAll('#list *, #filters *')) {
                    for (const what of ['mouseover', 'focus', 'click']) {
                        one.dispatchEvent(new Event(what, { bubbles: false }));
                    }
                }
            }
        }"""
    )
    for head in opened.query_selector_all("th button")[:12]:
        head.click()
    opened.fill("#search", PLANTED[0])
    assert "message" in opened.inner_text("#status")
    assert opened.query_selector("#records script[src], #records img, #records svg, #records iframe") is None
    assert opened.evaluate("getComputedStyle(document.body).display") == "block"


def test_a_fragment_that_somebody_sends_runs_nothing(opened: Page) -> None:
    for planted in PLANTED:
        opened.evaluate(
            "(text) => { location.hash = 'records?receiver=' + encodeURIComponent(text); }", planted
        )
        opened.evaluate("(text) => { location.hash = 'records?' + text; }", planted)
        opened.evaluate("(text) => { location.hash = text; }", planted)
    opened.wait_for_timeout(50)


def test_the_policy_stops_what_would_get_through(page: Path, browser: Browser) -> None:
    tab = browser.new_page()
    tab.goto(page.as_uri())
    tab.evaluate(
        """() => {
            const bad = document.createElement('div');
            bad.innerHTML = '<img src=x onerror="window.planted=1"><b style="color:red">x</b>';
            document.body.append(bad);
            const script = document.createElement('script');
            script.textContent = 'window.planted=1';
            document.body.append(script);
        }"""
    )
    tab.wait_for_timeout(100)
    assert tab.evaluate("window.planted") is None
    tab.close()


def test_planted_mail_is_read_and_reported_without_harm(tmp_path: Path) -> None:
    from dsnparse import Parser
    from dsnparse.ingest import ingest
    from dsnparse.mailboxes.sources import PathSource

    folder = tmp_path / "mail"
    folder.mkdir()
    letters = list(Story(number=60, end=END).messages())
    for number, (letter, planted) in enumerate(zip(letters, PLANTED * 3, strict=False)):
        line = " ".join(planted.replace("\x00", "").split()).encode()
        letter = letter.replace(b"said: ", b"said: " + line + b" ").replace(b"List-Id: ", b"List-Id: " + line)
        letter = letter.replace(b"X-Campaign: ", b"X-Campaign: " + line).replace(
            b"dns; mail", b"dns; " + line
        )
        (folder / f"{number} <img src=x onerror={RUN.replace('/', '')}>.eml").write_bytes(letter)
    with Store.open(str(tmp_path / "mail.db")) as store:
        for _ in ingest(PathSource([str(folder)]), store.add, Parser()):
            pass
        path = tmp_path / "report.html"
        path.write_text(html(make(store, read_period("14d", None, "none", now=END))), "utf-8")
    assert {tag for tag, _ in elements(path)} <= TAGS
    assert not HIDDEN.search(path.read_text("utf-8").replace("\n", ""))

"""The page of a report as a person uses it: every number opens what is behind it, by mouse and keyboard, on a
desk, a phone and paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe import axe_problems

from dsnparse.report import html, make, read_period
from dsnparse.store import Store

from .conftest import END, figures_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

#: What the lines of the list say, and how many there are: for each number of the page.
_ALL_NUMBERS = """async () => {
    const wrong = [];
    const links = [...new Set([...document.querySelectorAll('a[href^="#records?"]')]
        .map((link) => link.getAttribute('href')))];
    for (const link of links) {
        const wanted = new URLSearchParams(link.split('?')[1]);
        if (wanted.get('n') === '0') continue;
        const heard = new Promise((done) => addEventListener('hashchange', done, { once: true }));
        location.hash = link;
        await heard;
        const said = document.getElementById('status').textContent;
        const number = Number(said.replaceAll(',', '').split(' ')[0]);
        if (number !== Number(wanted.get('n'))) wrong.push(link + ' shows ' + said);
    }
    return [links.length, wrong];
}"""


@pytest.fixture(scope="module")
def path(blocked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page on a story."""
    made = tmp_path_factory.mktemp("page") / "report.html"
    made.write_text(html(figures_of(blocked)), "utf-8")
    return made


@pytest.fixture
def opened(path: Path, browser: Browser) -> Iterator[Page]:
    """The page on a desk."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    tab = context.new_page()
    tab.goto(path.as_uri())
    yield tab
    context.close()


def test_the_first_screen_says_what_changed_and_what_to_do(opened: Page) -> None:
    for shown in ("article.change h3", "article.change dd", ".tiles strong"):
        box = opened.locator(shown).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < 800, shown
    assert opened.inner_text("article.change h3").startswith("▲")


def test_every_number_opens_as_many_messages_as_it_says(opened: Page) -> None:
    links, wrong = opened.evaluate(_ALL_NUMBERS)
    assert links > 400
    assert wrong == [], wrong


def test_the_messages_behind_a_number_are_those_and_say_where_they_lie(opened: Page) -> None:
    opened.click("article.change figcaption a")
    opened.wait_for_function("document.activeElement.id === 'records-title'")
    assert set(opened.locator("#list tbody td:nth-child(3)").all_inner_texts()) == {"Microsoft"}
    assert "S3150" in "".join(opened.locator("#list tbody td:nth-child(5)").all_inner_texts())
    opened.locator("#list tr", has_text="S3150").first.locator(".open").click()
    details = opened.locator("#list dl").inner_text()
    assert "story.mbox:" in details
    assert "192.0.2.10" in details
    before = opened.inner_text("#status")
    opened.locator("#filters button").first.click()
    opened.wait_for_function(
        "(before) => document.getElementById('status').textContent !== before", arg=before
    )
    assert opened.locator("#filters .chip").count() == 1


def test_messages_are_searched_sorted_and_shown_piece_by_piece(opened: Page) -> None:
    assert opened.locator("#list tbody tr").count() == 50
    opened.click("#more")
    assert opened.locator("#list tbody tr").count() == 100
    opened.click("#list th[data-by=address] button")
    opened.click("#list th[data-by=address] button")
    found = opened.locator("#list tbody td:nth-child(2)").all_inner_texts()
    assert found == sorted(found)
    opened.fill("#search", "constellation")
    assert opened.locator("#list tbody tr").count() == int(opened.inner_text("#status").split()[0])
    assert "constellation" in opened.locator("#list tbody tr").first.inner_text()


def test_what_was_before_opens_its_messages_too(opened: Page) -> None:
    for place in (".tiles .was", "#reasons td:nth-of-type(1)", "#domains td:nth-of-type(2)"):
        first = opened.locator(place).first
        first.locator("a").click()
        opened.wait_for_function(
            "(number) => document.getElementById('status').textContent.split(' ')[0] === number",
            arg=first.inner_text().split()[0],
        )
        assert "before" in opened.inner_text("#filters")


def test_long_tables_are_filtered_by_what_stands_in_them(opened: Page) -> None:
    rows = opened.locator("#domains tbody tr")
    assert rows.count() >= 12
    opened.get_by_role("searchbox", name="Filter: Domains").fill("Example")
    shown = [one for one in rows.all() if one.is_visible()]
    assert 0 < len(shown) < rows.count()
    assert all("example" in one.inner_text() for one in shown)
    assert f"{len(shown)} of {rows.count()}" in opened.inner_text("#domains .filter")


def test_no_table_is_wider_than_a_desk_is(opened: Page) -> None:
    wider = """[...document.querySelectorAll('.scroll')].filter((one) => one.scrollWidth > one.clientWidth)
        .map((one) => one.getAttribute('aria-label'))"""
    for details in opened.locator("details").all():
        details.evaluate("(one) => { one.open = true; }")
    assert opened.evaluate(wider) == []


def test_tables_sort_by_number_and_say_so(opened: Page) -> None:
    head = opened.locator("#reasons thead th", has_text="Now")
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    place = head.evaluate("(head) => head.cellIndex + 1")
    numbers = [
        int(one.replace(",", ""))
        for one in opened.locator(f"#reasons tbody tr > :nth-child({place})").all_inner_texts()
    ]
    assert numbers == sorted(numbers)
    assert numbers[0] < numbers[-1]


def test_the_keyboard_reaches_the_change_and_opens_its_messages(opened: Page) -> None:
    reached: list[Any] = []
    for _ in range(12):
        opened.keyboard.press("Tab")
        reached.append(opened.evaluate("document.activeElement.getAttribute('href')"))
        if reached[-1] and reached[-1].startswith("#records"):
            break
    assert reached[0] == "#changes"
    opened.keyboard.press("Enter")
    opened.wait_for_function("document.activeElement.id === 'records-title'")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_it_without_scrolling_sideways(path: Path, browser: Browser, scheme: Any) -> None:
    tab = browser.new_page(viewport={"width": 360, "height": 740}, color_scheme=scheme)
    tab.goto(path.as_uri())
    tab.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert tab.evaluate("document.documentElement.scrollWidth") == 360
    box = tab.locator("article.change dd").first.bounding_box()
    assert box is not None
    assert box["y"] < 740
    light = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (light == "rgb(251, 250, 248)") == (scheme == "light")
    tab.close()


def test_it_prints_what_changed_and_leaves_the_tools_out(opened: Page) -> None:
    opened.emulate_media(media="print")
    assert opened.locator("article.change h3").is_visible()
    assert not opened.locator("#records").is_visible()
    assert not opened.locator("nav").is_visible()
    assert len(opened.pdf(format="A4")) > 10_000


@pytest.mark.parametrize(("dark", "width"), [(False, 1280), (True, 360)], ids=["light desk", "dark phone"])
def test_axe_finds_nothing(path: Path, browser: Browser, dark: bool, width: int) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
    )
    tab = context.new_page()
    tab.goto(path.as_uri())
    tab.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    tab.locator("#list .open").first.click()
    assert axe_problems(tab) == []
    context.close()


def test_on_paper_no_table_is_cut(opened: Page) -> None:
    opened.set_viewport_size({"width": 720, "height": 1018})  # A4 at 96 dots an inch, within its margins
    opened.emulate_media(media="print")
    assert opened.evaluate("document.documentElement.scrollWidth") <= 720


def test_where_nothing_failed_the_page_has_sentences_and_no_empty_tables(
    browser: Browser, tmp_path: Path
) -> None:
    with Store.open(str(tmp_path / "empty.db")) as store:
        (tmp_path / "empty.html").write_text(html(make(store, read_period(now=END), now=END)), "utf-8")
    tab = browser.new_page()
    tab.goto((tmp_path / "empty.html").as_uri())
    assert tab.inner_text("#changes .quiet") == "Nothing failed."
    assert tab.locator("table:not(#list)").count() == 0
    assert tab.locator("svg").count() == 0
    assert tab.locator("a[href^='#records?']").count() == 0
    tab.close()


def test_without_its_script_everything_but_the_list_is_there(path: Path, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(path.as_uri())
    assert tab.locator("article.change h3").is_visible()
    assert tab.locator("noscript").inner_text() != ""
    assert not tab.locator("#tools").is_visible()
    context.close()

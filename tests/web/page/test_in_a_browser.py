"""The page as people use it, in real Chromium."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from dsnparse import Kind

from ..served import serving
from .conftest import ROOT, looking

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

TOM = "tom.beck@example.org"
QMAIL = ROOT / "samples/provider/qmail-user-unknown.eml"
DROP = """([text, name]) => {
    const data = new DataTransfer();
    if (name) data.items.add(new File([text], name)); else data.setData("text/plain", text);
    for (const kind of ["dragenter", "dragover", "drop"]) {
        const event = new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true });
        document.body.dispatchEvent(event);
    }
}"""


def try_sample(page: Page, title: str) -> None:
    page.get_by_role("button", name=title).click()
    page.locator(".verdict").wait_for()


def field(page: Page, name: str) -> Locator:
    return page.locator(f".sources button[data-field={name}]").first


def lit(page: Page, within: str) -> list[str]:
    """The texts of what is lit up there."""
    return [text.strip() for text in page.locator(f"{within} .lit").all_inner_texts()]


def in_sight(locator: Locator) -> bool:
    box = locator.bounding_box()
    size = locator.page.viewport_size
    return box is not None and size is not None and 0 <= box["y"] <= size["height"] - box["height"]


def open_all(page: Page) -> None:
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")


@pytest.mark.parametrize(
    "how", ["dropped file", "dropped text", "pasted", "pasted into the page", "chosen file"]
)
def test_a_message_is_read_however_it_comes(page: Page, how: str) -> None:
    text = QMAIL.read_text()
    match how:
        case "dropped file":
            page.evaluate(DROP, [text, "bounce.eml"])
        case "dropped text":
            page.evaluate(DROP, [text, ""])
        case "pasted":
            page.get_by_label("The source of a message").fill("\n" + text)
            page.get_by_role("button", name="Read it").click()
        case "pasted into the page":
            page.evaluate(
                """text => { const data = new DataTransfer(); data.setData("text/plain", text);
                const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true });
                document.body.dispatchEvent(event) }""",
                text,
            )
        case _:
            page.get_by_label("Choose a file").set_input_files(QMAIL)
    page.locator(".verdict").wait_for()
    assert page.locator("#verdict-title").inner_text() == "Bounce One recipient failed."
    card = page.locator(".record")
    assert card.locator(".address").inner_text() == TOM
    assert card.locator(".type").inner_text() == "✕ hard"
    assert "has no such mailbox" in card.locator(".short").inner_text()
    assert "What to do: stop mailing it" in card.locator(".todo").inner_text()
    assert "Compare the address with its source." in card.locator(".todo").inner_text()


HEADLINES = {
    "rfc/3464-several-recipients": "Bounce 1 of 5 recipients failed.",
    "mta/postfix-multi-same": "Bounce 2 recipients failed.",
    "delay/gmail-delay": "Delay One recipient still being tried.",
    "delivery/sendmail-dsn-success-fwd": "Delivered The message reached one recipient.",
    "complaint/abuse": "Complaint One recipient complained.",
    "receipt/displayed": "Receipt A message disposition notification (RFC 8098).",
    "auto-reply/out-of-office-german": f"Automatic answer {Kind.AUTO_REPLY.meaning}",
    "not-a-bounce/ordinary-mail": f"Not a bounce {Kind.OTHER.meaning}",
}


def test_the_headline_says_what_the_message_is(page: Page) -> None:
    found = {}
    for name in HEADLINES:
        page.evaluate(DROP, [(ROOT / "samples" / f"{name}.eml").read_text(), name])
        page.locator(".name", has_text=name).wait_for()
        found[name] = page.locator("h1#verdict-title").inner_text()
    assert found == HEADLINES


def test_a_code_that_alone_would_mean_something_else_is_told_apart(page: Page) -> None:
    try_sample(page, "Microsoft 365")
    assert field(page, "status").inner_text() == "5.1.10 by itself: Domain takes no mail"
    page.get_by_role("button", name="Another message").click()
    try_sample(page, "qmail")
    assert field(page, "status").inner_text() == "5.1.1 No such mailbox"


def test_nothing_is_to_be_done_about_what_was_delivered(page: Page) -> None:
    page.evaluate(DROP, [(ROOT / "samples/rfc/3464-several-recipients.eml").read_text(), "several"])
    page.locator(".verdict").wait_for()
    open_all(page)
    assert page.locator(".record .todo").count() == 2
    assert page.locator(".record .type").all_inner_texts() == ["✕ hard", "↻ soft"]


WHERE = {
    "reason": ["User unknown in local recipient table"],
    "status": ["5.1.1"],
    "reply_code": ["550"],
    "recipient": [f"<{TOM}>:"],
}


@pytest.mark.parametrize("name", WHERE)
def test_pointing_at_a_field_lights_its_source_up_and_back(page: Page, name: str) -> None:
    try_sample(page, "qmail")
    field(page, name).hover()
    assert lit(page, ".message") == WHERE[name]
    page.locator("#verdict-title").hover()
    assert lit(page, "body") == []
    page.locator(f".message mark.of-{name}").first.hover()
    assert page.locator(f".sources button[data-field={name}].lit").count() == 1
    assert lit(page, ".message") == WHERE[name]


def test_a_source_far_down_in_the_message_comes_into_sight(page: Page) -> None:
    try_sample(page, "Postfix")
    card = page.locator(".record").nth(4)
    card.locator("summary").first.click()
    card.locator("button[data-field=recipient]").hover()
    mark = page.locator(".message mark.lit")
    mark.first.wait_for()
    assert mark.all_inner_texts() == ["rfc822; nosuchuser@old.test"]
    assert in_sight(mark.first)


def test_the_way_to_the_source_and_back_goes_without_a_mouse(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.get_by_role("button", name="qmail").focus()
    page.keyboard.press("Enter")
    page.locator(".verdict").wait_for()
    assert page.evaluate("document.activeElement.id") == "verdict-title"
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.field") == "status":
            break
    assert lit(page, ".message") == ["5.1.1"]
    page.keyboard.press("Enter")
    assert (
        page.evaluate("document.activeElement.tagName + ' ' + document.activeElement.innerText")
        == "MARK 5.1.1"
    )
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.dataset.field") == "status"


def test_on_a_phone_a_tap_goes_to_the_source_and_a_button_back(chromium: Browser, base: str) -> None:
    with looking(chromium, width=360, height=740, touch=True) as page:
        page.goto(base)
        page.get_by_role("button", name="Outlook").tap()
        page.locator(".verdict").wait_for()
        field(page, "reason").tap()
        assert lit(page, ".message") == ["part of", "their network is on our block list"]
        assert in_sight(page.locator(".message mark.lit").first)
        assert not in_sight(field(page, "reason"))
        page.get_by_role("button", name="Back to the field").tap()
        assert in_sight(field(page, "reason"))
        page.locator(".message mark.of-status").first.tap()
        assert in_sight(field(page, "status"))


def test_every_sample_fits_on_a_phone(chromium: Browser, base: str) -> None:
    with looking(chromium, width=360, height=740, touch=True) as page:
        page.goto(base)
        page.locator(".sample").first.wait_for()
        titles = page.locator(".sample").all_inner_texts()
        for title in titles:
            try_sample(page, title)
            open_all(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, title
            page.get_by_role("button", name="Another message").click()
        for view in ("#/suppressions", f"#/address/{TOM}"):
            page.goto(f"{base}/{view}")
            page.locator("#view-database .panel").first.wait_for()
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, view


def test_it_is_dark_where_the_reader_wants_it_dark(chromium: Browser, base: str) -> None:
    for dark in (False, True):
        with looking(chromium, dark=dark) as page:
            page.goto(base)
            found = page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert (sum(map(int, re.findall(r"\d+", found))) < 150) is dark


def test_without_a_database_nothing_of_one_is_shown(chromium: Browser, bare: str) -> None:
    with looking(chromium) as page:
        page.goto(bare)
        page.locator(".sample").first.wait_for()
        assert page.get_by_role("link", name="Suppressions").count() == 0
        assert page.get_by_role("search").count() == 0
        try_sample(page, "qmail")
        assert page.get_by_text("In the database").count() == 0
        assert page.get_by_role("button", name="Put it into the database").count() == 0


def test_an_address_is_followed_from_the_message_to_its_history_and_lifted(page: Page) -> None:
    try_sample(page, "Domino")
    page.get_by_text("In the database: ✕ don't mail user_unknown").wait_for()
    page.get_by_role("link", name="its history").click()
    history = page.get_by_role("region", name="What happened")
    assert "suppressed · user_unknown" in history.inner_text()
    page.get_by_role("button", name="Lift it").click()
    page.get_by_role("button", name="No").click()
    page.get_by_role("button", name="Lift it").click()
    page.get_by_role("button", name="Yes, lift it").click()
    page.get_by_text("may be mailed").wait_for()
    assert "→ active" in history.locator("li").first.inner_text()


def test_the_browsers_own_back_leads_to_the_message_and_to_the_start(page: Page) -> None:
    try_sample(page, "qmail")
    page.get_by_role("link", name="its history").click()
    page.get_by_role("heading", name="What happened").wait_for()
    page.go_back()
    page.locator(".verdict").wait_for()
    assert page.get_by_role("heading", name="What happened").count() == 0
    page.go_back()
    page.get_by_role("button", name="Read it").wait_for()
    page.go_forward()
    page.locator(".verdict").wait_for()
    page.reload()
    page.get_by_role("button", name="Read it").wait_for()


def test_an_address_is_looked_up_suppressed_by_hand_and_found_in_the_list(page: Page) -> None:
    page.get_by_label("Look up an address").fill("new+1@example.net")
    page.keyboard.press("Enter")
    page.get_by_text("never seen").wait_for()
    page.get_by_label("Note").fill("asked by telephone")
    page.get_by_role("button", name="Suppress it").click()
    page.get_by_text("don't mail").wait_for()
    page.get_by_role("link", name="Suppressions").click()
    page.get_by_label("Domain").fill("example.net")
    page.get_by_role("button", name="Show").click()
    row = page.get_by_role("row").filter(has_text="new+1@example.net")
    row.get_by_text("asked by telephone").wait_for()
    page.get_by_text("Add an address").click()
    page.get_by_label("Address", exact=True).fill("not an address")
    page.locator(".adding").get_by_role("button", name="Suppress it").click()
    assert "not an address" in page.get_by_role("alert").inner_text()
    page.get_by_label("Address", exact=True).fill("more@example.net")
    page.locator(".adding").get_by_role("button", name="Suppress it").click()
    page.get_by_role("link", name="more@example.net").wait_for()
    assert page.get_by_role("alert").count() == 0


def test_an_address_is_found_by_a_part_of_it(page: Page) -> None:
    box = page.get_by_label("Look up an address, or a part of one")
    box.fill("tom.")
    box.press("Enter")
    page.get_by_role("link", name=TOM).click()
    page.get_by_role("heading", name=TOM).wait_for()
    box.fill("no such text")
    box.press("Enter")
    page.get_by_text("There is none.").wait_for()
    page.get_by_role("heading", name="Addresses with “no such text” in them").wait_for()


def test_what_decided_is_in_sight_from_the_beginning(page: Page) -> None:
    for sample in ("Postfix", "Outlook", "Microsoft 365"):
        try_sample(page, sample)
        mark, message = page.locator(".message mark.of-reason").first, page.locator(".message")
        inner, outer = mark.bounding_box(), message.bounding_box()
        assert inner is not None, sample
        assert outer is not None, sample
        assert outer["y"] < inner["y"] < outer["y"] + outer["height"] - inner["height"], sample
        page.get_by_role("button", name="Another message").click()


def test_the_report_is_a_click_away(page: Page) -> None:
    page.get_by_role("link", name="Report").click()
    page.wait_for_url("**/v1/report")
    assert page.get_by_role("heading").first.inner_text()
    page.go_back()
    page.get_by_role("button", name="qmail").wait_for()


def test_a_message_is_put_into_the_database_only_when_somebody_says_so(page: Page) -> None:
    message = QMAIL.read_text().replace(TOM, "fresh@example.org")
    page.evaluate(DROP, [message, "bounce.eml"])
    page.get_by_text("In the database: ✓ may be mailed").wait_for()
    page.get_by_role("button", name="Put it into the database").click()
    page.get_by_role("button", name="Yes, take it").click()
    page.locator(".taking").get_by_text("It is in the database. 1 address changed.").wait_for()
    page.get_by_text("In the database: ✕ don't mail user_unknown").wait_for()


def test_what_is_shown_is_saved_as_one_file(page: Page) -> None:
    try_sample(page, "qmail")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save as a file").click()
    text = waiting.value.path().read_text(encoding="utf-8")
    assert waiting.value.suggested_filename == "bounce.html"
    assert f"<title>bounce: {TOM}</title>" in text
    assert "default-src 'none'; script-src 'sha256-" in text


def test_what_is_no_message_gets_a_sentence(page: Page) -> None:
    page.get_by_role("button", name="Read it").click()
    assert "There is nothing in it." in page.get_by_role("alert").inner_text()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A server that wants a key and takes small messages only; and a key."""
    folder = tmp_path_factory.mktemp("guarded")
    keys = str(folder / "keys.toml")
    add = [sys.executable, "-m", "dsnparse", "keys", "add", "me", "--keys", keys]
    add += ["--scope=parse", "--scope=read", "--scope=write"]
    key = subprocess.run(add, check=True, capture_output=True, text=True, cwd=ROOT).stdout.split()[-1]
    with serving("--keys", keys, "--max-size", "20000", "--db", str(folder / "bounces.db")) as served:
        yield served.base, key


def test_a_server_with_keys_is_asked_with_one(chromium: Browser, guarded: tuple[str, str]) -> None:
    base, key = guarded
    with looking(chromium) as page:
        page.goto(base)
        page.get_by_role("button", name="qmail").click()
        page.get_by_text("This server wants a key").wait_for()
        page.get_by_label("Key").fill("dsnp_nobody-knows-it")
        page.get_by_role("button", name="Use it").click()
        page.get_by_role("button", name="qmail").click()
        page.get_by_text("This server does not know that key").wait_for()
        page.get_by_label("Key").fill(key)
        page.get_by_role("button", name="Use it").click()
        try_sample(page, "qmail")
        page.get_by_text("In the database: ✓ may be mailed").wait_for()
        with page.expect_download() as waiting:
            page.get_by_role("link", name="Report").click()
        assert waiting.value.suggested_filename == "dsnparse-report.html"
        assert waiting.value.path().read_text(encoding="utf-8").startswith("<!doctype html>")
        assert page.evaluate("JSON.stringify(localStorage) + document.cookie") == "{}"


def test_what_the_server_refuses_gets_its_sentence(chromium: Browser, guarded: tuple[str, str]) -> None:
    with looking(chromium) as page:
        page.goto(guarded[0])
        page.locator(".sample").first.wait_for()
        page.evaluate(DROP, ["Subject: a\n\n" + "b" * 30_000, "large.eml"])
        page.get_by_text("That is larger than this server takes (20,000 bytes).").wait_for()

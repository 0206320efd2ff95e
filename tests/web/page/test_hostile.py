"""Messages that want to do something on the page: nothing of them runs, and nothing is hidden."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from messages import group, notice, report

from .conftest import looking
from .test_in_a_browser import DROP

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SCRIPTS = [
    "<script>window.ran = 1</script>",
    '<img src=x onerror="window.ran = 1">',
    '"><svg onload="window.ran = 1">',
    "<style>* { display: none }</style>",
    '<a href="javascript:window.ran = 1" autofocus onfocus="window.ran = 1">',
    "<iframe srcdoc='<script>parent.ran = 1</script>'>",
    '<meta http-equiv="refresh" content="0;url=https://example.net/">',
    "${window.ran = 1}{{constructor.constructor('window.ran = 1')()}}",
    "</textarea></title><script>window.ran = 1</script>",
]
TOM = "tom.beck@example.org"


def messages() -> Iterator[tuple[str, bytes]]:
    for number, script in enumerate(SCRIPTS):
        yield (
            f"script {number} in a text",
            notice(f"Delivery failed:\n\n<{TOM}>: 550 5.1.1 {script} unknown user\n"),
        )
        yield (
            f"script {number} in a status part",
            report(group(TOM, diagnostic=f"smtp; 550 {script}", more=f"\nRemote-MTA: dns; {script}")),
        )
        yield (
            f"script {number} in the header",
            report(
                group(TOM),
                header=f"Return-Path: <>\nX-A: {script}\n",
                message=f"Reporting-MTA: dns; {script}",
            ),
        )
        yield (
            f"script {number} as recipient",
            report(group(f"{script}@example.org"), group(f'"{script}"@example.org')),
        )
        yield (
            f"script {number} in HTML",
            notice(
                f"<p>Delivery failed:</p><p>{TOM}: 550 {script}</p>", content_type="text/html; charset=utf-8"
            ),
        )
        yield (
            f"script {number} in the returned header",
            report(group(TOM), returned=f"Subject: {script}\nFrom: {script} <a@b.example>\nTo: {TOM}\n\nx\n"),
        )


def test_no_script_of_a_message_runs_and_all_of_it_is_shown_as_text(chromium: Browser, base: str) -> None:
    with looking(chromium) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(base)
        page.locator(".sample").first.wait_for()
        for name, data in messages():
            page.evaluate(DROP, [data.decode(), name])
            page.get_by_text(name, exact=True).wait_for()
            found = page.locator("#result").evaluate(
                """place => ({
                    ran: window.ran === 1,
                    elements: place.querySelectorAll("script, img, svg, style, iframe, meta, object").length,
                    handlers: [...place.querySelectorAll("*")].flatMap((one) => one.getAttributeNames())
                        .filter((attribute) => attribute.startsWith("on") || attribute === "style").length,
                    links: [...place.querySelectorAll("a")]
                        .filter((one) => !/^(https|http):/.test(one.href)).length,
                })"""
            )
            assert found == {"ran": False, "elements": 0, "handlers": 0, "links": 0}, name
        assert {url for url in asked if not url.startswith(base)} == set()


def test_characters_that_turn_text_around_are_spelled_out_wherever_they_are_shown(
    chromium: Browser, base: str
) -> None:
    turned = "\u202egnp.exe"
    data = report(
        group(
            f"tom{turned}@example.org",
            diagnostic=f"smtp; 550 5.1.1 {turned}",
            more=f"\nRemote-MTA: dns; {turned}",
        ),
        message=f"Reporting-MTA: dns; {turned}",
        returned=f"Subject: {turned}\nFrom: a@b.example\nTo: {TOM}\n\nx\n",
    )
    with looking(chromium) as page:
        page.goto(base)
        page.locator(".sample").first.wait_for()
        page.evaluate(DROP, [data.decode(), "turned"])
        page.locator(".verdict").wait_for()
        text = page.locator("#result").inner_text()
        assert "<U+202E>gnp.exe" in text
        assert "\u202e" not in page.content()


@pytest.mark.parametrize("size", [10_000_000])
def test_a_line_of_10_mb_is_shown_in_short(chromium: Browser, base: str, size: int) -> None:
    with looking(chromium) as page:
        page.goto(base)
        page.locator(".sample").first.wait_for()
        head = notice(f"Delivery failed:\n\n<{TOM}>: 550 5.1.1 no such user\n").decode()
        page.evaluate(f"([text]) => ({DROP})([text + 'x'.repeat({size}), 'long'])", [head])
        page.locator(".verdict").wait_for()
        assert page.locator("#result").evaluate("place => place.textContent.length") < 20_000
        assert "are not read." in page.locator(".message").inner_text()

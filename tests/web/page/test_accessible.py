"""What axe-core finds wrong for people who read with a keyboard, a screen reader, or less light: nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .conftest import looking
from .test_in_a_browser import open_all

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TOM = "tom.beck@example.org"
SAMPLES = ("Postfix", "Outlook", "complaint", "quotes")


def problems(page: Page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"resultTypes": ["violations"]}).response
    return [
        f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for one in found["violations"]
        for node in one["nodes"][:3]
    ]


@pytest.mark.parametrize(("dark", "width"), [(False, 1280), (True, 360)], ids=["light desk", "dark phone"])
def test_axe_finds_nothing(chromium: Browser, base: str, dark: bool, width: int) -> None:
    with looking(chromium, dark=dark, width=width, height=1200) as page:
        page.goto(base)
        page.locator(".sample").first.wait_for()
        assert problems(page) == []
        for sample in SAMPLES:
            page.get_by_role("button", name=sample).click()
            page.locator(".verdict").wait_for()
            open_all(page)
            page.locator(".source").first.hover()
            assert problems(page) == [], sample
            page.get_by_role("button", name="Another message").click()
        for view in ("#/suppressions", f"#/address/{TOM}"):
            page.goto(f"{base}/{view}")
            page.locator("#view-database .panel").first.wait_for()
            assert problems(page) == [], view

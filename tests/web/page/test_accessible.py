"""What axe-core finds wrong for people who read with a keyboard, a screen reader, or less light: nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe import axe_problems

from .conftest import looking
from .test_in_a_browser import open_all

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TOM = "tom.beck@example.org"
SAMPLES = ("Postfix", "Outlook", "complaint", "quotes")


@pytest.mark.parametrize(("dark", "width"), [(False, 1280), (True, 360)], ids=["light desk", "dark phone"])
def test_axe_finds_nothing(chromium: Browser, base: str, dark: bool, width: int) -> None:
    with looking(chromium, dark=dark, width=width, height=1200) as page:
        page.goto(base)
        page.locator(".sample").first.wait_for()
        assert axe_problems(page) == []
        for sample in SAMPLES:
            page.get_by_role("button", name=sample).click()
            page.locator(".verdict").wait_for()
            open_all(page)
            page.locator(".source").first.hover()
            assert axe_problems(page) == [], sample
            page.get_by_role("button", name="Another message").click()
        for view in ("#/suppressions", f"#/address/{TOM}", "#/search/tom"):
            page.goto(f"{base}/{view}")
            page.locator("#view-database .panel").first.wait_for()
            assert axe_problems(page) == [], view

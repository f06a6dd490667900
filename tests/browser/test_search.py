"""Search in a real browser: its filters on a desk and on a phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

FILTERED = "/browse/initiative?lang=fr&spatial=id/territory/departement-13"
FILTERED += "&spatial=id/territory/commune-13055"


def test_on_a_phone_filters_are_folded_above_the_results(strict: Page, site: str) -> None:
    strict.set_viewport_size({"width": 390, "height": 800})
    strict.goto(site + FILTERED)
    fold, result = strict.get_by_text("Filtrer (2)", exact=True), strict.get_by_role("status")
    chips = strict.get_by_role("list", name="Choix faits")
    tops = [each.bounding_box() for each in (chips, fold, result)]
    assert [box["y"] for box in tops if box] == sorted(box["y"] for box in tops if box)
    heading = strict.get_by_role("heading", name="Territoire")
    expect(heading).to_be_hidden()
    expect(result).to_be_in_viewport()
    fold.focus()
    strict.keyboard.press("Enter")
    expect(heading).to_be_visible()
    options = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag22aa"]}}
    found = Axe().run(strict, options=options)
    assert found.violations_count == 0, found.generate_report()
    chips.get_by_role("link").first.click()
    expect(strict.get_by_text("Filtrer (1)", exact=True)).to_be_visible()
    expect(chips.get_by_role("listitem")).to_have_count(1)


def test_on_a_desk_filters_are_open_without_scripts(browser: Browser, site: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(site + FILTERED)
        expect(page.get_by_text("Filtrer (2)")).to_be_hidden()
        expect(page.get_by_role("heading", name="Territoire")).to_be_visible()
        filters, result = page.locator("#filters").bounding_box(), page.get_by_role("status")
        found = result.bounding_box()
        assert filters
        assert found
        assert filters["x"] + filters["width"] < found["x"]

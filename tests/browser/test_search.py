"""Search in a real browser: its filters, and names proposed while typing."""

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


def test_a_script_opens_the_filters_where_style_sheets_cannot(strict: Page, site: str) -> None:
    strict.add_init_script("CSS.supports = () => false")
    strict.set_viewport_size({"width": 1280, "height": 800})
    strict.goto(site + FILTERED)
    filters = strict.locator("#filters")
    expect(filters).to_have_attribute("open", "")
    strict.set_viewport_size({"width": 390, "height": 800})
    expect(filters).not_to_have_attribute("open")


@pytest.mark.parametrize("path", ["/", "/search", "/browse/network", "/doc/network/mesclun"])
def test_names_are_proposed_and_chosen_by_keyboard(strict: Page, site: str, path: str) -> None:
    strict.goto(f"{site}{path}?lang=fr")
    field = strict.get_by_role("combobox", name="Nom, lieu, numéro ou mot").first
    field.press_sequentially("mescl", delay=20)
    option = strict.get_by_role("option").first
    expect(option).to_have_text("Mesclunréseau")
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    identifier = option.get_attribute("id")
    assert identifier
    expect(field).to_have_attribute("aria-activedescendant", identifier)
    options = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
    found = Axe().run(strict, options=options)
    assert found.violations_count == 0, found.generate_report()
    field.press("Escape")
    expect(strict.get_by_role("option")).to_have_count(0)
    expect(field).to_have_value("mescl")
    field.press("ArrowDown")
    field.press("Enter")
    expect(strict.get_by_role("heading", level=1)).to_have_text("Mesclun")


def test_enter_without_a_choice_searches_and_escape_then_typing_proposes_again(
    strict: Page, site: str
) -> None:
    strict.goto(f"{site}/?lang=en")
    field = strict.get_by_role("combobox")
    field.press_sequentially("jard", delay=20)
    expect(strict.get_by_role("option")).to_have_count(8)
    expect(strict.get_by_text("Names that fit: 8.")).to_have_count(1)
    for _ in range(9):  # past the last one, back in the field
        field.press("ArrowDown")
    expect(strict.locator("[role=option][aria-selected=true]")).to_have_count(0)
    field.press_sequentially("qqq")
    expect(strict.get_by_text("No name begins like this.")).to_have_count(1)
    expect(strict.get_by_role("option")).to_have_count(0)
    field.fill("jardin 7")
    field.press("Enter")
    expect(strict.get_by_role("heading", level=1)).to_have_text("Search")
    expect(strict.get_by_role("link", name="Jardin 7", exact=True)).to_be_visible()


def test_a_hostile_name_is_text_and_a_click_follows_it(strict: Page, site: str) -> None:
    strict.set_viewport_size({"width": 390, "height": 800})
    strict.goto(f"{site}/?lang=fr")
    strict.get_by_role("combobox").press_sequentially("pirat")
    option = strict.get_by_role("option")
    expect(option).to_contain_text("<img src=/nowhere onerror=alert(1)> Pirates & Cie")
    expect(option).to_be_in_viewport(ratio=1)
    assert option.locator("img").count() == 0
    option.click()
    expect(strict.get_by_role("heading", level=1)).to_contain_text("Pirates & Cie")

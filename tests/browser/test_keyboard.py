"""By keyboard alone from the home page to a record, the map and back; what a page weighs."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

#: What has the focus, and whether one sees that it has.
FOCUS = """() => {
  const it = document.activeElement;
  const style = getComputedStyle(it);
  const box = it.getBoundingClientRect();
  return {
    name: (it.getAttribute("aria-label") || it.innerText || it.id || it.tagName).trim(),
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
  };
}"""
_MOST_STEPS = 150


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what is so named has the focus; all on the way shows that it has it."""
    for _ in range(_MOST_STEPS):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus["name"] == "BODY":
            continue  # past the end of the page
        assert focus["outlined"], focus
        assert focus["seen"], focus
        if re.search(name, focus["name"]):
            return
    raise AssertionError(name)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_keyboard_leads_to_a_record_the_map_and_back(
    strict: Page, site: str, width: int
) -> None:
    strict.set_viewport_size({"width": width, "height": 800})
    strict.goto(f"{site}/?lang=en")
    heading = strict.get_by_role("heading", level=1)
    tab_to(strict, "^q$")
    strict.keyboard.type("jardin")
    strict.keyboard.press("Enter")
    expect(heading).to_have_text("Search")
    result = strict.get_by_role("main").get_by_role("status")
    expect(result).to_contain_text("found")
    if width == 390:
        tab_to(strict, r"^Filter")
        strict.keyboard.press("Enter")
    tab_to(strict, r"^Initiatives\s+\d+")
    strict.keyboard.press("Enter")
    expect(strict).to_have_url(re.compile("kind=initiative"))
    tab_to(strict, "^Jardin 1$")
    strict.keyboard.press("Enter")
    expect(heading).to_have_text("Jardin 1")
    tab_to(strict, "^Map$")
    strict.keyboard.press("Enter")
    expect(heading).to_have_text("Map")
    expect(strict.locator(".chart.live a.spot")).not_to_have_count(0)
    tab_to(strict, "records: look closer$")
    strict.keyboard.press("Enter")
    expect(strict).to_have_url(re.compile("zoom="))
    strict.go_back()  # its key belongs to the browser, not to the page
    expect(heading).to_have_text("Jardin 1")


def test_the_page_of_a_record_is_light_and_lighter_the_second_time(
    browser: Browser, site: str
) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        network = context.new_cdp_session(page)
        network.send("Network.enable")
        received: list[float] = []
        network.on("Network.loadingFinished", lambda e: received.append(e["encodedDataLength"]))
        weights = []
        for _ in range(2):
            received.clear()
            page.goto(f"{site}/doc/initiative/garden?lang=fr", wait_until="networkidle")
            weights.append(sum(received))
            page.goto("about:blank")
    assert 0 < weights[0] < 150_000, weights
    assert weights[1] < 15_000, weights
    print(weights)

"""The map, moved with and without scripts, by hand and by keyboard."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

#: All initiatives of the fixture are in Marseille, most at its centre.
NEAR = "/map?lang=en&kind=initiative&zoom=9&lat=43.3&lon=5.4"


def test_the_map_is_moved_and_its_address_tells_where(strict: Page, site: str) -> None:
    strict.goto(site + NEAR)
    frame = strict.locator(".chart.live")
    expect(frame.locator("a.spot")).not_to_have_count(0)
    before = strict.url
    frame.get_by_role("button", name="Nearer").click()
    expect(strict).to_have_url(re.compile("zoom=10"))
    assert strict.url != before
    expect(strict.locator("#map-status")).to_contain_text("records on the map")
    expect(strict.locator("#map-list").get_by_role("link").first).to_be_visible()
    link = strict.get_by_role("link", name="Link to this view")
    expect(link).to_have_attribute("href", re.compile("zoom=10"))
    strict.get_by_text("Put this map into a page of your own", exact=True).click()
    expect(strict.locator("#map-line")).to_contain_text(re.compile("<iframe src=.*&amp;zoom=10"))
    expect(strict.get_by_role("button", name="Copy : HTML")).to_be_visible()


def test_the_keyboard_reaches_the_records_of_a_spot(strict: Page, site: str) -> None:
    strict.goto(site + NEAR)
    spot = strict.locator(".chart.live a.spot").first
    expect(spot).to_have_attribute("aria-label", re.compile("look closer"))
    spot.focus()
    strict.keyboard.press("Enter")
    expect(strict).not_to_have_url(re.compile("zoom=9&"))
    focused = strict.locator(".chart a.spot:focus")
    expect(focused).to_have_count(1)
    expect(strict.locator("#map-list li").first).to_be_visible()


@pytest.fixture
def elsewhere(site: str) -> Iterator[str]:
    """Another site, whose page frames the embedded map and the page of the map."""

    class Framing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            frames = (
                f'<iframe title="{p}" src="{site}{p}"></iframe>' for p in ("/embed/map", "/map")
            )
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write("".join(frames).encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Framing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_the_embedded_map_alone_stands_in_a_page_of_others(page: Page, elsewhere: str) -> None:
    page.goto(elsewhere)
    inside = page.frame_locator('iframe[title="/embed/map"]')
    expect(inside.locator("a.spot")).not_to_have_count(0)
    expect(page.frame_locator('iframe[title="/map"]').locator(".chart")).to_have_count(0)


def test_without_scripts_links_move_the_picture(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site + NEAR)
    page.get_by_role("navigation", name="Move the map").get_by_role("link", name="Nearer").click()
    expect(page).to_have_url(re.compile("zoom=10"))
    page.get_by_role("link", name=re.compile("look closer")).first.click()
    page.locator("#map-list").get_by_role("link", name="Jardin 1", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Jardin 1")
    context.close()


@pytest.mark.parametrize("path", ["/map", "/embed/map"])
def test_an_outline_shows_its_name_and_chooses_its_territory(
    strict: Page, site: str, path: str
) -> None:
    inland = "lang=en&kind=initiative&zoom=9&lat=43.5&lon=5.2"
    strict.goto(f"{site}{path}?{inland}&spatial=id/territory/departement-06")
    expect(strict.locator(".chart.live path.area")).to_have_count(1)
    chart = strict.locator(".chart.live")
    chart.hover()
    expect(strict.locator(".leaflet-tooltip")).to_contain_text("Bouches-du-Rhône : ")
    chart.click()
    expect(strict).to_have_url(re.compile("spatial=id(/|%2F)territory(/|%2F)departement-13"))
    expect(strict.locator("#map-status")).to_contain_text(re.compile(r"([1-9]\d*) of \1 records"))
    strict.get_by_role("link", name="All territories").click()
    expect(strict).not_to_have_url(re.compile("spatial="))
    expect(strict.locator(".chart.live a.spot")).not_to_have_count(0)

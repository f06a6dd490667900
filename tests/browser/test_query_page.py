"""The query page in a real browser, without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

PREFIXES = "PREFIX geo: <http://www.opengis.net/ont/geosparql#> "
CHART = (
    'SELECT ?fruit ?n { VALUES (?fruit ?n) { ("pommes" 12) ("poires" 7.5) ("figues" 0)'
    ' ("un nom de fruit beaucoup trop long pour sa place" 3) } }'
)
MAP = PREFIXES + (
    "SELECT ?place ?at { VALUES (?place ?at) {"
    ' (<https://example.org/Marseille> "POINT(5.37 43.3)"^^geo:wktLiteral)'
    ' (<https://example.org/Aubagne> "POINT(5.38 43.3)"^^geo:wktLiteral)'
    ' (<https://example.org/Gap> "POINT(6.08 44.56)"^^geo:wktLiteral)'
    ' (<https://example.org/Nice> "POINT(7.26 43.7)"^^geo:wktLiteral) } }'
)
LINKS = " ".join(
    f"(<https://example.org/thing-{a}> <https://example.org/thing-{b}>)"
    for a in range(12)
    for b in (a * 5 % 12, a * 7 % 12)
    if a != b
)
NETWORK = f"SELECT ?one ?other {{ VALUES (?one ?other) {{ {LINKS} }} }}"
BROKEN = "SELECT ?s {\n  ?s ?p\n} LIMIT 3"
PAGES = {
    "chart": CHART,
    "map": MAP,
    "network": NETWORK,
    "mistake": BROKEN,
    "yes": "ASK { ?s ?p ?o }",
}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def address(site: str, query: str, language: str = "fr") -> str:
    return f"{site}/sparql?format=html&lang={language}&query={quote(query)}"


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barrier_is_found(page: Page, site: str, name: str, scheme: str) -> None:
    complaints: list[str] = []
    # That the page itself is a 400 is said on the console, rightly.
    page.on("console", lambda m: complaints.append(m.text) if "Security" in m.text else None)
    page.on("pageerror", lambda e: complaints.append(str(e)))
    page.on("request", lambda r: None if r.url.startswith(site) else complaints.append(r.url))
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for language in ("fr", "en"):
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(address(site, PAGES[name], language))
            page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true })")
            results = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
            assert results.violations_count == 0, results.generate_report()
            overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert overflow <= 0, (width, overflow)
    assert complaints == []


@pytest.fixture
def plain(browser: Browser, site: str) -> Iterator[Page]:
    """A page in a browser that runs no scripts."""
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    page.goto(f"{site}/sparql?lang=fr")
    yield page
    context.close()


def test_the_keyboard_is_enough_to_make_a_mistake_and_mend_it(plain: Page) -> None:
    question = plain.get_by_label("Votre question")
    question.focus()
    plain.keyboard.press("Control+A")
    plain.keyboard.insert_text(BROKEN)
    plain.keyboard.press("Tab")
    plain.keyboard.press("Tab")
    plain.keyboard.press("Enter")
    expect(plain.get_by_role("alert")).to_contain_text("Ligne 3, colonne 1")
    expect(plain.get_by_role("alert")).to_be_in_viewport()
    question = plain.get_by_label("Votre question")
    expect(question).to_have_value(BROKEN)
    question.focus()
    plain.keyboard.press("Control+A")
    plain.keyboard.insert_text(CHART)
    plain.keyboard.press("Tab")
    plain.keyboard.press("Tab")
    plain.keyboard.press("Enter")
    expect(plain.get_by_role("cell", name="pommes")).to_be_visible()
    expect(plain.get_by_role("img", name="« n » par « fruit »")).to_be_visible()
    table = plain.get_by_role("link", name="Tableau seul")
    table.focus()
    plain.keyboard.press("Enter")
    expect(plain.locator("svg.plot")).to_have_count(0)
    expect(plain.get_by_label("Votre question")).to_have_value(CHART)


def test_the_points_of_a_map_are_links(plain: Page, site: str) -> None:
    plain.goto(address(site, MAP))
    drawing = plain.get_by_role("group", name="Carte de « place »")
    expect(drawing.get_by_role("link")).to_have_count(2)
    expect(drawing.get_by_text("2", exact=True)).to_be_visible()


def test_a_network_names_what_it_links(plain: Page, site: str) -> None:
    plain.goto(address(site, NETWORK))
    drawing = plain.get_by_role("group", name="Liens entre « one » et « other »")
    expect(drawing.get_by_role("link")).to_have_count(10)
    boxes = [each.bounding_box() for each in drawing.locator("text").all()]
    tops = sorted((box["x"] > 600, box["y"]) for box in boxes if box)
    assert len(set(tops)) == 10  # no name lies on another


def test_a_saved_query_opens_in_the_form(plain: Page) -> None:
    plain.get_by_text("requêtes enregistrées, chacune").click()
    plain.get_by_role("link", name="ouvrir ici").first.click()
    expect(plain.get_by_label("Votre question")).to_contain_text("SELECT")
    expect(plain.get_by_role("heading", name="Réponse")).to_be_visible()


def test_a_workbook_is_downloaded(plain: Page, site: str) -> None:
    plain.goto(address(site, CHART))
    with plain.expect_download() as found:
        plain.get_by_role("link", name="XLSX").click()
    assert found.value.suggested_filename == "faces.xlsx"

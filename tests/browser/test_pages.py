from __future__ import annotations

from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

QUERY = quote("SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 30")
PAGES = {
    "home": "/",
    "list": "/browse/initiative",
    "last page of a list": "/browse/initiative?page=2",
    "organisation": "/doc/organization/apeas",
    "relationships": "/doc/initiative/garden",
    "long name": "/doc/initiative/long",
    "territory": "/doc/territory/commune-13055",
    "links": "/doc/territory/commune-13055?in=http://purl.org/dc/terms/spatial",
    "parts": "/doc/source/faces-2012",
    "concept": "/doc/vocab/stage/consolidation",
    "term": "/resource?iri=https%3A%2F%2Fw3id.org%2Ffaces%2Fontology%23Initiative",
    "search": "/search?q=mesclun",
    "nothing found": "/search?q=zzzz",
    "filtered": "/browse/initiative?spatial=id/territory/departement-13",
    "table": "/browse/initiative?view=table",
    "figures": "/figures",
    "networks": "/networks",
    "map": "/map",
    "embedded map": "/embed/map?kind=initiative",
    "past": "/doc/network/mesclun?release=1",
    "about": "/about",
    "guide": "/api",
    "accessibility": "/accessibility",
    "legal": "/legal",
    "quality": "/quality",
    "questions": "/queries",
    "question": "/queries/initiatives-in-no-network",
    "answered question": "/queries/initiatives-in-no-network?territory=commune-13055",
    "history": "/history?iri=https%3A%2F%2Fw3id.org%2Ffaces%2Fid%2Finitiative%2Fgarden",
    "query": "/sparql",
    "answer": f"/sparql?format=html&query={QUERY}",
    "graph": f"/sparql?format=html&query={quote('CONSTRUCT WHERE { ?s a ?o }')}",
}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def visit(page: Page, site: str, path: str, language: str) -> None:
    page.goto(f"{site}{path}{'&' if '?' in path else '?'}lang={language}")


@pytest.mark.parametrize("name", PAGES)
def test_no_barrier_is_found(strict: Page, site: str, name: str) -> None:
    rules = {"heading-order": {"enabled": True}}
    for language, width in (("fr", 1280), ("en", 320)):
        strict.set_viewport_size({"width": width, "height": 800})
        visit(strict, site, PAGES[name], language)
        expect(strict.locator("html")).to_have_attribute("lang", language)
        options = {"runOnly": {"type": "tag", "values": RULES}, "rules": rules}
        results = Axe().run(strict, options=options)
        assert results.violations_count == 0, results.generate_report()
    for width in (1280, 390, 320):
        strict.set_viewport_size({"width": width, "height": 800})
        overflow = strict.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert overflow <= 0, (width, overflow)


def test_dark_colours_have_contrast(strict: Page, site: str) -> None:
    strict.emulate_media(color_scheme="dark")
    names = ("home", "organisation", "relationships", "list", "answer", "history", "filtered")
    for name in (*names, "figures", "past"):
        visit(strict, site, PAGES[name], "fr")
        options = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
        results = Axe().run(strict, options=options)
        assert results.violations_count == 0, results.generate_report()


def test_no_name_covers_the_numbers_beside_it(strict: Page, site: str) -> None:
    strict.set_viewport_size({"width": 390, "height": 800})
    for name in ("networks", "figures", "quality", "table"):
        visit(strict, site, PAGES[name], "fr")
        covered = strict.evaluate(
            "[...document.querySelectorAll('th[scope=row] a')].filter(a =>"
            " a.getBoundingClientRect().right > a.closest('th').getBoundingClientRect().right + 1)"
            ".map(a => a.textContent)"
        )
        assert covered == [], name


def test_the_main_menu_takes_one_line_on_a_phone(strict: Page, site: str) -> None:
    strict.set_viewport_size({"width": 390, "height": 800})
    for language in ("fr", "en"):
        visit(strict, site, PAGES["figures"], language)
        menu = strict.locator("header nav").first.bounding_box()
        assert menu is not None
        assert menu["height"] < 60


def test_every_page_says_to_others_what_it_is_called(strict: Page, site: str) -> None:
    for name in ("home", "list", "organisation", "quality", "map", "answer", "term"):
        visit(strict, site, PAGES[name], "fr")
        titles = strict.locator('meta[property="og:title"]')
        assert titles.count() == 1, name
        assert (titles.get_attribute("content") or "") in strict.title(), name


def test_a_page_that_is_not_there_helps_on(page: Page, site: str) -> None:
    answer = page.goto(f"{site}/id/network/nowhere?lang=fr")
    assert answer is not None
    assert answer.status == 404
    results = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert results.violations_count == 0, results.generate_report()
    page.locator("input[name=q]").fill("mesclun")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Mesclun", exact=True)).to_be_visible()


def test_the_keyboard_is_enough_to_search(strict: Page, site: str) -> None:
    strict.goto(f"{site}/?lang=fr")
    strict.keyboard.press("Tab")
    skip = strict.get_by_role("link", name="Aller au contenu")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    strict.keyboard.press("Enter")
    strict.keyboard.press("Tab")
    expect(strict.locator("input[name=q]")).to_be_focused()
    strict.keyboard.type("apeas")
    strict.keyboard.press("Enter")
    strict.get_by_role("link", name="Apeas", exact=True).click()
    expect(strict.get_by_role("heading", level=1)).to_have_text("Apeas")
    strict.get_by_role("region", name="En relation avec").get_by_role(
        "link", name="Mesclun"
    ).first.click()
    expect(strict.get_by_role("heading", level=1)).to_have_text("Mesclun")


def test_a_record_has_a_search_box_where_there_is_room(strict: Page, site: str) -> None:
    strict.set_viewport_size({"width": 390, "height": 800})
    strict.goto(f"{site}/doc/organization/apeas?lang=en")
    expect(strict.locator("input[name=q]")).to_be_hidden()
    expect(strict.get_by_role("link", name="Search", exact=True)).to_be_visible()
    strict.set_viewport_size({"width": 1280, "height": 800})
    expect(strict.get_by_role("link", name="Search", exact=True)).to_be_hidden()
    strict.locator("input[name=q]").fill("mesclun")
    strict.keyboard.press("Enter")
    expect(strict.locator("html")).to_have_attribute("lang", "en")
    expect(strict.get_by_role("link", name="Mesclun", exact=True)).to_be_visible()


def test_the_lists_are_reached_from_a_phone_by_keyboard(strict: Page, site: str) -> None:
    strict.set_viewport_size({"width": 320, "height": 700})
    strict.goto(f"{site}/doc/organization/apeas?lang=fr")
    sources = strict.get_by_role("link", name="Sources", exact=True)
    sources.focus()
    expect(sources).to_be_in_viewport()
    strict.keyboard.press("Enter")
    expect(strict.get_by_role("heading", level=1)).to_contain_text("Sources")


def test_the_language_stays_while_one_walks_on(strict: Page, site: str) -> None:
    strict.goto(f"{site}/?lang=fr")
    strict.get_by_role("link", name="English").click()
    strict.get_by_role("link", name="Browse the networks").click()
    strict.get_by_role("link", name="Regional network of the Piles").click()
    expect(strict.locator("html")).to_have_attribute("lang", "en")
    strict.get_by_role("link", name="Français").click()
    expect(strict.get_by_role("heading", level=1)).to_have_text("Réseau régional des Piles")


def test_a_ready_made_question_is_answered(strict: Page, site: str) -> None:
    strict.goto(f"{site}/sparql?lang=fr")
    strict.get_by_role("button", name="Poser la question").click()
    expect(strict.get_by_role("cell", name="Mesclun", exact=True).first).to_be_visible()
    expect(strict.get_by_role("link", name="CSV")).to_be_visible()


def test_without_javascript_everything_is_found_read_and_asked(browser: Browser, site: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{site}/?lang=fr")
        page.locator("input[name=q]").first.fill("mesclun")
        page.locator("input[name=q]").first.press("Enter")
        page.get_by_role("main").get_by_role("link", name="Mesclun", exact=True).first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Mesclun")
        page.goto(f"{site}/sparql?lang=fr")
        page.get_by_label("Votre question").fill('SELECT ("pommes" AS ?fruit) {}')
        page.get_by_role("button", name="Poser la question").click()
        expect(page.get_by_role("cell", name="pommes")).to_be_visible()


def test_a_relationship_is_read_and_followed_by_keyboard_and_without_javascript(
    strict: Page, browser: Browser, site: str
) -> None:
    strict.goto(f"{site}/doc/initiative/garden?lang=en")
    picture = strict.get_by_role("group", name="Around “Le jardin”")
    picture.get_by_role("link", name="PECos").focus()
    strict.keyboard.press("Enter")
    expect(strict.get_by_role("heading", level=1)).to_have_text("PECos")
    told = strict.get_by_role("region", name="In relation with")
    expect(told).to_contain_text("facilitated by Le jardin from 2010 to 2014")
    with browser.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 800}
    ) as c:
        page = c.new_page()
        page.goto(f"{site}/doc/initiative/garden?lang=fr")
        told = page.get_by_role("region", name="En relation avec")
        expect(told).to_contain_text("accompagnée par Mesclun depuis 2011, en consolidation")
        told.get_by_role("link", name="fiche : Premier accompagnement").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Premier accompagnement")

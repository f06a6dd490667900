"""The reference, the vocabularies and the saved queries in a real browser."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

COMMUNE = "/queries/territorial-networks-of-a-commune"
PAGES = {
    "ontology": "/ontology",
    "modelling": "/ontology/accompagnement",
    "vocabularies": "/vocab",
    "tree": "/vocab/pooling-kind",
    "concept": "/doc/vocab/pooling-kind/skills",
    "queries": "/queries?tag=pooling",
    "form": "/queries/pooling-means",
    "answer": f"{COMMUNE}?commune=Marseille",
}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def visit(page: Page, site: str, path: str, language: str) -> None:
    page.goto(f"{site}{path}{'&' if '?' in path else '?'}lang={language}")


def opened(page: Page) -> None:
    """Open all that a page folds away, so that it is looked at too."""
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true })")


@pytest.mark.parametrize("name", PAGES)
def test_no_barrier_is_found(strict: Page, site: str, name: str) -> None:
    for language in ("fr", "en"):
        visit(strict, site, PAGES[name], language)
        expect(strict.locator("html")).to_have_attribute("lang", language)
        opened(strict)
        results = Axe().run(strict, options={"runOnly": {"type": "tag", "values": RULES}})
        assert results.violations_count == 0, results.generate_report()
    for width in (1280, 390, 320):
        strict.set_viewport_size({"width": width, "height": 800})
        overflow = strict.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert overflow <= 0, (width, overflow)


def test_dark_colours_have_contrast(strict: Page, site: str) -> None:
    strict.emulate_media(color_scheme="dark")
    for name in ("ontology", "modelling", "tree", "queries", "answer"):
        visit(strict, site, PAGES[name], "fr")
        options = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
        results = Axe().run(strict, options=options)
        assert results.violations_count == 0, results.generate_report()


def test_a_mistake_in_a_field_can_be_read_and_mended(page: Page, site: str) -> None:
    page.goto(f"{site}{COMMUNE}?lang=fr")
    field = page.get_by_label("Commune")
    field.fill("mars")
    page.get_by_role("button", name="Poser la question").click()
    expect(field).to_have_attribute("aria-invalid", "true")
    told = field.get_attribute("aria-describedby")
    assert told is not None
    expect(page.locator(f"#{told.split()[0]}")).to_contain_text("« mars » n’est pas le nom")
    results = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert results.violations_count == 0, results.generate_report()
    page.get_by_role("link", name="Marseille commune-13055").click()
    expect(page.get_by_role("cell", name="Mesclun", exact=True)).to_be_visible()


def test_a_question_is_picked_filled_in_and_taken_to_the_query_page(
    strict: Page, site: str
) -> None:
    strict.goto(f"{site}/?lang=fr")
    strict.get_by_role("navigation", name="Menu principal").get_by_role(
        "link", name="Questions"
    ).click()
    strict.get_by_role("link", name="Quels réseaux territoriaux couvrent une commune").click()
    expect(strict.get_by_label("Commune")).to_have_value("Marseille (commune-13055)")
    strict.get_by_role("button", name="Poser la question").click()
    expect(strict.get_by_role("cell", name="Mesclun", exact=True)).to_be_visible()
    strict.get_by_role("link", name="La modifier sur la page de requête").click()
    expect(strict.get_by_role("cell", name="Mesclun").first).to_be_visible()


def test_the_picture_leads_to_its_terms_by_keyboard(strict: Page, site: str) -> None:
    strict.goto(f"{site}/ontology?lang=fr")
    box = strict.locator(".diagram").get_by_role("link", name="accompagnement", exact=True)
    box.focus()
    strict.keyboard.press("Enter")
    heading = strict.get_by_role("heading", name="accompagnement faces:Accompaniment")
    expect(heading).to_be_in_viewport()


def test_a_term_opens_at_its_address(strict: Page, site: str) -> None:
    strict.goto(f"{site}/ontology?lang=en#Network")
    expect(strict.locator("#Network")).to_be_in_viewport()
    contents = strict.get_by_role("navigation", name="On this page")
    expect(contents).to_be_in_viewport()  # it stays beside the text


def test_modelling_accompaniment_is_one_screen(strict: Page, site: str) -> None:
    strict.set_viewport_size({"width": 1280, "height": 900})
    strict.goto(f"{site}/ontology/accompagnement?lang=fr")
    bottom = strict.locator(".choices").evaluate("(e) => e.getBoundingClientRect().bottom")
    assert bottom <= 900


def test_a_branch_closes_and_opens(strict: Page, site: str) -> None:
    strict.goto(f"{site}/vocab/pooling-kind?lang=fr")
    skills = strict.get_by_role("link", name="compétences", exact=True)
    expect(skills).to_be_visible()
    strict.get_by_text("2 notions plus précises").click()
    expect(skills).to_be_hidden()

"""The editor of the query page in a real browser: completion, mistakes, keyboard, fallback."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FACES = "https://w3id.org/faces/ontology#"
BROKEN = "SELECT ?s {\n  ?s ?p\n} LIMIT 3"
WIDTHS = [1280, 390]


def write(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Votre question").focus()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text[:-1])
    page.keyboard.type(text[-1])


def proposals(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Propositions").get_by_role("option")


def written(page: Page) -> str:
    """Return what the form would send."""
    return page.locator("textarea[name=query]").first.input_value()


@pytest.fixture(params=WIDTHS)
def editing(strict: Page, site: str, request: pytest.FixtureRequest) -> Page:
    strict.set_viewport_size({"width": request.param, "height": 800})
    strict.goto(f"{site}/sparql?lang=fr")
    expect(strict.locator(".cm-editor")).to_be_visible()
    return strict


def test_a_french_word_becomes_a_term_with_its_prefix(editing: Page) -> None:
    write(editing, "SELECT * {\n  ?s a accompagn")
    options = proposals(editing)
    expect(options.first).to_contain_text("faces:Accompaniment")
    expect(options.first).to_contain_text("accompagnement")
    expect(editing.get_by_text("Relation inscrite dans le temps")).to_be_visible()
    editing.wait_for_timeout(100)  # Enter is taken for a line's end just after the list opens
    editing.keyboard.press("Enter")
    expect(options).to_have_count(0)
    expected = f"PREFIX faces: <{FACES}>\nSELECT * {{\n  ?s a faces:Accompaniment"
    assert written(editing) == expected
    # The cursor stands after the term, and the prefix is not declared twice.
    editing.keyboard.insert_text(" ; faces:stag")
    editing.keyboard.type("e")
    expect(options.first).to_contain_text("faces:stage")
    editing.wait_for_timeout(100)
    editing.keyboard.press("Enter")
    expect(options).to_have_count(0)
    assert written(editing) == f"{expected} ; faces:stage"


def test_the_prefix_that_a_query_has_already_is_used(editing: Page) -> None:
    query = f"PREFIX f: <{FACES}> SELECT * {{ ?s a accompagn"
    write(editing, query)
    expect(proposals(editing).first).to_contain_text("faces:Accompaniment")
    editing.wait_for_timeout(100)
    editing.keyboard.press("Enter")
    expect(proposals(editing)).to_have_count(0)
    assert written(editing) == query.replace("accompagn", "f:Accompaniment")


def test_a_prefix_is_written_out(editing: Page) -> None:
    write(editing, "PREFIX sko")
    expect(proposals(editing).first).to_contain_text("skos:")
    editing.wait_for_timeout(100)
    editing.keyboard.press("Enter")
    expect(proposals(editing)).to_have_count(0)
    assert written(editing) == "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"


@pytest.mark.parametrize("mark", ['"', "<"])
def test_the_beginning_of_a_name_becomes_an_iri(editing: Page, mark: str) -> None:
    write(editing, f"SELECT * {{ ?s ?p {mark}marseil")
    expect(proposals(editing).first).to_contain_text("Marseille")
    editing.wait_for_timeout(100)
    editing.keyboard.press("Enter")
    expect(proposals(editing)).to_have_count(0)
    iri = "<https://w3id.org/faces/id/territory/commune-13055>"
    assert written(editing) == f"SELECT * {{ ?s ?p {iri}"


def test_escape_closes_the_list_and_tab_leaves_the_editor(editing: Page) -> None:
    write(editing, "SELECT * { ?s a accompagn")
    expect(proposals(editing).first).to_be_visible()
    editing.keyboard.press("Escape")
    expect(proposals(editing)).to_have_count(0)
    assert written(editing) == "SELECT * { ?s a accompagn"
    editing.keyboard.press("Tab")
    expect(editing.get_by_label("Réponse en")).to_be_focused()
    editing.keyboard.press("Shift+Tab")
    expect(editing.get_by_role("textbox", name="Votre question")).to_be_focused()


def test_the_words_of_sparql_are_left_alone(editing: Page) -> None:
    write(editing, "SELECT * { ?s ?p ?o } ORDE")
    editing.keyboard.type("R")
    editing.wait_for_timeout(400)
    expect(proposals(editing)).to_have_count(0)


def test_control_enter_asks(editing: Page) -> None:
    write(editing, 'SELECT ("pommes" AS ?fruit) {}')
    editing.keyboard.press("Control+Enter")
    expect(editing.get_by_role("cell", name="pommes")).to_be_visible()
    asked = parse_qs(urlsplit(editing.url).query)
    assert asked["query"] == ['SELECT ("pommes" AS ?fruit) {}']
    editing.go_back()
    expect(editing.get_by_role("heading", name="Réponse")).to_have_count(0)
    editing.go_forward()
    editor = editing.get_by_role("textbox", name="Votre question")
    expect(editor).to_contain_text("pommes")
    assert written(editing) == 'SELECT ("pommes" AS ?fruit) {}'


def test_what_is_written_survives_going_away_and_back(editing: Page, site: str) -> None:
    write(editing, "SELECT * { ?mine ?p ?o }")
    editing.goto(f"{site}/queries?lang=fr")
    editing.go_back()
    editor = editing.get_by_role("textbox", name="Votre question")
    expect(editor).to_contain_text("?mine")
    assert written(editing) == "SELECT * { ?mine ?p ?o }"


def test_the_label_leads_to_the_editor(editing: Page) -> None:
    editing.get_by_text("Votre question", exact=True).click()
    expect(editing.get_by_role("textbox", name="Votre question")).to_be_focused()


def test_nothing_to_ask_is_not_asked(editing: Page) -> None:
    write(editing, "x")
    editing.keyboard.press("Backspace")
    address = editing.url
    editing.get_by_role("button", name="Poser la question").click()
    expect(editing.get_by_role("textbox", name="Votre question")).to_be_focused()
    assert editing.url == address


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_mistake_is_underlined_where_it_is(
    page: Page, site: str, width: int, language: str
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    # A character beyond the 16 bits of a code unit, before the mistake in its line.
    query = 'SELECT * {\n  ?s ?p "\N{GRAPES}" ; ex:p ?o\n}'
    page.goto(f"{site}/sparql?format=html&lang={language}&query={quote(query)}")
    expect(page.locator(".cm-lintRange-error")).to_have_text("ex:p")
    expect(page.locator(".cm-gutter-lint .cm-lint-marker-error")).to_be_visible()
    editor = page.locator(".cm-content")
    expect(editor).to_be_focused()
    expect(editor).to_have_attribute("aria-invalid", "true")
    described = editor.get_attribute("aria-describedby") or ""
    alert = page.get_by_role("alert")
    assert (alert.get_attribute("id") or "?") in described.split()
    expect(alert).to_be_in_viewport()
    page.keyboard.insert_text("HERE")
    assert "; HEREex:p" in written(page)
    page.locator(".cm-lintRange-error").hover()
    expect(page.locator(".cm-tooltip-lint")).to_contain_text("ex:")


def test_the_keyboard_is_enough_to_mend_a_mistake(page: Page, site: str) -> None:
    page.goto(f"{site}/sparql?format=html&lang=fr&query={quote(BROKEN)}")
    expect(page.get_by_role("textbox", name="Votre question")).to_be_focused()
    page.keyboard.insert_text("?o ")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_role("heading", name="Réponse")).to_be_visible()


def long_query(length: int = 9000) -> str:
    values = " ".join(f'("pomme {n}" {n})' for n in range(3))
    return f"# {'x' * length}\nSELECT ?fruit ?n {{ VALUES (?fruit ?n) {{ {values} }} }}"


def test_a_question_too_long_for_an_address_is_answered(editing: Page, site: str) -> None:
    write(editing, long_query())
    editing.keyboard.press("Control+Enter")
    check_long_answer(editing, site)


def check_long_answer(page: Page, site: str) -> None:
    expect(page.get_by_role("cell", name="pomme 1")).to_be_visible()
    assert page.url == f"{site}/sparql?lang=fr#answer"
    expect(page.get_by_text("trop longue pour une adresse")).to_be_visible()
    page.get_by_role("button", name="Tableau seul").click()
    expect(page.locator("svg.plot")).to_have_count(0)
    expect(page.get_by_role("cell", name="pomme 1")).to_be_visible()
    for kind, name in (("CSV", "faces.csv"), ("XLSX", "faces.xlsx")):
        with page.expect_download() as found:
            page.get_by_role("button", name=kind).click()
        assert name in found.value.suggested_filename
    page.get_by_role("button", name="Montrer les IRI").click()
    expect(page.get_by_role("button", name="Montrer les noms")).to_be_visible()


@pytest.fixture
def plain(browser: Browser, site: str) -> Iterator[Page]:
    """A page in a browser that runs no scripts."""
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    page.goto(f"{site}/sparql?lang=fr")
    yield page
    context.close()


def test_a_long_question_needs_no_script(plain: Page, site: str) -> None:
    plain.get_by_label("Votre question").fill(long_query())
    plain.get_by_role("button", name="Demander sans adresse").click()
    check_long_answer(plain, site)


def test_the_field_stays_where_the_script_does_not_come(page: Page, site: str) -> None:
    page.route("**/sparql-editor.js", lambda route: route.abort())
    page.goto(f"{site}/sparql?lang=fr")
    expect(page.locator("textarea#query")).to_be_visible()
    page.get_by_label("Votre question").fill("ASK {}")
    page.get_by_role("button", name="Poser la question").click()
    expect(page.get_by_text("oui", exact=True)).to_be_visible()


FRUIT = 'SELECT ("pommes <b>" AS ?fruit) {}'


def test_lines_are_copied_by_a_button_that_says_so(strict: Page, site: str) -> None:
    strict.context.grant_permissions(["clipboard-read", "clipboard-write"])
    strict.goto(f"{site}/sparql?lang=fr&format=html&query={quote(FRUIT)}")
    strict.get_by_text("Poser cette question d’ailleurs").click()
    strict.get_by_role("button", name="Copier : curl").click()
    expect(strict.get_by_role("status")).to_have_text("Copié : curl")
    copied = strict.evaluate("() => navigator.clipboard.readText()")
    assert copied == strict.get_by_role("region", name="curl").text_content()
    assert copied.startswith("curl --get")


def test_where_nothing_may_be_copied_the_lines_are_selected(strict: Page, site: str) -> None:
    strict.goto(f"{site}/sparql?lang=fr&format=html&query={quote(FRUIT)}")
    strict.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject() }")
    strict.get_by_text("Poser cette question d’ailleurs").click()
    strict.get_by_role("button", name="Copier : Python").click()
    expect(strict.get_by_role("status")).to_contain_text("Sélectionné")
    assert strict.evaluate("() => getSelection().toString()").startswith("from SPARQLWrapper")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[str]:
    """Another site, with the pages that are put into the folder."""
    handler = functools.partial(SimpleHTTPRequestHandler, directory=tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_table_for_another_page_shows_the_answer_there(
    page: Page, site: str, elsewhere: str, tmp_path: Path
) -> None:
    page.goto(f"{site}/sparql?lang=fr&format=html&query={quote(FRUIT)}")
    page.get_by_text("Poser cette question d’ailleurs").click()
    lines = page.get_by_role("region", name="Tableau dans une page web").text_content()
    (tmp_path / "page.html").write_text(lines or "", encoding="utf-8")
    page.goto(f"{elsewhere}/page.html")
    expect(page.get_by_role("cell", name="pommes <b>")).to_be_visible()
    expect(page.get_by_role("columnheader", name="fruit")).to_be_visible()


def test_the_answer_is_in_sight_when_it_comes(editing: Page) -> None:
    write(editing, FRUIT)
    editing.keyboard.press("Control+Enter")
    expect(editing.get_by_role("heading", name="Réponse")).to_be_in_viewport()
    expect(editing.get_by_role("cell", name="pommes")).to_be_in_viewport()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_no_barrier_is_found(page: Page, site: str, scheme: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if "Security" in m.text else None)
    page.on("pageerror", lambda e: complaints.append(str(e)))
    for address in (
        f"{site}/sparql?lang=fr",
        f"{site}/sparql?lang=fr&format=html&query={quote(BROKEN)}",
    ):
        page.goto(address)
        expect(page.locator(".cm-editor")).to_be_visible()
        check(page)
        write(page, '# x\nSELECT (1 AS ?n) { ?s faces:a "x", <y:> . ?s a accompagn')
        expect(proposals(page).first).to_be_visible()
        # The list scrolls with the arrow keys, while the focus stays in the editor.
        check(page, **{"scrollable-region-focusable": {"enabled": False}})
    assert complaints == []


def check(page: Page, **rules: dict[str, bool]) -> None:
    options = {"runOnly": {"type": "tag", "values": RULES}, "rules": rules}
    results = Axe().run(page, options=options)
    assert results.violations_count == 0, results.generate_report()
    overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert overflow <= 0

"""Ten journeys, in both languages, on a desk and on a phone, with and without JavaScript.

On the demonstration data. A complaint of the browser, or a request to anybody else, is a failure.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from web.web_server import FACES, start

pytestmark = pytest.mark.browser

COUNT = "SELECT (COUNT(*) AS ?n) { ?i a <https://w3id.org/faces/ontology#Initiative> }"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a registry with the demonstration data."""
    folder = tmp_path_factory.mktemp("journeys")
    subprocess.run([FACES, "--data-dir", folder / "demo", "init", "--demo"], check=True)
    server = start(folder / "demo", folder / "log")
    yield server.url
    server.stop()
    assert server.process.stdout is not None
    server.process.stdout.close()


@dataclass
class Reader:
    """A person with a page in front of them, who reads one of the languages."""

    page: Page
    site: str
    french: bool

    def says(self, french: str, english: str) -> str:
        return french if self.french else english

    def go(self, path: str) -> None:
        joint = "&" if "?" in path else "?"
        self.page.goto(f"{self.site}{path}{joint}lang={self.says('fr', 'en')}")

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def follow(self, name: str | re.Pattern[str]) -> None:
        self.main.get_by_role("link", name=name).first.click()

    def narrow(self, name: str | re.Pattern[str]) -> None:
        """Choose a value of a filter; on a phone the filters are folded."""
        fold = self.main.get_by_text(re.compile(self.says(r"^Filtrer", r"^Filter")))
        if fold.is_visible():
            fold.click()
        self.follow(name)

    def sees_title(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(text)

    def total(self) -> int:
        text = self.main.get_by_role("status").inner_text()
        found = re.search(r"\d+", text)
        return int(found[0]) if found else 1


def search_and_read(reader: Reader) -> None:
    reader.go("/")
    box = reader.main.locator("input[name=q]")
    box.fill("potager")
    box.press("Enter")
    assert reader.total() > 1
    reader.follow(re.compile("Potager des Salins"))
    reader.sees_title("Potager des Salins")


def browse_and_narrow(reader: Reader) -> None:
    reader.go("/browse/initiative")
    everything = reader.total()
    reader.narrow(re.compile("^Bouches-du-Rhône"))
    there = reader.total()
    reader.narrow(re.compile("^consolidation"))
    narrowed = reader.total()
    assert 0 < narrowed < there < everything
    chips = reader.main.get_by_role("list", name=reader.says("Choix faits", "What was chosen"))
    chips.get_by_role("link", name=re.compile("Bouches-du-Rhône")).click()
    assert narrowed < reader.total() < everything
    assert "latestStage" in reader.page.url


def mistype(reader: Reader) -> None:
    reader.go("/search?q=potagr")
    reader.follow("potager")
    assert reader.total() > 0


def from_initiative_to_network(reader: Reader) -> None:
    reader.go("/doc/initiative/demo-ini-003")
    reader.sees_title(re.compile("picerie du Pas L"))
    reader.follow(re.compile("La Tresse"))
    reader.sees_title("La Tresse")
    expect(reader.main).to_contain_text(re.compile("picerie du Pas L"))


def ask_a_ready_made_question(reader: Reader) -> None:
    reader.go("/queries")
    reader.follow(re.compile(reader.says("n’appartiennent à aucun réseau", "belong to no network")))
    reader.main.get_by_role("button", name=reader.says("Poser la question", "Ask")).click()
    expect(reader.main.get_by_role("table").first).to_be_visible()
    expect(reader.main.get_by_role("link", name="CSV", exact=True).first).to_be_visible()


def ask_in_sparql(reader: Reader) -> None:
    reader.go(f"/sparql?query={quote(COUNT)}&format=html")
    expect(reader.main.get_by_role("cell", name="150")).to_be_visible()


def from_a_figure_to_its_records(reader: Reader) -> None:
    reader.go("/figures")
    cell = reader.main.get_by_role("table").first.get_by_role("cell").get_by_role("link").first
    number = int(re.findall(r"\d+", cell.inner_text())[0])
    cell.click()
    assert reader.total() == number


def see_networks_overlap(reader: Reader) -> None:
    reader.go("/browse/network")
    reader.follow(reader.says("Comment les réseaux se recoupent", "How networks overlap"))
    heading = reader.says("Membres partagés", "Shared members")
    expect(reader.main.get_by_role("heading", name=heading)).to_be_visible()
    table = reader.main.get_by_role("table").first
    table.get_by_role("link", name=re.compile("^La Boucle du R")).click()
    reader.sees_title("Boucle du R")


def take_the_data_away(reader: Reader) -> None:
    reader.go("/doc/network/demo-net-03")
    link = reader.main.get_by_role("link", name="Turtle", exact=True).first
    address = link.get_attribute("href")
    answer = reader.page.request.get(f"{reader.site}{address}")
    assert answer.headers["content-type"].startswith("text/turtle")
    assert "demo-net-03" in answer.text()


def change_language_and_read_what_this_is(reader: Reader) -> None:
    reader.go("/browse/network")
    reader.page.get_by_role("link", name=reader.says("English", "Français"), exact=True).click()
    reader.sees_title(reader.says("Networks", "Réseaux"))
    footer = reader.page.get_by_role("contentinfo")
    footer.get_by_role("link", name=reader.says("About", "À propos")).click()
    reader.sees_title(reader.says("About", "À propos"))


JOURNEYS: list[Callable[[Reader], None]] = [
    search_and_read,
    browse_and_narrow,
    mistype,
    from_initiative_to_network,
    ask_a_ready_made_question,
    ask_in_sparql,
    from_a_figure_to_its_records,
    see_networks_overlap,
    take_the_data_away,
    change_language_and_read_what_this_is,
]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.__name__)
def test_journey(
    browser: Browser,
    demo: str,
    journey: Callable[[Reader], None],
    language: str,
    width: int,
    scripts: bool,  # noqa: FBT001 — a parameter of the test
) -> None:
    complaints: list[str] = []
    with browser.new_context(
        java_script_enabled=scripts, viewport={"width": width, "height": 800}
    ) as context:
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: complaints.append(str(e)))
        page.on("request", lambda r: r.url.startswith(demo) or complaints.append(r.url))
        journey(Reader(page, demo, french=language == "fr"))
    assert complaints == []

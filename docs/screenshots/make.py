# ruff: noqa: INP001 — a script, not part of a package
"""Takes pictures of the main pages: ``make screenshots``.

Those in ``PAGES`` show the shipped data, those in ``DEMO`` the demonstration data.

They are written beside this file, at the width of a desk and of a phone, as ``name-width.png``.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from playwright.sync_api import Browser, sync_playwright

QUERY = """\
PREFIX faces: <https://w3id.org/faces/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?network ?name WHERE {
  ?network a faces:Network ; rdfs:label ?name .
}
"""
PAGES = {
    "home": "/",
    "organization": "/doc/organization/apeas",
    "list": "/browse/network",
    "search": "/search?q=mesclun",
    "sparql": "/sparql",
    "answer": "/sparql?format=html&query=" + quote(QUERY),
    "questions": "/queries",
    "question": "/queries/territorial-networks-of-a-commune?commune=commune-13055",
    "ontology": "/ontology",
    "modelling": "/ontology/accompagnement",
    "vocabulary": "/vocab/pooling-kind",
}
DEMO = {
    "filters": "/browse/initiative?spatial=id/territory/departement-13",
    "initiative": "/doc/initiative/demo-ini-003",
    "network": "/doc/network/demo-net-06",
    "map": "/map",
    "figures": "/figures",
    "networks": "/networks",
    "history": "/history?iri=https://w3id.org/faces/id/network/demo-net-06",
}
WIDTHS = (1280, 390)
#: What is further down a long page is not in its picture.
HIGHEST = 1600


def take(browser: Browser, site: str, pages: dict[str, str], folder: Path) -> None:
    """Take a picture of every page at every width."""
    for width in WIDTHS:
        page = browser.new_page(viewport={"width": width, "height": 800}, locale="fr-FR")
        for name, path in pages.items():
            page.goto(site.rstrip("/") + path, wait_until="networkidle")
            height = min(page.evaluate("document.documentElement.scrollHeight"), HIGHEST)
            clip = {"x": 0, "y": 0, "width": width, "height": height}
            page.screenshot(path=folder / f"{name}-{width}.png", full_page=True, clip=clip)
        page.close()


@contextmanager
def served(folder: Path, *options: str) -> Iterator[str]:
    """Make a registry in the folder, serve it, and give its address."""
    command = [sys.executable, "-m", "registry", "--data-dir", str(folder)]
    subprocess.run([*command, "init", *options], check=True)
    with subprocess.Popen(
        [*command, "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        ready = server.stdout.readline() if server.stdout else ""
        yield next(word for word in ready.split() if word.startswith("http"))
        server.terminate()


def main() -> None:
    """Take the pictures with the system's Chromium."""
    with TemporaryDirectory() as folder, sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"],
        )
        for name, options, pages in (("shipped", (), PAGES), ("demo", ("--demo",), DEMO)):
            with served(Path(folder) / name, *options) as site:
                take(browser, site, pages, Path(__file__).parent)


if __name__ == "__main__":
    main()

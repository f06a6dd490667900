# ruff: noqa: INP001 — a script, not part of a package
"""Takes pictures of every kind of page: ``python docs/screenshots/make.py http://127.0.0.1:8000``.

They are written beside this file, at the width of a desk and of a phone, as ``name-width.png``.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
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
    "home-en": "/?lang=en",
    "browse": "/browse/network",
    "organization": "/doc/organization/apeas",
    "network": "/doc/network/mesclun?lang=en",
    "concept": "/doc/vocab/stage/consolidation",
    "source": "/doc/source/faces-2012",
    "search": "/search?q=mesclun",
    "query": "/sparql",
    "answer": "/sparql?format=html&query=" + quote(QUERY),
    "missing": "/id/network/nowhere",
}
WIDTHS = (1280, 390)


def take(browser: Browser, site: str, folder: Path) -> None:
    """Take every picture."""
    for width in WIDTHS:
        page = browser.new_page(viewport={"width": width, "height": 800}, locale="fr-FR")
        for name, path in PAGES.items():
            page.goto(site.rstrip("/") + path)
            page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
        page.close()


def main() -> None:
    """Take pictures of the site given on the command line, with the system's Chromium."""
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"],
        )
        take(browser, sys.argv[1], Path(__file__).parent)


if __name__ == "__main__":
    main()

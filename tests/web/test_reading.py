"""Pages to read, data quality, and what programs that read the whole site ask for."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from registry.settings import Settings
from registry.web import sitemap
from registry.web.app import create_app
from registry.web.prose import PAGES
from registry.web.sitemap import _NAMESPACE
from support import contribute, initiative, shipped

TEMPLATES = Path(__file__).parents[2] / "registry" / "web" / "templates" / "prose"
_HREF = re.compile(r'href="(/[^"]*)"')


def read(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def locations(client: FlaskClient, path: str) -> list[str]:
    root = ET.fromstring(read(client, path))  # noqa: S314 — our own
    return [urlsplit(e.text or "").path for e in root.iter(f"{{{_NAMESPACE}}}loc")]


def test_each_page_to_read_is_written_in_both_languages() -> None:
    written = {path.name for path in TEMPLATES.glob("*.*.html")}  # own.html frames an operator’s
    assert written == {f"{name}.{language}.html" for name in PAGES for language in ("fr", "en")}


@pytest.mark.parametrize("name", PAGES)
def test_both_languages_say_the_same_and_every_link_leads_somewhere(
    client: FlaskClient, name: str
) -> None:
    french, english = (read(client, f"/{name}?lang={language}") for language in ("fr", "en"))
    assert french.count("<h2") == english.count("<h2")
    assert french.count("<li") == english.count("<li")
    for text in (french, english):
        for href in _HREF.findall(text):
            assert client.get(href.replace("&amp;", "&")).status_code == 200, href


def test_the_operator_names_themself(web_dir: Path) -> None:
    settings = Settings(operator="Réseau <Exemple>", contact="mailto:contact@reseau.example")
    client = create_app(settings, web_dir).test_client()
    text = read(client, "/legal")
    assert "Réseau &lt;Exemple&gt;" in text
    assert '<a href="mailto:contact@reseau.example">contact@reseau.example</a>' in text
    assert "contact@reseau.example" in read(client, "/accessibility?lang=en")


def test_quality_counts_the_findings_of_each_source(tmp_path: Path) -> None:
    shipped(tmp_path / "registry", Settings())
    record = initiative("jardin", "Jardin").replace(
        " .\n", ' ; <https://schema.org/email> "contact@jardin.example" .\n', 1
    )
    contribute(tmp_path / "registry", "jardins", record)
    client = create_app(Settings(), tmp_path / "registry").test_client()
    text = read(client, "/quality?lang=en")
    block = text[text.index('href="/doc/source/jardins') :]
    assert 'href="/doc/initiative/jardin' in block
    assert "contact@jardin.example" in block
    assert "Nothing to be checked." in text


def test_the_site_map_holds_every_record_of_a_list(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemap, "_MOST", 50)
    parts = locations(client, "/sitemap.xml")
    initiatives = [part for part in parts if part.startswith("/sitemap/initiative-")]
    assert len(initiatives) == 3
    found = [path for part in initiatives for path in locations(client, part)]
    assert len(found) == len(set(found)) == 121
    assert client.get("/sitemap/initiative-4.xml").status_code == 404
    assert client.get("/sitemap/nothing-1.xml").status_code == 404
    for path in (*locations(client, "/sitemap/pages.xml"), found[0], *parts):
        assert client.get(path).status_code == 200, path


def test_robots_are_led_to_the_site_map(client: FlaskClient) -> None:
    text = read(client, "/robots.txt")
    assert "Sitemap: http://localhost/sitemap.xml" in text
    assert "Disallow: /sparql" in text

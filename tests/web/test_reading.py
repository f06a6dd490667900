"""Pages to read, data quality, and what programs that read the whole site ask for."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import subprocess
import xml.etree.ElementTree as ET
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from registry.progress import Progress
from registry.publishing.verify import verify
from registry.releases.archive import Archive
from registry.settings import Settings
from registry.web import sitemap
from registry.web.app import create_app
from registry.web.literals import day
from registry.web.prose import PAGES
from registry.web.sitemap import _NAMESPACE
from support import contribute, initiative, shipped
from web.http_client import Client
from web.web_server import Server

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


def test_each_example_of_the_guide_is_answered_as_it_says(server: Server, tmp_path: Path) -> None:
    """With the address that the reader's own browser asked."""
    reader = Client(server.url)
    for language in ("fr", "en"):
        text = reader.get(f"/api?lang={language}").text
        asked = re.findall(r'<a href="([^"]*)" type="([^"]*)"', text)
        assert len(asked) >= 12
        assert sum(href.startswith(f"{server.url}/") for href, _ in asked) >= 7
        for href, media_type in asked:
            answer = reader.get(unescape(href).removeprefix(server.url))
            assert answer.status_code == 200, href
            assert answer.headers["Content-Type"].partition(";")[0] == media_type, href
        lines = [unescape(code) for code in re.findall(r"<code>(curl [^<]*)</code>", text)]
        assert len(lines) >= 3
        for line in lines:
            subprocess.run(["sh", "-c", f"{line} --silent --fail"], cwd=tmp_path, check=True)


def test_the_licence_of_each_source_is_that_of_the_release(client: FlaskClient) -> None:
    text = read(client, "/legal?lang=en")
    table = text[text.index('aria-labelledby="licences"') :].partition("</table>")[0]
    found = {
        unescape(re.sub("<[^>]*>", "", row)): unescape(licence)
        for row, licence in re.findall(
            r'<th scope="row">(.*?)</th><td>(?:<a href="([^"]*)")?', table
        )
    }
    query = (
        "SELECT ?title ?licence { ?s a faces:Source ; dcterms:title ?title"
        " OPTIONAL { ?s dcterms:license ?licence } FILTER(LANG(?title) = 'en') }"
    )
    rows = client.application.extensions["faces"].archive.current().graphs.select(query)
    assert found == {t.value: getattr(licence, "value", "") for t, licence in rows}
    assert "no licence stated" in table  # that of the tests


def test_home_says_for_whom_and_leads_three_ways(client: FlaskClient) -> None:
    text = read(client, "/?lang=en")
    assert text.count('<p class="whom">') == 3
    for href in _HREF.findall(text):
        assert client.get(unescape(href)).status_code == 200, href


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
    block = text[text.index('<h3 id="source-') :]
    assert 'href="/doc/initiative/jardin' in block
    assert "contact@jardin.example" in block
    assert "contact@jardin.example" in read(client, "/quality?source=id/source/jardins")
    assert "Rien à vérifier." in read(client, "/quality?source=id/source/faces-2012")
    assert client.get("/quality?source=nowhere").status_code == 404


def test_completeness_is_what_the_endpoint_counts(web_dir: Path) -> None:
    """Every row of the file, by a query about the graphs; and the page shows the same."""
    client = create_app(Settings(), web_dir).test_client()
    rows = list(csv.DictReader(io.StringIO(read(client, "/quality.csv?lang=en"))))
    fields = {(row["kind_label"], row["field_label"]) for row in rows}
    assert {("Initiatives", "description"), ("Networks", "web site")} <= fields
    assert {row["source"].rpartition("/")[2] for row in rows} >= {"", "jardins", "faces-2012"}
    graphs = Archive(web_dir).current().graphs
    for row in rows:
        source = f"<{row['source']}>" if row["source"] else "?any"
        query = (
            f"SELECT (COUNT(DISTINCT ?r) AS ?all) (COUNT(DISTINCT ?s) AS ?some)"
            f" {{ GRAPH {source} {{ ?r a <{row['kind']}> }} FILTER(!CONTAINS(STR(?r), '#'))"
            f" OPTIONAL {{ ?r <{row['field']}> ?v BIND(?r AS ?s) }} }}"
        )
        counted = [int(getattr(n, "value", 0)) for n in next(graphs.select(query))]
        assert [int(row["records"]), int(row["saying"])] == counted, row
    text = read(client, "/quality?lang=en&source=id/source/jardins")
    shown = text[text.index('id="kind-initiative"') :].partition("</section>")[0]
    assert re.findall(r"<td>([^<]*)</td><td>([^<]*)</td>", shown) == [
        (row["saying"], f"{round(float(row['percent']))}%")
        for row in rows
        if row["source"].endswith("/jardins") and row["kind_label"] == "Initiatives"
    ]


def test_freshness_follows_imports_and_verifications(tmp_path: Path) -> None:
    verified = '; faces:verifiedOn "{}"^^xsd:date'
    text = initiative("a", extra=verified.format("2024-05-02")) + initiative("b")
    shipped(tmp_path, Settings())
    contribute(tmp_path, "jardins", text)
    page = read(create_app(Settings(), tmp_path).test_client(), "/quality?lang=en")
    row = page[page.index('href="/doc/source/jardins?lang=en"') :].partition("</tr>")[0]
    imported = moment_of(Archive(tmp_path).current().manifest.created)
    assert re.findall(r"<td>([^<]*)</td>", row) == [imported, "2", "50%", "2024", "0"]
    contribute(tmp_path, "jardins", text + initiative("c", extra=verified.format("2025-01-01")))
    page = read(create_app(Settings(), tmp_path).test_client(), "/quality?lang=en")
    row = page[page.index('href="/doc/source/jardins?lang=en"') :].partition("</tr>")[0]
    assert re.findall(r"<td>([^<]*)</td>", row)[1:] == ["3", "67%", "2025", "0"]
    file = read(create_app(Settings(), tmp_path).test_client(), "/quality/freshness.csv")
    rows = {line["source"]: line for line in csv.DictReader(io.StringIO(file))}
    line = rows["https://w3id.org/faces/id/source/jardins"]
    assert [line[n] for n in ("records", "verified", "latest", "to_check")] == [
        "3",
        "2",
        "2025",
        "0",
    ]
    assert line["imported"] == Archive(tmp_path).current().sources[line["source"]].modified
    assert verify(Archive(tmp_path), Settings(), Progress()).clean


def moment_of(iso: str) -> str:
    return day(dt.datetime.fromisoformat(iso).date(), "en")


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

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from registry.describe import describe
from registry.errors import NotFoundError
from registry.identifiers import Iris
from registry.releases.archive import Archive
from registry.sentences import wording
from registry.settings import Settings
from registry.store import Graphs
from registry.web.app import create_app
from registry.web.headers import POLICY
from registry.web.languages import preferred
from registry.web.site import EXTENSION
from support import contribute, initiative

BASE = "https://w3id.org/faces/"
HTML = {"Accept": "text/html"}


def test_home_says_what_this_is_in_french_first(client: FlaskClient) -> None:
    page = client.get("/", headers=HTML).text
    assert '<html lang="fr">' in page
    assert "initiatives solidaires" in page
    assert ">121</span>" in page


@pytest.mark.parametrize(
    ("path", "header"), [("/?lang=en", "fr"), ("/", "en-GB,en;q=0.9,fr;q=0.5")]
)
def test_english_by_parameter_and_by_header(client: FlaskClient, path: str, header: str) -> None:
    page = client.get(path, headers={**HTML, "Accept-Language": header}).text
    assert '<html lang="en">' in page
    assert "solidarity initiatives" in page


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "fr"),
        ("de", "fr"),
        ("en", "en"),
        ("de, en;q=0.5", "en"),
        ("en;q=0", "fr"),
        ("en;q=x", "fr"),
        ("fr-CA,en", "fr"),
        ("*", "fr"),
    ],
)
def test_preferred_language(header: str | None, language: str) -> None:
    assert preferred(header) == language


def test_language_travels_in_links_and_through_the_303(client: FlaskClient) -> None:
    page = client.get("/browse/network?lang=en", headers=HTML).text
    assert 'href="/doc/network/mesclun?lang=en"' in page
    answer = client.get("/id/network/mesclun?lang=en", headers=HTML)
    assert answer.headers["Location"] == "/doc/network/mesclun?lang=en"


def test_lists_are_paged(client: FlaskClient) -> None:
    first, second = (
        client.get(f"/browse/initiative{q}", headers=HTML).text for q in ("", "?page=2")
    )
    assert first.count('<a href="/doc/initiative/') == 50
    assert "Page 1 sur 3" in first
    assert 'rel="prev"' in second
    assert client.get("/browse/initiative?page=9", headers=HTML).status_code == 404
    assert client.get("/browse/initiative?page=x", headers=HTML).status_code == 400
    assert client.get("/browse/unknown", headers=HTML).status_code == 404


def test_search_finds_by_accentless_words_and_kind(client: FlaskClient) -> None:
    page = client.get("/search?q=reseau+regional", headers=HTML).text
    assert 'href="/doc/network/piles"' in page
    none = client.get("/search?q=zzzz", headers=HTML).text
    assert "Aucune fiche" in none
    few = client.get("/search?q=marseille&kind=network", headers=HTML).text
    assert 'href="/doc/territory/' not in few


def test_a_page_shows_what_the_shapes_order_and_where_it_comes_from(client: FlaskClient) -> None:
    page = client.get("/doc/organization/apeas", headers=HTML).text
    places = [page.index(w) for w in ("<h1>Apeas", "En relation avec", "Provenance", "D’où")]
    assert places == sorted(places)
    assert "Licence Ouverte 2.0" in page
    assert f"{BASE}id/organization/apeas" in page
    assert 'href="/doc/network/mesclun"' in page


def test_what_leads_here_is_named_from_this_side(client: FlaskClient) -> None:
    page = client.get("/doc/organization/apeas", headers=HTML).text
    for name in ("porte", "événements animés", "textes écrits", "sources publiées"):
        assert f">{name}" in page, name
    assert "En tant que" not in page
    carried = quote("https://w3id.org/faces/ontology#carrier", safe="")
    alone = client.get(f"/doc/organization/apeas?in={carried}&lang=en", headers=HTML).text
    assert "<h2>carries <" in alone


def test_parts_are_nested_under_their_anchor(client: FlaskClient) -> None:
    page = client.get("/doc/source/faces-2012", headers=HTML).text
    assert 'class="part" id="text"' in page


def test_short_parts_stand_on_one_line_under_their_anchor(data_dir: Path) -> None:
    verger = """; adms:identifier <id/initiative/verger#siren> ;
      faces:stageStatement <id/initiative/verger#stage> .
    <id/initiative/verger#siren> a adms:Identifier ; skos:notation "732829320" ;
      dcterms:type <vocab/identifier-scheme/siren> .
    <id/initiative/verger#stage> a faces:StageStatement ;
      faces:attestedOn "2011-05"^^xsd:gYearMonth ; faces:stage <vocab/stage/consolidation>"""
    contribute(data_dir, "vergers", initiative("verger", "Le verger", verger))
    page = create_app(Settings(), data_dir).test_client().get("/doc/initiative/verger").text
    siren, stage = (
        re.sub(r"<[^>]*>|\s+", " ", page.partition(f'<dl class="short" id="{part}">')[2])
        for part in ("siren", "stage")
    )
    assert siren.split()[:4] == ["système", "SIREN", "numéro", "732829320"]
    assert "mai 2011" in stage.partition("Famille")[0]


def test_codes_stand_in_one_line_and_numbers_in_their_order(client: FlaskClient) -> None:
    page = client.get("/doc/territory/commune-13055?lang=fr", headers=HTML).text
    row = page.partition("<dt>codes postaux</dt>")[2].partition("</dd>")[0]
    assert re.sub(r"<[^>]*>", "", row).split() == [
        *(f"{code}," for code in range(13001, 13016)),
        "13016",
    ]
    assert "<li>" not in row
    parts = page.partition("<dt>contient</dt>")[2].partition("</dl>")[0]
    assert [int(n) for n in re.findall(r"Marseille (\d+)", parts)] == list(range(1, 17))
    assert 'class="kind"' not in parts.partition("</dd>")[0]  # all are territories


def test_what_is_there_in_french_only_is_marked_on_english_pages(client: FlaskClient) -> None:
    page = client.get("/doc/initiative/n1?lang=en", headers=HTML).text
    assert '<h1 lang="fr">Jardin 1</h1>' in page
    assert '<p class="lead" lang="fr">Pour essayer. <span class="tag">fr</span></p>' in page
    assert (
        'lang="fr">Jardin 50</a>'
        in client.get("/browse/initiative?lang=en&page=2", headers=HTML).text
    )
    assert "<h1>Regional network of the Piles</h1>" in client.get("/doc/network/piles?lang=en").text
    assert "<h1>Jardin 1</h1>" in client.get("/doc/initiative/n1?lang=fr", headers=HTML).text
    document = client.get("/doc/territory/commune-13055.nt").text
    assert '"Jardin 1"@fr' in document
    assert '"Jardin 1"@en' not in document


def test_a_page_names_its_own_address_and_leads_to_every_list(client: FlaskClient) -> None:
    page = client.get("/resource?lang=en&iri=" + quote(f"{BASE}id/network/mesclun"), headers=HTML)
    assert '<link rel="canonical" href="/doc/network/mesclun?lang=en">' in page.text
    assert 'href="/browse/initiative?lang=en">Initiatives</a>' in page.text
    here = client.get("/browse/network?lang=en", headers=HTML).text
    assert 'href="/browse/network?lang=en" aria-current="page"' in here
    for path in ("/", "/search", "/doc/network/mesclun", "/sparql", "/nope"):
        assert client.get(path, headers=HTML).text.count('name="q" type="search"') == 1, path
    assert re.findall('<input id="([^"]*)" name="q"', here) == ["site-q", "q"]


def test_incoming_links_are_counted_and_paged(client: FlaskClient) -> None:
    page = client.get("/doc/territory/commune-13055", headers=HTML).text
    assert page.count('<a href="/doc/initiative/') == 50
    assert "?in=http%3A%2F%2Fpurl.org%2Fdc%2Fterms%2Fspatial" in page
    address = "/doc/territory/commune-13055?in=http://purl.org/dc/terms/spatial&page={}"
    seen = Counter(
        line
        for number in (1, 2, 3)
        for line in client.get(address.format(number), headers=HTML).text.split('"')
        if line.startswith("/doc/initiative/")
    )
    assert len(seen) == 121
    assert set(seen.values()) == {1}


def test_at_most_four_store_queries(web_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def counted(name: str) -> Callable[..., object]:
        original = getattr(Graphs, name)

        def call(*args: object, **values: object) -> object:
            calls.append(name)
            return original(*args, **values)

        return call

    wording()  # what is shipped is read once, before
    for name in ("select", "construct", "triples", "quads", "has", "names"):
        monkeypatch.setattr(Graphs, name, counted(name))
    app = create_app(Settings(), web_dir)
    assert app.extensions[EXTENSION].archive.current().positions  # read once of each release
    visitor = app.test_client()
    for path in ("/doc/territory/commune-13055", "/doc/network/mesclun.ttl", "/browse/initiative"):
        calls.clear()
        assert visitor.get(path, headers=HTML).status_code == 200
        assert len(calls) <= 4, (path, calls)


def test_names_cannot_be_markup(client: FlaskClient) -> None:
    for path in (
        "/doc/initiative/awkward",
        "/browse/initiative?page=3",
        "/search?q=<script>alert(1)",
    ):
        page = client.get(path, headers=HTML).text
        assert "<script>" not in page
        assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    "iri",
    [
        "javascript:alert(1)",
        "http://x/<script>",
        'http://x/"onmouseover=',
        "file:///etc/passwd",
        "http://x/\r\nSet-Cookie: a=b",
        "../../etc/passwd",
        "",
        "\0",
    ],
)
def test_hostile_iris_are_harmless(client: FlaskClient, iri: str) -> None:
    answer = client.get("/resource", query_string={"iri": iri}, headers=HTML)
    assert answer.status_code in {400, 404}
    assert "Set-Cookie" not in answer.headers
    assert not re.findall(r'<script(?! type="module" src="/static/)', answer.text)
    follow = {"in": iri}
    assert client.get("/doc/network/mesclun", query_string=follow).status_code in {200, 404}


def test_every_answer_carries_the_security_headers(client: FlaskClient) -> None:
    for path in ("/", "/nope", "/sparql", "/health", "/id/network/mesclun", "/robots.txt"):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"] == POLICY
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"]
        assert headers["Permissions-Policy"]
        assert "Set-Cookie" not in headers


def test_validators_spare_the_work(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in ("/", "/doc/network/mesclun", "/browse/network", "/search?q=apeas"):
        etag = client.get(path, headers=HTML).headers["ETag"]
        english = client.get(path, headers={**HTML, "Accept-Language": "en"}).headers["ETag"]
        assert etag != english
    etag = client.get("/doc/network/mesclun", headers=HTML).headers["ETag"]
    nothing = client.get("/doc/network/nowhere", headers={**HTML, "If-None-Match": "*"})
    assert nothing.status_code == 404
    monkeypatch.setattr(Graphs, "select", None)
    answer = client.get("/doc/network/mesclun", headers={**HTML, "If-None-Match": etag})
    assert answer.status_code == 304
    assert not answer.data


def test_static_files_keep_for_good_at_their_own_address(client: FlaskClient) -> None:
    page = client.get("/", headers=HTML).text
    path = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert "immutable" in client.get(path).headers["Cache-Control"]
    assert client.get("/static/0/site.css").headers["Cache-Control"] == "no-cache"
    assert client.get("/static/0/app.py").status_code == 404


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/html", "text/html; charset=utf-8"),
        ("*/*", "text/plain; charset=utf-8"),
        ("application/json", "application/problem+json"),
        ("application/sparql-results+json", "application/problem+json"),
    ],
)
def test_problems_come_in_the_form_asked_for(client: FlaskClient, accept: str, kind: str) -> None:
    for path, method, status in (("/browse/no", "GET", 404), ("/", "DELETE", 405)):
        answer = client.open(path, method=method, headers={"Accept": accept})
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, kind)
        assert "Traceback" not in answer.text
    assert "GET" in client.delete("/").headers["Allow"]


def test_what_is_unknown_is_a_plain_500(
    web_dir: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("registry.web.pages.page_validator", broken)
    answer = create_app(Settings(), web_dir).test_client().get("/", headers=HTML)
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "secret detail" in caplog.text


def test_health_and_a_missing_registry(client: FlaskClient, tmp_path: Path) -> None:
    assert client.get("/health").json == {
        "status": "ready",
        "release": 2,
        "created": client.get("/health").json["created"],
        "statements": client.get("/health").json["statements"],
    }
    assert create_app(Settings(), tmp_path).test_client().get("/health").status_code == 503


def test_describe_tells_unknown_from_known(web_dir: Path) -> None:
    release, iris = Archive(web_dir).current(), Iris(BASE)
    assert describe(release, f"{BASE}id/network/nowhere", iris) is None
    assert describe(release, "not an iri", iris) is None
    about = describe(release, f"{BASE}id/territory/commune-13055", iris)
    assert about is not None
    assert {i.total for i in about.incoming if i.path.endswith("spatial")} == {122}
    with pytest.raises(NotFoundError):
        Archive(web_dir).release(99)


def test_an_address_that_leads_nowhere_suggests_what_may_be_meant(client: FlaskClient) -> None:
    for address in ("/doc/network/mesclum", "/id/reseau/mesclun", "/Mesclun.html"):
        answer = client.get(f"{address}?lang=fr", headers=HTML)
        assert answer.status_code == 404
        assert "Peut-être cherchiez-vous" in answer.text
        first = answer.text.partition('<ul class="hits">')[2].partition("</li>")[0]
        assert 'href="/doc/network/mesclun?lang=fr">Mesclun' in first
    for address in ("/doc/network/zzzz", "/doc/network/7", "/wp-login.php", "/doc/network/%00"):
        answer = client.get(address, headers=HTML)
        assert answer.status_code == 404
        assert "Peut-être" not in answer.text

"""What the page of a resource says, for people."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import time
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from registry.describe import Value
from registry.settings import Settings
from registry.store import Graphs
from registry.web.app import create_app
from registry.web.links import Linker
from registry.web.neighbours import neighbours
from registry.web.periods import period
from registry.web.relations import Relations, Sentence
from registry.web.site import EXTENSION
from support import BASE, contribute, initiative
from web.http_client import Client
from web.relationships import garden
from web.web_server import start

HTML = {"Accept": "text/html"}
GARDEN = "/doc/initiative/garden"
MEMBERS = 5_000
#: Bytes of a first visit and of each page after it.
MOST_FIRST = 150_000
MOST_AFTERWARDS = 15_000
#: Ten times what it takes on two cores (docs/benchmarks.md): a slow machine passes.
MOST_SECONDS = 0.6


@pytest.fixture(scope="module")
def told_dir(shipped_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped data, a garden with relationships of every kind, a network with 5,000 members."""
    folder = tmp_path_factory.mktemp("told") / "registry"
    shutil.copytree(shipped_dir, folder, symlinks=True)
    text = garden()
    text += '<id/network/large> a faces:Network ; rdfs:label "Grand réseau"@fr ;'
    text += (
        ' dcterms:description "Vaste."@fr ; faces:networkKind <vocab/network-kind/territorial> ;'
    )
    text += " dcterms:spatial <id/territory/commune-13055> .\n"
    text += "".join(initiative(f"m{number}", f"Membre {number}") for number in range(60))
    for number in range(MEMBERS):
        text += (
            f'<id/membership/m{number}> a org:Membership ; rdfs:label "Adhésion {number}"@fr ;'
            f" org:member <id/initiative/m{number % 60}> ; org:organization <id/network/large> ;"
            f' faces:startDate "2015"^^xsd:gYear .\n'
        )
    contribute(folder, "jardins", text)
    return folder


@pytest.fixture(scope="module")
def visitor(told_dir: Path) -> FlaskClient:
    return create_app(Settings(), told_dir).test_client()


def text_of(page: str) -> str:
    """Return what a reader sees, without tags and repeated spaces."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", page)))


def sentences(page: str) -> list[str]:
    """Return the relationships that the page tells, without the link to their records."""
    section = page[page.index('id="relations"') :].partition("</section>")[0]
    found = re.findall(r"<li[^>]*>(.*?)</li>", section, re.DOTALL)
    record = re.compile(r'<a class="record".*?</a>', re.DOTALL)
    return [text_of(record.sub("", each)).strip() for each in found]


def test_relationships_are_sentences(visitor: FlaskClient) -> None:
    french = sentences(visitor.get(f"{GARDEN}?lang=fr", headers=HTML).text)
    assert set(french) == {
        "accompagnée par Mesclun depuis 2011, en consolidation, entre pairs",
        "accompagne Mesclun entre le 1er mai 2012 et juin 2013, avec Initiative grocery",
        "adhère à Mesclun, relation attestée en 2012",
        "anime PECos de 2010 à 2014",
        "met en commun : logistique, avec Initiative grocery, depuis 2016",
        "coopère avec Initiative a, Initiative b, Initiative c et 2 autres"
        " (réponse commune à un appel d’offres)",
    }
    english = sentences(visitor.get(f"{GARDEN}?lang=en", headers=HTML).text)
    assert "accompanied by Mesclun since 2011, during consolidation, peer to peer" in english
    assert (
        "accompanier of Mesclun between 1 May 2012 and June 2013, with Initiative grocery"
        in english
    )
    assert "facilitator of PECos from 2010 to 2014" in english


@pytest.mark.parametrize(
    ("start", "kind", "said"),
    [
        ("2026", "gYear", "depuis 2026"),
        ("2027", "gYear", "dès 2027"),
        ("2026-12", "gYearMonth", "dès décembre 2026"),
        ("2026-11-30", "date", "depuis le 30 novembre 2026"),
        ("2026-12-01", "date", "dès le 1er décembre 2026"),
    ],
)
def test_what_is_announced_is_not_said_to_have_begun(start: str, kind: str, said: str) -> None:
    value = Value(start, datatype=f"http://www.w3.org/2001/XMLSchema#{kind}")
    assert period(value, None, "fr", "2026-11-30T08:00:00Z") == said


def test_a_participle_agrees_with_the_kind_of_actor(visitor: FlaskClient) -> None:
    page = visitor.get("/doc/network/mesclun?lang=fr", headers=HTML).text
    said = [s for s in sentences(page) if s.startswith("accompagné")]
    assert "accompagné par Initiative grocery et Le jardin" in said[0]


def test_sentences_lead_to_the_full_record_and_replace_the_shortcuts(visitor: FlaskClient) -> None:
    page = visitor.get(f"{GARDEN}?lang=fr", headers=HTML).text
    assert 'href="/doc/accompaniment/one?lang=fr">fiche' in page
    assert "Retiré" in text_of(page)  # withdrawn: no sentence, but still linked
    assert "<dt>accompagné par</dt>" not in page
    assert "<dt>membre de</dt>" not in page
    assert "En tant que « membre »" not in text_of(page)


def test_shortcuts_that_no_sentence_says_stay(shipped_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "registry"
    shutil.copytree(shipped_dir, folder, symlinks=True)
    contribute(folder, "x", initiative("g", "Jardin nu", "; org:memberOf <id/network/mesclun>"))
    page = create_app(Settings(), folder).test_client().get("/doc/network/mesclun", headers=HTML)
    assert "Adhère à Apeas".casefold() in text_of(page.text).casefold()
    assert "Jardin nu" in page.text


def test_key_facts_stand_at_the_top_and_there_alone(visitor: FlaskClient) -> None:
    page = visitor.get(f"{GARDEN}?lang=fr", headers=HTML).text
    head, _, rest = page.partition("</header>\n<div")
    assert re.findall(r"<dt>(.*?)</dt>", head) == [
        "thème",
        "dernière étape constatée",
        "territoire",
    ]
    assert "<dt>territoire</dt>" not in rest


def test_a_network_with_5000_members_is_paged_and_fast(visitor: FlaskClient) -> None:
    address = "/doc/network/large?lang=fr"
    visitor.get(GARDEN, headers=HTML)
    started = time.perf_counter()
    page = visitor.get(address, headers=HTML).text
    assert time.perf_counter() - started < MOST_SECONDS
    assert len(sentences(page)) == 50
    assert "Voir les 5\u202f000" in page
    assert "?in=http%3A%2F%2Fwww.w3.org%2Fns%2Forg%23organization" in page


def test_a_timeline_is_a_list_in_the_order_of_time(visitor: FlaskClient) -> None:
    page = visitor.get(f"{GARDEN}?lang=fr", headers=HTML).text
    drawn = page.partition('<ol class="timeline">')[2].partition("</ol>")[0]
    assert [text_of(each).strip() for each in drawn.split("</li>")[:-1]] == [
        "création 2010",
        "accompagnée par Mesclun 2011–",
        "accompagne Mesclun 2012–2013",
        "consolidation juillet 2014",
    ]
    assert 'href="#stage-1"' in drawn
    assert 'href="/doc/accompaniment/one?lang=fr"' in drawn
    places = [float(x) for x in re.findall(r'[c ]x="([\d.]+)%"', drawn)]
    assert places == sorted(places)
    assert all(0 <= x <= 100 for x in places)
    assert "timeline" not in visitor.get("/doc/initiative/a", headers=HTML).text


def test_the_picture_of_neighbours_links_to_all_that_the_sentences_name(
    visitor: FlaskClient,
) -> None:
    page = visitor.get(f"{GARDEN}?lang=fr", headers=HTML).text
    picture = page.partition('<svg class="plot column"')[2].partition("</svg>")[0]
    linked = set(re.findall(r'href="(/doc/[^"?]*)', picture))
    assert linked == {
        *(f"/doc/initiative/{key}" for key in ("grocery", "a", "b", "c", "d")),
        *(f"/doc/network/{key}" for key in ("mesclun", "pecos")),
    }


def test_a_picture_of_many_neighbours_has_no_names(told_dir: Path) -> None:
    linker = Linker(create_app(Settings(), told_dir).extensions[EXTENSION], {}, "en")
    for number, named in ((2, None), (29, True), (30, True), (31, False)):
        names = tuple(f"https://example.org/{i}" for i in range(number))
        one = Sentence("x", "x", "", (), names, frozenset(), None, None, past=False)
        drawn = neighbours("https://example.org/me", [Relations("", "", "", 1, (one,))], linker)
        assert (drawn is None) == (named is None)
        if drawn:
            assert len(drawn.spots) == number + 1
            assert [spot.bare for spot in drawn.spots[:-1]] == [not named] * number
            assert ("too many" in drawn.text) != named
            assert all(0 <= spot.y <= drawn.height for spot in drawn.spots)
            assert all(0 <= spot.x <= drawn.width for spot in drawn.spots)


def test_numbers_and_points_lead_elsewhere_as_the_ontology_declares(visitor: FlaskClient) -> None:
    page = visitor.get(f"{GARDEN}?lang=fr", headers=HTML).text
    assert 'href="https://annuaire-entreprises.data.gouv.fr/entreprise/732829320"' in page
    assert 'href="https://www.wikidata.org/wiki/Q1%20%26"' in page
    assert "43,3° N, 5,37° E</a>" in page
    assert "?mlat=43.3&amp;mlon=5.37#map=17/43.3/5.37" in page


def embedded(page: str) -> dict[str, Any]:
    """Return what the page says to search engines."""
    text = page.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    found: dict[str, Any] = json.loads(text)
    return found


def test_a_page_speaks_to_search_engines(visitor: FlaskClient) -> None:
    page = visitor.get(f"{GARDEN}?lang=fr", headers=HTML).text
    said = embedded(page)
    assert (said["@type"], said["@id"]) == ("Organization", f"{BASE}id/initiative/garden")
    assert said["name"] == "Le jardin"
    assert {"732829320", "Q1 &"} == {each["value"] for each in said["identifier"]}
    assert said["geo"] == {"@type": "GeoCoordinates", "latitude": 43.3, "longitude": 5.37}
    assert '<meta property="og:title" content="Le jardin">' in page
    assert '<meta name="description" content="Pour essayer.">' in page
    assert embedded(visitor.get("/doc/network/mesclun", headers=HTML).text)["memberOf"]
    concept = visitor.get("/doc/vocab/stage/creation", headers=HTML).text
    assert '<script type="application/ld+json"' not in concept


def test_names_cannot_leave_the_embedded_data(told_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "registry"
    shutil.copytree(told_dir, folder, symlinks=True)
    name = "</script><script>alert(1)</script> & \u2028"
    contribute(folder, "x", initiative("bad", name))
    page = create_app(Settings(), folder).test_client().get("/doc/initiative/bad", headers=HTML)
    own = 2  # of search engines, of the search box
    assert page.text.count("<script") == page.text.count("</script>") == own
    assert embedded(page.text)["name"] == name


def test_a_record_can_be_cited_and_an_error_reported(told_dir: Path, visitor: FlaskClient) -> None:
    page = visitor.get(f"{GARDEN}?lang=en", headers=HTML).text
    assert "“Le jardin”, Registre FACES, release 2 of " in text_of(page)
    assert f", {BASE}id/initiative/garden" in text_of(page)
    assert "Report an error" not in page
    for contact, href in (
        ("mailto:contact@example.org", "mailto:contact@example.org?subject=Error%20in%20%E2%80%9C"),
        ("https://example.org/contact", "https://example.org/contact"),
    ):
        told = create_app(Settings(contact=contact), told_dir).test_client()
        page = told.get(f"{GARDEN}?lang=en", headers=HTML).text
        assert re.search(rf'<a href="{re.escape(href)}[^"]*">Report an error', page)


def test_no_page_asks_the_store_more_than_four_times(
    visitor: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor.get(GARDEN, headers=HTML)  # what is shipped is read once
    asked: list[str] = []
    for name in ("select", "rows", "construct", "triples", "quads", "has", "names"):
        original = getattr(Graphs, name)

        def counted(*args: object, of: Any = original, **values: object) -> object:
            asked.append(of.__name__)
            return of(*args, **values)

        monkeypatch.setattr(Graphs, name, counted)
    member = "?in=http%3A%2F%2Fwww.w3.org%2Fns%2Forg%23organization&page=3"
    for path in (GARDEN, "/doc/network/large", f"/doc/network/large{member}", f"{GARDEN}.ttl"):
        asked.clear()
        assert visitor.get(path, headers=HTML).status_code == 200
        assert 0 < len(asked) <= 4, (path, asked)


def test_a_page_is_light(told_dir: Path, tmp_path: Path) -> None:
    """As it is sent, compressed; on a second page, what all pages share is kept by the browser."""
    server = start(told_dir, tmp_path / "log")
    asking = {"Accept": "text/html", "Accept-Encoding": "gzip"}
    try:
        client = Client(server.url)
        first = client.get(GARDEN, headers=asking)
        page = gzip.decompress(first.data).decode()
        shared = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))
        assert shared
        parts = [client.get(path, headers=asking) for path in shared]
        assert all("immutable" in part.headers["Cache-Control"] for part in parts)
        assert sum(len(each.data) for each in (first, *parts)) < MOST_FIRST
        for path in (GARDEN, "/doc/network/large", "/doc/territory/commune-13055"):
            assert len(client.get(path, headers=asking).data) < MOST_AFTERWARDS, path
    finally:
        server.stop()
        assert server.process.stdout is not None
        server.process.stdout.close()

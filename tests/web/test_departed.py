"""Records that were withdrawn or merged: 410 and 301, for people and for programs alike."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from registry.errors import InvalidDataError
from registry.findings import VIOLATION
from registry.releases.archive import RDF, Archive
from registry.settings import Settings
from registry.store import Draft
from registry.web.app import create_app
from support import BASE, PREFIXES, contribute, initiative

STATUS = "; adms:status <vocab/record-status/{}>"
GONE = (
    STATUS.format("withdrawn") + '; prov:invalidatedAtTime "2026-03-01T10:00:00Z"^^xsd:dateTime ;'
    " foaf:homepage <https://secret.example/>"
)
MERGED = STATUS.format("superseded") + "; dcterms:isReplacedBy <id/initiative/kept>"
ACCEPTS = {
    "text/html": "html",
    "text/turtle": "ttl",
    "application/ld+json": "jsonld",
    "application/n-triples": "nt",
    "application/rdf+xml": "rdf",
}


@pytest.fixture(scope="module")
def visitor(shipped_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    folder = tmp_path_factory.mktemp("departed") / "registry"
    shutil.copytree(shipped_dir, folder, symlinks=True)
    text = "@prefix foaf: <http://xmlns.com/foaf/0.1/> .\n"
    text += "@prefix prov: <http://www.w3.org/ns/prov#> .\n"
    text += initiative("gone", "Jardin retiré", GONE) + initiative("kept", "Jardin gardé")
    text += initiative("merged", "Doublon", MERGED)
    text += initiative("unclear", "Remplacé, par on ne sait quoi", STATUS.format("superseded"))
    contribute(folder, "jardins", text)
    return create_app(Settings(), folder).test_client()


@pytest.mark.parametrize("accept", ACCEPTS)
def test_what_was_withdrawn_is_gone(visitor: FlaskClient, accept: str) -> None:
    for path in ("/id/initiative/gone", "/doc/initiative/gone"):
        answer = visitor.get(path, headers={"Accept": accept})
        assert answer.status_code == 410, path
        assert answer.content_type.startswith(accept)
        assert "Jardin retir" in answer.text
        assert "Pour essayer" not in answer.text
        assert "secret" not in answer.text
        assert "ETag" not in answer.headers
    assert visitor.get("/doc/initiative/gone.ttl").status_code == 410
    assert visitor.head("/id/initiative/gone").status_code == 410


def test_the_document_of_a_withdrawn_record_says_so(visitor: FlaskClient) -> None:
    body = visitor.get("/doc/initiative/gone.nt").data
    record = NamedNode(f"{BASE}id/initiative/gone")
    said = [q for q in parse(body, RdfFormat.N_TRIPLES) if q.subject == record]
    assert {str(q.predicate.value).rpartition("/")[2].rpartition("#")[2] for q in said} == {
        *("type", "label", "status", "invalidatedAtTime"),
    }
    assert any(q.object == Literal("Jardin retiré", language="fr") for q in said)


def test_the_page_of_a_withdrawn_record_names_day_source_and_a_way_on(
    visitor: FlaskClient,
) -> None:
    page = visitor.get("/doc/initiative/gone?lang=fr", headers={"Accept": "text/html"}).text
    assert "Cette fiche a été retirée." in page
    assert "1er mars 2026" in page
    assert "/doc/source/jardins" in page
    assert '<meta name="robots" content="noindex">' in page
    assert 'type="search"' in page


@pytest.mark.parametrize("accept", ACCEPTS)
def test_what_was_merged_moved_for_good(visitor: FlaskClient, accept: str) -> None:
    answer = visitor.get("/id/initiative/merged", headers={"Accept": accept})
    assert (answer.status_code, answer.location) == (301, "/id/initiative/kept")
    answer = visitor.get("/doc/initiative/merged?lang=en", headers={"Accept": accept})
    assert (answer.status_code, answer.location) == (301, "/doc/initiative/kept?lang=en")
    extension = ACCEPTS[accept]
    if extension != "html":
        answer = visitor.get(f"/doc/initiative/merged.{extension}")
        assert (answer.status_code, answer.location) == (301, f"/doc/initiative/kept.{extension}")
    followed = visitor.get(
        "/id/initiative/merged", headers={"Accept": accept}, follow_redirects=True
    )
    assert followed.status_code == 200
    assert "Jardin gard" in followed.text


def test_what_names_no_other_record_stays(visitor: FlaskClient) -> None:
    for key in ("unclear", "kept"):
        answer = visitor.get(f"/doc/initiative/{key}", headers={"Accept": "text/html"})
        assert answer.status_code == 200


def test_records_that_replace_each_other_redirect_to_no_end(data_dir: Path) -> None:
    """They are refused; a release that was made before the shapes did so is read all the same."""
    ring = ("itself", "itself"), ("a", "b"), ("b", "a"), ("into", "a")
    with pytest.raises(InvalidDataError) as refused:
        contribute(data_dir, "jardins", _merged("a", "b") + _merged("b", "a"))
    messages = [finding.text("fr") for finding in refused.value.report.of(VIOLATION)]
    assert len(messages) == 2
    assert all("qui est elle-même remplacée" in message for message in messages)
    contribute(data_dir, "jardins", "".join(initiative(key) for key, _ in ring))
    draft = Draft.open(Archive(data_dir).current().folder / RDF)
    text = PREFIXES + "".join(_merged(*pair) for pair in ring)
    graph = NamedNode(f"{BASE}id/source/jardins")
    parsed = parse(text, RdfFormat.TURTLE, base_iri=BASE)
    draft.add(Quad(q.subject, q.predicate, q.object, graph) for q in parsed)
    del draft
    visitor = create_app(Settings(), data_dir).test_client()
    for key, _ in ring:
        answer = visitor.get(f"/doc/initiative/{key}", headers={"Accept": "text/html"})
        assert answer.status_code == 200, key


def _merged(key: str, to: str) -> str:
    return initiative(key, extra=MERGED.replace("kept", to))


def test_a_merged_commune_keeps_its_page(visitor: FlaskClient) -> None:
    """The shapes give its successor a place there; its name and code are still asked for."""
    page = visitor.get("/doc/territory/commune-04003", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "remplacé par" in page.text


def test_what_is_gone_is_in_no_list(visitor: FlaskClient) -> None:
    found = visitor.get("/browse/initiative?lang=fr", follow_redirects=True).text
    assert "Jardin gardé" in found
    for path in ("/browse/initiative", "/search?q=jardin", "/search?q=doublon", "/search"):
        page = visitor.get(path, follow_redirects=True, headers={"Accept": "text/html"}).text
        assert "/doc/initiative/gone" not in page, path
        assert "/doc/initiative/merged" not in page, path
    sitemap = visitor.get("/sitemap/initiative-1.xml").text
    assert "/doc/initiative/kept<" in sitemap
    assert "/doc/initiative/gone<" not in sitemap
    assert "commune-04003" in visitor.get("/search?q=04003", headers={"Accept": "text/html"}).text


def test_what_is_gone_keeps_its_name_where_others_point_to_it(visitor: FlaskClient) -> None:
    page = visitor.get("/doc/territory/commune-13055", headers={"Accept": "text/html"}).text
    assert "Jardin retiré</a>" in page

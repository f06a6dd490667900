from __future__ import annotations

import shutil
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, RdfFormat

from registry.query.pool import QueryPool
from registry.settings import Settings
from registry.web.app import create_app
from registry.web.resources import _ascii
from support import contribute, initiative

BASE = "https://w3id.org/faces/"
SPATIAL = "http://purl.org/dc/terms/spatial"
MESCLUN = f"{BASE}id/network/mesclun"


@pytest.mark.parametrize(
    ("accept", "path"),
    [
        ("text/html,*/*;q=0.8", "/doc/network/mesclun"),
        ("*/*", "/doc/network/mesclun"),
        ("text/turtle", "/doc/network/mesclun.ttl"),
        ("application/n-triples", "/doc/network/mesclun.nt"),
        ('application/ld+json;profile="x"', "/doc/network/mesclun.jsonld"),
        ("application/rdf+xml", "/doc/network/mesclun.rdf"),
    ],
)
def test_an_iri_leads_to_what_suits_accept(client: FlaskClient, accept: str, path: str) -> None:
    answer = client.get("/id/network/mesclun", headers={"Accept": accept})
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    assert "Accept" in answer.headers["Vary"]
    assert client.get(path, headers={"Accept": accept}).status_code == 200


def test_nothing_that_suits_is_406_and_says_what_there_is(client: FlaskClient) -> None:
    answer = client.get("/id/network/mesclun", headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert "text/turtle" in answer.json["detail"]


@pytest.mark.parametrize(
    ("extension", "form"),
    [
        ("ttl", RdfFormat.TURTLE),
        ("nt", RdfFormat.N_TRIPLES),
        ("jsonld", RdfFormat.JSON_LD),
        ("rdf", RdfFormat.RDF_XML),
    ],
)
def test_all_formats_say_the_same(client: FlaskClient, extension: str, form: RdfFormat) -> None:
    answer = client.get(f"/doc/network/mesclun.{extension}")
    said = {str(q) for q in pyoxigraph.parse(answer.data, form)}
    turtle = client.get("/doc/network/mesclun.ttl").data
    assert said == {str(q) for q in pyoxigraph.parse(turtle, RdfFormat.TURTLE)}
    subjects = {q.subject for q in pyoxigraph.parse(turtle, RdfFormat.TURTLE)}
    assert NamedNode(MESCLUN) in subjects
    assert 'rel="alternate"' in answer.headers.get("Link", "")


def test_links_to_a_record_go_on_in_further_parts(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("registry.describe", "registry.web.documents"):
        monkeypatch.setattr(f"{module}.PER_DOCUMENT", 50)
    path: str | None = "/doc/territory/commune-13055.nt"
    seen: list[str] = []
    while path:
        answer = client.get(path)
        quads = list(pyoxigraph.parse(answer.data, RdfFormat.N_TRIPLES))
        seen += [str(q.subject) for q in quads if q.predicate == NamedNode(SPATIAL)]
        following = [h for h in answer.headers.getlist("Link") if h.endswith('rel="next"')]
        path = following[0].partition("<")[2].partition(">")[0] if following else None
    assert len(seen) == len(set(seen)) == 122


def test_other_iris_below_the_base_and_any_iri(client: FlaskClient) -> None:
    html = {"Accept": "text/html"}
    answer = client.get("/vocab/stage/consolidation", headers=html)
    assert answer.headers["Location"] == "/doc/vocab/stage/consolidation"
    assert "<h1>consolidation" in client.get(answer.headers["Location"], headers=html).text
    term = {"iri": f"{BASE}ontology#Initiative"}
    assert "initiative solidaire" in client.get("/resource", query_string=term, headers=html).text
    turtle = client.get("/resource", query_string={**term, "format": "ttl"})
    assert turtle.headers["Content-Type"].startswith("text/turtle")
    assert client.get("/vocab/stage/nothing", headers=html).status_code == 404
    assert client.get("/resource?iri=http://example.org/x", headers=html).status_code == 404


def test_escapes_are_decoded_once(client: FlaskClient) -> None:
    assert client.get("/id/network/mescl%75n").status_code == 303
    assert client.get("/id/network/mescl%2575n").status_code == 404


def test_an_iri_in_a_header_is_a_uri() -> None:
    assert _ascii("http://x/é") == "http://x/%C3%A9"


def test_documents_have_validators(client: FlaskClient) -> None:
    first = client.get("/doc/network/mesclun.ttl")
    again = client.get("/doc/network/mesclun.ttl", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert first.headers["ETag"] != client.get("/doc/network/mesclun.nt").headers["ETag"]


def test_rdf_xml_keeps_what_a_value_holds(
    shipped_dir: Path, tmp_path: Path, pool: QueryPool
) -> None:
    folder = shutil.copytree(shipped_dir, tmp_path / "registry", symlinks=True)
    contribute(folder, "lines", initiative("lines", extra='; dcterms:description "a\\r\\nb"@en'))
    client = create_app(Settings(), folder, pool).test_client()
    document = client.get("/doc/initiative/lines.rdf").data
    assert "a\r\nb" in {str(o) for o in rdflib.Graph().parse(data=document, format="xml").objects()}

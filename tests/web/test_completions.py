from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, Store

from registry.namespaces import PREFIXES
from registry.resources import turtle_files

FACES = "https://w3id.org/faces/ontology#"


def found(client: FlaskClient, language: str = "fr") -> dict[str, dict[str, str]]:
    answer = client.get(f"/sparql/terms?lang={language}")
    assert answer.status_code == 200
    return {term["iri"]: term for term in answer.json["terms"]}


def test_every_term_of_the_ontology_is_there_with_its_words(client: FlaskClient) -> None:
    store = Store()
    for path in turtle_files("ontology"):
        store.load(path=str(path), base_iri="https://w3id.org/faces/")
    own = {quad.subject.value for quad in store if isinstance(quad.subject, NamedNode)}
    own = {iri for iri in own if iri.startswith(FACES)}
    terms = found(client)
    assert len(own) > 50
    assert own <= terms.keys()
    assert all(terms[iri]["label"] and terms[iri]["kind"] for iri in own)
    one = terms[f"{FACES}Accompaniment"]
    assert (one["label"], one["kind"], one["what"]) == ("accompagnement", "class", "classe")
    assert one["text"].startswith("Relation inscrite dans le temps")
    assert found(client, "en")[f"{FACES}Accompaniment"]["label"] == "accompaniment"


def test_what_else_a_query_names_is_there(client: FlaskClient) -> None:
    terms = found(client)
    assert terms["http://purl.org/dc/terms/spatial"]["kind"] == "property"
    assert terms["https://w3id.org/faces/vocab/stage/creation"]["kind"] == "concept"
    assert terms["https://w3id.org/faces/id/source/faces-2012"]["kind"] == "graph"
    assert not [iri for iri in terms if "/vocab/naf/" in iri]
    assert client.get("/sparql/terms").json["prefixes"] == PREFIXES


def test_records_and_concepts_are_found_by_name(client: FlaskClient) -> None:
    answer = client.get("/sparql/names?q=marseil&lang=fr")
    first = answer.json["names"][0]
    assert first["iri"] == "https://w3id.org/faces/id/territory/commune-13055"
    assert (first["label"], first["what"]) == ("Marseille", "territoire")
    names = client.get("/sparql/names?q=boulang&lang=fr").json["names"]
    assert any("/vocab/naf/" in name["iri"] for name in names)


@pytest.mark.parametrize("question", ["", "a", "%", '"', "x" * 5000, "zzzzzz", "' OR 1=1 --"])
def test_names_that_are_none_find_little(client: FlaskClient, question: str) -> None:
    answer = client.get("/sparql/names", query_string={"q": question})
    assert answer.status_code == 200
    assert len(answer.json["names"]) <= 20


@pytest.mark.parametrize("address", ["/sparql/terms?lang=fr", "/sparql/names?q=mars&lang=en"])
def test_what_has_not_changed_is_not_sent_again(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert "Accept-Language" in answer.headers["Vary"]
    assert answer.headers["Content-Language"] == address[-2:]
    again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert len(answer.data) < 100_000

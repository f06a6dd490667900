from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient

from registry.query.pool import QueryPool

ASK = "ASK { ?s a <https://w3id.org/faces/ontology#Network> }"
SELECT = "SELECT ?s WHERE { ?s a <https://w3id.org/faces/ontology#Network> } ORDER BY ?s"
CONSTRUCT = "CONSTRUCT WHERE { ?s a <https://w3id.org/faces/ontology#Network> }"
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "application/sparql-results+json"),
        ("application/json", "application/sparql-results+json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
    ],
)
def test_results_in_each_format(client: FlaskClient, accept: str, kind: str) -> None:
    answer = client.get("/sparql", query_string={"query": SELECT}, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, kind)
    assert "mesclun" in answer.text
    assert int(answer.headers["Content-Length"]) == len(answer.data)


@pytest.mark.parametrize(
    "kind", ["text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml"]
)
def test_graphs_in_each_format(client: FlaskClient, kind: str) -> None:
    answer = client.get("/sparql", query_string={"query": CONSTRUCT}, headers={"Accept": kind})
    assert answer.headers["Content-Type"].startswith(kind)
    assert "mesclun" in answer.text


def test_three_ways_to_ask(client: FlaskClient) -> None:
    direct = client.post("/sparql", data=ASK, content_type="application/sparql-query")
    form = client.post("/sparql", data={"query": ASK})
    get = client.get("/sparql", query_string={"query": ASK})
    assert [json.loads(a.data)["boolean"] for a in (direct, form, get)] == [True] * 3


def test_the_dataset_of_the_protocol(client: FlaskClient) -> None:
    base = "https://w3id.org/faces/id/source/"
    asked = {"query": ASK, "default-graph-uri": f"{base}faces-2012"}
    assert client.get("/sparql", query_string=asked).json["boolean"] is True
    other = {"query": ASK, "default-graph-uri": f"{base}territories"}
    assert client.get("/sparql", query_string=other).json["boolean"] is False
    wrong = {"query": ASK, "named-graph-uri": "not an iri"}
    assert client.get("/sparql", query_string=wrong).status_code == 400


def test_unchanged_answers_take_no_worker(
    client: FlaskClient, pool: QueryPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get("/sparql", query_string={"query": SELECT})
    other = client.get("/sparql", query_string={"query": SELECT, "format": "csv"})
    assert first.headers["ETag"] != other.headers["ETag"]
    monkeypatch.setattr(pool, "run", None)
    headers = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/sparql", query_string={"query": SELECT}, headers=headers).status_code == 304


def test_what_differs_each_time_has_no_validator(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": "SELECT (NOW() AS ?t) {}"})
    assert "ETag" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"query": "SELECT * WHERE { ?s"}, 400),
        ({"query": "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }"}, 403),
        ({"query": "DELETE WHERE { ?s ?p ?o }"}, 403),
        ({"update": "DELETE WHERE { ?s ?p ?o }"}, 403),
        ({"query": "#" + "x" * 120_000}, 413),
        ({"query": "x" * 500_000}, 413),
        ({"query": SLOW, "timeout": "0.3"}, 504),
        ({"query": ASK, "timeout": "soon"}, 400),
        ({"query": ASK, "format": "turtle"}, 406),
        ({"query": ""}, 400),
    ],
)
def test_errors_have_the_right_status(
    client: FlaskClient, request_: dict[str, str], status: int
) -> None:
    answer = client.post("/sparql", data=request_, headers={"Accept": "application/json"})
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["status"] == status
    assert answer.json["title"]


def test_a_syntax_error_has_its_place(client: FlaskClient) -> None:
    answer = client.get(
        "/sparql",
        query_string={"query": "SELECT *\nWHERE { ?s ?p }"},
        headers={"Accept": "application/json"},
    )
    assert (answer.json["line"], answer.json["column"]) == (2, 15)


def test_other_bodies_are_415_and_two_queries_400(client: FlaskClient) -> None:
    assert client.post("/sparql", data="{}", content_type="application/json").status_code == 415
    update = client.post("/sparql", data="CLEAR ALL", content_type="application/sparql-update")
    assert update.status_code == 403
    assert client.get("/sparql?query=ASK{}&query=ASK{}").status_code == 400
    bad = client.post("/sparql", data=b"ASK {\xff}", content_type="application/sparql-query")
    assert bad.status_code == 400


def test_any_site_may_ask(client: FlaskClient) -> None:
    preflight = client.options("/sparql", headers={"Origin": "https://example.org"})
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]


def test_a_browser_gets_a_form_and_a_table(client: FlaskClient) -> None:
    html = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    assert "<textarea" in client.get("/sparql", headers=html).text
    page = client.get("/sparql", query_string={"query": SELECT}, headers=html).text
    assert '<td><a href="/doc/network/mesclun">Mesclun</a></td>' in page
    graph = client.get("/sparql", query_string={"query": CONSTRUCT}, headers=html).text
    assert "<pre" in graph
    assert ">oui<" in client.get("/sparql", query_string={"query": ASK}, headers=html).text
    many = client.get("/sparql", query_string={"query": "SELECT * { ?s ?p ?o }"}, headers=html).text
    assert many.count("<tr>") == 201
    wrong = client.get("/sparql", query_string={"query": "SELEC"}, headers=html)
    assert wrong.status_code == 400
    assert "<h1>" in wrong.text


def test_the_proposed_questions_have_answers(client: FlaskClient) -> None:
    from registry.web.results import examples

    for example in examples("fr") + examples("en"):
        answer = client.get("/sparql", query_string={"query": example.query})
        assert answer.status_code == 200, answer.text
        assert answer.json["results"]["bindings"], example.title

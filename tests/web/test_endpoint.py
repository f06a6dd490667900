from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from registry.query.roster import Load
from registry.settings import Settings
from registry.web.asgi import Application
from registry.web.metrics import Metrics
from support import run
from web.http_client import Client
from web.web_server import Server

ASK = "ASK { ?s a <https://w3id.org/faces/ontology#Network> }"
SELECT = "SELECT ?s WHERE { ?s a <https://w3id.org/faces/ontology#Network> } ORDER BY ?s"
CONSTRUCT = "CONSTRUCT WHERE { ?s a <https://w3id.org/faces/ontology#Network> }"
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.fixture
def client(server: Server) -> Client:
    return Client(server.url)


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
def test_results_in_each_format(client: Client, accept: str, kind: str) -> None:
    answer = client.get("/sparql", query_string={"query": SELECT}, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, kind)
    assert "mesclun" in answer.text
    assert int(answer.headers["Content-Length"]) == len(answer.data)


@pytest.mark.parametrize(
    "kind", ["text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml"]
)
def test_graphs_in_each_format(client: Client, kind: str) -> None:
    answer = client.get("/sparql", query_string={"query": CONSTRUCT}, headers={"Accept": kind})
    assert answer.headers["Content-Type"].startswith(kind)
    assert "mesclun" in answer.text


def test_three_ways_to_ask(client: Client) -> None:
    direct = client.post("/sparql", data=ASK, content_type="application/sparql-query")
    form = client.post("/sparql", data={"query": ASK})
    get = client.get("/sparql", query_string={"query": ASK})
    assert [json.loads(a.data)["boolean"] for a in (direct, form, get)] == [True] * 3


def test_the_dataset_of_the_protocol(client: Client) -> None:
    base = "https://w3id.org/faces/id/source/"
    asked = {"query": ASK, "default-graph-uri": f"{base}faces-2012"}
    assert client.get("/sparql", query_string=asked).json["boolean"] is True
    other = {"query": ASK, "default-graph-uri": f"{base}territories"}
    assert client.get("/sparql", query_string=other).json["boolean"] is False
    wrong = {"query": ASK, "named-graph-uri": "not an iri"}
    assert client.get("/sparql", query_string=wrong).status_code == 400


def test_unchanged_answers_take_no_worker(client: Client, web_dir: Path) -> None:
    first = client.get("/sparql", query_string={"query": SELECT})
    other = client.get("/sparql", query_string={"query": SELECT, "format": "csv"})
    assert first.headers["ETag"] != other.headers["ETag"]
    headers = {"If-None-Match": first.headers["ETag"]}
    again = client.get("/sparql", query_string={"query": SELECT}, headers=headers)
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    # The same with a pool that cannot answer anything.
    application = Application(Settings(), web_dir, Deaf(), Metrics())  # type: ignore[arg-type]
    assert without_a_server(application, SELECT, first.headers["ETag"]) == 304


class Deaf:
    """A pool that can be asked nothing."""

    def load(self) -> Load:
        return Load(0, 0, 0, 0)


def without_a_server(application: Application, query: str, etag: str) -> int:
    """Return the status of a query that the application is handed directly."""
    scope = {
        "type": "http",
        "http_version": "1.1",
        "server": ("x", 80),
        "method": "GET",
        "path": "/sparql",
        "query_string": urlencode({"query": query}).encode(),
        "headers": [(b"if-none-match", etag.encode())],
        "client": None,
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    run(application(scope, receive, send))  # type: ignore[arg-type]
    return int(sent[0]["status"])


def test_an_unexpected_failure_is_a_problem_like_any_other(web_dir: Path) -> None:
    """A pool that can be asked nothing raises what nobody expects."""
    application = Application(Settings(), web_dir, Deaf(), Metrics())  # type: ignore[arg-type]
    assert without_a_server(application, SELECT, "") == 500


def test_what_differs_each_time_has_no_validator(client: Client) -> None:
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
    client: Client, request_: dict[str, str], status: int
) -> None:
    answer = client.post("/sparql", data=request_, headers={"Accept": "application/json"})
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["status"] == status
    assert answer.json["title"]


def test_a_syntax_error_has_its_place(client: Client) -> None:
    answer = client.get(
        "/sparql",
        query_string={"query": "SELECT *\nWHERE { ?s ?p }"},
        headers={"Accept": "application/json"},
    )
    assert (answer.json["line"], answer.json["column"]) == (2, 15)


def test_other_bodies_are_415_and_two_queries_400(client: Client) -> None:
    assert client.post("/sparql", data="{}", content_type="application/json").status_code == 415
    update = client.post("/sparql", data="CLEAR ALL", content_type="application/sparql-update")
    assert update.status_code == 403
    assert client.get("/sparql?query=ASK{}&query=ASK{}").status_code == 400
    bad = client.post("/sparql", data=b"ASK {\xff}", content_type="application/sparql-query")
    assert bad.status_code == 400


def test_head_has_the_headers_alone(client: Client) -> None:
    asked = {"query": SELECT, "format": "csv"}
    get, head = (getattr(client, m)("/sparql", query_string=asked) for m in ("get", "head"))
    assert (head.status_code, head.data) == (200, b"")
    for name in ("Content-Type", "Content-Length", "ETag", "Vary", "Cache-Control"):
        assert head.headers[name] == get.headers[name]
    long = {"query": "SELECT * { ?a ?b ?c . ?d ?e ?f }", "format": "csv"}
    assert client.head("/sparql", query_string=long).status_code == 200


def test_other_methods_are_refused(client: Client) -> None:
    answer = client.request("DELETE", "/sparql")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_malformed_parameters_are_400(client: Client) -> None:
    for wrong in ("query=%FF%FE", "query=ASK%7B%7D&" + "&".join(f"a{i}=1" for i in range(1001))):
        assert client.get(f"/sparql?{wrong}").status_code == 400


def test_what_is_percent_encoded_is_decoded_once(client: Client) -> None:
    query = 'SELECT ("100%25" AS ?a) {}'
    bindings = client.get("/sparql", query_string={"query": query}).json["results"]["bindings"]
    assert bindings[0]["a"]["value"] == "100%25"


def test_bytes_beyond_ascii_in_an_address_are_no_fault(server: Server) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    for path in (b"/search?q=caf\xc3\xa9", b"/sparql?query=caf\xe9", b"/\xff\xfe"):
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n")
            status = int(connection.recv(65536).split(b" ")[1])
        assert status in {200, 400, 404}, path


def test_any_site_may_ask(client: Client) -> None:
    preflight = client.options("/sparql", headers={"Origin": "https://example.org"})
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]


def test_a_browser_gets_a_form_and_a_table(client: Client) -> None:
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


def test_the_proposed_questions_have_answers(client: Client) -> None:
    from registry.web.results import examples

    for example in examples("fr") + examples("en"):
        answer = client.get("/sparql", query_string={"query": example.query})
        assert answer.status_code == 200, answer.text
        assert answer.json["results"]["bindings"], example.title

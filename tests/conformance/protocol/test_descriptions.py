"""The service description and the VoID description, against what the server really does."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph
import pytest
import rdflib
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, VOID

from registry.formats import ANSWER_FORMATS, GRAPH_FORMATS, RESULT_FORMATS
from registry.web.service_description import FUNCTIONS
from registry.web.void import FORMAT_IRIS
from web.http_client import Client
from web.web_server import Server

SD = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
WKT = "^^<http://www.opengis.net/ont/geosparql#wktLiteral>"
POINT = f'"POINT(1 1)"{WKT}'
AREA = f'"POLYGON((0 0,4 0,4 4,0 4,0 0))"{WKT}'
METRE = "<http://www.opengis.net/def/uom/OGC/1.0/metre>"
#: What the functions may be called with: each answers at least one of them.
ARGUMENTS = (
    AREA,
    f"{POINT}, {AREA}",
    f"{AREA}, {AREA}",
    f'{POINT}, {AREA}, "T*F**F***"',
    f"{AREA}, {METRE}",
    f"{AREA}, <http://www.opengis.net/def/uom/OGC/1.0/square_metre>",
    f"{POINT}, {POINT}, {METRE}",
    *('"2026-11-23"', '"12:00:00"', '"P1D"', '"P1Y"', '"2026"', '"2026-11"'),
    *('"--11"', '"---23"', '"--11-23"'),
)


@pytest.fixture
def client(server: Server) -> Client:
    return Client(server.url)


def read(client: Client, path: str, media_type: str = "text/turtle") -> Graph:
    answer = client.get(path, headers={"Accept": media_type})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(media_type)
    return Graph().parse(data=answer.data, format=media_type)


def count(client: Client, query: str) -> int:
    rows = client.get("/sparql", query_string={"query": query}).json["results"]["bindings"]
    return int(rows[0]["n"]["value"])


@pytest.mark.parametrize("path", ["/sparql", "/.well-known/void"])
def test_the_same_in_every_format_and_304(client: Client, path: str) -> None:
    sizes = set()
    for form in GRAPH_FORMATS:
        body = client.get(path, headers={"Accept": form.media_type}).data
        assert isinstance(form.engine, pyoxigraph.RdfFormat)
        sizes.add(len(list(pyoxigraph.parse(body, form.engine))))
    assert len(sizes) == 1
    assert sizes.pop() > 50
    answer = client.get(path, headers={"Accept": "text/turtle"})
    assert {"Accept", "Accept-Encoding"} <= set(answer.headers["Vary"].split(", "))
    etag = {"Accept": "text/turtle", "If-None-Match": answer.headers["ETag"]}
    again = client.get(path, headers=etag)
    assert (again.status_code, again.data) == (304, b"")
    other = {**etag, "Accept": "application/ld+json"}
    assert client.get(path, headers=other).status_code == 200
    assert client.head(path, headers={"Accept": "text/turtle"}).data == b""


def test_what_accepts_anything_gets_the_description_and_browsers_the_form(client: Client) -> None:
    assert client.get("/sparql").headers["Content-Type"].startswith("text/turtle")
    html = client.get("/sparql", headers={"Accept": "text/html,*/*;q=0.8"})
    assert "<textarea" in html.text


def test_who_forgot_the_query_is_told(client: Client) -> None:
    for path in ("/sparql?query=", "/sparql?default-graph-uri=urn:x", "/sparql?timeout=3"):
        assert client.get(path, headers={"Accept": "text/turtle"}).status_code == 400
    results = {"Accept": "application/sparql-results+json"}
    assert client.get("/sparql", headers=results).status_code == 400


def test_the_endpoint_is_where_the_client_has_come(client: Client, server: Server) -> None:
    described = read(client, "/sparql")
    service = described.value(predicate=RDF.type, object=SD.Service)
    assert described.value(service, SD.endpoint) == URIRef(f"{server.url}/sparql")
    assert (service, SD.supportedLanguage, SD.SPARQL11Query) in described
    assert set(described.objects(service, SD.feature)) == {SD.UnionDefaultGraph}
    for host in ("[::", "a b", "<>", "x" * 300):
        answer = client.get("/sparql", headers={"Host": host, "Accept": "text/turtle"})
        assert answer.status_code in {200, 400}


def test_every_format_is_served_and_no_other_is_named(client: Client) -> None:
    described = read(client, "/sparql")
    named = {str(o) for o in described.objects(None, SD.resultFormat)}
    assert named == {i.value for i in FORMAT_IRIS.values()}
    for forms, query in (
        (RESULT_FORMATS, "ASK {}"),
        (ANSWER_FORMATS, "CONSTRUCT WHERE { ?s a ?c } LIMIT 1"),
    ):
        for form in forms:
            accept = {"Accept": form.media_type}
            answer = client.get("/sparql", query_string={"query": query}, headers=accept)
            assert answer.headers["Content-Type"].startswith(form.media_type)


def test_the_default_graph_is_the_union_of_the_named_graphs(client: Client) -> None:
    for this, other in (
        ("?s ?p ?o", "GRAPH ?g { ?s ?p ?o }"),
        ("GRAPH ?g { ?s ?p ?o }", "?s ?p ?o"),
    ):
        query = f"ASK {{ {this} FILTER NOT EXISTS {{ {other} }} }}"
        assert client.get("/sparql", query_string={"query": query}).json["boolean"] is False


def test_the_named_graphs_are_those_that_there_are(client: Client) -> None:
    described = read(client, "/sparql")
    dataset = described.value(predicate=RDF.type, object=SD.Dataset)
    service = described.value(predicate=RDF.type, object=SD.Service)
    assert described.value(service, SD.defaultDataset) == dataset
    graphs = {
        str(described.value(g, SD.name)): int(
            str(described.value(described.value(g, SD.graph), VOID.triples))
        )
        for g in described.objects(dataset, SD.namedGraph)
    }
    query = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
    rows = client.get("/sparql", query_string={"query": query}).json["results"]["bindings"]
    assert graphs == {row["g"]["value"]: int(row["n"]["value"]) for row in rows}
    merge = described.value(dataset, SD.defaultGraph)
    total = count(client, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert described.value(merge, VOID.triples) == Literal(total)
    source = URIRef("https://w3id.org/faces/id/source/faces-2012")
    assert described.value(source, DCTERMS.license)
    assert described.value(source, DCTERMS.modified)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_extension_function_answers(client: Client, function: str) -> None:
    for arguments in ARGUMENTS:
        query = f"SELECT ?x {{ BIND(<{function}>({arguments}) AS ?x) }}"
        answer = client.get("/sparql", query_string={"query": query})
        if answer.status_code == 200 and any(answer.json["results"]["bindings"]):
            return
    pytest.fail(f"{function} never answers")


def test_a_function_that_there_is_not_is_400(client: Client) -> None:
    query = "SELECT (<http://example.org/f>(1) AS ?x) {}"
    json = {"Accept": "application/json"}
    answer = client.get("/sparql", query_string={"query": query}, headers=json)
    assert answer.status_code == 400
    assert "http://example.org/f" in answer.json["detail"]


def parts(void: Graph, kind: str, unit: str) -> Iterator[tuple[str, int]]:
    for part in void.objects(None, VOID[f"{kind}Partition"]):
        yield str(void.value(part, VOID[kind])), int(str(void.value(part, VOID[unit])))


def test_void_counts_what_there_is(client: Client, server: Server) -> None:
    void = read(client, "/.well-known/void")
    dataset = void.value(predicate=VOID.sparqlEndpoint, object=URIRef(f"{server.url}/sparql"))
    total = count(client, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert void.value(dataset, VOID.triples) == Literal(total)
    classes, properties = (
        dict(parts(void, "class", "entities")),
        dict(parts(void, "property", "triples")),
    )
    assert sum(properties.values()) == total
    for iri, number in classes.items():
        assert count(client, f"SELECT (COUNT(*) AS ?n) {{ ?s a <{iri}> }}") == number
    label = str(rdflib.RDFS.label)
    assert properties[label] == count(client, f"SELECT (COUNT(*) AS ?n) {{ ?s <{label}> ?o }}")
    for name in ("classes", "properties"):
        query = "SELECT (COUNT(DISTINCT ?x) AS ?n) { ?s %s ?x }"
        query = query % "a" if name == "classes" else query.replace("?s %s ?x", "?s ?x ?o")
        assert void.value(dataset, VOID[name]) == Literal(count(client, query))


def test_void_names_what_can_be_had(client: Client) -> None:
    void = read(client, "/.well-known/void")
    dataset = void.value(predicate=RDF.type, object=VOID.DatasetDescription)
    dataset = void.value(dataset, rdflib.FOAF.primaryTopic)
    assert void.value(dataset, DCTERMS.title) == Literal("Registre FACES")
    assert list(void.objects(dataset, DCTERMS.license))
    examples = list(void.objects(dataset, VOID.exampleResource))
    assert examples
    base = str(void.value(dataset, VOID.uriSpace)).removesuffix("id/")
    for example in examples:
        path = "/" + str(example).removeprefix(base)
        assert client.get(path, headers={"Accept": "text/turtle"}).status_code == 303
    subsets = set(void.objects(dataset, VOID.subset))
    assert {VOID.Dataset} == {void.value(s, RDF.type) for s in subsets}
    assert URIRef("https://w3id.org/faces/id/source/jardins") in subsets
    assert URIRef("http://www.w3.org/ns/org#") in set(void.objects(dataset, VOID.vocabulary))


def test_an_unknown_format_is_406(client: Client) -> None:
    answer = client.get("/.well-known/void", headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert "text/turtle" in answer.text

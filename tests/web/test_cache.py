from __future__ import annotations

import hashlib
import json
import time
from urllib.parse import urlencode

import pytest

from registry.query.model import QueryLimits
from registry.query.scan import scan
from registry.web.result_cache import MOST_ENTRY_BYTES, Kept, ResultCache
from web.http_client import Client
from web.web_server import Server

HTML = {"Accept": "text/html"}


@pytest.fixture
def client(server: Server) -> Client:
    return Client(server.url)


def lines(server: Server, query: str, count: int) -> list[dict[str, object]]:
    """Return what the log says of the requests with that query, once it has said it all."""
    text = repr((query, None, None))
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    deadline = time.monotonic() + 5
    while True:
        records = [json.loads(line) for line in server.log.read_text().splitlines()]
        said = [r for r in records if r.get("query") == digest]
        if len(said) >= count or time.monotonic() > deadline:
            return said
        time.sleep(0.02)


def test_a_small_answer_is_kept(server: Server, client: Client) -> None:
    query = "SELECT ?s { ?s a <https://w3id.org/faces/ontology#Network> } ORDER BY ?s # kept"
    answers = [client.get("/sparql", query_string={"query": query}) for _ in range(12)]
    assert len({(a.status_code, a.data, a.headers["ETag"]) for a in answers}) == 1
    headers = {(a.headers["Content-Type"], a.headers["Content-Length"]) for a in answers}
    assert headers == {("application/sparql-results+json", str(len(answers[0].data)))}
    said = lines(server, query, 12)
    assert len(said) == 12
    # One first time for each web process, at most.
    assert 10 <= sum(bool(line.get("cached")) for line in said) < 12


def test_a_short_answer_that_came_in_parts_is_kept_too(server: Server, client: Client) -> None:
    #: Its rows come one by one, each after a while.
    query = (
        "SELECT ?a ?d { { SELECT * { ?a ?b ?c } LIMIT 1500 } { SELECT * { ?d ?e ?f } LIMIT 500 }"
        " FILTER(REGEX(SHA256(CONCAT(STR(?a), STR(?c), STR(?d), STR(?f))), '^ab[0-9]')) } LIMIT 300"
    )
    asked = {"query": query, "format": "csv"}
    answers = [client.get("/sparql", query_string=asked) for _ in range(8)]
    assert len({a.data for a in answers}) == 1
    assert answers[0].data.count(b"\n") == 301
    assert answers[0].headers["Content-Length"] is None
    assert answers[-1].headers["Content-Length"] == str(len(answers[-1].data))
    assert 6 <= sum(bool(line.get("cached")) for line in lines(server, query, 8)) < 8


def test_what_is_kept_differs_by_format_and_dataset(client: Client) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?s a <https://w3id.org/faces/ontology#Network> }"
    graph = "https://w3id.org/faces/id/source/territories"
    for _ in range(4):
        plain = client.get("/sparql", query_string={"query": query, "format": "csv"})
        json_ = client.get("/sparql", query_string={"query": query})
        other = {"query": query, "format": "csv", "default-graph-uri": graph}
        none = client.get("/sparql", query_string=other)
        assert plain.text.split()[1] != "0"
        assert json_.headers["Content-Type"] == "application/sparql-results+json"
        assert none.text.split()[1] == "0"


def test_by_post_as_well(client: Client) -> None:
    query = "ASK { ?s a <https://w3id.org/faces/ontology#Network> }"
    for _ in range(4):
        assert client.post("/sparql", data={"query": query}).json["boolean"] is True
    answer = client.post("/sparql", data={"query": query})
    known = {"If-None-Match": answer.headers["ETag"]}
    assert client.get("/sparql", query_string={"query": query}, headers=known).status_code == 304
    # RFC 9110 §13.1.2: 304 is for GET and HEAD.
    again = client.post("/sparql", data={"query": query}, headers=known)
    assert (again.status_code, again.data) == (200, answer.data)


def test_head_of_a_kept_answer_has_no_body(client: Client) -> None:
    query = {"query": "ASK { ?head ?of ?kept }"}
    for _ in range(4):
        whole, head = (
            client.get("/sparql", query_string=query),
            client.head("/sparql", query_string=query),
        )
        assert head.data == b""
        assert head.headers["Content-Length"] == whole.headers["Content-Length"]


def test_the_layout_of_a_query_makes_no_other_answer(client: Client) -> None:
    """As a form sends it, with CRLF, or indented; but for what a string of several lines holds."""
    query = "SELECT ?s {\n  ?s ?p 'a  b' # c\n}\nLIMIT 1"
    tags = set()
    for text in (query, query.replace("\n", "\r\n"), f"\n\n{query}\t\n", query.replace("  ?", "?")):
        for _ in range(2):
            tags.add(client.get("/sparql", query_string={"query": text}).headers["ETag"])
    assert len(tags) == 1
    for other in (query.replace("a  b", "a b"), query.replace(" # c\n", " # c ")):
        answer = client.get("/sparql", query_string={"query": other})
        assert answer.headers["ETag"] not in tags
    long = ["SELECT (STRLEN('''a\r\nb''') AS ?n) {}", "SELECT (STRLEN('''a\nb''') AS ?n) {}"]
    answers = [client.get("/sparql", query_string={"query": q, "format": "csv"}) for q in long]
    assert [a.text.split() for a in answers] == [["n", "4"], ["n", "3"]]


VOLATILE = [
    "SELECT (NOW() AS ?x) {}",
    "SELECT (now() AS ?x) {}",
    "SELECT (nOw () AS ?x) {}",
    "SELECT (RAND() AS ?x) {}",
    "SELECT (COUNT(DISTINCT RAND()) AS ?x) {}",
    "SELECT (COUNT(DISTINCTRAND()) AS ?x) {}",
    "SELECT (UUID() AS ?x) {}",
    "SELECT (STRUUID() AS ?x) {}",
    "SELECT (StrUuid( ) AS ?x) {}",
    "SELECT (BNODE() AS ?x) {}",
    "SELECT (BNODE('a') AS ?x) {}",
    "SELECT (RAND#\n() AS ?x) {}",
    "SELECT ?x { BIND(RAND() AS ?x) }",
    "SELECT ?x { ?x ?y ?z } ORDER BY RAND()",
    "CONSTRUCT { <a:b> <a:b> ?x } WHERE { BIND(uuid() AS ?x) }",
]


@pytest.mark.parametrize("query", VOLATILE)
def test_what_differs_each_time_is_not_kept(query: str) -> None:
    assert not scan(query, QueryLimits()).deterministic


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?now { ?now ?rand ?uuid }",
        "SELECT * { ?s ?p 'RAND()' } # NOW()",
        "ASK { <a:now> ?p ?o }",
    ],
)
def test_words_that_only_look_like_it_are(query: str) -> None:
    assert scan(query, QueryLimits()).deterministic


def test_random_answers_differ(client: Client) -> None:
    asked = {"query": "SELECT (STRUUID() AS ?x) {}", "format": "csv"}
    answers = [client.get("/sparql", query_string=asked) for _ in range(6)]
    assert len({a.text for a in answers}) == 6
    assert {a.headers["Cache-Control"] for a in answers} == {"no-store"}


def kept(size: int) -> Kept:
    return Kept(b"text/plain", b"x" * size)


def test_the_cache_is_bounded_and_drops_the_oldest() -> None:
    cache = ResultCache(10_000)
    for n in range(9):
        cache.put(str(n), kept(1000))
        cache.get("0")  # in use, so it stays
    assert cache.bytes <= 10_000
    assert cache.get("0") is not None
    assert cache.get("1") is None
    assert cache.get("8") is not None


def test_large_answers_are_not_kept() -> None:
    cache = ResultCache(1 << 20)
    cache.put("large", kept(MOST_ENTRY_BYTES + 1))
    cache.put("small", kept(MOST_ENTRY_BYTES))
    assert cache.get("large") is None
    assert cache.get("small") is not None


def test_a_cache_of_no_size_keeps_nothing() -> None:
    cache = ResultCache(0)
    cache.put("a", kept(1))
    assert (cache.get("a"), cache.bytes, len(cache)) == (None, 0, 0)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_wants_an_answer_only_where_there_is_none_gets_none(
    client: Client, method: str
) -> None:
    """``If-None-Match: *`` (RFC 9110 §13.1.2) to the endpoint, pages new and kept, files."""
    any_ = {"If-None-Match": "*"}
    query = urlencode({"query": "SELECT ?s { ?s ?star ?o }"})
    random = urlencode({"query": "SELECT (RAND() AS ?x) {}"})
    style = client.get("/", headers=HTML).text.partition('rel="stylesheet" href="')[2]
    paths = ("/doc/network/mesclun", f"/sparql?{query}", f"/sparql?{random}", "/health")
    for path in (*paths, style.partition('"')[0]):
        for _ in range(2):
            answer = client.request(method, path, headers=HTML | any_)
            assert (answer.status_code, answer.data) == (304, b""), path
            machine = client.request(method, path, headers=any_ | {"Accept-Encoding": "gzip"})
            assert (machine.status_code, machine.data) == (304, b""), path
            assert machine.headers["Content-Type"] is None
    whole = client.get(f"/sparql?{query}")
    assert (
        client.request(method, f"/sparql?{query}", headers=any_).headers["ETag"]
        == (whole.headers["ETag"])
    )
    for path, status in (("/doc/network/nobody", 404), ("/sparql?query=SELECT", 400)):
        assert client.request(method, path, headers=any_).status_code == status
    assert client.post("/sparql", data={"query": "ASK {}"}, headers=any_).status_code == 200

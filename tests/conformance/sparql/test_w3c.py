"""The W3C's SPARQL 1.1 tests of queries, results and syntax, asked of the real server."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from pyoxigraph import QueryResultsFormat

from conformance.made import make
from conformance.sparql import suite
from conformance.sparql.suite import Case
from web.http_client import Client
from web.web_server import start

#: Tests that the endpoint does not pass, by IRI (below ``suite.PLACE``), with the reason.
EXCEPTIONS = {
    f"{folder}/manifest#{test}": reason
    for folder, tests, reason in (
        (
            "aggregates",
            "agg-groupconcat-04 agg-groupconcat-06",
            "the engine keeps the language of strings that all have the same one",
        ),
        (
            "functions",
            "bnode01",
            "BNODE(string) gives the same node in every solution",
        ),
        (
            "property-path",
            "zero_or_one_set_end zero_or_one_set_start zero_or_more_set_end zero_or_more_set_start",
            "the engine finds no path of length zero at a term that is not in the graph",
        ),
        (
            "aggregates",
            "agg-empty-group-count-graph",
            "the engine evaluates a sub-select inside GRAPH ?g for all graphs at once",
        ),
        ("bindings", "graph", "the engine does not join GRAPH ?g with VALUES of ?g inside it"),
        ("negation", "graph-minus", "the engine's MINUS inside GRAPH ?g looks at ?g as well"),
        (
            "csv-tsv-res",
            "csv03 tsv03",
            "the engine keeps the value of numbers: 1.0e6 comes back as 1000000, an"
            " xsd:negativeInteger as an xsd:integer",
        ),
        (
            "syntax-query",
            "test_4",
            "syntax-select-expr-04 calls a function that there is not, which answers 400",
        ),
    )
    for test in tests.split()
}

FORMATS = {
    ".srx": ("application/sparql-results+xml", QueryResultsFormat.XML),
    ".srj": ("application/sparql-results+json", QueryResultsFormat.JSON),
    ".tsv": ("text/tab-separated-values", QueryResultsFormat.TSV),
    ".csv": ("text/csv", None),
    ".ttl": ("application/sparql-results+json;q=0.9, text/turtle", QueryResultsFormat.JSON),
}

if not suite.ROOT.is_dir():
    pytest.skip("the W3C's tests are not beside the checkout", allow_module_level=True)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("w3c")
    running = start(make(folder / "registry", suite.quads()), folder / "log")
    yield Client(running.url)
    running.stop()
    assert running.process.stdout is not None
    running.process.stdout.close()


@pytest.mark.parametrize("case", suite.cases(), ids=lambda c: c.iri.removeprefix(suite.PLACE))
def test_w3c(case: Case, client: Client, request: pytest.FixtureRequest) -> None:
    reason = EXCEPTIONS.get(case.iri.removeprefix(suite.PLACE))
    if reason:
        request.node.add_marker(pytest.mark.xfail(reason=reason, strict=True))
    if "Syntax" in case.kind:
        status = _asked(client, case, "*/*")[0]
        assert status == (400 if case.kind.startswith("Negative") else 200)
        return
    assert case.result is not None
    accept, form = FORMATS[case.result.suffix]
    status, answer = _asked(client, case, accept)
    assert status == 200, answer
    expected = case.result.read_bytes()
    if case.result.suffix == ".csv":
        assert _table(answer) == _table(expected)
    elif case.result.suffix == ".ttl":
        _check_turtle(case, answer)
    else:
        assert form is not None
        _check_rows(suite.rows(answer, form), suite.rows(expected, form))


def test_there_are_as_many_as_there_should_be() -> None:
    kinds = Counter(case.kind for case in suite.cases())
    assert kinds["QueryEvaluationTest"] > 200
    names = {case.iri.removeprefix(suite.PLACE) for case in suite.cases()}
    assert EXCEPTIONS.keys() <= names


def _asked(client: Client, case: Case, accept: str) -> tuple[int, bytes]:
    body = urlencode([("query", case.text), *case.dataset])
    form = "application/x-www-form-urlencoded"
    answer = client.post("/sparql", data=body, content_type=form, headers={"Accept": accept})
    return answer.status_code, answer.data


def _check_turtle(case: Case, answer: bytes) -> None:
    assert case.result is not None
    expected = suite.rows_in_turtle(case.result)
    if expected is None:
        assert suite.same_graph(answer, case.result.read_bytes()), answer.decode()
    else:
        _check_rows(suite.rows(answer, QueryResultsFormat.JSON), expected)


def _check_rows(found: suite.Result, expected: suite.Result) -> None:
    if isinstance(expected, bool) or isinstance(found, bool):
        assert found == expected
    else:
        assert suite.same(found, expected), f"found {found}\nexpected {expected}"


def _table(text: bytes) -> Counter[frozenset[tuple[str, str]]]:
    rows = csv.DictReader(io.StringIO(text.decode(), newline=""))
    # A blank node has no name that two answers would share.
    return Counter(
        frozenset((k, "_:" if v.startswith("_:") else v) for k, v in row.items()) for row in rows
    )

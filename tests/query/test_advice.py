from __future__ import annotations

import pytest

from registry.query.advice import advice
from registry.saved_queries import saved_queries

NARROW = "PREFIX f: <urn:f:> SELECT * { ?a a f:A ; f:b ?b . ?b f:c ?c FILTER(?c > 1) } LIMIT 3"


def told(query: str) -> str:
    return " ".join(str(text) for text in advice(query))


def test_there_is_none_for_a_query_that_is_small_already() -> None:
    assert told(NARROW) == ""
    assert told("ASK { ?s <urn:p> 1 }") == ""


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (NARROW.replace("?b f:c", "?x f:c"), "Nothing links ?a to ?c"),
        (
            "SELECT (COUNT(?z) AS ?n) { ?a <urn:p> ?b . { ?c <urn:q> 1 } } ORDER BY ?a ?c",
            "?a to ?c",
        ),
        (NARROW.replace("?b f:c ?c", "?b ?p ?c"), "Name the property"),
        (NARROW.replace("f:b ?b", "f:b* ?b"), "path with * or +"),
        (NARROW.replace("f:b ?b", "<urn:b>+ ?b"), "path with * or +"),
        (NARROW.replace("?c > 1", "regex(?c, 'x')"), "REGEX reads every text"),
        (NARROW.replace("LIMIT", "ORDER BY ?a LIMIT"), "Without ORDER, rows"),
        (NARROW.replace("LIMIT 3", ""), "Add LIMIT"),
    ],
)
def test_what_weighs_is_named(query: str, said: str) -> None:
    assert said in told(query)
    assert len(advice(query)) <= 3


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?a ?b ?c { ?a <urn:p> ?b ; <urn:q> ?c } LIMIT 1",
        "SELECT (COUNT(*) AS ?n) { ?a <urn:p> ?b } LIMIT 1",
        "SELECT * { { ?a <urn:p> ?b } UNION { ?c <urn:p> ?d } } LIMIT 1",
        "SELECT * { VALUES ?a { 1 } ?a <urn:p> ?b BIND(?b * 2 AS ?c) FILTER(?c + 1 > 2) } LIMIT 1",
        "# SELECT DISTINCT ?a { ?b ?c ?d }\nASK { ?a <urn:p> 'REGEX ORDER' }",
        "SELECT * { '",
        "}}",
        "",
    ],
)
def test_what_does_not_weigh_is_not_named(query: str) -> None:
    assert told(query) == ""


def test_no_saved_query_is_told_that_its_parts_are_not_linked() -> None:
    every = saved_queries("https://w3id.org/faces/")
    assert len(every) == 25
    assert [q.slug for q in every if "Nothing links" in told(q.text)] == []

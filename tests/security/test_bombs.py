"""Queries that take all time or all memory: alone, a few of a kind, fifty at once."""

from __future__ import annotations

import itertools

import pytest

from security.attacker import HONEST, MOST_IN_ADDRESS, ask_all
from web.web_server import Server

pytestmark = pytest.mark.alone

CROSS = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l"
VALUES = " ".join(f"VALUES ?v{i} {{ {' '.join(map(str, range(100)))} }}" for i in range(9))
#: Ten times as long each time: 10 GB in the end.
REPLACED = '"' + "a" * 10 + '"'
for _ in range(9):
    REPLACED = f'REPLACE({REPLACED}, "a", "{"a" * 10}")'
DOUBLED = " ".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1})" for i in range(40))
STRINGS = "?s ?p ?o FILTER(ISLITERAL(?o))"

BOMBS = {
    "cross": f"SELECT * {{ {CROSS} }}",
    "count": f"SELECT (COUNT(*) AS ?n) {{ {CROSS} }}",
    "distinct": f"SELECT DISTINCT * {{ {CROSS} }}",
    "count-distinct": f"SELECT (COUNT(DISTINCT *) AS ?n) {{ {CROSS} }}",
    "order": f"SELECT * {{ {CROSS} }} ORDER BY ?a ?l",
    "order-expression": f"SELECT * {{ {CROSS} }} ORDER BY DESC(SHA512(STR(?c))) LIMIT 1",
    "group-concat": f"SELECT (GROUP_CONCAT(CONCAT(STR(?c), STR(?f))) AS ?x) {{ {CROSS} }}",
    "group-by": f"SELECT ?a ?d ?g (SAMPLE(?l) AS ?x) {{ {CROSS} }} GROUP BY ?a ?d ?g",
    "construct": f"CONSTRUCT {{ ?a ?e ?i . ?d ?h ?l }} WHERE {{ {CROSS} }}",
    "describe": f"DESCRIBE ?a ?d ?g ?j {{ {CROSS} }}",
    "ask": f'ASK {{ {CROSS} FILTER(CONTAINS(SHA512(CONCAT(STR(?c), STR(?l))), "no")) }}',
    "minus": "SELECT * { ?a ?b ?c . ?d ?e ?f MINUS { ?a ?x ?y . ?d ?z ?w . ?v ?u ?t } }",
    "exists": "ASK { ?a ?b ?c . ?d ?e ?f FILTER NOT EXISTS { ?a ?x ?y . ?d ?z ?w . ?g ?h ?i } }",
    "optional": "SELECT (COUNT(*) AS ?n) { "
    + " ".join(f"OPTIONAL {{ ?a{i} ?b{i} ?c{i} }}" for i in range(90))
    + " }",
    "union": f"SELECT (COUNT(*) AS ?n) {{ {' UNION '.join(['{ ?a ?b ?c . ?d ?e ?f }'] * 90)} }}",
    "sub-select": "SELECT (COUNT(*) AS ?n) { "
    + " ".join(f"{{ SELECT ?s{i} {{ ?s{i} ?p ?o }} }}" for i in range(9))
    + " }",
    "values": f"SELECT (COUNT(*) AS ?n) {{ {VALUES} }}",
    "path-star": "SELECT (COUNT(*) AS ?n) { ?a (!<x:>|^!<x:>)* ?b . ?c (!<x:>|^!<x:>)* ?d }",
    "path-nested": "SELECT * { ?a (((!<x:>|^<x:>)*/(!<x:>)*)*/(^!<x:>)+)* ?b }",
    "path-long": f"SELECT (COUNT(*) AS ?n) {{ ?a {'/'.join(['(!<x:>|^!<x:>)'] * 90)} ?b }}",
    "regex-star": f'SELECT * {{ {STRINGS} FILTER REGEX(STR(?o), "(((a*)*)*)*$") }}',
    "regex-backtrack": 'ASK { FILTER REGEX("' + "a" * 5000 + '!", "^(a|aa|a?)+$") }',
    "regex-size": 'ASK { FILTER REGEX("a", "((((a{900}){900}){900}){900})") }',
    "regex-unicode": 'ASK { FILTER REGEX("a", "(\\\\p{L}{100}){100}", "i") }',
    "regex-each": f'SELECT * {{ {CROSS} FILTER REGEX(STR(?c), CONCAT(STR(?f), "(.*)*x")) }}',
    "replace": f"SELECT (STRLEN({REPLACED}) AS ?n) {{}}",
    "concat": f'SELECT (STRLEN(?x40) AS ?n) {{ BIND("aa" AS ?x0) {DOUBLED} }}',
    "numbers": "SELECT (" + "*".join(["9999999999999999999999"] * 900) + " AS ?n) {}",
}


PAIRS = list(zip(list(BOMBS)[::2], list(BOMBS)[1::2], strict=True))


@pytest.mark.parametrize("names", PAIRS, ids="-".join)
def test_bombs_harm_nobody(server: Server, names: tuple[str, ...]) -> None:
    queries = [BOMBS[name] for name in names]
    method = "POST" if max(map(len, queries)) > MOST_IN_ADDRESS else "GET"
    assert ask_all(server, queries * 2, method=method, timeout="1").keys() <= HONEST


def test_fifty_at_once(server: Server) -> None:
    fifty = list(itertools.islice(itertools.cycle(BOMBS.values()), 50))
    assert ask_all(server, fifty).keys() <= HONEST


def test_fifty_at_once_for_people(server: Server) -> None:
    fifty = list(itertools.islice(itertools.cycle(BOMBS.values()), 50))
    assert ask_all(server, fifty, accept="text/html").keys() <= HONEST | {499}

"""Texts made to overflow a parser's stack, to take its time or its memory: deep, long, wide."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from security.attacker import HONEST, MOST_IN_ADDRESS, ask, exchange, status
from web.web_server import Server

pytestmark = pytest.mark.alone

DEPTHS = (100, 1000, 10_000, 100_000)
#: Kind → what is repeated before, in the middle, and after.
NESTED = {
    "braces": ("SELECT * { ", "{ ", "", "}", " }"),
    "union": ("SELECT * { ", "{ {} UNION ", "{}", "}", " }"),
    "parentheses": ("ASK { FILTER(", "(", "1", ")", ") }"),
    "sub-select": ("SELECT * { ", "{ SELECT * { ", "", "} }", " }"),
    "optional": ("SELECT * { ", "OPTIONAL { ?a ?b ?c ", "", "}", " }"),
    "minus": ("SELECT * { ?a ?b ?c ", "MINUS { ?a ?b ?c ", "", "}", " }"),
    "graph": ("SELECT * { ", "GRAPH ?g { ", "", "}", " }"),
    "exists": ("ASK { ", "FILTER EXISTS { ?a ?b ?c ", "", "}", " }"),
    "not": ("ASK { FILTER(", "!", "1", "", ") }"),
    "not-parenthesis": ("ASK { FILTER(", "!(", "1", ")", ") }"),
    "minus-sign": ("ASK { FILTER(", "- ", "1", "", ") }"),
    "path": ("ASK { ?a ", "(", "<a:>", ")*", " ?b }"),
    "inverse": ("ASK { ?a ", "^(", "<a:>", ")", " ?b }"),
    "inverse-row": ("ASK { ?a ", "^", "<a:>", "", " ?b }"),
    "negated": ("ASK { ?a ", "!(", "<a:>", ")", " ?b }"),
    "collection": ("ASK { ?a ?b ", "( ", "", ")", " }"),
    "blank-nodes": ("ASK { ?a ?b ", "[ <a:> ", "1", "]", " }"),
    "triple-terms": ("ASK { ?a ?b ", "<<( ?a <a:> ", "1", " )>>", " }"),
    "quoted-triples": ("ASK { ", "<< ?a <a:> ", "1", " >>", " <a:> 1 }"),
    "annotations": ("ASK { ?a ?b ?c ", "{| <a:> ?c ", "", " |}", " }"),
    "function": ("ASK { FILTER(", "TZ(", "1", ")", ") }"),
    "if": ("ASK { FILTER(", "IF(1,", "1", ",1)", ") }"),
    "in": ("ASK { FILTER(", "1 IN (", "1", ")", ") }"),
    "opening-only": ("SELECT * { ", "{", "", "", ""),
    "closing-only": ("SELECT * { ", "}", "", "", ""),
    "strings": ("ASK { ?a ?b ", '"', "", "", " }"),
    "angles": ("ASK { ?a ?b ", "<", "", ">", " }"),
    "backslashes": ("ASK { ?a ?b '", "\\", "", "", "' }"),
}
#: What is long, not deep: each is written so often, one after the other.
ROWS = {
    "sum": ("ASK { FILTER(1", "+1", ") }"),
    "or": ("ASK { FILTER(1", "||1", ") }"),
    "and": ("ASK { FILTER(1", "&&1", ") }"),
    "equals": ("ASK { FILTER(1", "=1", ") }"),
    "sequence": ("ASK { ?a <a:>", "/<a:>", " ?b }"),
    "alternative": ("ASK { ?a <a:>", "|<a:>", " ?b }"),
    "unions": ("SELECT * { {}", "UNION{}", " }"),
    "optionals": ("SELECT * { ", "OPTIONAL{?a ?b ?c}", " }"),
    "groups": ("SELECT * { ", "{}", " }"),
    "triples": ("ASK { ", "?a ?b ?c.", " }"),
    "variables": ("SELECT ", "(1 AS ?x) ", "{}"),
    "dots": ("ASK { ?a ?b ?c ", ".", " }"),
    "prefixes": ("", "PREFIX a: <a:> ", "ASK {}"),
    "describe": ("DESCRIBE ", "<a:> ", ""),
    "from": ("ASK ", "FROM <a:> ", "{}"),
    "binds": ("ASK { ", "BIND(1 AS ?x) ", "}"),
    "filters": ("ASK { ", "FILTER(1) ", "}"),
    "order": ("SELECT * {} ORDER BY ", "?a ", ""),
    "comments": ("ASK {", "#\n", "}"),
    "spaces": ("ASK {", " ", "}"),
    "letters": ("", "a", ""),
    "escapes": ("ASK { ?a ?b '", "\\u0041", "' }"),
    "values": ("SELECT * { VALUES ?x {", " 1", " } }"),
    "values-rows": ("SELECT * { VALUES (?x ?y ?z) {", " (1 UNDEF 'a')", " } }"),
}


def nested(kind: str) -> Callable[[int], str]:
    before, opening, middle, closing, after = NESTED[kind]
    return lambda depth: f"{before}{opening * depth}{middle}{closing * depth}{after}"


def in_a_row(kind: str) -> Callable[[int], str]:
    before, each, after = ROWS[kind]
    return lambda number: f"{before}{each * number}{after}"


def ask_at_all_depths(server: Server, made: Callable[[int], str]) -> set[int]:
    queries = [made(depth) for depth in DEPTHS]
    asked = [("POST", query) for query in queries]
    asked += [("GET", query) for query in queries if len(query) < 40 * MOST_IN_ADDRESS]
    with ThreadPoolExecutor(4) as threads:
        return set(
            threads.map(lambda each: ask(server, each[1], method=each[0], timeout="1"), asked)
        )


@pytest.mark.parametrize("kinds", [list(NESTED)[i::4] for i in range(4)], ids="-".join)
def test_depth_harms_nobody(server: Server, kinds: list[str]) -> None:
    found = {kind: ask_at_all_depths(server, nested(kind)) for kind in kinds}
    assert {kind: statuses - HONEST for kind, statuses in found.items() if statuses - HONEST} == {}


@pytest.mark.parametrize("kinds", [list(ROWS)[i::4] for i in range(4)], ids="-".join)
def test_length_harms_nobody(server: Server, kinds: list[str]) -> None:
    found = {kind: ask_at_all_depths(server, in_a_row(kind)) for kind in kinds}
    assert {kind: statuses - HONEST for kind, statuses in found.items() if statuses - HONEST} == {}


def test_what_is_deep_but_allowed_is_answered(server: Server) -> None:
    for kind in ("braces", "parentheses", "sub-select", "collection", "blank-nodes"):
        assert ask(server, nested(kind)(30)) == 200, kind


@pytest.mark.parametrize("size", [1_000_000, 50_000_000], ids=["1 MB", "50 MB"])
def test_long_bodies_are_refused_before_they_are_there(server: Server, size: int) -> None:
    query = b"ASK { ?a ?b '" + b"a" * size + b"' }"
    for kind in (b"application/sparql-query", b"application/x-www-form-urlencoded", b"a/b"):
        for path in (b"/sparql", b"/sparql.xlsx", b"/about"):
            head = b"POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" % path
            head += b"Content-Type: %s\r\nContent-Length: %d\r\n\r\n" % (kind, len(query))
            answer = exchange(server, head + query[:1_000_000])
            assert status(answer) in {0, 400, 405, 408, 413, 415}


def test_huge_values_joined_with_themselves(server: Server) -> None:
    values = " ".join(map(str, range(8000)))
    join = " ".join(f"VALUES ?v{n} {{ {values} }}" for n in range(2))
    assert ask(server, f"SELECT (COUNT(*) AS ?n) {{ {join} }}", timeout="1") in HONEST
    assert ask(server, f"SELECT * {{ {join} }} ORDER BY ?v0", timeout="1") in HONEST

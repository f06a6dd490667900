"""The scan of a query text: what it refuses, and above all what it does not."""

from __future__ import annotations

import contextlib
import re
import time
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store
from rdflib.plugins.sparql.parser import parseQuery

from registry.errors import QueryRefusedError, QuerySyntaxError, QueryTooLargeError
from registry.query.model import QueryLimits
from registry.query.scan import scan

LIMITS = QueryLimits()
# A port that the engine refuses by itself: it shows that a SERVICE was about to be followed.
CANARY = "http://127.0.0.1:1/"

SERVICES = [
    f"SELECT * {{ SERVICE <{CANARY}> {{}} }}",
    f"SELECT * {{ sErViCe<{CANARY}>{{}} }}",
    f"SELECT * {{ SERVICE SILENT <{CANARY}> {{}} }}",
    f"SELECT * {{ SERVICESILENT<{CANARY}>{{}} }}",
    f"SELECT * {{ SERVICE# a comment\n<{CANARY}> {{}} }}",
    f'SELECT * {{ ?a ?b "x"SERVICE<{CANARY}>{{}} }}',
    f"SELECT * {{ ?a ?b 1SERVICE<{CANARY}>{{}} }}",
    f"SELECT * {{ ?a ?b trueSERVICE<{CANARY}>{{}} }}",
    f"SELECT * {{ ?a ?b true.SERVICE<{CANARY}>{{}} }}",
    f"PREFIX s: <{CANARY}> SELECT * {{ SERVICEs:x {{}} }}",
    f"PREFIX s: <{CANARY}> PREFIX SERVICEs: <a:> SELECT * {{ SERVICEs:x {{}} }}",
    f"PREFIX s: <{CANARY}> SELECT * {{ ?a ?b true.SERVICEs:x {{}} }}",
    f"PREFIX : <{CANARY}> SELECT * {{ SERVICE:x {{}} }}",
    "SELECT * { SERVICE ?anything {} }",
    f"ASK {{ FILTER EXISTS {{ SERVICE <{CANARY}> {{}} }} }}",
    f"CONSTRUCT {{}} WHERE {{ {{ SELECT * {{ SERVICE <{CANARY}> {{}} }} }} }}",
    # What looks like an IRI is a comparison, and what looks like a string is code.
    f"SELECT * {{ ?a ?b ?c FILTER(?a<'>')SERVICE<{CANARY}>{{}}FILTER('x'='x') }}",
    f"SELECT * {{ ?a ?b ?c FILTER(?a<?b)SERVICE#>\n<{CANARY}>{{}} }}",
    f'SELECT * {{ ?a ?b ?c FILTER(?a<?b#>"""\n)SERVICE<{CANARY}>{{}} #"""\n}}',
    f"SELECT (?a<'>' AS ?z) {{ SERVICE<{CANARY}>{{}} FILTER('x'='x') }}",
    f"SELECT * {{ BIND(IF(?a<'>',1,2) AS ?x)SERVICE<{CANARY}>{{}}FILTER('x'='x') }}",
    f"PREFIX f: <a:> SELECT * {{ FILTERf:x(?a<'>')SERVICE<{CANARY}>{{}}FILTER('x'='x') }}",
    f"SELECT * {{ {{SELECT ?a {{}} ORDER BY (?a<'>')}} SERVICE<{CANARY}>{{}}FILTER('x'='x') }}",
]

HARMLESS = [
    'SELECT ?service { ?service <http://x/service> "SERVICE <x> {" . # SERVICE <x> {}\n }',
    "PREFIX service: <a:> SELECT * { ?a service:b service:c. ?x ?y 'x'@service }",
    "PREFIX service: <a:> SELECT * { GRAPH service:b { ?x ?y ?z } }",
    "PREFIX ex: <a:> SELECT * { ?a ex:service ex:a.service }",
    "SELECT * { ?s <http://a/b#c> ?o. ?s <http://a/it's#service> ?o }",
    "SELECT * { ?s ?p (?o <a:#b> 3) }",
    "SELECT * { VALUES (?a ?b) { (1 <a:#)>) } }",
    "SELECT * { ?s <a:b'c>/(<a:d'e>|^<x:y'>) ?o }",
    "SELECT * { ?s !(<b:>|^<c:>) ?o. ?s <p:>? ?o2 }",
    "PREFIX insert: <a:> SELECT ?delete { insert:load ?b ?drop }",
    "SELECT * { << ?a <b:> <c:> >> ?x ?y FILTER(?x<<a:b>) }",
    "SELECT * { FILTER(<<( ?a <p:> ?b )>> = ?c && ?x>?y) }",
    "SELECT * { ?a ?b ?c {| ?d ?e |} FILTER(?a||?b) }",
    "PREFIX filter: <x:> SELECT * { ?x filter:p (1 2) }",
    "ASK { ?a ?b \"it's\", '''x''', \"\"\"a\"b\"\"\", '\\'', '\\u0022' }",
    "SELECT (GROUP_CONCAT(?a; SEPARATOR=', ') AS ?b) (COUNT(*)AS?n) { ?a ?c ?d }",
    "SELECT * { ?a ?b ?c FILTER(?b IN (<a:#x>, <b:'>) && ?a<=?c && -?a<+?c) }",
    "SELECT * FROM <file:///etc/passwd> FROM NAMED <a:service> { ?a ?b ?c }",
    "DESCRIBE <a:service> <a:#b>",
    "BASE <http://a/> SELECT * { ?a a []; ?b [ ?c () ] }",
    "SELECT * { {} UNION {} MINUS { ?é ?b 'ʼ' } OPTIONAL {} }",
]


@pytest.mark.parametrize("query", SERVICES)
def test_a_service_is_refused_however_it_is_written(query: str) -> None:
    with pytest.raises(QueryRefusedError, match="SERVICE"):
        scan(query, LIMITS)


@pytest.mark.parametrize("query", HARMLESS)
def test_harmless_text_passes(query: str) -> None:
    Store().query(query)  # it is SPARQL
    assert scan(query, LIMITS).form is not None


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA {}",
        "prefix a: <b:> base <c:> # x\n delete WHERE {}",
        "WITH <a:> DELETE {} WHERE {}",
        *(f"{word} <a:>" for word in ("LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD")),
    ],
)
def test_updates_are_refused_and_told_where_to_go(update: str) -> None:
    with pytest.raises(QueryRefusedError, match="faces import"):
        scan(update, LIMITS)


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("select*{}", "SELECT"),
        ("PREFIX ask: <a:> BASE <select:> # SELECT\nASK{}", "ASK"),
        ("CONSTRUCT WHERE {}", "CONSTRUCT"),
        ("DESCRIBE<a:>", "DESCRIBE"),
        ("", None),
        ("nonsense", None),
    ],
)
def test_the_form_is_the_first_keyword_after_the_prologue(query: str, form: str | None) -> None:
    assert scan(query, LIMITS).form == form


@pytest.mark.parametrize("function", ["now", "RAND", "UUID", "StrUUID", "BNODE"])
def test_volatile_functions_make_a_query_not_deterministic(function: str) -> None:
    assert not scan(f"ASK {{ FILTER({function} ( )) }}", LIMITS).deterministic
    assert not scan(f"SELECT (COUNT(DISTINCT{function}()) AS ?n) {{}}", LIMITS).deterministic
    assert scan(f"ASK {{ ?{function} <a:{function}> '{function}()' }}", LIMITS).deterministic


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("{", "}"),
        ("{SELECT * {", "}}"),
        ("FILTER(" + "(", "))"),
        ("?a ?b [<p:> ", "[]]"),
        ("?a ?b (", ")"),
        ("FILTER EXISTS {", "}"),
        ("<< ", " <p:> ?a >>"),
    ],
)
def test_nesting_is_limited(opening: str, closing: str) -> None:
    for depth in (101, 4_000):
        query = "SELECT * {" + opening * depth + closing * depth + "}"
        with pytest.raises(QueryTooLargeError, match="100 levels"):
            scan(query, LIMITS)


@pytest.mark.parametrize("sign", ["!", "- ", "+ ", "^", "!(", "-("])
def test_rows_of_prefix_operators_count_as_nesting(sign: str) -> None:
    with pytest.raises(QueryTooLargeError):
        scan("ASK { FILTER(" + sign * 101 + "?x) }", LIMITS)


def test_length_is_counted_in_bytes() -> None:
    query = "ASK { ?a ?b '" + "é" * 50_000 + "'}"
    with pytest.raises(QueryTooLargeError, match="bytes"):
        scan(query, LIMITS)
    scan(query.replace("é", "e"), LIMITS)


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("ASK { ?a ?b '\0' }", "1:14"),
        ("ASK {\n ?a ?b '\ud800' }", "2:9"),
        ("ASK { ?a ?b 'x }", "1:13"),
        ("ASK { ?a ?b '''x' }", "1:13"),
        (r"ASK { ?a ?b '\ud800' }", "1:13"),
        ("ASK {\n{ ?a ?b ?c }", "1:5"),
        ("ASK { ?a ?b ( }", "1:15"),
        ("ASK { } }", "1:9"),
    ],
)
def test_broken_text_is_told_with_its_place(query: str, where: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        scan(query, LIMITS)
    assert caught.value.where == where


def test_the_engine_decodes_code_points_only_inside_strings_and_iris() -> None:
    # Should this change, the scan has to decode them first.
    store = Store()
    for query in (r"S\u0045LECT * {}", r"SELECT * \u007B}", r"SELECT ?\u0061 {}"):
        with pytest.raises(SyntaxError):
            store.query(query)
    row = next(iter(store.query(r'SELECT ("\u0022" AS ?x) {}')))
    assert row["x"].value == '"'
    assert not list(store.query("SELECT * { ?a ?b ?c # \\u000A }\n }"))


@pytest.mark.parametrize(
    "text",
    ["{}", "?a", "a.", "é", "'''a'''", "<", "<a", "''", ">>", "a:.", "%aa", "<<", "e:.", "a-"],
)
def test_the_scan_is_linear(text: str) -> None:
    def seconds(size: int) -> float:
        query = text * (size // len(text.encode()))
        begun = time.process_time()
        with contextlib.suppress(QuerySyntaxError, QueryTooLargeError):
            scan(query, QueryLimits(query_bytes=1 << 30))
        return time.process_time() - begun

    seconds(1000)
    # Sixteen times the text: a quadratic pass would take some 256 times as long.
    assert seconds(160_000) < 80 * max(seconds(10_000), 0.005)


PIECES = st.sampled_from(
    [
        "?a ?b ?c .",
        "?s <http://x/service> 'SERVICE' .",
        "?s service:p service:o .",
        "# SERVICE <http://x/> {}\n",
        '?s ?p "a\\"SERVICE { "@service .',
        "FILTER(?a<?b && ?c>?d)",
        "FILTER(?service < 3)",
        "OPTIONAL { ?a ?service <#it's> }",
        "{ ?x a service:SERVICE } UNION { ?y ?z '''it's SERVICE { ''' }",
        "BIND(<http://x/#service> AS ?i)",
        f"SERVICE <{CANARY}> {{ ?a ?b ?c }}",
        f"service\tSILENT # {{\n<{CANARY}>{{ ?a ?b ?c }}",
        f"FILTER NOT EXISTS {{ Service<{CANARY}> {{ ?q ?r ?t }} }}",
        "{ SELECT ?a { ?a ?b ?c FILTER(?a<'x') } ORDER BY (?a<'>') }",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=4))
def test_it_agrees_with_another_parser_about_service(pieces: list[str]) -> None:
    query = "PREFIX service: <http://s/>\nSELECT * WHERE {\n" + "\n".join(pieces) + "\n}"
    served = "ServiceGraphPattern" in str(parseQuery(query))
    if served:
        with pytest.raises(QueryRefusedError):
            scan(query, LIMITS)
    else:
        assert scan(query, LIMITS).form == "SELECT"


# What follows stands for itself in any form of query: gaps and terms full of what looks like code.
GAPS = st.sampled_from(
    [" ", "\n", "\t ", " # SERVICE <x> { '\n", " #\n", '\r\n# }}} """\n', " # \\u007B\n"]
)
TERMS = st.sampled_from(
    [
        *("?service", "$a", "<http://x/service>", "<a:it's>", "a:service", "service:a", "a:b%7B"),
        *("_:service", "1", "-1.5e3", "true", "[]", "()", "a:\\#"),
        *("'{'", '"}"', "'SERVICE <a:> {'", '"it\'s"', "'\\'{'", '"\\"}"', "'#'", "'<'@service"),
        *("'''{ ' SERVICE '''", '"""} "" #"""', "'\\u007B'", '"\\U0000007D"', "'\\\\'", "''", '""'),
        *("'x'^^a:service", "'''\n}'''", '"\\t\\n"', "<a:\\u0062>"),
    ]
)
PATHS = st.sampled_from(
    ["?p", "a", "a:service", "<a:b'c>", "a:b/a:c", "(a:b|^a:c)*", "!(a:b|^a:c)", "a:b+", "^a:b?"]
)
TESTS = st.sampled_from(
    [
        *("?a<?b", "?a<'>'", "?a<?b&&?c>?d", "!(?a)", "-?a<+?b", "?a IN (<a:>, '{')"),
        *("BOUND(?service)", "REGEX(?a, '[{(]')", "a:service(?a<3)", "?a<1||?b>'SERVICE'"),
        "IF(?a<?b, '<', '>')='{'",
    ]
)
CALLS = st.sampled_from(
    [
        "SERVICE",
        "service",
        "SERVICE SILENT",
        "SeRvIcE\nsilent",
        "SERVICE # {\n",
        "SERVICE\tSILENT\r",
    ]
)
GROUPS = st.sampled_from(
    [
        *("", "OPTIONAL", "{} UNION", "MINUS", "FILTER NOT EXISTS"),
        *("GRAPH ?service", "GRAPH service:a", "GRAPH <a:SERVICE>"),
    ]
)


@dataclass(frozen=True)
class Piece:
    """A part of a query: its text, how deep its groups are, whether it asks elsewhere."""

    text: str
    depth: int = 0
    served: bool = False


def joined(pieces: list[Piece], gap: str) -> Piece:
    return Piece(
        gap.join(each.text for each in pieces),
        max(each.depth for each in pieces),
        any(each.served for each in pieces),
    )


@st.composite
def triples(draw: st.DrawFn) -> Piece:
    subject = draw(TERMS.filter(lambda term: term[0] not in "'\"-1t("))
    gap, path, term = draw(GAPS), draw(PATHS), draw(TERMS)
    return Piece(f"{gap}{subject}{gap}{path}{gap}{term}{gap}.")


@st.composite
def around(draw: st.DrawFn, inner: st.SearchStrategy[Piece]) -> Piece:
    within, gap = draw(inner), draw(GAPS)
    before = draw(GROUPS)
    text = f"{gap}{before}{gap}{{{gap}{within.text}{gap}}}"
    return Piece(text, within.depth + 1, within.served)


@st.composite
def elsewhere(draw: st.DrawFn, inner: st.SearchStrategy[Piece]) -> Piece:
    within, call, gap = draw(inner), draw(CALLS), draw(GAPS)
    who = draw(st.sampled_from([f"<{CANARY}>", "?x", "a:b", "<a:\\u0062>"]))
    text = f"{gap}{call}{gap}{who}{gap}{{{within.text}{gap}}}"
    return Piece(text, within.depth + 1, served=True)


SIMPLE = triples() | st.builds(lambda gap, test: Piece(f"{gap}FILTER({test})"), GAPS, TESTS)
PATTERNS = st.recursive(
    SIMPLE,
    lambda inner: (
        around(inner)
        | elsewhere(inner)
        | st.builds(joined, st.lists(inner, min_size=1, max_size=3), GAPS)
    ),
    max_leaves=6,
)
#: Form → what stands before its pattern.
FORMS = {
    "SELECT": ["SELECT *", "SELECT ?service", "select distinct(?a<'>' AS ?z)", "SELECT('{' AS?z)"],
    "ASK": ["ASK", "ask", "ASK FROM <a:service>", "ASK FROM NAMED service:a"],
    "CONSTRUCT": ["CONSTRUCT { ?a a:service '{' } WHERE", "construct{}where", "CONSTRUCT{[]a()}"],
    "DESCRIBE": ["DESCRIBE *", "DESCRIBE ?service <a:service>", "describe service:a a:x"],
}
PROLOGUE = "PREFIX a: <a:> # SELECT {\nBASE <http://service/> prefix service: <ask:construct>\n"
#: What terms, paths and tests nest at most.
INNER_DEPTH = 5


@st.composite
def queries(draw: st.DrawFn) -> tuple[str, Piece]:
    form, pattern, gap = draw(st.sampled_from(list(FORMS))), draw(PATTERNS), draw(GAPS)
    head = draw(st.sampled_from(FORMS[form]))
    text = f"{PROLOGUE}{head}{gap}{{{pattern.text}{gap}}}"
    return form, Piece(text, pattern.depth + 1, pattern.served)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(queries())
def test_it_agrees_with_another_parser_about_every_form(made: tuple[str, Piece]) -> None:
    form, query = made
    try:
        parsed = parseQuery(query.text)
    except RecursionError:  # what is deep is too deep for it
        reject()
    assert parsed[1].name == f"{form.capitalize()}Query"
    assert ("ServiceGraphPattern" in str(parsed)) == query.served
    if query.served:
        with pytest.raises(QueryRefusedError):
            scan(query.text, LIMITS)
        return
    assert scan(query.text, LIMITS).form == form
    # Brackets in strings, comments and names count for nothing, all others do.
    scan(query.text, replace(LIMITS, nesting_depth=query.depth + INNER_DEPTH))
    if query.depth > 1:
        with pytest.raises(QueryTooLargeError):
            scan(query.text, replace(LIMITS, nesting_depth=query.depth - 1))


SIGNS = st.lists(
    st.sampled_from(
        [
            "<",
            ">",
            "'",
            '"',
            "#",
            "\n",
            " ",
            "?a",
            "1",
            ")",
            "(",
            "<a:>",
            "''",
            '"""',
            "||",
            "a:b",
            "FILTER(?a<",
            "BIND(1<",
            "AS ?z)",
            "VALUES ?v {",
            "}",
            "{",
            "true",
            ".",
            "SERVICE",
            "SILENT",
            f"<{CANARY}>{{}}",
            ":x{}",
            "SERVICE:x{}",
            f"SERVICE<{CANARY}>{{}}",
        ]
    ),
    max_size=12,
).map("".join)


def _canary_store() -> Store:
    store = Store()
    node = NamedNode("http://a/s")
    store.add(Quad(node, node, Literal(1)))
    return store


@settings(max_examples=1500, deadline=None)
@given(SIGNS)
def test_nothing_that_the_engine_would_fetch_passes(signs: str) -> None:
    query = f"PREFIX : <{CANARY}> PREFIX a: <a:> SELECT * {{ {signs} }}"
    try:
        answer = list(_canary_store().query(query))
    except SyntaxError:
        return
    except OSError as error:
        assert "port 1" in str(error)  # noqa: PT017 - it is the canary's song
        with pytest.raises(QueryRefusedError):
            scan(query, LIMITS)
        return
    except RuntimeError:
        return
    assert isinstance(answer, list)
    if not re.search("service", query, re.IGNORECASE):
        assert scan(query, LIMITS).form == "SELECT"

"""The four formats of results, sentence by sentence of their specifications, over HTTP."""

from __future__ import annotations

import csv
import io
import json
from xml.etree import ElementTree as ET

import pyoxigraph
import pytest
from pyoxigraph import RdfFormat

from web.http_client import Client
from web.web_server import Server

XSD = "http://www.w3.org/2001/XMLSchema#"
SR = "{http://www.w3.org/2005/sparql-results#}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
#: Every kind of term, and none; in an order that only the query gives.
TERMS = (
    'SELECT ?z ?a { VALUES (?z ?a) { (<urn:é> "deux"@fr) ("a\\tb\\r\\n<&>\\",c" 1)'
    ' (UNDEF "x"^^<urn:t>) ("" UNDEF) } }'
)
NODES = "SELECT ?b ?c { VALUES ?x { 1 2 } BIND(BNODE() AS ?b) BIND(?b AS ?c) }"
AWKWARD = 'a\tb\r\n<&>",c'


@pytest.fixture
def client(server: Server) -> Client:
    return Client(server.url)


def asked(client: Client, query: str, form: str) -> bytes:
    answer = client.get("/sparql", query_string={"query": query, "format": form})
    assert answer.status_code == 200, answer.text
    return answer.data


def parsed(client: Client, query: str, form: str = "xml") -> ET.Element:
    return ET.fromstring(asked(client, query, form))  # noqa: S314 - our own server's


def test_json_head_and_bindings(client: Client) -> None:
    """JSON §3.1.1 variables in their order; §3.2.1 what is unbound is left out; §3.2.2 terms."""
    answer = json.loads(asked(client, TERMS, "json"))
    assert answer["head"]["vars"] == ["z", "a"]
    assert answer["results"]["bindings"] == [
        {
            "z": {"type": "uri", "value": "urn:é"},
            "a": {"type": "literal", "value": "deux", "xml:lang": "fr"},
        },
        {
            "z": {"type": "literal", "value": AWKWARD},
            "a": {"type": "literal", "value": "1", "datatype": f"{XSD}integer"},
        },
        {"a": {"type": "literal", "value": "x", "datatype": "urn:t"}},
        {"z": {"type": "literal", "value": ""}},
    ]
    assert "boolean" not in answer


def test_json_of_no_solution_and_of_ask(client: Client) -> None:
    """JSON §3.2: “bindings” is an array, which may be empty; §3.3: ASK has “boolean” alone."""
    none = json.loads(asked(client, "SELECT ?x {} LIMIT 0", "json"))
    assert none == {"head": {"vars": ["x"]}, "results": {"bindings": []}}
    for query, truth in (("ASK {}", True), ("ASK { <urn:no> ?p ?o }", False)):
        assert json.loads(asked(client, query, "json")) == {"head": {}, "boolean": truth}


def test_labels_of_blank_nodes_hold_within_an_answer(client: Client) -> None:
    """JSON §3.2.2, XML §2.3.1: the same label is the same node within one answer."""
    rows = json.loads(asked(client, NODES, "json"))["results"]["bindings"]
    assert {row["b"]["type"] for row in rows} == {"bnode"}
    assert [row["b"] == row["c"] for row in rows] == [True, True]
    assert rows[0]["b"] != rows[1]["b"]
    xml = parsed(client, NODES)
    labels = [each.text for each in xml.iter(f"{SR}bnode")]
    assert labels[0] == labels[1] != labels[2] == labels[3]


def test_xml_head_and_results(client: Client) -> None:
    """XML §2.2 variables in their order; §2.3 results, §2.3.1 bindings and terms."""
    root = parsed(client, TERMS)
    assert root.tag == f"{SR}sparql"
    assert [each.tag for each in root] == [f"{SR}head", f"{SR}results"]
    assert [each.get("name") for each in root.iter(f"{SR}variable")] == ["z", "a"]
    rows = [
        {b.get("name"): (b[0].tag.removeprefix(SR), b[0].text or "", b[0].attrib) for b in result}
        for result in root.iter(f"{SR}result")
    ]
    assert rows == [
        {"z": ("uri", "urn:é", {}), "a": ("literal", "deux", {LANG: "fr"})},
        {"z": ("literal", AWKWARD, {}), "a": ("literal", "1", {"datatype": f"{XSD}integer"})},
        {"a": ("literal", "x", {"datatype": "urn:t"})},
        {"z": ("literal", "", {})},
    ]


def test_xml_of_no_solution_and_of_ask(client: Client) -> None:
    """XML §2.3: results may be empty; §2.3.2: “boolean” instead of “results”."""
    none = parsed(client, "SELECT ?x {} LIMIT 0")
    assert list(none.iter(f"{SR}results"))
    assert not list(none.iter(f"{SR}result"))
    truth = parsed(client, "ASK {}")
    assert [(each.tag, each.text) for each in truth] == [
        (f"{SR}head", None),
        (f"{SR}boolean", "true"),
    ]


@pytest.mark.parametrize("form", ["xml", "rdfxml"])
def test_xml_is_well_formed_whatever_a_value_holds(client: Client, form: str) -> None:
    """XML 1.0 §2.11: a bare carriage return is read as a line feed; §2.2: no control characters."""
    value = '"a\\r\\nb\\rc \\u0001\\u001f|"'
    query = f"SELECT ({value} AS ?x) {{}}"
    if form == "rdfxml":
        query = f"CONSTRUCT {{ <urn:a> <urn:b#c> ?x }} WHERE {{ BIND({value} AS ?x) }}"
    root = parsed(client, query, form)
    assert "a\r\nb\rc \ufffd\ufffd|" in {each.text for each in root.iter()}


def test_csv_has_a_header_plain_values_and_line_ends(client: Client) -> None:
    """CSV §3: names without “?”; values without their syntax; RFC 4180 quotes and CRLF."""
    text = asked(client, TERMS, "csv").decode()
    assert text.startswith("z,a\r\nurn:é,deux\r\n")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows == [["z", "a"], ["urn:é", "deux"], [AWKWARD, "1"], ["", "x"], ["", ""]]
    nodes = asked(client, NODES, "csv").decode().split()
    assert all(cell.startswith("_:") for row in nodes[1:] for cell in row.split(","))


def test_tsv_has_a_header_and_terms_as_in_turtle(client: Client) -> None:
    """TSV §4: names with “?”; terms in the syntax of SPARQL and Turtle; nothing for unbound."""
    lines = asked(client, TERMS, "tsv").decode().split("\n")
    assert lines[0] == "?z\t?a"
    rows = [line.split("\t") for line in lines[1:-1]]
    assert lines[-1] == ""
    assert [[bool(cell) for cell in row] for row in rows] == [
        [True, True],
        [True, True],
        [False, True],
        [True, False],
    ]
    written = " , ".join(cell for row in rows for cell in row if cell)
    quads = pyoxigraph.parse(f"<urn:s> <urn:p> {written} .".encode(), RdfFormat.TURTLE)
    values = {quad.object.value for quad in quads}
    assert values == {"urn:é", "deux", AWKWARD, "1", "x", ""}
    assert asked(client, "SELECT ?x {} LIMIT 0", "tsv") == b"?x\n"

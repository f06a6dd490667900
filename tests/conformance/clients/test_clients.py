"""Programs that people really use, against the real server."""

from __future__ import annotations

import csv
import gzip
import io
import subprocess
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

import pytest
from rdflib import URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import (
    CSV,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    XML,
    SPARQLWrapper,
)
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from web.web_server import Server

NETWORK = "https://w3id.org/faces/ontology#Network"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
SELECT = f"SELECT ?s ?label {{ ?s a <{NETWORK}> ; <{LABEL}> ?label }} ORDER BY ?s"
MESCLUN = "https://w3id.org/faces/id/network/mesclun"


@pytest.mark.parametrize("form", [JSON, XML, CSV, TSV])
@pytest.mark.parametrize("method", ["GET", POST])
def test_sparqlwrapper(server: Server, form: str, method: str) -> None:
    client = SPARQLWrapper(f"{server.url}/sparql", returnFormat=form)
    client.setMethod(method)
    client.setQuery(SELECT)
    found = client.query().convert()
    text = found.toxml() if form == XML else str(found)
    assert "Mesclun" in text


@pytest.mark.parametrize("form", [TURTLE, N3, RDFXML, JSONLD, XML])
def test_sparqlwrapper_gets_graphs(server: Server, form: str) -> None:
    client = SPARQLWrapper(f"{server.url}/sparql", returnFormat=form)
    client.setQuery(f"CONSTRUCT WHERE {{ ?s a <{NETWORK}> }}")
    assert b"mesclun" in client.query().response.read()


def test_sparqlwrapper_posts_directly_gets_graphs_and_sees_errors(server: Server) -> None:
    client = SPARQLWrapper(f"{server.url}/sparql", returnFormat=TURTLE)
    client.setMethod(POST)
    client.setRequestMethod(POSTDIRECTLY)
    client.addDefaultGraph("https://w3id.org/faces/id/source/faces-2012")
    client.setQuery(f"CONSTRUCT WHERE {{ ?s a <{NETWORK}> }}")
    assert b"mesclun" in client.query().convert()
    client.setReturnFormat(JSON)
    client.setQuery("SELECT nonsense")
    with pytest.raises(QueryBadFormed):
        client.query()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("form", ["xml", "json", "csv", "tsv"])
def test_rdflib_sparql_store(server: Server, method: str, form: str) -> None:
    store = SPARQLStore(f"{server.url}/sparql", method=method, returnFormat=form)
    rows = {row[0]: row[1] for row in store.query(SELECT)}  # type: ignore[index,union-attr]
    label = rows[URIRef(MESCLUN)]
    assert str(label) == "Mesclun"
    if form != "csv":  # which has no languages
        assert label.language == "fr"


def test_rdflib_reads_a_triple_pattern(server: Server) -> None:
    store = SPARQLStore(f"{server.url}/sparql")
    found = [triple for triple, _ in store.triples((URIRef(MESCLUN), URIRef(LABEL), None))]
    assert {str(label) for _, _, label in found} == {"Mesclun"}


def test_curl(server: Server, tmp_path: Path) -> None:
    query = tmp_path / "networks.rq"
    query.write_text(SELECT, encoding="utf-8")
    address = f"{server.url}/sparql"
    # As people write it: --data-urlencode makes a form, -G puts it in the address.
    for options in (
        ["--data-urlencode", f"query@{query}"],
        ["-G", "--data-urlencode", f"query@{query}"],
        ["-H", "Content-Type: application/sparql-query", "--data-binary", f"@{query}"],
    ):
        found = subprocess.run(
            ["curl", "--silent", "--fail", "-H", "Accept: text/csv", *options, address],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        assert found.stdout.startswith("s,label")
        assert "Mesclun" in found.stdout
    failed = subprocess.run(
        ["curl", "--silent", "--fail", "-G", "--data-urlencode", "query=SELECT", address],
        timeout=30,
        check=False,
    )
    assert failed.returncode == 22


@pytest.mark.parametrize(
    ("path", "row"),
    [
        ("/sparql?" + urlencode({"query": SELECT, "format": "csv"}), {"label": "Mesclun"}),
        ("/sparql.csv?" + urlencode({"query": SELECT}), {"label": "Mesclun"}),
        (
            "/queries/territorial-networks-of-a-commune.csv?commune=Marseille",
            {"networkLabel": "Mesclun"},
        ),
    ],
)
def test_the_address_that_a_spreadsheet_imports(
    server: Server, path: str, row: dict[str, str]
) -> None:
    # Spreadsheets send such headers, which must not turn the table into a page.
    sent = {"Accept": "text/html,*/*;q=0.8", "Accept-Encoding": "gzip, deflate"}
    request = urllib.request.Request(f"{server.url}{path}", headers=sent)
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        named = answer.headers.get("Content-Disposition", "inline")
        assert named.startswith("inline" if "?query" in path and "format" in path else "attachment")
        body = answer.read()
        if answer.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
    rows = list(csv.DictReader(io.StringIO(body.decode(), newline="")))
    assert any(row.items() <= found.items() for found in rows)


def test_curl_unpacks_and_saves_under_the_name_that_it_is_told(
    server: Server, tmp_path: Path
) -> None:
    query = "SELECT ?s ?label { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?label }"
    command = ["curl", "--silent", "--show-error", "--fail", "--compressed"]
    command += ["--remote-name", "--remote-header-name", "--dump-header", "-"]
    address = f"{server.url}/sparql.csv?{urlencode({'query': query})}"
    done = subprocess.run(
        [*command, address], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "content-encoding: gzip" in done.stdout.lower()
    saved = (tmp_path / "faces.csv").read_text(encoding="utf-8")
    rows = list(csv.reader(io.StringIO(saved, newline="")))
    assert rows[0] == ["s", "label"]
    assert len(rows) > 500

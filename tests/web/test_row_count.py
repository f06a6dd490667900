"""The rows of an answer that the log counts, against what the engine wrote."""

from __future__ import annotations

import json
import time

import pytest
from pyoxigraph import QueryResultsFormat, QuerySolutions, Store

from registry.formats import RESULT_FORMATS, TURTLE, Format
from registry.web.row_count import RowCount
from web.http_client import Client
from web.web_server import Server

AWKWARD = (
    r'SELECT ?a ?b { VALUES (?a ?b) { ("}},{\"" UNDEF) ("<result>" 1) (UNDEF <urn:x>)'
    r' ("\n,\n" "[{") ("x"@fr 2.5) } }'
)


@pytest.mark.parametrize("form", RESULT_FORMATS, ids=lambda f: f.name)
@pytest.mark.parametrize(("query", "rows"), [(AWKWARD, 5), (f"{AWKWARD} LIMIT 1", 1), ("", 0)])
def test_rows_are_counted_wherever_the_parts_are_cut(form: Format, query: str, rows: int) -> None:
    answer = Store().query(query or "SELECT ?a ?b { ?a ?b ?c }")
    assert isinstance(answer, QuerySolutions)
    assert isinstance(form.engine, QueryResultsFormat)
    whole = answer.serialize(format=form.engine) or b""
    for cut in range(80, len(whole)):
        count = RowCount(form.content_type.encode())
        count.add(whole[:cut])
        count.add(whole[cut:])
        assert count.rows == rows, whole[:cut]


def test_what_is_not_written_in_rows_is_not_counted() -> None:
    count = RowCount(TURTLE.content_type.encode())
    count.add(b"<urn:a> <urn:b> 1 .\n")
    assert count.rows is None


def test_the_log_has_the_rows_of_short_and_of_long_answers(server: Server) -> None:
    client, source = Client(server.url, "127.0.7.1"), "127.0.7.1"
    for rows, form in ((3, "json"), (3000, "csv"), (3000, "json"), (3, "json")):
        query = f"SELECT * {{ ?s ?p ?o }} LIMIT {rows}"
        client.get("/sparql", query_string={"query": query, "format": form})
    said: list[object] = []
    until = time.monotonic() + 5
    while len(said) < 4 and time.monotonic() < until:
        log = [json.loads(line) for line in server.log.read_text().splitlines()]
        said = [line["rows"] for line in log if line.get("client") == source]
    assert said == [3, 3000, 3000, 3]

"""Addresses that name a file, for spreadsheets: of any query, and of the saved ones."""

from __future__ import annotations

import csv
import gzip
import io
import re
from html import unescape
from urllib.parse import quote

import pytest

from registry.formats import ANSWER_FORMATS, RESULT_FORMATS, Format
from web.http_client import Answer, Client
from web.web_server import Server

SELECT = "SELECT ?s { ?s a <https://w3id.org/faces/ontology#Network> } ORDER BY ?s"
CONSTRUCT = "CONSTRUCT WHERE { ?s a <https://w3id.org/faces/ontology#Network> }"
COMMUNE = "/queries/territorial-networks-of-a-commune"
#: What spreadsheets and browsers send; the ending decides all the same.
ACCEPT = {"Accept": "text/html,*/*;q=0.8"}


@pytest.fixture
def client(server: Server) -> Client:
    return Client(server.url)


def saved_as(answer: Answer) -> str:
    found = re.fullmatch(r'attachment; filename="?([a-z0-9.-]+)"?', disposition(answer))
    assert found, disposition(answer)
    return found[1]


def disposition(answer: Answer) -> str:
    return str(answer.headers.get("Content-Disposition", ""))


@pytest.mark.parametrize("form", [*RESULT_FORMATS, *ANSWER_FORMATS], ids=lambda f: f.name)
def test_every_format_has_its_ending(client: Client, form: Format) -> None:
    asked = {"query": SELECT if form in RESULT_FORMATS else CONSTRUCT}
    for method in ("GET", "POST"):
        path = f"/sparql.{form.extension}"
        if method == "GET":
            answer = client.get(path, query_string=asked, headers=ACCEPT)
        else:
            answer = client.post(path, data=asked, headers=ACCEPT)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, form.content_type)
        assert saved_as(answer) == f"faces.{form.extension}"
        plain = client.get("/sparql", query_string=asked | {"format": form.name}, headers=ACCEPT)
        assert disposition(plain) == ""
        assert sorted(plain.data.splitlines()) == sorted(answer.data.splitlines())
        assert plain.headers["ETag"] == answer.headers["ETag"]


@pytest.mark.parametrize("ending", ["json", "xml"])
def test_the_endings_that_people_know(client: Client, ending: str) -> None:
    answer = client.get(f"/sparql.{ending}", query_string={"query": SELECT})
    assert answer.headers["Content-Type"] == f"application/sparql-results+{ending}"
    assert saved_as(answer) == f"faces.{ending}"


def test_what_is_percent_encoded_is_decoded_once(client: Client) -> None:
    strange = "é€😀 100%25 a+b&c=d;e#f"
    query = quote(f'SELECT ("{strange}" AS ?o) {{}}')
    assert client.get(f"/sparql.csv?query={query}").text == f"o\r\n{strange}\r\n"
    refused = client.get(
        f"{COMMUNE}.csv?commune={quote(strange)}", headers={"Accept": "text/plain"}
    )
    assert strange in refused.text


def test_it_is_an_answer_like_any_other(client: Client) -> None:
    asked = {"query": SELECT}
    first = client.get("/sparql.csv", query_string=asked)
    known = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/sparql.csv", query_string=asked, headers=known).status_code == 304
    head = client.head("/sparql.csv", query_string=asked)
    assert (head.status_code, head.data, saved_as(head)) == (200, b"", "faces.csv")
    long = {"query": "SELECT ?s { ?s ?p ?o } ORDER BY ?s LIMIT 99"}
    packed = client.get("/sparql.csv", query_string=long, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == client.get("/sparql.csv", query_string=long).data
    assert client.options("/sparql.csv").status_code in {200, 204}
    assert client.request("PUT", "/sparql.csv").status_code == 405


@pytest.mark.parametrize(
    ("path", "status", "word"),
    [
        ("/sparql.csv", 400, "no query"),
        ("/sparql.csv?query=", 400, "no query"),
        ("/sparql.csv?query=SELECT", 400, "column"),
        (f"/sparql.csv?query={quote(SELECT)}&format=json", 400, "twice"),
        (f"/sparql.csv?query={quote(CONSTRUCT)}", 406, "text/turtle"),
        (f"/sparql.ttl?query={quote(SELECT)}", 406, "text/csv"),
        (f"/sparql.doc?query={quote(SELECT)}", 404, "csv, "),
        (f"/sparql.?query={quote(SELECT)}", 404, "csv, "),
        ("/sparql.csv?query=%ff", 400, "UTF-8"),
        ("/queries/nothing.csv", 404, "/queries"),
        (f"{COMMUNE}.doc", 404, "csv, "),
        (f"{COMMUNE}.csv?comune=commune-13055", 400, "commune"),
        (f"{COMMUNE}.csv?commune=a&commune=b", 400, "twice"),
        (f"{COMMUNE}.csv?commune=", 400, "needed"),
        (f"{COMMUNE}.csv?commune=Nullepart", 400, "Nullepart"),
        (f"{COMMUNE}.csv?commune=Aix", 400, "id/territory/commune-13001"),
        (f"{COMMUNE}.xlsx?commune=commune-99999", 400, "commune-99999"),
        (f"{COMMUNE}.ttl?commune=commune-13055", 406, "text/csv"),
        (f"{COMMUNE}.csv?timeout=soon", 400, "timeout"),
        (f"{COMMUNE}.csv?release=99", 404, "release 99"),
    ],
)
def test_what_is_wrong_has_its_status_and_words(
    client: Client, path: str, status: int, word: str
) -> None:
    for kind in ("application/json", "text/html"):
        answer = client.get(path, headers={"Accept": kind, "Accept-Language": "en"})
        assert answer.status_code == status, answer.text
        assert word in unescape(answer.text)
        assert disposition(answer) == ""


@pytest.mark.parametrize("value", ["commune-13055", "Marseille", "Marseille (commune-13055)"])
def test_a_saved_question_as_a_file(client: Client, value: str) -> None:
    answer = client.get(f"{COMMUNE}.csv", query_string={"commune": value}, headers=ACCEPT)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert saved_as(answer) == "territorial-networks-of-a-commune.csv"
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert "Mesclun" in {row["networkLabel"] for row in rows}
    book = client.get(f"{COMMUNE}.xlsx", query_string={"commune": value})
    assert saved_as(book) == "territorial-networks-of-a-commune.xlsx"
    assert book.data.startswith(b"PK")


def test_what_is_left_empty_restricts_nothing(client: Client) -> None:
    """The page's links to files keep a parameter that its reader emptied."""
    path = "/queries/initiatives-in-no-network"
    page = client.get(f"{path}?territory=&run=1", headers={"Accept": "text/html"}).text
    link = re.search(rf'href="({path}.csv[^"]*)"', page)
    assert link
    assert "territory=" in link[1]
    assert client.get(unescape(link[1])).status_code == 200


def test_of_an_earlier_release(client: Client) -> None:
    asked = {"commune": "Marseille", "release": "1"}
    answer = client.get(f"{COMMUNE}.csv", query_string=asked)
    assert "Mesclun" in answer.text
    assert saved_as(answer) == "territorial-networks-of-a-commune.csv"
    assert "Memento-Datetime" in answer.headers
    here = f"{COMMUNE}.csv?commune=Marseille"
    assert f'<{here}>; rel="original timegate"' in answer.headers["Link"]
    moved = client.get(here, headers={"Accept-Datetime": "Fri, 27 Jul 2012 12:00:00 GMT"})
    assert (moved.status_code, moved.headers["Location"]) == (302, f"{here}&release=1")


def test_only_get_asks_a_saved_question(client: Client) -> None:
    assert client.post(f"{COMMUNE}.csv", data={"commune": "x"}).status_code == 405
    assert client.head(f"{COMMUNE}.csv").status_code == 200

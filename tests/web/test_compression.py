from __future__ import annotations

import csv
import gzip
import http.client
import io
import zlib
from typing import Any, cast
from urllib.parse import urlencode

import pytest

from registry.negotiation import codings
from registry.web.compression import Compression
from registry.web.result_cache import ResultCache
from support import run
from web.http_client import Answer, Client
from web.web_server import Server

#: Rows for some hundred kilobytes, then nothing for longer than the query has.
STALLING = (
    "SELECT ?s ?p ?o { { ?s ?p ?o }"
    " UNION { ?s ?p ?o . ?a ?b ?c . ?d ?e ?f . FILTER(CONCAT(?s, ?b, ?f) = 'nothing') } }"
)
LARGE = "SELECT ?s ?p ?o { ?s ?p ?o }"
SMALL = "SELECT ?s { ?s a <https://w3id.org/faces/ontology#Network> } LIMIT 2"
MIDDLE = "SELECT ?s { ?s a <https://w3id.org/faces/ontology#Initiative> } LIMIT 99"
BOTH = ("gzip", "identity")


@pytest.fixture
def client(server: Server) -> Client:
    return Client(server.url)


def asked(client: Client, query: str, coding: str, **headers: str) -> Answer:
    sent = {"Accept-Encoding": coding, "Accept": "text/csv"} | headers
    return client.get("/sparql", query_string={"query": query}, headers=sent)


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/", "text/html"),
        ("/queries", "text/html"),
        ("/doc/network/mesclun", "text/html"),
        ("/doc/network/mesclun", "application/ld+json"),
        ("/doc/network/mesclun.nt", "*/*"),
        ("/sparql", "text/turtle"),
        ("/static/x/site.css", "*/*"),
        (f"/sparql?{urlencode({'query': MIDDLE})}", "text/csv"),
        (f"/sparql?{urlencode({'query': MIDDLE})}", "text/html"),
        (f"/sparql?{urlencode({'query': LARGE})}", "application/sparql-results+xml"),
        ("/nothing/here", "text/html"),
    ],
)
def test_all_text_is_packed_for_who_takes_it(client: Client, path: str, accept: str) -> None:
    packed, plain = (
        client.get(path, headers={"Accept": accept, "Accept-Encoding": coding}) for coding in BOTH
    )
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert len(packed.data) < len(plain.data) / 2
    assert packed.status_code == plain.status_code
    for name in ("Content-Type", "Vary", "Cache-Control", "Content-Language"):
        assert packed.headers[name] == plain.headers[name]
    assert "Accept-Encoding" in packed.headers["Vary"].split(", ")
    if "html" not in accept:  # a page may say how long its answer took
        assert gzip.decompress(packed.data) == plain.data
    if "Content-Length" in packed.headers:
        assert int(packed.headers["Content-Length"]) == len(packed.data)


def test_what_gains_nothing_is_left_alone(client: Client) -> None:
    small = asked(client, SMALL, "gzip")
    assert "Content-Encoding" not in small.headers
    assert "Accept-Encoding" in small.headers["Vary"]
    book = client.get(
        "/sparql.xlsx", query_string={"query": MIDDLE}, headers={"Accept-Encoding": "gzip"}
    )
    assert book.data.startswith(b"PK")
    assert "Content-Encoding" not in book.headers
    assert "Accept-Encoding" not in book.headers.get("Vary", "")
    moved = client.get("/id/network/mesclun", headers={"Accept-Encoding": "gzip"})
    assert (moved.status_code, moved.headers.get("Content-Encoding")) == (303, None)


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", True),
        ("GZip;Q=0.1", True),
        ("x-gzip", True),
        ("*", True),
        ("br, zstd, gzip;q=0.5", True),
        ("gzip;q=0.5, identity;q=0.5", True),
        ("", False),
        ("br", False),
        ("gzip;q=0", False),
        ("gzip;q=0, *", False),
        ("*;q=0", False),
        ("gzip;q=nonsense", False),
        ("gzip;q=0.5, identity", False),
        # Neither form is taken: the plain one goes all the same (RFC 9110 §12.4.1).
        ("gzip;q=0, identity;q=0", False),
    ],
)
def test_qualities_are_obeyed(client: Client, coding: str, *, packed: bool) -> None:
    answer = asked(client, MIDDLE, coding)
    assert answer.headers.get("Content-Encoding") == ("gzip" if packed else None)


@pytest.mark.parametrize("coding", ["gzip, identity;q=0", "gzip, *;q=0"])
def test_where_the_plain_form_is_excluded_all_is_packed(client: Client, coding: str) -> None:
    answer = asked(client, SMALL, coding)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data).startswith(b"s\r\nhttps://")


def test_only_so_many_codings_are_read() -> None:
    assert len(codings(",".join(f"c{n}" for n in range(1000)))) == 50


@pytest.mark.parametrize("query", [MIDDLE, LARGE])
def test_each_form_has_its_own_validator(client: Client, query: str) -> None:
    packed, plain = (asked(client, query, coding) for coding in BOTH)
    tag = plain.headers["ETag"]
    own = tag[:-1] + '-gzip"'
    # The bytes of a stream lie as its parts came: no strong validator.
    assert packed.headers["ETag"] == (own if query == MIDDLE else f"W/{own}")
    for coding, known, status, said in (
        ("gzip", packed.headers["ETag"], 304, packed.headers["ETag"]),
        ("gzip", own, 304, own),
        ("gzip", f"{tag}, {own}", 304, own),
        # The plain form is still right, and acceptable.
        ("gzip", tag, 304, tag),
        ("identity", tag, 304, tag),
        ("identity", f"{tag}, {own}", 304, tag),
        # The packed form is not: this client, or who asks for it, cannot read it.
        ("identity", own, 200, tag),
        ("gzip", '"other-gzip"', 200, packed.headers["ETag"]),
    ):
        answer = asked(client, query, coding, **{"If-None-Match": known})
        assert (answer.status_code, answer.headers["ETag"]) == (status, said)
        assert "Accept-Encoding" in answer.headers["Vary"]
        if status == 304:
            assert answer.data == b""
            assert "Content-Encoding" not in answer.headers


def test_pages_have_their_own_validator_too(client: Client) -> None:
    packed = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["ETag"].endswith('-gzip"')
    headers = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    again = client.get("/", headers=headers)
    assert (again.status_code, again.headers["ETag"]) == (304, packed.headers["ETag"])


@pytest.mark.parametrize(
    "path",
    ["/", "/sparql?" + urlencode({"query": MIDDLE}), "/sparql?" + urlencode({"query": LARGE})],
)
def test_head_says_what_get_would(client: Client, path: str) -> None:
    headers = {"Accept-Encoding": "gzip", "Accept": "*/*"}
    for _ in range(4):  # kept or not
        head, get = client.head(path, headers=headers), client.get(path, headers=headers)
        assert head.data == b""
        for name in ("Content-Encoding", "Content-Type", "ETag", "Vary"):
            assert head.headers[name] == get.headers[name]
        assert head.headers["Content-Length"] in {None, get.headers["Content-Length"]}


def test_rows_come_packed_before_the_rest_and_a_broken_stream_has_no_end(server: Server) -> None:
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=30)
    path = "/sparql?" + urlencode({"query": STALLING, "format": "csv", "timeout": "2"})
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Content-Encoding"]) == (200, "gzip")
    unpacked = zlib.decompressobj(16 + zlib.MAX_WBITS)
    # One part is all that is read, and all of it can be read: the query goes on meanwhile.
    first = unpacked.decompress(answer.read1())
    assert len(list(csv.reader(io.StringIO(first.decode(), newline="")))) > 10
    with pytest.raises(http.client.IncompleteRead) as broken:
        answer.read()
    unpacked.decompress(broken.value.partial)
    assert not unpacked.eof
    connection.close()


def test_every_part_can_be_read_when_it_arrives() -> None:
    parts = [b"s,p,o\r\n", b"a,b,c\r\n" * 30_000, b"", b"d,e,f\r\n"]
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def answer() -> None:
        scope: Any = {"method": "GET", "headers": [(b"accept-encoding", b"gzip")]}
        reply: Any = Compression(ResultCache(0)).around(scope, cast("Any", send))
        kind = [(b"content-type", b"text/csv")]
        await reply({"type": "http.response.start", "status": 200, "headers": kind})
        for part in parts:
            await reply({"type": "http.response.body", "body": part, "more_body": True})
        await reply({"type": "http.response.body", "body": b"", "more_body": False})

    run(answer())
    unpacked = zlib.decompressobj(16 + zlib.MAX_WBITS)
    assert [unpacked.decompress(message["body"]) for message in sent[1:]] == [*parts, b""]
    assert unpacked.eof


def test_the_packed_form_of_a_small_answer_is_kept(client: Client) -> None:
    answers = [asked(client, f"{MIDDLE} # kept", "gzip") for _ in range(6)]
    assert len({(a.data, a.headers["ETag"]) for a in answers}) == 1

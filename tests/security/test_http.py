"""Requests that are not what they seem: encodings, headers, lengths, methods."""

from __future__ import annotations

import json
import time

import pytest

from security.attacker import BROKEN, exchange, status
from web.http_client import Client
from web.web_server import Server

BAD_ENCODINGS = [
    *("%", "%%", "%z", "%zz", "%u0041", "%FF", "%C3%28", "%C0%80", "%ED%A0%80", "%F5%80%80%80"),
    *("%00", "a%00b", "%0", "%80", "%E2%82", "\u00e9", "%EF%BF%BF", "+%2B%252B", ";&=", "&" * 2000),
]


@pytest.mark.parametrize("path", ["/sparql", "/sparql.csv", "/sparql.xlsx", "/search", "/resource"])
def test_bad_encodings_are_told(server: Server, path: str) -> None:
    for name in ("query", "q", "iri", "lang", "format", "timeout", "release", "default-graph-uri"):
        for text in BAD_ENCODINGS:
            asked = f"GET {path}?{name}={text} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            answer = exchange(server, asked.encode("latin-1"))
            assert status(answer) < 500, asked
            assert status(answer) != BROKEN, asked


def test_a_body_that_is_no_text_is_told(server: Server) -> None:
    client = Client(server.url)
    for body in (
        b"\xff\xfe\x00",
        b"ASK { ?a ?b '\xc3\x28' }",
        b"query=\xff",
        b"query=%FF",
        b"\x00",
    ):
        for kind in ("application/sparql-query", "application/x-www-form-urlencoded", "text/plain"):
            for path in ("/sparql", "/sparql.xlsx"):
                answer = client.post(path, data=body, content_type=kind)
                assert answer.status_code in {400, 415}, (body, kind, path)


@pytest.mark.parametrize(
    "path",
    [
        "/id/network/mesclun%0d%0aX-Evil:%20yes",
        "/doc/network/mesclun%0d%0aX-Evil:%20yes",
        "/vocab/%0d%0aX-Evil:%20yes",
        "/resource?iri=https://w3id.org/faces/id/network/mesclun%0d%0aX-Evil:%20yes",
        "/?lang=fr%0d%0aX-Evil:%20yes",
        "/queries/x%0d%0aX-Evil:%20yes.csv?a=b",
        "/sparql.csv%0d%0aX-Evil:%20yes?query=ASK{}",
        "/sparql?query=ASK{}&format=csv%0d%0aX-Evil:%20yes",
        "/sparql?query=ASK{}&release=1%0d%0aX-Evil:%20yes",
        "/browse/network%0d%0aX-Evil:%20yes",
        "/id/network/mesclun?a=%0d%0aX-Evil:%20yes",
    ],
)
def test_no_header_is_slipped_in(server: Server, path: str) -> None:
    answer = Client(server.url).get(path)
    assert answer.status_code < 500
    assert "X-Evil" not in answer.headers


SMUGGLED = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: 5\r\nContent-Length: 6",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        b"Transfer-Encoding: xchunked",
        b"Transfer-Encoding: chunked, identity",
        b"Transfer-Encoding : chunked",
        b"Transfer-Encoding:\x0bchunked",
        b"Content-Length : 5",
        b"Content-Length: +5",
        b"Content-Length: -5",
        b"Content-Length: 0x5",
        b"Content-Length: 5, 5",
        b"Content-Length: 99999999999999999999999",
        b"A: b\r\n Content-Length: 5",
        b"A\x00: b",
        b"A: b\x00c",
        b"\x00: b",
        b": b",
        b"no colon",
        b"A B: c",
    ],
)
def test_two_readings_of_a_request_are_not_both_answered(server: Server, headers: bytes) -> None:
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    kind = b"Content-Type: application/sparql-query\r\n"
    for body in (b"ASK{}", b"5\r\nASK{}\r\n0\r\n\r\n", b"0\r\n\r\n"):
        answer = exchange(server, head + kind + headers + b"\r\n\r\n" + body + SMUGGLED)
        assert status(answer) < 500
        assert answer.count(b"HTTP/1.1 ") <= 1
        assert b'"release"' not in answer


def get(path: str, *lines: bytes) -> bytes:
    head = (b"GET %s HTTP/1.1" % path.encode(), b"Host: x", b"Connection: close", *lines)
    return b"\r\n".join((*head, b"", b""))


HARDLY_HTTP = [
    b"GET /",
    b"\r\n" * 1000 + b"\x00",
    b"GET / HTTP/0.9\r\n\r\n",
    b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
    get("http://evil.example/"),
    get("//evil.example/"),
    get("/../../../etc/passwd"),
    get("/static/x/..%2f..%2fsite.css"),
    get("/static/x/%2e%2e%2fapp.py"),
    get("/").replace(b"GET", b"TRACE"),
    get("*").replace(b"GET", b"OPTIONS"),
    b"CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    get("/", b"Upgrade: websocket", b"Connection: upgrade"),
    get("/", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQ"),
    get("/", *(b"A%d: b" % n for n in range(500))),
    get("/", b"Cookie: " + b"a" * 100_000),
    get("/?" + "a" * 100_000),
    b"A" * 100_000,
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500,
    bytes(range(256)) * 100,
    get("/", b"Accept: " + b"text/html;q=0.1," * 500),
    get("/", b"Accept-Encoding: " + b"gzip;q=0.1," * 700),
    get("/", b"If-None-Match: " + b'"a",' * 2000),
    get("/about", b"Range: bytes=" + b"0-1," * 2000),
    get("/sparql?query=ASK{}", b"Accept-Datetime: \xff"),
    get("/sparql?query=ASK{}", b"Authorization: Bearer \xff"),
    get("/", b"Accept-Language: \xff").replace(b"Host: x", b"Host: \xff\xfe"),
]


@pytest.mark.parametrize("sent", HARDLY_HTTP, ids=range(len(HARDLY_HTTP)))
def test_what_is_hardly_http(server: Server, sent: bytes) -> None:
    # Who says no more than this would be left after fifteen seconds: a last line ends it sooner.
    answer = exchange(server, sent + (b"\r\n\r\n\x00" if not sent.endswith(b"\r\n\r\n") else b""))
    assert status(answer) < 500
    assert b"root:" not in answer


@pytest.mark.parametrize("hosts", [b"", b"Host: x\r\nHost: x\r\n", b"Host: x\r\nhost: y\r\n"])
def test_a_request_says_once_for_which_host_it_is(server: Server, hosts: bytes) -> None:
    """RFC 9112 §3.2: otherwise “a server MUST respond with a 400 (Bad Request)”."""
    rest = b"Connection: close\r\n\r\n"
    assert status(exchange(server, b"GET /health HTTP/1.1\r\n" + hosts + rest)) == 400
    assert status(exchange(server, b"GET /health HTTP/1.0\r\n" + rest)) == 200


def test_a_forwarded_address_of_a_strangers_is_not_believed(server: Server) -> None:
    source = "127.0.6.1"
    for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Client-IP", "True-Client-IP"):
        headers = {name: "192.0.2.99", "User-Agent": "x"}
        Client(server.url, source).get("/health", headers=headers)
    time.sleep(0.5)
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    assert [line for line in lines if line.get("client") == "192.0.2.99"] == []
    assert len([line for line in lines if line.get("client") == source]) >= 5
    for name in ("X-Forwarded-For", "Forwarded"):
        headers = {name: "127.0.0.1"}
        assert Client(server.url).get("/metrics", headers=headers).status_code == 404


def test_no_line_of_the_log_is_made_up(server: Server) -> None:
    before = len(server.log.read_text().splitlines())
    made_up = '%0a{"level":"error","status":500}'
    for path in (f"/{made_up}", f"/sparql?query={made_up}", f"/search?q={made_up}"):
        Client(server.url, "127.0.6.2").get(path, headers={"User-Agent": '\t"status":500'})
    time.sleep(0.5)
    lines = [json.loads(line) for line in server.log.read_text().splitlines()[before:]]
    assert [line for line in lines if line.get("status") == 500] == []

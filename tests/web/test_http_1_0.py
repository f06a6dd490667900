"""HTTP/1.0, which many proxies still speak to what is behind them: no chunks, and no false end."""

from __future__ import annotations

import zlib
from urllib.parse import urlencode

import pytest

from security.attacker import connect
from web.http_client import Client
from web.web_server import Server

ROWS = "SELECT * { ?s ?p ?o } LIMIT 3000"
#: Sends for ever.
FLOOD = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def asked(server: Server, *lines: str, method: str = "GET", **form: str) -> tuple[bytes, bytes]:
    """Return head and body of an answer that ends with the connection."""
    head = (f"{method} /sparql?{urlencode(form)} HTTP/1.0", "Accept: text/csv", *lines, "", "")
    received = bytearray()
    with connect(server) as connection:
        connection.sendall("\r\n".join(head).encode())
        while part := connection.recv(1 << 16):
            received += part
    begun, _, body = bytes(received).partition(b"\r\n\r\n")
    return begun.lower(), body


def test_a_stream_comes_without_chunks(server: Server) -> None:
    head, body = asked(server, query=ROWS)
    assert b"transfer-encoding" not in head
    assert b"connection: close" in head
    whole = Client(server.url).get("/sparql", query_string={"query": ROWS, "format": "csv"})
    assert whole.headers["Transfer-Encoding"] == "chunked"
    assert body == whole.data


def test_a_packed_stream_too(server: Server) -> None:
    head, body = asked(server, "Accept-Encoding: gzip", query=ROWS)
    assert b"content-encoding: gzip" in head
    assert zlib.decompress(body, wbits=16 + zlib.MAX_WBITS).count(b"\n") == 3001


def test_what_is_short_has_its_length(server: Server) -> None:
    head, body = asked(server, query="ASK {}")
    assert (b"content-length: 4" in head, body) == (True, b"true")
    head, body = asked(server, query=ROWS, method="HEAD")
    assert (b" 200 " in head, body) == (True, b"")


def test_what_is_broken_off_has_no_clean_end(server: Server) -> None:
    with pytest.raises(ConnectionResetError):
        asked(server, query=FLOOD, timeout="0.5")

"""Clients that are slow, silent, gone or too many."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlencode

import pytest

from security.attacker import HONEST, address, ask_all, connect, eventually, exchange, status
from security.conftest import Target
from security.watch import footprint, processor_seconds
from web.http_client import Client
from web.web_server import Server

pytestmark = pytest.mark.alone

BOMB = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
FLOOD = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
LONG = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 50000"
CONNECTIONS = 100


def path(query: str, place: str = "/sparql", **more: str) -> str:
    return f"{place}?{urlencode({'query': query, **more})}"


def head(method: str, where: str, *lines: str) -> bytes:
    return "\r\n".join([f"{method} {where} HTTP/1.1", "Host: x", *lines, "", ""]).encode()


@contextmanager
def many(server: Server, number: int, source: str, sent: bytes) -> Iterator[list[socket.socket]]:
    """Have so many connections on which this has been sent, and nothing is read."""
    with ExitStack() as stack:
        opened = []
        for _ in range(number):
            connection = stack.enter_context(connect(server, source))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.sendall(sent)
            opened.append(connection)
        yield opened


def drip(connections: list[socket.socket]) -> None:
    for connection in connections:
        with contextlib.suppress(OSError):
            connection.sendall(b"a")


def test_who_is_slow_is_left(target: Target) -> None:
    """Heads, bodies and readers, on connections that their owners would keep for ever."""
    server = target.server
    post = "Content-Type: application/sparql-query", "Content-Length: 1000"
    with (
        many(server, 20, "127.0.0.3", b"GET / HTTP/1.1\r\nHost: x\r\nA: ") as heads,
        many(server, 20, "127.0.0.4", head("POST", "/sparql", *post)) as bodies,
        many(server, 20, "127.0.0.5", head("POST", "/sparql.xlsx", *post)) as bodies_of_pages,
        many(server, 20, "127.0.0.6", head("GET", "/queries/x?a", "Content-Length: 9")),
        many(server, 6, "127.0.0.7", head("GET", path(FLOOD))),
        many(server, 2, "127.0.0.8", head("GET", path(LONG, "/sparql.xlsx"))),
        many(server, 2, "127.0.0.9", head("GET", path(LONG, format="csv"))),
        many(server, 10, "127.0.0.10", head("GET", "/", "Connection: close") * 50),
        many(server, 90, "127.0.0.11", b""),
        many(server, 10, "127.0.0.12", head("POST", "/about", *post)) as unwanted,
    ):
        most = target.rest.descriptors + 100
        assert eventually(lambda: footprint(server).descriptors > most)

        def gone() -> bool:
            drip([*heads, *bodies, *bodies_of_pages, *unwanted])
            return footprint(server).descriptors <= target.rest.descriptors + 10

        assert eventually(gone, 60), footprint(server)


def lines_of(server: Server, client: str) -> list[dict[str, Any]]:
    lines = (json.loads(line) for line in server.log.read_text().splitlines())
    return [line for line in lines if line.get("client") == client]


@pytest.mark.parametrize(
    ("source", "where"),
    [
        ("127.0.1.1", path(BOMB)),
        ("127.0.1.2", path(FLOOD)),
        ("127.0.1.3", path(BOMB, format="html")),
        ("127.0.1.4", path(BOMB, "/sparql.xlsx")),
        ("127.0.1.5", path(BOMB, "/sparql/", format="html")),
    ],
)
def test_who_hangs_up_is_not_worked_for(server: Server, source: str, where: str) -> None:
    before = len(lines_of(server, source))
    with many(server, 4, source, head("GET", where)):
        time.sleep(0.6)
    assert eventually(lambda: len(lines_of(server, source)) == before + 4, 3)
    # Twice what is left to the query's own time.
    assert all(line["ms"] < 1300 for line in lines_of(server, source))
    assert processor_seconds(server, during=0.5) < 0.4


@pytest.mark.siege
def test_pages_with_queries_leave_threads_to_the_others(server: Server) -> None:
    places = [path(BOMB, format="html"), path(BOMB, "/sparql.xlsx"), path(BOMB, "/sparql/")]
    attack = [
        (f"127.0.2.{client}", head("GET", place, "Accept: text/html", "Connection: close"))
        for place in places
        for client in range(1, 5)
        for _ in range(3)
    ]
    with ThreadPoolExecutor(len(attack)) as threads:
        asked = [threads.submit(exchange, server, sent, source) for source, sent in attack]
        time.sleep(0.3)
        friend = Client(server.url, "127.0.0.2")
        for _ in range(20):
            begun = time.monotonic()
            answer = friend.get("/about", headers={"Accept": "text/html"})
            assert answer.status_code == 200
            assert time.monotonic() - begun < 0.5
        answers = {status(each.result()) for each in asked}
    assert answers <= HONEST


def test_a_client_has_so_many_pages_at_once_and_others_have_theirs(server: Server) -> None:
    where = path(BOMB, format="html")
    with many(server, 16, "127.0.3.1", head("GET", where, "Accept: text/html")):
        time.sleep(0.3)
        begun = time.monotonic()
        page = Client(server.url, "127.0.3.2").get(path("ASK {}", format="html"))
        assert page.status_code == 200
        assert time.monotonic() - begun < 1


def test_a_crowd_from_one_address_is_turned_away_and_told(server: Server) -> None:
    source = "127.0.4.1"
    with many(server, 2 * CONNECTIONS + 60, source, b"") as opened:
        time.sleep(0.3)
        told = []
        for connection in opened:
            connection.settimeout(0)
            with contextlib.suppress(BlockingIOError):
                told.append(connection.recv(4096))
        assert len(told) >= 60
        assert {status(each) for each in told} == {429}
        assert b"Retry-After: " in told[0]
        counted = exchange(server, head("GET", "/metrics", "Connection: close"), "127.0.4.3")
        refused = int(counted.partition(b'refusals_total{status="429"} ')[2].split(b"\n")[0])
        assert refused >= len(told)
        host, port = address(server)
        other = http.client.HTTPConnection(host, port, source_address=("127.0.4.2", 0))
        other.request("GET", "/health")
        assert other.getresponse().status == 200
        other.close()

    def again() -> bool:
        return status(exchange(server, head("GET", "/health", "Connection: close"), source)) == 200

    assert eventually(again, 3)


@pytest.mark.siege
def test_many_addresses_at_once(server: Server) -> None:
    """More clients than there are workers: all get an honest answer, friends theirs."""
    sources = [f"127.0.5.{n}" for n in range(1, 9)]
    assert ask_all(server, [BOMB] * 8, sources=sources).keys() <= HONEST

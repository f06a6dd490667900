"""Nothing that a query says makes the server open a connection or a file: a canary stays silent."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from query.test_scan import CANARY, SERVICES
from security.attacker import HONEST
from web.http_client import Answer, Client
from web.web_server import Server


class Canary:
    """A listener that notes who connects."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.songs: list[bytes] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/"

    def _listen(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            with connection:
                connection.settimeout(5)
                said = connection.recv(1000)
                if said == b"be quiet":
                    return
                self.songs.append(said)

    def tell(self, said: bytes) -> None:
        with socket.create_connection(self._socket.getsockname()) as connection:
            connection.sendall(said)

    def close(self) -> None:
        self.tell(b"be quiet")
        self._thread.join()
        self._socket.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    """A canary that can sing, and has not when the test is over."""
    bird = Canary()
    bird.tell(b"la")
    yield bird
    bird.close()
    assert bird.songs == [b"la"]


def everywhere(server: Server, query: str, **more: str) -> list[Answer]:
    """Ask at every address that takes a query, in every way."""
    client, form = Client(server.url), {"query": query, **more}
    direct = "application/sparql-query"
    return [
        client.get("/sparql", query_string=form),
        client.get("/sparql", query_string=form, headers={"Accept": "text/html"}),
        client.post("/sparql", data=form),
        client.post("/sparql", data=query, content_type=direct),
        client.post("/sparql/", data=form, headers={"Accept": "text/html"}),
        client.get("/sparql.csv", query_string=form),
        client.get("/sparql.xlsx", query_string=form),
    ]


#: U+0053 is S; the engine decodes escapes within IRIs only.
MORE_SERVICES = [
    f"SELECT * {{ S\\u0045RVICE <{CANARY}> {{}} }}",
    f"SELECT * {{ \\u0053ERVICE <{CANARY}> {{}} }}",
    "SELECT * { SERVICE <" + CANARY.replace("/", "\\u002F") + "> {} }",
    "SELECT * { SERVICE <" + CANARY.replace("h", "\\U00000068") + "> {} }",
    f"BASE <{CANARY}> SELECT * {{ SERVICE <> {{}} }}",
    f"BASE <{CANARY}> SELECT * {{ SERVICE <x> {{}} }}",
    f"SELECT * {{ BIND(<{CANARY}> AS ?x) SERVICE ?x {{}} }}",
    f"SELECT * {{ VALUES ?x {{ <{CANARY}> }} SERVICE SILENT ?x {{}} }}",
    f"SELECT * {{ SERVICE\u00a0<{CANARY}> {{}} }}",
    f"SELECT * {{ ｓervice <{CANARY}> {{}} }}",
    f"SELECT * {{ SERVICE <file:///etc/passwd> {{}} SERVICE <{CANARY}> {{}} }}",
    f"DESCRIBE * {{ SERVICE <{CANARY}> {{}} }}",
    f"SELECT * {{ {{}} UNION {{ SERVICE <{CANARY}> {{}} }} }}",
    f"SELECT * {{ {{}} MINUS {{ SERVICE <{CANARY}> {{}} }} }}",
    f"SELECT (EXISTS {{ SERVICE <{CANARY}> {{}} }} AS ?x) {{}}",
    f"SELECT * {{}} HAVING (EXISTS {{ SERVICE <{CANARY}> {{}} }})",
    f"SELECT * {{}} ORDER BY (EXISTS {{ SERVICE <{CANARY}> {{}} }})",
]


@pytest.mark.parametrize("number", range(6))
def test_a_service_in_any_spelling(server: Server, canary: Canary, number: int) -> None:
    for query in (SERVICES + MORE_SERVICES)[number::6]:
        for answer in everywhere(server, query.replace(CANARY, canary.url)):
            assert answer.status_code in {400, 403}, query


def test_updates(server: Server, canary: Canary) -> None:
    for update in (f"LOAD <{canary.url}>", f"LOAD SILENT <{canary.url}> INTO GRAPH <a:>"):
        assert {a.status_code for a in everywhere(server, update)} == {403}
        client = Client(server.url)
        for kind in ({"data": {"update": update}}, {"query_string": {"update": update}}):
            assert client.post("/sparql", **kind).status_code in {400, 403, 415}
        direct = client.post("/sparql", data=update, content_type="application/sparql-update")
        assert direct.status_code == 403


@pytest.mark.parametrize("clause", ["FROM", "FROM NAMED"])
def test_graphs_are_names_not_addresses(server: Server, canary: Canary, clause: str) -> None:
    for iri in (canary.url, "file:///etc/passwd", "file:/etc/passwd", "\\u0066ile:///etc/passwd"):
        query = (
            f"SELECT * {clause} <{iri}> {{ {{ ?a ?b ?c }} UNION {{ GRAPH ?g {{ ?a ?b ?c }} }} }}"
        )
        for answer in everywhere(server, query):
            assert answer.status_code in {200, 400}
            assert b"root:" not in answer.data
        assert (
            Client(server.url)
            .get("/sparql", query_string={"query": query})
            .json["results"]["bindings"]
            == []
        )


@pytest.mark.parametrize("parameter", ["default-graph-uri", "named-graph-uri", "using-graph-uri"])
def test_a_dataset_is_of_names_too(server: Server, canary: Canary, parameter: str) -> None:
    for iri in (canary.url, "file:///etc/passwd"):
        for answer in everywhere(server, "SELECT * { ?a ?b ?c } LIMIT 9", **{parameter: iri}):
            assert answer.status_code in HONEST
            assert b"root:" not in answer.data


def test_addresses_in_other_places(server: Server, canary: Canary) -> None:
    client = Client(server.url)
    for path in ("/resource?iri=", "/search?q=", "/id/", "/doc/", "/queries/", "/sparql/names?q="):
        assert client.get(path + canary.url).status_code < 500
    for header in ("Host", "Referer", "Origin", "X-Forwarded-Host", "Forwarded"):
        host = canary.url.removeprefix("http://").rstrip("/")
        assert client.get("/", headers={header: host}).status_code < 500

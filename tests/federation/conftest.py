"""Two registries that may ask one another, and a stranger that they may ask too."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from federation.others import WAYS, Others, others
from support import contribute, initiative
from web.http_client import Answer, Client
from web.web_server import Server, start

#: Seconds that a query may take here.
DEADLINE = 4.0


@pytest.fixture(scope="session")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Others]:
    with others(tmp_path_factory.mktemp("there")) as server:
        yield server


@dataclass
class Registry:
    """A running registry, and the IRI of its endpoint."""

    server: Server

    @property
    def endpoint(self) -> str:
        return f"{self.server.url}/sparql"

    def ask(self, query: str, accept: str = "text/csv", source: str = "", **more: str) -> Answer:
        client = Client(self.server.url, source)
        headers = {"Accept": accept, "Accept-Language": "en"}
        return client.post("/sparql", data={"query": query, **more}, headers=headers)

    def rows(self, query: str) -> list[str]:
        """Return the rows of an answer, the header first, in an order of their own."""
        answer = self.ask(query)
        assert answer.status_code == 200, answer.text
        header, *rows = answer.text.splitlines()
        return [header, *sorted(rows)]


@dataclass
class Pair:
    """Two registries that allow each other, and themselves."""

    one: Registry
    two: Registry


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def data(folder: Path, shipped: Path, *keys: str) -> Path:
    shutil.copytree(shipped, folder, symlinks=True)
    contribute(folder, "jardins", "".join(initiative(key, f"Jardin {key}") for key in keys))
    return folder


@pytest.fixture(scope="session")
def pair(
    shipped_dir: Path, tmp_path_factory: pytest.TempPathFactory, there: Others
) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("pair")
    ports = [_free_port(), _free_port()]
    allowed = [f"http://127.0.0.1:{port}/sparql" for port in ports]
    allowed += [there.url + way for way in (*WAYS, "said", "again", "nobody")]
    allowed += ["http://127.0.0.1:1/sparql", f"{there.secure_url}said"]
    running = [
        start(
            data(folder / name, shipped_dir, *keys),
            folder / f"{name}.log",
            *("--port", str(port)),
            services=",".join(allowed),
            service_result_mib="1",
            query_deadline=str(DEADLINE),
            web_processes="1",
        )
        for name, port, keys in zip(
            ("one", "two"), ports, (("a", "b", "both"), ("c", "both")), strict=True
        )
    ]
    yield Pair(*map(Registry, running))
    for server in running:
        server.stop()
        assert server.process.stdout is not None
        server.process.stdout.close()


@pytest.fixture
def one(pair: Pair, there: Others) -> Registry:
    for kept in (there.queries, there.headers, there.strays):
        kept.clear()
    return pair.one


@pytest.fixture
def two(pair: Pair) -> Registry:
    return pair.two

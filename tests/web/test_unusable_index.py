"""A data directory whose search index was written by other software, served all the same."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

import pytest

from registry.releases.archive import INDEX, Archive
from web.http_client import Client
from web.web_server import FACES, Server, start

HTML = {"Accept": "text/html", "Accept-Language": "fr"}


@pytest.fixture
def outdated(data_dir: Path) -> Path:
    path = Archive(data_dir).current().folder / INDEX
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 1")
    return data_dir


@pytest.fixture
def server(outdated: Path, tmp_path: Path) -> Iterator[Server]:
    running = start(outdated, tmp_path / "log", web_processes="1")
    with contextlib.closing(cast("IO[str]", running.process.stdout)):
        yield running
        running.stop()


def mend(data_dir: Path) -> str:
    """Run ``faces reindex --if-needed``, and return what it said."""
    command = [FACES, "--data-dir", data_dir, "reindex", "--if-needed"]
    environment = {**os.environ, "FACES_LANG": "en"}
    return subprocess.run(
        command, capture_output=True, text=True, check=True, env=environment
    ).stdout


def test_it_is_said_and_what_needs_no_index_goes_on(outdated: Path, server: Server) -> None:
    assert "faces reindex" in server.log.read_text()
    client = Client(server.url)
    for path in ("/", "/search?q=apeas", "/map", "/browse/network", "/doc/network/mesclun"):
        for language, words in (("fr", "Qui exploite le registre"), ("en", "Whoever runs")):
            answer = client.get(path, headers=HTML | {"Accept-Language": language})
            assert answer.status_code == 503
            assert words in answer.text
            assert "faces reindex" in answer.text
            assert 'action="/search"' not in answer.text
            assert answer.headers["Retry-After"] is None  # it does not pass by itself
    health = client.get("/health", headers={"Accept": "application/json"})
    assert (health.status_code, health.json["code"]) == (503, "index-unusable")
    assert client.get("/id/network/nobody", headers=HTML).status_code == 404
    query = {"query": "SELECT ?s { ?s a <https://w3id.org/faces/ontology#Network> }"}
    assert b"mesclun" in client.get("/sparql", query_string=query).data
    assert "mesclun" in client.get("/sparql", query_string=query, headers=HTML).text
    for path in ("/doc/network/mesclun", "/.well-known/void", "/sparql"):
        answer = client.get(path, headers={"Accept": "text/turtle"})
        assert (answer.status_code, "faces:" in answer.text) == (200, True)
    assert client.get("/id/network/mesclun", headers=HTML).status_code == 303

    assert "Release 2 is live" in mend(outdated)
    assert mend(outdated) == ""
    assert Archive(outdated).current_number() == 2
    assert "Mesclun" in client.get("/doc/network/mesclun", headers=HTML).text
    assert client.get("/health").status_code == 200

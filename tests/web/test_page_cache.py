from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, cast

import pytest

from registry.settings import Settings
from support import contribute, initiative, shipped
from web import web_server
from web.http_client import Answer, Client
from web.web_server import Server

PAGE = "/doc/network/mesclun"
HTML = {"Accept": "text/html", "Accept-Language": "fr"}


@contextmanager
def serving(data_dir: Path, log: Path) -> Iterator[Server]:
    """A server of one process, so that what is kept is found again."""
    server = web_server.start(data_dir, log, web_processes="1")
    with closing(cast("IO[str]", server.process.stdout)):
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="module")
def own(web_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(web_dir, tmp_path_factory.mktemp("log") / "stderr") as server:
        yield server


@pytest.fixture
def client(own: Server) -> Client:
    return Client(own.url)


def kept(server: Server, path: str, count: int) -> list[bool]:
    """Return of each request for a path whether its answer was kept, those that were last.

    A line is written when all is done, which may be after that of the next request.
    """
    deadline = time.monotonic() + 10
    while True:
        lines = [json.loads(line) for line in server.log.read_text().splitlines()]
        found = [bool(line.get("cached")) for line in lines if line["path"] == path]
        if len(found) >= count or time.monotonic() > deadline:
            return sorted(found)
        time.sleep(0.02)


def told(answer: Answer) -> tuple[object, ...]:
    headers = [(n, v) for n, v in answer.headers.items() if n.lower() != "date"]
    return answer.status_code, sorted(headers), answer.data


def test_a_page_is_made_once(own: Server, client: Client) -> None:
    answers = [client.request("GET", PAGE, headers=HTML) for _ in range(3)]
    assert kept(own, PAGE, 3) == [False, True, True]
    assert told(answers[0]) == told(answers[1]) == told(answers[2])
    assert answers[0].status_code == 200
    assert "Mesclun" in answers[0].text


def test_language_and_format_make_another_page(client: Client) -> None:
    path = "/doc/organization/apeas"
    ways = [
        HTML,
        HTML | {"Accept-Language": "en"},
        {"Accept": "text/turtle"},
        {"Accept": "application/ld+json"},
    ]
    for _ in range(2):
        answers = [client.request("GET", path, headers=way) for way in ways]
        kinds = [(a.headers["Content-Type"], a.headers["Content-Language"]) for a in answers]
        assert kinds == [
            ("text/html; charset=utf-8", "fr"),
            ("text/html; charset=utf-8", "en"),
            ("text/turtle; charset=utf-8", None),
            ("application/ld+json", None),
        ]
        assert len({a.data for a in answers}) == 4
    english = client.request("GET", f"{path}?lang=en", headers=HTML)
    assert english.headers["Content-Language"] == "en"


def test_who_has_the_page_is_told_so(client: Client) -> None:
    first = client.request("GET", "/networks", headers=HTML)
    tag = first.headers["ETag"]
    for sent in (tag, f"W/{tag}", f'"other", {tag}'):
        again = client.request("GET", "/networks", headers=HTML | {"If-None-Match": sent})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
        assert again.headers["Vary"] == first.headers["Vary"]
        assert again.headers["Content-Type"] is None
    other = client.request("GET", "/networks", headers=HTML | {"If-None-Match": '"other"'})
    assert told(other) == told(first)
    packed = client.request("GET", "/networks", headers=HTML | {"Accept-Encoding": "gzip"})
    assert packed.headers["ETag"] == tag[:-1] + '-gzip"'


def test_errors_other_methods_and_queries_are_not_kept(own: Server, client: Client) -> None:
    for path, status in (("/doc/network/nobody", 404), ("/sparql/limits", 200)):
        for _ in range(2):
            assert client.request("GET", path, headers=HTML).status_code == status
        assert kept(own, path, 2) == [False, False]
    for _ in range(2):
        assert client.request("HEAD", "/about", headers=HTML).data == b""
    assert kept(own, "/about", 2) == [False, False]


def test_a_new_release_makes_new_pages(tmp_path: Path) -> None:
    folder = tmp_path / "registry"
    shipped(folder, Settings())
    with serving(folder, tmp_path / "log") as server:
        client = Client(server.url)
        before = [client.request("GET", "/browse/initiative", headers=HTML) for _ in range(2)]
        contribute(folder, "more", initiative("more", "Un de plus"))
        after = [client.request("GET", "/browse/initiative", headers=HTML) for _ in range(2)]
        assert kept(server, "/browse/initiative", 4) == [False, False, True, True]
    assert not any("Un de plus" in answer.text for answer in before)
    assert all("Un de plus" in answer.text for answer in after)
    assert told(after[0]) == told(after[1])

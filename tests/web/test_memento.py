"""Point in time: releases by number, and Memento (RFC 7089), over real HTTP."""

from __future__ import annotations

import contextlib
import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.releases.archive import Archive
from registry.settings import Settings
from support import contribute, initiative, shipped
from web.http_client import Client
from web.web_server import Server, start

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?i a <https://w3id.org/faces/ontology#Initiative> }"
DOC = "/doc/initiative/jardin"
RELEASES = 5


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five releases; from the second on there is a garden, which has another name each time."""
    folder = tmp_path_factory.mktemp("memento") / "registry"
    shipped(folder, Settings())
    for number in range(2, RELEASES + 1):
        contribute(folder, "jardins", initiative("jardin", f"Jardin numéro {number}"))
    # Published a day apart, which takes longer than a test may.
    for number in range(1, RELEASES + 1):
        path = Archive(folder).folder(number) / "manifest.json"
        text = re.sub(r'"created": "[^"]*"', f'"created": "2026-01-0{number}T12:00:00Z"',
                      path.read_text(encoding="utf-8"))  # fmt: skip
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def server(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = start(data_dir, tmp_path_factory.mktemp("memento-log") / "log")
    yield running
    running.stop()
    assert running.process.stdout is not None
    running.process.stdout.close()


@pytest.fixture(scope="module")
def client(server: Server) -> Client:
    return Client(server.url)


def _initiatives(client: Client, **more: str) -> int:
    answer = client.get("/sparql", query_string={"query": COUNT, "format": "csv", **more})
    assert answer.status_code == 200, answer.text
    return int(answer.text.split()[1])


def test_a_query_asks_the_release_that_it_names(client: Client) -> None:
    assert [_initiatives(client, release=str(n)) for n in (1, 2, 5)] == [0, 1, 1]
    assert _initiatives(client) == 1


@pytest.mark.parametrize(
    ("number", "status"), [("6", 404), ("0", 404), ("x", 400), ("-1", 400), ("9" * 30, 400)]
)
@pytest.mark.parametrize("path", ["/sparql?query=ASK{}&release=", f"{DOC}?release="])
def test_a_release_that_does_not_exist(client: Client, path: str, number: str, status: int) -> None:
    answer = client.get(path + number, headers={"Accept": "*/*"})
    assert answer.status_code == status
    assert "5" in answer.text


def test_the_description_of_the_endpoint_is_that_of_the_release(client: Client) -> None:
    for at, number in (("", 5), ("?release=1", 1)):
        text = client.get(f"/sparql{at}", headers={"Accept": "application/n-triples"}).text
        assert re.search(rf"description#endpoint> <[^>]*/sparql{re.escape(at)}> \.", text)
        query = {"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "release": str(number)}
        total = client.get("/sparql", query_string=query | {"format": "csv"}).text.split()[1]
        assert f'_:merge <http://rdfs.org/ns/void#triples> "{total}"' in text


def test_a_release_is_named_once(client: Client) -> None:
    for path in (f"{DOC}?release=2&release=3", "/sparql?query=ASK{}&release=2&release=3"):
        assert client.get(path, headers={"Accept": "*/*"}).status_code == 400


def test_the_same_query_has_a_validator_of_its_own_in_each_release(client: Client) -> None:
    asked = [{"query": COUNT, "format": "json", "release": str(n)} for n in (2, 3)]
    tags = [client.get("/sparql", query_string=each).headers["ETag"] for each in asked]
    assert tags[0] != tags[1]
    again = client.get("/sparql", query_string=asked[0], headers={"If-None-Match": tags[0]})
    assert again.status_code == 304
    assert again.headers["Memento-Datetime"] == "Fri, 02 Jan 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        ("Thu, 27 Jul 2000 12:00:00 GMT", 1),
        ("Thu, 01 Jan 2026 12:00:00 GMT", 1),
        ("Sat, 03 Jan 2026 11:59:59 GMT", 2),
        ("Sat, 03 Jan 2026 14:00:00 +0200", 3),
        ("Tue, 27 Jul 2100 12:00:00 GMT", 5),
    ],
)
@pytest.mark.parametrize("path", [DOC, f"{DOC}.ttl", "/", "/sparql?query=ASK%7B%7D"])
def test_each_address_is_its_own_timegate(
    client: Client, path: str, moment: str, number: int
) -> None:
    """RFC 7089 §4.1.1; before the first release the first one is given, §4.5.3."""
    answer = client.get(path, headers={"Accept-Datetime": moment})
    assert answer.status_code == 302
    there = answer.headers["Location"]
    assert there == f"{path}{'&' if '?' in path else '?'}release={number}"
    assert "accept-datetime" in answer.headers["Vary"].lower()
    assert f'<{path}>; rel="original timegate"' in answer.headers["Link"]
    memento = client.get(there)
    assert memento.status_code == (404 if number == 1 and DOC in path else 200)
    if memento.status_code == 200:
        assert memento.headers["Memento-Datetime"].startswith(f"{_weekday(number)}, 0{number} Jan")


def _weekday(number: int) -> str:
    return ("Thu", "Fri", "Sat", "Sun", "Mon")[number - 1]


@pytest.mark.parametrize("path", [DOC, "/sparql?query=ASK%7B%7D"])
def test_a_memento_leads_to_those_beside_it(client: Client, path: str) -> None:
    """RFC 7089 §4.2: original, timegate, timemap, and the mementos around."""
    joint = "&" if "?" in path else "?"
    answer = client.get(f"{path}{joint}release=3")
    links = ", ".join(answer.headers.get_all("Link"))
    assert f'<{path}>; rel="original timegate"' in links
    assert f'</timemap{path}>; rel="timemap"; type="application/link-format"' in links
    for number, relation in ((1, "first"), (2, "prev"), (4, "next"), (5, "last")):
        assert f'<{path}{joint}release={number}>; rel="{relation} memento"' in links


def test_headers_of_a_long_question_stay_short(client: Client) -> None:
    query = f"ASK {{}} # {'x' * 5000}"
    answer = client.get("/sparql", query_string={"query": query, "release": "3"})
    assert answer.headers["Memento-Datetime"].startswith("Sat, 03 Jan 2026")
    assert len(str(answer.headers)) < 13_000
    assert 'rel="timemap"' in answer.headers["Link"]


def test_a_timemap_lists_all_releases(client: Client) -> None:
    answer = client.get(f"/timemap{DOC}?lang=en")
    assert answer.headers["Content-Type"] == "application/link-format"
    lines = answer.text.rstrip().split(",\n")
    assert lines[0].endswith(f'{DOC}?lang=en>; rel="original timegate"')
    mementos = [line for line in lines if "memento" in line]
    assert [re.findall(r"release=(\d+)", line) for line in mementos] == [
        [str(n)] for n in range(1, RELEASES + 1)
    ]
    assert 'rel="first memento"; datetime="Thu, 01 Jan 2026 12:00:00 GMT"' in mementos[0]
    assert 'rel="last memento"' in mementos[-1]
    assert client.get("/timemap/").status_code == 200


@pytest.mark.parametrize(
    "moment",
    [
        "yesterday",
        "Fri, 27 Jul 99999999999999999999 12:00:00 GMT",
        "Fri, 27 Jul 2012 12:00:00 +99999999999999999999",
        "Fri, 32 Jul 2012 12:00:00 GMT",
    ],
)
def test_no_date_is_refused(client: Client, moment: str) -> None:
    for path in (DOC, "/sparql?query=ASK{}"):
        answer = client.get(path, headers={"Accept-Datetime": moment, "Accept": "*/*"})
        assert answer.status_code == 400
        assert moment[:20] in answer.text


def test_a_page_of_the_past_says_so_and_stays_there(client: Client) -> None:
    page = client.get(f"{DOC}?release=2&lang=en", headers={"Accept": "text/html"}).text
    assert "Jardin numéro 2" in page
    assert "You are looking at release 2, as it was published on 2 January 2026." in page
    assert f'<link rel="canonical" href="{DOC}?lang=en">' in page
    assert '<meta name="robots" content="noindex">' in page
    inside = re.findall(r'href="(/(?:doc|browse|queries)[^"]*)"', page.partition("<main")[2])
    kept = [href for href in inside if href != f"{DOC}?lang=en"]
    assert kept
    assert [href for href in kept if "release=2" not in href] == []
    assert '<input type="hidden" name="release" value="2">' in page
    now = client.get(DOC, headers={"Accept": "text/html"}).text
    assert "numéro 5" in now
    assert "Vous regardez" not in now
    assert "release=" not in now


def test_documents_of_the_past_lead_to_documents_of_the_past(client: Client) -> None:
    answer = client.get(f"{DOC}?release=2", headers={"Accept": "text/turtle"})
    assert "numéro 2" in answer.text
    assert answer.headers["Content-Location"] == f"{DOC}.ttl?release=2"
    see_other = client.get("/id/initiative/jardin?release=2", headers={"Accept": "text/turtle"})
    assert see_other.headers["Location"] == f"{DOC}.ttl?release=2"


def test_the_query_page_asks_the_past_and_keeps_to_it(client: Client) -> None:
    query = "SELECT ?name WHERE { ?i a <https://w3id.org/faces/ontology#Initiative> ;"
    query += " <http://www.w3.org/2000/01/rdf-schema#label> ?name }"
    asked = {"query": query, "release": "3", "lang": "en"}
    html = {"Accept": "text/html"}
    for page in (
        client.get("/sparql", query_string=asked, headers=html).text,
        client.post("/sparql?lang=en", data=asked, headers=html).text,
    ):
        assert "Jardin numéro 3" in page
        assert "You are looking at release 3" in page
        assert "/sparql?release=3" in page  # the lines to copy
    workbook = client.get("/sparql.xlsx", query_string=asked)
    assert workbook.status_code == 200
    question = client.get("/queries/changed-since?release=3&lang=en", headers=html).text
    assert '<input type="hidden" name="release" value="3">' in question


def test_what_is_of_the_present_alone_says_so(client: Client) -> None:
    for path in ("/.well-known/void", "/sparql/terms", "/sparql/limits", "/sitemap.xml"):
        assert client.get(f"{path}?release=1").status_code == 400
        assert client.get(path).status_code == 200


def test_whoever_asks_the_past_slows_nobody_in_the_present(server: Server, client: Client) -> None:
    """However many releases are asked, few stay open."""
    for _ in range(3):
        for number in range(1, RELEASES + 1):
            assert client.get(f"/?release={number}").status_code == 200
            _initiatives(client, release=str(number))
    opened = _open_releases(server.process.pid)
    assert RELEASES in set().union(*opened.values())
    assert all(len(releases) <= 2 for releases in opened.values()), opened


def _open_releases(pid: int) -> dict[int, set[int]]:
    """Return which releases' databases each process of the server holds open."""
    found: dict[int, set[int]] = {}
    left = [pid]
    while left:
        each = left.pop()
        for task in Path(f"/proc/{each}/task").glob("*/children"):
            left += map(int, task.read_text().split())
        targets = []
        for descriptor in Path(f"/proc/{each}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                targets.append(str(descriptor.readlink()))
        found[each] = {
            int(number) for t in targets for number in re.findall(r"/releases/(\d+)/rdf/", t)
        }
    return found


def test_a_release_with_an_index_of_other_software_is_for_sparql_alone(
    data_dir: Path, tmp_path: Path
) -> None:
    copied = shutil.copytree(data_dir, tmp_path / "registry", symlinks=True)
    with sqlite3.connect(Archive(copied).folder(4) / "index.sqlite") as database:
        database.execute("PRAGMA user_version = 99")
    running = start(copied, tmp_path / "log")
    client = Client(running.url)
    try:
        page = client.get(f"{DOC}?release=4&lang=en", headers={"Accept": "text/html"})
        assert page.status_code == 404
        assert "by SPARQL, with release=4" in page.text
        assert _initiatives(client, release="4") == 1
    finally:
        running.stop()
        assert running.process.stdout is not None
        running.process.stdout.close()


def test_a_release_that_is_removed_is_gone_at_once(data_dir: Path, tmp_path: Path) -> None:
    """Whether or not a process had it open."""
    copied = shutil.copytree(data_dir, tmp_path / "registry", symlinks=True)
    running = start(copied, tmp_path / "log")
    client = Client(running.url)
    try:
        paths = (
            "/sparql?query=ASK{}&release=2",
            f"{DOC}?release=2",
            "/sparql.xlsx?query=ASK{}&release=2",
        )
        assert {client.get(path).status_code for path in paths * 4} == {200}
        shutil.rmtree(Archive(copied).folder(2))
        assert {client.get(path).status_code for path in paths * 4} == {404}
        assert _initiatives(client, release="3") == _initiatives(client) == 1
        assert "release=2" not in client.get(f"/timemap{DOC}").text
        assert "traceback" not in running.log.read_text()
    finally:
        running.stop()
        assert running.process.stdout is not None
        running.process.stdout.close()

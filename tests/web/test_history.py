"""The history of a record: which releases changed it, and what each one changed, over real HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.progress import Progress
from registry.publishing.restore import roll_back
from registry.releases.archive import CHANGED, Archive
from registry.releases.writer import Writer
from registry.settings import Settings
from support import BASE, contribute, initiative, shipped
from web.http_client import Answer, Client
from web.web_server import Server, start

JARDIN = f"{BASE}id/initiative/jardin"
VERGER = f"{BASE}id/initiative/verger"
GONE = f"{BASE}id/initiative/gone"
HTML = {"Accept": "text/html"}
JSON = {"Accept": "application/json"}
STAGE = (
    "; faces:stageStatement <id/initiative/jardin#stage> . <id/initiative/jardin#stage> a"
    " faces:StageStatement ; faces:stage <vocab/stage/{}> ;"
    ' faces:attestedOn "2012"^^xsd:gYear'
)
CURRENT = 18


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A garden is added, renamed, removed and restored; then another changes a lot."""
    folder = tmp_path_factory.mktemp("history") / "registry"
    shipped(folder, Settings())
    gone = initiative("gone", "Jardin retiré")
    contribute(folder, "jardins", initiative("jardin", "Jardin <premier>") + gone)  # 2
    renamed = initiative("jardin", "Jardin rebaptisé", STAGE.format("creation"))
    withdrawn = initiative("gone", "Jardin retiré", "; adms:status <vocab/record-status/withdrawn>")
    contribute(folder, "jardins", renamed + withdrawn)  # 3
    later = initiative("jardin", "Jardin rebaptisé", STAGE.format("consolidation"))
    contribute(folder, "jardins", later + withdrawn)  # 4
    contribute(folder, "jardins", initiative("verger") + withdrawn)  # 5
    with Writer(folder) as writer:  # 6
        roll_back(
            writer, Archive(folder), Settings(), 3, message="", author="tests", progress=Progress()
        )
    contribute(folder, "jumeau", initiative("jardin", "Jardin rebaptisé"))  # 7: from elsewhere
    for number in range(8, CURRENT + 1):
        contribute(folder, "autre", initiative("autre", f"Autre {number}"))
    return folder


@pytest.fixture(scope="module")
def server(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = start(data_dir, tmp_path_factory.mktemp("history-log") / "log")
    yield running
    running.stop()
    assert running.process.stdout is not None
    running.process.stdout.close()


@pytest.fixture(scope="module")
def client(server: Server) -> Client:
    return Client(server.url)


def _asked(client: Client, iri: str, headers: dict[str, str], **more: str) -> Answer:
    answer = client.get(
        "/history", query_string={"iri": iri, "lang": "en", **more}, headers=headers
    )
    assert answer.status_code == 200, answer.text
    return answer


def _changes(client: Client, iri: str, **more: str) -> list[int]:
    return [each["release"] for each in _asked(client, iri, JSON, **more).json["changes"]]


def _words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.partition("<main")[2]))


def _difference(client: Client, iri: str, **more: str) -> tuple[set[str], set[str]]:
    """Return the values removed and added."""
    found = _asked(client, iri, JSON, **more).json["difference"]
    removed, added = (
        {each["object"]["value"] for each in found[side]} for side in ("removed", "added")
    )
    return removed, added


def test_the_releases_that_changed_a_record(client: Client) -> None:
    assert _changes(client, JARDIN) == [7, 6, 5, 4, 3, 2]
    assert _changes(client, f"{JARDIN}#stage") == [6, 5, 4, 3]
    assert _changes(client, VERGER) == [6, 5]
    assert _changes(client, f"{BASE}id/network/mesclun") == [1]
    page = _words(_asked(client, JARDIN, HTML).text)
    assert "Releases that changed the record 6" in page
    assert "Goes back to what release 3 said." in page
    assert page.count("What changed since") == 6


def test_a_change_is_told_statement_by_statement(client: Client) -> None:
    page = _asked(client, JARDIN, HTML, to="3").text
    words = _words(page)
    assert "What changed from release 2 to release 3" in words
    assert "− removed Jardin &lt;premier&gt; fr" in words
    assert "+ added Jardin rebaptisé fr" in words
    assert len(re.findall("<ins>", page)) == page.count("+ added")
    assert len(re.findall("<del>", page)) == page.count("− removed") == 1
    assert 'href="/doc/initiative/jardin?release=2&amp;lang=en"' in page
    assert 'href="/doc/initiative/jardin?release=3&amp;lang=en"' in page
    assert '"/doc/vocab/stage/creation?release=3&amp;lang=en"' in page


def test_a_part_of_it_counts(client: Client) -> None:
    removed, added = _difference(client, JARDIN, to="4")
    assert removed == {f"{BASE}vocab/stage/creation"}
    assert added == {f"{BASE}vocab/stage/consolidation"}
    assert "(stage)" in _words(_asked(client, JARDIN, HTML, to="4").text)


def test_any_two_releases_can_be_compared(client: Client) -> None:
    removed, added = _difference(client, JARDIN, **{"from": "2", "to": "4"})
    assert "Jardin <premier>" in removed
    assert f"{BASE}vocab/stage/consolidation" in added
    assert f"{BASE}vocab/stage/creation" not in removed | added
    since = _asked(client, JARDIN, JSON, **{"from": "4"}).json["difference"]
    assert (since["from"]["release"], since["to"]["release"]) == (4, CURRENT)


def test_a_record_that_was_removed_has_a_history(client: Client) -> None:
    assert client.get("/doc/initiative/verger").status_code == 404
    page = _asked(client, VERGER, HTML).text
    assert "History: Initiative verger" in _words(page)
    assert "This record is no longer in the registry." in page
    assert "The record was removed." in page
    assert "+ added" not in page
    assert 'href="/doc/initiative/verger?release=5' in page.replace("lang=en&amp;", "")
    assert "The record was added." in _asked(client, VERGER, HTML, to="5").text


def test_the_first_release_is_told_whole(client: Client) -> None:
    page = _words(_asked(client, f"{BASE}id/network/mesclun", HTML).text)
    assert "What release 1 said first" in page
    assert "− removed" not in page


def test_another_source_that_says_the_same_changes_nothing_said(client: Client) -> None:
    assert _difference(client, JARDIN, to="7") == (set(), set())
    assert "at most, another source says it" in _asked(client, JARDIN, HTML).text


def test_of_a_withdrawn_record_no_more_is_told_than_at_its_address(client: Client) -> None:
    assert client.get("/doc/initiative/gone").status_code == 410
    assert _changes(client, GONE)[-2:] == [3, 2]
    page = _asked(client, GONE, HTML, to="2").text
    assert "This record was withdrawn." in page
    assert "Pour essayer" not in page
    assert _asked(client, GONE, JSON, to="2").json["difference"] is None


def test_a_term_has_a_history_of_its_own(client: Client) -> None:
    term = "https://w3id.org/faces/ontology#Initiative"
    answer = _asked(client, term, JSON).json
    assert [each["release"] for each in answer["changes"]] == [1]
    assert {each["subject"] for each in answer["difference"]["added"]} == {term}
    assert "History: solidarity initiative" in _words(_asked(client, term, HTML).text)


def test_long_histories_come_in_pages(client: Client) -> None:
    other = f"{BASE}id/initiative/autre"
    assert _changes(client, other) == list(range(CURRENT, 8, -1))
    assert _changes(client, other, page="2") == [8]
    answer = _asked(client, other, JSON)
    assert "page=2" in answer.headers["Link"]
    assert "Page 1 of 2" in _words(_asked(client, other, HTML).text)
    asked = {"iri": other, "page": "3"}
    assert client.get("/history", query_string=asked).status_code == 404


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 400),
        ({"iri": "jardin"}, 400),
        ({"iri": f"{BASE}id/initiative/never"}, 404),
        ({"iri": JARDIN, "to": "x"}, 400),
        ({"iri": JARDIN, "to": "99"}, 404),
        ({"iri": JARDIN, "from": "0"}, 404),
        ({"iri": JARDIN, "from": "3", "to": "3"}, 400),
        ({"iri": JARDIN, "page": "0"}, 400),
        ({"iri": JARDIN, "release": "2"}, 400),
        ({"iri": "http://x/" + "é" * 900}, 404),
    ],
)
def test_what_cannot_be_answered(client: Client, asked: dict[str, str], status: int) -> None:
    for headers in (HTML, JSON):
        answer = client.get("/history", query_string=asked, headers=headers)
        assert answer.status_code == status, answer.text
    assert client.get("/history", query_string={"iri": JARDIN}, headers={"Accept": "image/png"}
                      ).status_code == 406  # fmt: skip


def test_it_is_asked_for_again_at_no_cost(client: Client) -> None:
    for headers in (HTML, JSON):
        first = _asked(client, JARDIN, headers)
        again = client.get(
            "/history",
            query_string={"iri": JARDIN, "lang": "en"},
            headers={**headers, "If-None-Match": first.headers["ETag"]},
        )
        assert again.status_code == 304
    assert _asked(client, JARDIN, HTML).headers["ETag"] != first.headers["ETag"]


def test_the_page_of_a_record_leads_there_in_the_past_too(client: Client) -> None:
    for release in ("", "&release=3"):
        page = client.get(f"/doc/initiative/jardin?lang=en{release}", headers=HTML).text
        (href,) = re.findall(r'href="(/history[^"]*)"', page)
        assert "release=" not in href
        assert client.get(href.replace("&amp;", "&")).status_code == 200


def test_what_is_of_the_present_alone_is_linked_so(client: Client) -> None:
    page = client.get("/sparql?lang=en&release=3", headers=HTML).text
    for name in ("about", "api", "accessibility", "legal", "sparql/limits"):
        (href,) = re.findall(rf'href="(/{name}[^"]*)"', page)
        assert client.get(href).status_code == 200


def test_releases_of_earlier_software_are_counted_as_unknown(
    data_dir: Path, client: Client
) -> None:
    path = Archive(data_dir).folder(2) / CHANGED
    kept = path.read_bytes()
    path.unlink()
    try:
        assert _changes(client, JARDIN, page="1") == [7, 6, 5, 4, 3]
        answer = _asked(client, JARDIN, JSON, to="2")
        assert answer.json["unknown"] == [2]
        page = _words(_asked(client, JARDIN, HTML, to="3", page="1").text)
        assert "Of 1 releases it is not known" in page
    finally:
        path.write_bytes(kept)

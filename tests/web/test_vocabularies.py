"""The vocabularies as lists and trees, and what is fictitious."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from registry import resources
from registry.releases.archive import Archive
from registry.settings import Settings
from registry.vocabularies import labels, tree, vocabularies
from registry.web.app import create_app
from support import contribute, initiative

BASE = "https://w3id.org/faces/"
HTML = {"Accept": "text/html"}
THEMES = "; faces:theme <vocab/theme/food> , <vocab/theme/energy>"


def test_every_vocabulary_is_listed(client: FlaskClient) -> None:
    page = client.get("/vocab", headers=HTML).text
    names = [path.stem for path in resources.turtle_files("ontology/vocab")]
    assert len(names) > 10
    assert [n for n in names if f'href="/doc/vocab/{n}"' not in page] == []


def test_a_vocabulary_is_a_tree(client: FlaskClient) -> None:
    address = client.get("/vocab/pooling-kind", headers=HTML).headers["Location"]
    page = client.get(address, headers=HTML).text
    staff = page.partition('<li id="staff">')[2].partition('<li id="risk">')[0]
    assert "<details open>" in staff
    assert re.search(r'<ul class="tree">\s*<li id="skills">', staff)
    assert "Une compétence salariée sert à plusieurs acteurs." in staff
    assert page.count('href="/doc/vocab/pooling-kind/skills"') == 1
    english = client.get(f"{address}?lang=en", headers=HTML).text
    assert "2 narrower concepts" in english
    assert "shared working time" in english


def test_what_is_unknown_is_not_found(client: FlaskClient) -> None:
    for path in ("/vocab/nope", "/vocab/stage/nope", "/doc/vocab/nope"):
        assert client.get(path, headers=HTML).status_code == 404, path
    assert client.get("/vocab/stage", headers={"Accept": "image/png"}).status_code == 406


def test_a_vocabulary_has_documents_too(client: FlaskClient) -> None:
    answer = client.get("/vocab/stage", headers={"Accept": "text/turtle"})
    assert answer.headers["Location"] == "/doc/vocab/stage.ttl"
    assert b"vocab/stage/creation" in client.get("/doc/vocab/stage.ttl").data


def test_a_concept_stands_below_its_vocabulary(client: FlaskClient) -> None:
    page = client.get("/doc/vocab/pooling-kind/skills", headers=HTML).text
    crumbs = page.partition('<nav class="crumbs"')[2].partition("</nav>")[0]
    links = re.findall(r'href="([^"]+)"', crumbs)
    assert links == ["/vocab", "/doc/vocab/pooling-kind", "/doc/vocab/pooling-kind/staff"]


def test_records_that_use_a_concept_are_counted_once_each(data_dir: Path) -> None:
    twice = """; faces:theme <vocab/theme/food> ; faces:stageStatement
      <id/initiative/t#stage-1> , <id/initiative/t#stage-2> .
    <id/initiative/t#stage-1> a faces:StageStatement ; faces:stage <vocab/stage/creation> ;
      faces:attestedOn "2011"^^xsd:gYear .
    <id/initiative/t#stage-2> a faces:StageStatement ; faces:stage <vocab/stage/creation> ;
      faces:attestedOn "2012"^^xsd:gYear"""
    contribute(data_dir, "autres", initiative("a", extra=THEMES) + initiative("t", extra=twice))
    release = Archive(data_dir).current()
    creation = {c.notation: c for c in tree(release, f"{BASE}vocab/stage")}["creation"]
    assert creation.records == 1
    page = create_app(Settings(), data_dir).test_client().get("/doc/vocab/theme").text
    food = page.partition('<li id="food">')[2].partition("<details")[0].partition("<li")[0]
    assert re.search(r'class="count">2 fiches<', food)


def test_a_large_vocabulary_opens_branch_by_branch(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.web.vocabularies._SHOWN_IN_FULL", 3)
    page = create_app(Settings(), data_dir).test_client().get("/doc/vocab/pooling-kind").text
    assert "<details open>" not in page
    assert "<details>" in page


def test_a_circle_of_concepts_ends(data_dir: Path) -> None:
    release = Archive(data_dir).current()
    scheme = f"{BASE}vocab/pooling-kind"
    number = sum(1 + sum(1 for _ in top.below()) for top in tree(release, scheme))
    assert number == len(labels(release, scheme)) == vocabularies(release)[scheme]


def test_fictitious_records_say_so(data_dir: Path) -> None:
    contribute(data_dir, "demo", initiative("f", "Ferme fictive", "; faces:fictitious true"))
    contribute(data_dir, "vraies", initiative("v", "Ferme vraie"))
    visitor = create_app(Settings(), data_dir).test_client()
    banner = "Donnée de démonstration\u00a0: fiche fictive."
    assert banner in visitor.get("/doc/initiative/f", headers=HTML).text
    assert banner not in visitor.get("/doc/initiative/v", headers=HTML).text
    for path in ("/browse/initiative", "/search?q=ferme"):
        page = visitor.get(path, headers=HTML).text
        fictive = page.partition('href="/doc/initiative/f"')[2].partition("</li>")[0]
        real = page.partition('href="/doc/initiative/v"')[2].partition("</li>")[0]
        assert 'class="made-up"' in fictive, path
        assert 'class="made-up"' not in real, path

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from registry.describe import (
    MOST_STATEMENTS,
    PER_DOCUMENT,
    PER_PAGE,
    Description,
    Range,
    describe,
    links_page,
    triples,
)
from registry.identifiers import Iris
from registry.releases.archive import Archive, Release
from registry.sentences import wording
from registry.settings import Settings
from registry.store import Graphs
from support import contribute, initiative, shipped

BASE = "https://w3id.org/faces/"
NETWORK = f"{BASE}id/network/mesclun"
ORCHARD = f"{BASE}id/initiative/orchard"
MEMBER_OF = "http://www.w3.org/ns/org#memberOf"
IDENTIFIER = "http://www.w3.org/ns/adms#identifier"
NOTATION = "http://www.w3.org/2004/02/skos/core#notation"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
MEMBERS = 5_000
#: Some ten times what it takes on two cores: a slow machine passes, a sort of everything does not.
MOST_SECONDS = 0.5

_IDENTIFIED = """; adms:identifier <id/initiative/orchard#siren> .
<id/initiative/orchard#siren> a adms:Identifier ; skos:notation "732829320" ;
  dcterms:type <vocab/identifier-scheme/siren>"""
_NESTED = """; dcterms:relation <id/initiative/nested#a> , <id/initiative/orchard> .
<id/initiative/nested#a> rdfs:label "a" ; dcterms:relation <id/initiative/nested#b> ,
  <id/initiative/nested> , <id/initiative/n1> .
<id/initiative/nested#b> rdfs:label "b" ; dcterms:relation <id/initiative/nested#a> ,
  <id/initiative/nested#c> .
<id/initiative/nested#c> rdfs:label "c" ; dcterms:relation <id/initiative/nested>"""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A network with 5,000 members, and one initiative that two sources speak of."""
    folder = tmp_path_factory.mktemp("describe") / "registry"
    shipped(folder, Settings())
    member = "; org:memberOf <id/network/mesclun>"
    text = "".join(initiative(f"n{i}", f"Jardin {i}", member) for i in range(MEMBERS))
    text += initiative("orchard", "Le verger", _IDENTIFIED) + initiative("nested", "N", _NESTED)
    contribute(folder, "jardins", text)
    contribute(folder, "vergers", initiative("orchard", "Le verger"))
    return Archive(folder).current()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the store is asked, in order; the shapes are read once for all, beforehand."""
    wording()
    calls: list[str] = []

    def counted(name: str) -> Callable[..., object]:
        original = getattr(Graphs, name)

        def call(*args: object, **values: object) -> object:
            calls.append(name)
            return original(*args, **values)

        return call

    for name in ("select", "rows", "construct", "triples", "quads", "has", "merged", "stated"):
        monkeypatch.setattr(Graphs, name, counted(name))
    return calls


def about(release: Release, iri: str, wanted: Range | None = None) -> Description:
    found = describe(release, iri, Iris(BASE), wanted or Range())
    assert found is not None
    return found


def test_a_page_takes_four_queries_at_most(release: Release, asked: list[str]) -> None:
    for iri in (NETWORK, ORCHARD, f"{BASE}vocab/stage/consolidation"):
        asked.clear()
        about(release, iri)
        assert release.sources
        assert 0 < len(asked) <= 4, (iri, asked)


def test_first_links_of_a_large_network_are_few_and_the_count_is_whole(release: Release) -> None:
    started = time.perf_counter()
    links = {link.path: link for link in about(release, NETWORK).incoming}
    assert time.perf_counter() - started < MOST_SECONDS
    assert links[MEMBER_OF].total == MEMBERS
    assert len(links[MEMBER_OF].subjects) == PER_PAGE


def test_pages_of_links_hold_each_link_once(release: Release) -> None:
    pages = MEMBERS // PER_PAGE
    seen: list[str] = []
    for page in range(1, pages + 2):
        links = about(release, NETWORK, Range(MEMBER_OF, page)).incoming
        subjects = next(link.subjects for link in links if link.path == MEMBER_OF)
        assert len(subjects) == (PER_PAGE if page <= pages else 0)
        seen.extend(subjects)
    assert len(seen) == len(set(seen)) == MEMBERS


def test_only_the_property_asked_for_is_paged(release: Release) -> None:
    links = about(release, NETWORK, Range(MEMBER_OF, 2)).incoming
    assert {link.path for link in links if link.subjects} == {MEMBER_OF}
    assert len(links) > 1


def test_no_links_are_looked_up_where_none_are_wanted(release: Release, asked: list[str]) -> None:
    found = describe(release, NETWORK, Iris(BASE), wanted=None)
    assert found is not None
    assert sum(link.total for link in found.incoming) > MEMBERS
    assert not any(link.subjects for link in found.incoming)
    assert len(asked) == 2


def test_a_path_that_is_no_iri_leads_to_no_links(release: Release) -> None:
    found = about(release, NETWORK, Range("} DROP ALL", 1))
    assert not any(link.subjects for link in found.incoming)


def test_documents_page_links_whatever_the_property(release: Release) -> None:
    first, second = (links_page(release, NETWORK, page) for page in (1, 2))
    assert len(first) == len(second) == PER_DOCUMENT
    assert not set(first) & set(second)
    assert links_page(release, NETWORK, 1000) == []


def test_parts_are_described_with_their_record(release: Release) -> None:
    found = about(release, ORCHARD)
    part = f"{ORCHARD}#siren"
    assert [v.text for v in found.properties[IDENTIFIER]] == [part]
    assert [v.text for v in found.parts[part][NOTATION]] == ["732829320"]
    assert {str(t.subject.value) for t in triples(found)} == {ORCHARD, part}


def test_parts_of_parts_are_too_and_nothing_beyond_or_beside(release: Release) -> None:
    nested = f"{BASE}id/initiative/nested"
    found = about(release, nested)
    assert set(found.parts) == {f"{nested}#a", f"{nested}#b"}
    assert [v.text for v in found.parts[f"{nested}#b"][LABEL]] == ["b"]


def test_what_two_sources_say_is_said_once_and_both_are_named(release: Release) -> None:
    found = about(release, ORCHARD)
    assert [(v.text, v.language) for v in found.properties[LABEL]] == [("Le verger", "fr")]
    assert {f"{BASE}id/source/jardins", f"{BASE}id/source/vergers"} <= set(found.graphs)


def test_what_is_only_pointed_to_is_known_too(release: Release) -> None:
    found = about(release, "http://www.w3.org/2001/XMLSchema#gYearMonth")
    assert not found.properties
    assert sum(link.total for link in found.incoming) > 0


def test_terms_are_all_that_a_page_has_to_name(release: Release) -> None:
    terms = about(release, ORCHARD).terms()
    assert {ORCHARD, IDENTIFIER, NOTATION, f"{BASE}vocab/identifier-scheme/siren"} <= terms
    assert f"{BASE}id/source/vergers" in terms


@pytest.mark.parametrize("iri", ["", "mesclun", "http://x/<script>", f"{NETWORK}/nowhere"])
def test_what_does_not_occur_is_unknown(release: Release, iri: str) -> None:
    assert describe(release, iri, Iris(BASE)) is None


def test_a_record_that_says_too_much_is_cut_and_says_so(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not about(release, ORCHARD).truncated
    assert MOST_STATEMENTS > MEMBERS
    monkeypatch.setattr("registry.describe.MOST_STATEMENTS", 3)
    assert about(release, ORCHARD).truncated

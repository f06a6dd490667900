"""The rules derive shortcuts from what is ongoing, and only from that."""

from __future__ import annotations

import sys
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from rdflib.namespace import SH

sys.path.insert(0, str(Path(__file__).parent))

from ontology_graphs import BASE, FACES, declared_prefixes, ontology, published, shapes, store_of

RULES = sorted(shapes().objects(None, SH.rule))
ENDED = 'faces:endDate "2012"^^xsd:gYear'
WITHDRAWN = "adms:status <vocab/record-status/withdrawn>"
ACTIVE = "adms:status <vocab/record-status/active>"
PREFIXES = """
@prefix adms: <http://www.w3.org/ns/adms#> .
@prefix faces: <https://w3id.org/faces/ontology#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
RECORDS = {
    "Membership": "<id/membership/x> a org:Membership ;"
    " org:member <id/initiative/a> ; org:organization <id/network/n>",
    "Accompaniment": "<id/accompaniment/x> a faces:Accompaniment ;"
    " faces:accompanied <id/initiative/a> ; faces:accompanier <id/network/n>",
    "Facilitation": "<id/facilitation/x> a faces:Facilitation ;"
    " faces:facilitatedNetwork <id/network/n> ; faces:carrier <id/organization/o>",
    "Cooperation": "<id/cooperation/x> a faces:Cooperation ;"
    " faces:participant <id/initiative/a> , <id/initiative/b>",
    "Pooling": "<id/pooling/x> a faces:Pooling ; faces:poolingKind <vocab/pooling-kind/premises> ;"
    " faces:participant <id/initiative/a> , <id/initiative/b>",
}
STAGES = """
<id/initiative/a> faces:stageStatement <id/initiative/a#stage-2011> .
<id/initiative/a#stage-2011> a faces:StageStatement ; faces:stage <vocab/stage/consolidation> ;
    faces:attestedOn "2011"^^xsd:gYear .
"""
LATER = """
<id/initiative/a> faces:stageStatement <id/initiative/a#stage-2012> .
<id/initiative/a#stage-2012> a faces:StageStatement ; faces:stage <vocab/stage/transmission> ;
    faces:attestedOn "2012-03"^^xsd:gYearMonth .
"""


def derived(data: rdflib.Graph) -> set[tuple[str, str, str]]:
    """Return what the rules add, in names without the base."""
    store, found = store_of(data), set()
    for rule in RULES:
        construct = str(shapes().value(rule, SH.construct))
        for triple in store.query(construct, prefixes=declared_prefixes()):
            s, p, o = (t.value.removeprefix(BASE) for t in triple)
            found.add((s, p.rpartition("#")[2], o))
    return found


def graph(text: str) -> rdflib.Graph:
    return rdflib.Graph().parse(data=PREFIXES + text, format="turtle", publicID=BASE)


def record(name: str, *statements: str) -> rdflib.Graph:
    return graph(" ; ".join((RECORDS[name], *statements)) + " .")


def test_there_is_a_rule_for_each_shortcut() -> None:
    assert len(RULES) == 6
    made = " ".join(str(shapes().value(rule, SH.construct)).split("WHERE")[0] for rule in RULES)
    shortcuts = set(ontology().subjects(FACES.shortcutOf))
    assert len(shortcuts) == 6
    for shortcut in shortcuts:
        assert f":{str(shortcut).rpartition('#')[2]} " in made


A, B, N, O = "id/initiative/a", "id/initiative/b", "id/network/n", "id/organization/o"  # noqa: E741
POOLING, COOPERATION = "id/pooling/x", "id/cooperation/x"
EXPECTED = {
    "Membership": {(A, "memberOf", N)},
    "Accompaniment": {(A, "accompaniedBy", N)},
    "Facilitation": {(N, "facilitatedBy", O)},
    "Cooperation": {(A, "participantIn", COOPERATION), (B, "participantIn", COOPERATION)},
    "Pooling": {
        (A, "participantIn", POOLING),
        (B, "participantIn", POOLING),
        (A, "pools", "vocab/pooling-kind/premises"),
        (B, "pools", "vocab/pooling-kind/premises"),
    },
}


@pytest.mark.parametrize("name", EXPECTED)
def test_an_ongoing_relationship_gives_its_shortcut(name: str) -> None:
    assert derived(record(name)) == EXPECTED[name]
    assert derived(record(name, ACTIVE)) == EXPECTED[name]


@pytest.mark.parametrize("name", EXPECTED)
def test_what_has_ended_or_was_withdrawn_gives_none(name: str) -> None:
    assert derived(record(name, ENDED)) == set()
    assert derived(record(name, WITHDRAWN)) == set()


def test_the_latest_stage_is_that_of_the_latest_statement() -> None:
    assert derived(graph(STAGES)) == {(A, "latestStage", "vocab/stage/consolidation")}
    assert derived(graph(STAGES + LATER)) == {(A, "latestStage", "vocab/stage/transmission")}


def test_the_published_memberships_give_their_shortcuts() -> None:
    apeas = "id/organization/apeas"
    networks = ("mesclun", "pecos", "resspa")
    assert derived(published()) == {(f"id/network/{n}", "memberOf", apeas) for n in networks}


def test_rules_run_for_one_record_too() -> None:
    # SHACL-AF binds $this to each focus node; the registry may also run a rule on a whole graph.
    store = store_of(published())
    rule = rdflib.URIRef(BASE + "shapes#derive-member-of")
    this = {pyoxigraph.Variable("this"): pyoxigraph.NamedNode(BASE + "id/membership/pecos-apeas")}
    construct = str(shapes().value(rule, SH.construct))
    found = list(store.query(construct, prefixes=declared_prefixes(), substitutions=this))
    assert [str(t.subject.value).rpartition("/")[2] for t in found] == ["pecos"]

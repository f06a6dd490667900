"""The vocabularies hold to SKOS, after the checks of qSKOS (Mader, Haslhofer & Isaac, 2012).

Labels and definitions in both languages, and notations that end the IRI, are in ``test_terms``.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import RDF, SKOS

sys.path.insert(0, str(Path(__file__).parent))

from ontology_graphs import VOCAB, ontology

Pair = tuple[rdflib.term.Node, rdflib.term.Node]
MAPPINGS = (
    SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch,
)  # fmt: skip
OWN = ("legal-category", "naf")
LABELS = (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel)


def members(graph: rdflib.Graph) -> dict[rdflib.term.Node, set[rdflib.term.Node]]:
    schemes = graph.subjects(RDF.type, SKOS.ConceptScheme)
    return {s: set(graph.subjects(SKOS.inScheme, s)) for s in schemes}


def broader(graph: rdflib.Graph) -> set[Pair]:
    narrower = {(b, a) for a, b in graph.subject_objects(SKOS.narrower)}
    return set(graph.subject_objects(SKOS.broader)) | narrower


def above(concept: rdflib.term.Node, pairs: set[Pair]) -> set[rdflib.term.Node]:
    """Return what is broader, directly or not; the concept itself if it is in a cycle."""
    found: set[rdflib.term.Node] = set()
    todo = [concept]
    while todo:
        current = todo.pop()
        new = {b for a, b in pairs if a == current} - found
        found |= new
        todo.extend(new)
    return found


def faults(graph: rdflib.Graph) -> Iterator[str]:
    """Yield what is wrong with the vocabularies of a graph."""
    pairs = broader(graph)
    for concept in graph.subjects(RDF.type, SKOS.Concept):
        yield from faults_of_place(graph, concept, pairs)
        yield from faults_of_words(graph, concept)
    for scheme, concepts in members(graph).items():
        if not concepts:
            yield f"empty: {scheme}"
        for predicate in (SKOS.prefLabel, SKOS.notation):
            said = Counter(o for c in concepts for o in graph.objects(c, predicate))
            yield from (f"shared: {value}" for value, times in said.items() if times > 1)
    for a, b in pairs | set(graph.subject_objects(SKOS.related)):
        if (b, RDF.type, SKOS.Concept) not in graph:
            yield f"unknown: {b}"
        elif graph.value(a, SKOS.inScheme) != graph.value(b, SKOS.inScheme):
            yield f"other scheme: {a} {b}"


def faults_of_place(
    graph: rdflib.Graph, concept: rdflib.term.Node, pairs: set[Pair]
) -> Iterator[str]:
    """Yield what is wrong with where a concept stands."""
    if len(list(graph.objects(concept, SKOS.inScheme))) != 1:
        yield f"not in one scheme: {concept}"
    top = graph.value(concept, SKOS.topConceptOf)
    if (top is None) == (not any(a == concept for a, _ in pairs)):
        yield f"orphan, or top and below: {concept}"
    if concept in above(concept, pairs):
        yield f"cycle: {concept}"
    for other in graph.objects(concept, SKOS.related):
        if other in above(concept, pairs) or concept in above(other, pairs) | {other}:
            yield f"related and broader: {concept}"
    matched = Counter(o for p in MAPPINGS for o in graph.objects(concept, p))
    if max(matched.values(), default=1) > 1:
        yield f"matched twice: {concept}"


def faults_of_words(graph: rdflib.Graph, concept: rdflib.term.Node) -> Iterator[str]:
    """Yield what is wrong with what a concept is called."""
    for language in ("fr", "en"):
        if not label(graph, concept, SKOS.prefLabel, language):
            yield f"no label: {concept} {language}"
        if not label(graph, concept, SKOS.definition, language):
            yield f"no definition: {concept} {language}"
    names = [(str(o), o.language) for p in LABELS for o in graph.objects(concept, p)]
    if len(set(names)) != len(names):
        yield f"two labels alike: {concept}"


def label(
    graph: rdflib.Graph, node: rdflib.term.Node, predicate: rdflib.URIRef, language: str
) -> str:
    found = (str(o) for o in graph.objects(node, predicate) if o.language == language)
    return next(found, "").strip()


def test_the_vocabularies_have_no_fault() -> None:
    assert len(members(ontology())) == 18
    assert sorted(faults(ontology())) == []


COMPLETE = """skos:prefLabel "x"@fr , "x"@en ; skos:definition "y"@fr , "y"@en ;
    skos:notation "x" ; skos:inScheme <stage>"""
FAULTS = {
    f"<stage/x> a skos:Concept ; {COMPLETE} ; skos:topConceptOf <stage> .": None,
    f"<stage/x> a skos:Concept ; {COMPLETE} .": "orphan, or top and below",
    f"<stage/x> a skos:Concept ; {COMPLETE} ; skos:broader <stage/x> .": "cycle",
    f"<stage/x> a skos:Concept ; {COMPLETE} ; skos:broader <theme/food> .": "other scheme",
    f"<stage/x> a skos:Concept ; {COMPLETE} ; skos:broader <stage/none> .": "unknown",
    f"<stage/x> a skos:Concept , <A> ; {COMPLETE} , <theme> ; skos:topConceptOf <stage> .": (
        "not in one scheme"
    ),
    "<stage/creation> skos:notation 'emergence' .": "shared",
    "<stage/creation> skos:prefLabel 'émergence'@fr .": "shared",
    "<stage/creation> skos:altLabel 'création'@fr .": "two labels alike",
    "<theme/reuse> skos:related <theme/environment> .": "related and broader",
    "<stage/creation> skos:closeMatch <z> ; skos:broadMatch <z> .": "matched twice",
    "<theme/environment> skos:broader <theme/reuse> .": "cycle",
    "<empty> a skos:ConceptScheme .": "empty",
    "<stage/y> a skos:Concept ; skos:inScheme <stage> ; skos:topConceptOf <stage> .": "no label",
}


@pytest.mark.parametrize("text", FAULTS)
def test_each_fault_is_found(text: str) -> None:
    prefix = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
    spoilt = rdflib.Graph() + ontology()
    spoilt.parse(data=prefix + text, format="turtle", publicID=VOCAB)
    found = {fault.partition(":")[0] for fault in faults(spoilt)}
    expected = FAULTS[text]
    assert (expected in found) if expected else not found


def test_matches_lead_out_of_the_scheme() -> None:
    matches = [(s, o) for p in MAPPINGS for s, o in ontology().subject_objects(p)]
    concepts = set(ontology().subjects(RDF.type, SKOS.Concept))
    inner = [(s, o) for s, o in matches if s in concepts and str(o).startswith(VOCAB)]
    assert len(inner) > 40
    assert {str(o).removeprefix(VOCAB).partition("/")[0] for _, o in inner} <= set(OWN)


def test_a_legal_category_belongs_to_one_family() -> None:
    categories = Counter(
        o for o in ontology().objects(None, SKOS.narrowMatch) if "legal-category" in str(o)
    )
    assert len(categories) > 50
    assert [c for c, times in categories.items() if times > 1] == []

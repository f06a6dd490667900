"""Alignments compare and decide nothing: no identity, nothing that validation would follow."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import OWL, RDF, RDFS, SH, SKOS

sys.path.insert(0, str(Path(__file__).parent))

from ontology_graphs import (
    BASE,
    FACES,
    ROOT,
    examples,
    findings,
    ontology,
    read,
    report_of,
    shapes,
    turtle_files,
)

PATH = ROOT / "ontology/alignments.ttl"
MODULE = rdflib.URIRef(BASE + "ontology/alignments")
PAIR = "http://virtual-assembly.org/ontologies/pair#"
ESSGLOBAL = "http://purl.org/essglobal/"
MATCHES = {
    SKOS.closeMatch, SKOS.exactMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch,
}  # fmt: skip
alignments = read([PATH])
without = read(path for path in turtle_files("ontology") if path != PATH)

#: Terms of PAIR that its published file declares under the hash namespace.
PAIR_TERMS = {
    "Activity", "ActivityInvolvementAssociation", "AtomBasedResource", "BitBasedResource",
    "Document", "Event", "Group", "HumanBasedResource", "MembershipAssociation",
    "MoneyBasedResource", "Organization", "Place", "PostalAddress", "Project", "partnerOf",
    "supportedBy",
}  # fmt: skip
NEEDED = {
    "Initiative": {f"{ESSGLOBAL}vocab/SSEInitiative", f"{PAIR}Organization"},
    "Network": {f"{ESSGLOBAL}vocab/Network", f"{PAIR}Group", "http://xmlns.com/foaf/0.1/Group"},
    "Accompaniment": {f"{PAIR}Activity", f"{PAIR}ActivityInvolvementAssociation"},
    "accompaniedBy": {f"{PAIR}supportedBy"},
    "Cooperation": {f"{PAIR}partnerOf"},
    "Event": {f"{PAIR}Event"},
    "Source": {"http://rdfs.org/ns/void#Dataset"},
}


def supers(cls: rdflib.term.Node, graph: rdflib.Graph) -> set[rdflib.term.Node]:
    return set(graph.transitive_objects(cls, RDFS.subClassOf))


def test_the_module_stands_alone() -> None:
    assert list(alignments.subjects(RDF.type, OWL.Ontology)) == [MODULE]
    assert list(alignments.objects(None, OWL.imports)) == []
    version = alignments.value(MODULE, OWL.versionInfo)
    header = rdflib.URIRef(BASE + "ontology")
    assert version == without.value(header, OWL.versionInfo)
    assert alignments.value(MODULE, OWL.versionIRI) == MODULE + f"/{version}"


def test_nothing_is_said_to_be_the_same() -> None:
    said = {p for _, p, _ in ontology()}
    assert said.isdisjoint({OWL.sameAs, OWL.equivalentClass, OWL.equivalentProperty})
    assert SKOS.exactMatch not in set(alignments.predicates())


@pytest.mark.parametrize("term", NEEDED)
def test_terms_are_compared_with_those_of_the_field(term: str) -> None:
    found = {str(o) for p in MATCHES for o in alignments.objects(FACES[term], p)}
    assert found >= NEEDED[term]


def test_an_initiative_is_not_inferred_to_be_a_part_of_an_organisation() -> None:
    above = supers(FACES.Initiative, ontology())
    assert rdflib.URIRef(f"{ESSGLOBAL}vocab/SSEInitiative") not in above
    assert rdflib.ORG.OrganizationalUnit not in above
    assert above == {FACES.Initiative, rdflib.ORG.Organization, rdflib.SDO.Organization}


def test_iris_of_others_are_of_the_canonical_base_and_exist() -> None:
    cited = {str(o) for o in ontology().all_nodes() if isinstance(o, rdflib.URIRef)}
    pair = {iri for iri in cited if "virtual-assembly.org" in iri}
    assert pair == {PAIR + name for name in PAIR_TERMS}
    essglobal = {iri for iri in cited if "essglobal" in iri}
    form = rf"{ESSGLOBAL}(vocab/\w+|standard/[a-z-]+/\w+)"
    assert len(essglobal) >= 20
    assert [iri for iri in essglobal if not re.fullmatch(form, iri)] == []


def test_validation_is_not_disturbed() -> None:
    """No class gets another shape because of an alignment: validation follows subclasses."""
    targets = set(shapes().objects(None, SH.targetClass))
    classes = {s for s, _ in ontology().subject_objects(RDFS.subClassOf)} | targets
    assert len(classes) > 20
    for cls in classes:
        assert supers(cls, ontology()) & targets == supers(cls, without) & targets, cls
    data = read(examples())
    found = [
        set(findings(report_of(data + hierarchy, shapes())))
        for hierarchy in (ontology_classes(without), ontology_classes(ontology()))
    ]
    assert found[0] == found[1]


def ontology_classes(graph: rdflib.Graph) -> rdflib.Graph:
    hierarchy = rdflib.Graph()
    for triple in graph.triples((None, RDFS.subClassOf, None)):
        hierarchy.add(triple)
    return hierarchy


def test_matches_between_classes_and_concepts_keep_apart() -> None:
    """A concept is compared with anything; a class or property with one of its kind."""
    kinds = {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty}
    for subject, predicate, value in alignments:
        if predicate not in MATCHES or predicate == SKOS.relatedMatch:
            continue
        own = set(ontology().objects(subject, RDF.type)) & kinds
        other = set(ontology().objects(value, RDF.type)) & kinds
        assert not other or own == other, (subject, value)

"""The ontology is in OWL 2 DL: rules of the specification, and a second reader, py-horned-owl.

The rules are those of "OWL 2 Structural Specification" that what we write can break (named terms
only, no class expression): 2.4 reserved vocabulary, 3.1 one header, 4 datatypes of literals, 5.8.1
one kind of property per term and no class that is a datatype, 5.8.2 every term declared; and of
"OWL 2 Mapping to RDF Graphs", 3.2, what may stand on either side of a predicate. The restrictions
on property hierarchies (11.2) hold by themselves: nothing is transitive or counted.

Records (``source.ttl``, examples, data) are not part of the ontology document. Their dates have the
precision of the source, ``xsd:gYear`` for one, which is no datatype of OWL 2.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pyhornedowl
import pytest
import rdflib
from rdflib.namespace import OWL, RDF, RDFS, XSD

sys.path.insert(0, str(Path(__file__).parent))

from ontology_graphs import BASE, ROOT, read

CLASS, OBJECT, DATA, ANNOTATION, DATATYPE = (
    OWL.Class,
    OWL.ObjectProperty,
    OWL.DatatypeProperty,
    OWL.AnnotationProperty,
    RDFS.Datatype,
)
KINDS = (CLASS, OBJECT, DATA, ANNOTATION, DATATYPE)
PROPERTIES = {OBJECT, DATA, ANNOTATION}
BUILT_IN_ANNOTATIONS = {
    RDFS.label, RDFS.comment, RDFS.seeAlso, RDFS.isDefinedBy, OWL.deprecated, OWL.versionInfo,
    OWL.priorVersion, OWL.backwardCompatibleWith, OWL.incompatibleWith,
}  # fmt: skip
AXIOMS = {RDF.type, RDFS.subClassOf, RDFS.subPropertyOf, OWL.versionIRI, OWL.imports}
RESERVED = tuple(str(ns) for ns in (RDF, RDFS, OWL, XSD))
DATATYPES = {
    XSD.string, XSD.normalizedString, XSD.token, XSD.boolean, XSD.integer, XSD.decimal, XSD.double,
    XSD.nonNegativeInteger, XSD.anyURI, XSD.dateTime, XSD.dateTimeStamp, RDF.langString,
}  # fmt: skip

Triple = tuple[rdflib.term.Node, rdflib.term.Node, rdflib.term.Node]


class Profile:
    """Checks a graph that holds one ontology document."""

    def __init__(self, graph: rdflib.Graph) -> None:
        self.graph = graph
        self.kinds: dict[rdflib.term.Node, set[rdflib.term.Node]] = {}
        for kind in KINDS:
            for term in graph.subjects(RDF.type, kind):
                self.kinds.setdefault(term, set()).add(kind)

    def faults(self) -> set[str]:
        found = set(self.of_header())
        for term, kinds in self.kinds.items():
            found |= set(self.of_kinds(term, kinds))
        for triple in self.graph:
            found |= set(self.of_terms(triple)) or set(self.of_axiom(triple))
        return found

    def of_header(self) -> Iterable[str]:
        if len(list(self.graph.subjects(RDF.type, OWL.Ontology))) != 1:
            yield "not one header"

    def of_kinds(self, term: rdflib.term.Node, kinds: set[rdflib.term.Node]) -> Iterable[str]:
        if str(term).startswith(RESERVED):
            yield f"reserved: {term}"
        if len(kinds & PROPERTIES) > 1:
            yield f"two kinds of property: {term}"
        if {CLASS, DATATYPE} <= kinds:
            yield f"class and datatype: {term}"

    def of_terms(self, triple: Triple) -> Iterable[str]:
        for node in triple:
            if isinstance(node, rdflib.BNode):
                yield f"blank node: {triple[0]} {triple[1]}"
            elif isinstance(node, rdflib.Literal):
                datatype = RDF.langString if node.language else node.datatype or XSD.string
                if datatype not in DATATYPES or node.ill_typed:
                    yield f"datatype: {node} {datatype}"

    def of_axiom(self, triple: Triple) -> Iterable[str]:
        subject, predicate, value = triple
        kinds = self.kinds.get(predicate, set())
        if predicate == RDF.type:
            if value not in {*KINDS, OWL.Ontology} and CLASS not in self.kinds.get(value, set()):
                yield f"not declared: {value}"
        elif predicate == RDFS.subClassOf:
            yield from (f"not a class: {n}" for n in (subject, value) if not self.has(n, CLASS))
        elif predicate == RDFS.subPropertyOf:
            if not self.kinds.get(subject, set()) & self.kinds.get(value, set()) & PROPERTIES:
                yield f"superproperty of another kind: {subject}"
        elif predicate in BUILT_IN_ANNOTATIONS or predicate in AXIOMS:
            return
        elif not kinds & PROPERTIES:
            yield f"not declared: {predicate}"
        elif OBJECT in kinds and isinstance(value, rdflib.Literal):
            yield f"literal: {subject} {predicate}"
        elif DATA in kinds and not isinstance(value, rdflib.Literal):
            yield f"not a literal: {subject} {predicate}"

    def has(self, term: rdflib.term.Node, kind: rdflib.term.Node) -> bool:
        return kind in self.kinds.get(term, set())


def document(*names: str) -> rdflib.Graph:
    folder = ROOT / "ontology"
    return read(path for name in names for path in sorted(folder.glob(name)))


DOCUMENTS = {
    "ontology": ("faces.ttl", "terms.ttl", "vocab/*.ttl"),
    "alignments": ("alignments.ttl",),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_keep_to_the_profile(name: str) -> None:
    graph = document(*DOCUMENTS[name])
    if name == "alignments":  # concepts of the vocabularies are typed where they are described
        assert len(graph) > 50
    else:
        assert len(graph) > 2000
    assert Profile(graph).faults() == set()


def test_both_documents_together_keep_to_the_profile() -> None:
    both = document(*(name for names in DOCUMENTS.values() for name in names))
    both.remove((rdflib.URIRef(BASE + "ontology/alignments"), RDF.type, OWL.Ontology))
    assert Profile(both).faults() == set()


FAULTS = {
    "faces:x a owl:ObjectProperty .": None,
    "faces:x a owl:ObjectProperty , owl:DatatypeProperty .": "two kinds of property",
    "faces:X a owl:Class , rdfs:Datatype .": "class and datatype",
    "owl:Thing a owl:Class .": "reserved",
    "faces:x faces:undeclared faces:y .": "not declared",
    "faces:x a faces:Undeclared .": "not declared",
    "faces:x rdfs:subClassOf faces:Initiative .": "not a class",
    "faces:x a owl:ObjectProperty ; rdfs:subPropertyOf skos:altLabel .": "superproperty",
    "faces:y faces:theme 'garden' .": "literal",
    "faces:y faces:volunteers faces:z .": "not a literal",
    "faces:y faces:volunteers '1789'^^xsd:gYear .": "datatype",
    "faces:y faces:volunteers 'many'^^xsd:integer .": "datatype",
    "faces:y rdfs:seeAlso [] .": "blank node",
    "faces:y a owl:Ontology .": "not one header",
}


@pytest.mark.parametrize("text", FAULTS)
def test_each_rule_finds_its_fault(text: str) -> None:
    graph = document(*DOCUMENTS["ontology"])
    names = "".join(f"@prefix {p}: <{ns}> .\n" for p, ns in graph.namespaces())
    graph.parse(data=names + text, format="turtle")
    expected = FAULTS[text]
    found = {fault.partition(":")[0] for fault in Profile(graph).faults()}
    assert (expected or "") in "".join(found)
    assert bool(found) == (expected is not None)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_another_reader_maps_every_triple_to_an_axiom(name: str, tmp_path: Path) -> None:
    """Without class expressions, each triple is one axiom: none is lost, none is guessed at."""
    graph = document(*DOCUMENTS[name])
    path = tmp_path / "ontology.owl"
    graph.serialize(path, format="xml", encoding="utf-8")
    read_again = pyhornedowl.open_ontology(str(path), "rdf")
    axioms = Counter(type(c.component).__name__ for c in read_again.get_components())
    # The header's type and version are one component.
    assert sum(axioms.values()) == len(graph) - 1
    kinds = Profile(graph).kinds
    declared = Counter(kind for of_term in kinds.values() for kind in of_term)
    assert axioms["DeclareClass"] == declared[CLASS]
    assert axioms["DeclareObjectProperty"] == declared[OBJECT]
    assert axioms["DeclareDataProperty"] == declared[DATA]
    assert axioms["DeclareAnnotationProperty"] == declared[ANNOTATION]
    objects = [p for p in graph.predicates() if OBJECT in kinds.get(p, ())]
    assert axioms["ObjectPropertyAssertion"] == len(objects)

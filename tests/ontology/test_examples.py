"""Each class with records has a small example, in the words of the ontology."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import RDF, RDFS, SKOS

sys.path.insert(0, str(Path(__file__).parent))

from ontology_graphs import (
    BASE,
    FACES,
    ROOT,
    VOCAB,
    core_shapes,
    examples,
    ontology,
    read,
    run_oxigraph,
    run_pyshacl,
    turtle_files,
)

CLASSES = {
    "Accompaniment", "Address", "Cooperation", "EssClaim", "Event", "Facilitation", "Geometry",
    "Identifier", "Initiative", "Membership", "Method", "Network", "Organization", "Pooling",
    "Programme", "Publication", "ResourceStatement", "Source", "StageStatement", "Territory",
}  # fmt: skip
#: Codes of INSEE, described by a source of their own.
NOMENCLATURES = (VOCAB + "legal-category/", VOCAB + "naf/")
together = read(examples())


def classes_of(node: rdflib.term.Node, graph: rdflib.Graph) -> set[rdflib.term.Node]:
    """Return the classes that the node is said to be of, and theirs."""
    return {
        above
        for cls in graph.objects(node, RDF.type)
        for above in ontology().transitive_objects(cls, RDFS.subClassOf)
    }


def test_every_class_with_records_or_parts_has_an_example() -> None:
    assert {path.stem for path in examples()} == CLASSES
    records = {str(cls).rpartition("#")[2] for cls in ontology().subjects(FACES.pathSegment)}
    assert records - CLASSES == {"Concept", "ConceptScheme"}


@pytest.mark.parametrize("path", examples(), ids=lambda path: path.stem)
def test_an_example_shows_its_class(path: Path) -> None:
    shown = {str(cls).rpartition("#")[2] for cls in read([path]).objects(None, RDF.type)}
    assert path.stem in shown
    assert len(path.read_text(encoding="utf-8").splitlines()) < 50


@pytest.mark.parametrize("path", examples(), ids=lambda path: path.stem)
def test_an_example_uses_declared_terms(path: Path) -> None:
    graph = read([path])
    terms = set(graph.predicates()) | set(graph.objects(None, RDF.type))
    built_in = {RDF.type, RDFS.label}
    assert {t for t in terms - built_in if (t, RDF.type, None) not in ontology()} == set()
    used = {o for o in graph.objects() if str(o).startswith(VOCAB)}
    concepts = set(ontology().subjects(RDF.type, SKOS.Concept))
    assert {c for c in used if not str(c).startswith(NOMENCLATURES)} <= concepts


def uses() -> Iterator[tuple[rdflib.term.Node, rdflib.term.Node, rdflib.term.Node]]:
    for subject, predicate, value in together:
        if predicate in FACES and classes_of(subject, together):
            yield subject, predicate, value


def test_properties_are_used_where_the_ontology_says() -> None:
    assert len(list(uses())) > 100
    for subject, predicate, value in uses():
        domain = set(ontology().objects(predicate, rdflib.SDO.domainIncludes))
        assert domain & classes_of(subject, together), (subject, predicate)
        expected = set(ontology().objects(predicate, rdflib.SDO.rangeIncludes))
        if isinstance(value, rdflib.Literal):
            found = {RDF.langString if value.language else value.datatype or rdflib.XSD.string}
        else:
            found = classes_of(value, together + ontology())
        assert found & expected, (subject, predicate, value)


def test_links_between_examples_lead_somewhere() -> None:
    known = set(together.subjects()) | set(read(turtle_files("data/territories")).subjects())
    links = {o for o in together.objects() if str(o).startswith(BASE + "id/")}
    assert len(links) >= 20
    missing = {str(link).removeprefix(BASE) for link in links - known}
    assert {link for link in missing if not link.startswith("id/territory/")} == set()


def test_examples_are_valid() -> None:
    """Territories and codes of INSEE, which have sources of their own, are stubs here."""
    data = together + ontology()
    for value in set(together.objects()):
        if str(value).startswith(NOMENCLATURES):
            data.add((value, RDF.type, SKOS.Concept))
        elif "/id/territory/" in str(value):
            data.add((value, RDF.type, FACES.Territory))
    shown = {str(subject) for subject in together.subjects()}
    found = run_pyshacl(data, core_shapes()) | run_oxigraph(data)
    assert {one for one in found if one.focus in shown} == set()


def test_examples_do_not_pass_for_facts() -> None:
    records = {s for s in together.subjects(RDF.type) if "#" not in s}
    real = {s for s in records if (s, RDF.type, FACES.Territory) in together}
    assert len(records - real) >= 15
    for record in records - real:
        assert (
            record,
            FACES.fictitious,
            rdflib.Literal("true", datatype=rdflib.XSD.boolean),
        ) in together


def test_examples_are_no_part_of_the_ontology() -> None:
    assert not set(together.subjects(RDF.type)) & set(ontology().subjects())
    assert all("examples" not in path.parts for path in turtle_files("ontology"))
    assert (ROOT / "ontology/examples").is_dir()

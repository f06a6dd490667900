"""The shapes say what is wrong, to people, in the form that the registry's validation relies on."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from rdflib.namespace import RDF, RDFS, SH

sys.path.insert(0, str(Path(__file__).parent))

from ontology_graphs import (
    BASE,
    FACES,
    constraints,
    declared_prefixes,
    ontology,
    shapes,
)

from registry.identifiers import Iris
from registry.publishing.shipped import REGION
from registry.publishing.territories import Territories
from registry.schema import shipped_quads
from registry.store import in_memory
from registry.validation.engine import Engine
from registry.validation.reach import all_subjects
from registry.validation.shapes import load_shapes

#: Those that tests/conformance/shacl has cases of.
CONSTRAINTS = {
    SH.minCount, SH.maxCount, SH.datatype, SH["class"], SH.nodeKind, SH.pattern, SH.flags, SH["or"],
    SH.uniqueLang, SH.minLength, SH.minInclusive, SH.maxInclusive, SH.sparql,
}  # fmt: skip
PRESENTATION = {
    SH.path, SH.name, SH.description, SH.order, SH.group, SH.message, SH.severity, FACES.facetOrder,
    FACES.keyFactOrder, FACES.sentence,
}  # fmt: skip
DASH = rdflib.Namespace("http://datashapes.org/dash#")

property_shapes = sorted(shapes().subjects(RDF.type, SH.PropertyShape))
node_shapes = sorted(shapes().subjects(RDF.type, SH.NodeShape))
sparql_constraints = sorted({c for _, _, c in constraints()})


def languages(node: rdflib.term.Node, predicate: rdflib.URIRef) -> list[str]:
    found = shapes().objects(node, predicate)
    return sorted(str(o.language) for o in found if isinstance(o, rdflib.Literal))


def short(node: object) -> str:
    return str(node).rpartition("#")[2]


# --- What is said to people ---


def test_every_kind_of_shape_was_read() -> None:
    assert len(node_shapes) == 22
    assert len(property_shapes) >= 110
    assert len(sparql_constraints) == 33


@pytest.mark.parametrize("shape", property_shapes, ids=short)
def test_constraints_have_messages_and_severity(shape: rdflib.URIRef) -> None:
    if not any(shapes().value(shape, p) is not None for p in CONSTRAINTS):
        shown = languages(shape, SH.name) or languages(shape, FACES.sentence)
        assert shown, "neither shown nor checked"
        return
    assert languages(shape, SH.message) == ["en", "fr"]
    assert shapes().value(shape, SH.severity) in {SH.Violation, SH.Warning, SH.Info}


@pytest.mark.parametrize("shape", property_shapes, ids=short)
def test_fields_have_names_help_and_a_place(shape: rdflib.URIRef) -> None:
    if not languages(shape, SH.name):
        assert shapes().value(shape, SH.group) is None
        return
    assert languages(shape, SH.name) == ["en", "fr"]
    assert languages(shape, SH.description) == ["en", "fr"]
    assert shapes().value(shape, SH.order) is not None
    group = shapes().value(shape, SH.group)
    assert (group, RDF.type, SH.PropertyGroup) in shapes()
    read_only = shapes().value(shape, DASH.readOnly) is not None
    assert read_only != (shapes().value(shape, DASH.editor) is not None)


@pytest.mark.parametrize("shape", [*node_shapes, *sparql_constraints], ids=short)
def test_node_shapes_and_sparql_constraints_have_messages(shape: rdflib.URIRef) -> None:
    assert languages(shape, SH.message) == ["en", "fr"]
    assert shapes().value(shape, SH.severity) is not None


def test_a_sparql_constraint_has_the_severity_of_its_shape() -> None:
    # SHACL gives the severity to the shape; the constraint repeats it for its readers.
    for shape, _, constraint in constraints():
        assert shapes().value(shape, SH.severity) == shapes().value(constraint, SH.severity)


def test_groups_are_labelled_and_ordered() -> None:
    groups = list(shapes().subjects(RDF.type, SH.PropertyGroup))
    assert len({shapes().value(g, SH.order).toPython() for g in groups}) == len(groups) == 9
    assert all(languages(g, RDFS.label) == ["en", "fr"] for g in groups)


def test_filters_are_ordered_in_each_class() -> None:
    facets = {s: o.toPython() for s, o in shapes().subject_objects(FACES.facetOrder)}
    assert len(facets) == 13
    for shape in node_shapes:
        orders = [facets[p] for p in shapes().objects(shape, SH.property) if p in facets]
        assert len(set(orders)) == len(orders)


def test_key_facts_are_ordered_in_each_class() -> None:
    ranks = {s: o.toPython() for s, o in shapes().subject_objects(FACES.keyFactOrder)}
    assert len(ranks) == 6
    for shape in node_shapes:
        orders = [ranks[p] for p in shapes().objects(shape, SH.property) if p in ranks]
        assert len(set(orders)) == len(orders)


def test_sentences_name_what_their_relationship_has() -> None:
    """A name in braces is a property of the relationship's shape, or one of the words of dates."""
    count = 0
    for node in node_shapes:
        own = list(shapes().objects(node, SH.property))
        names = {short(shapes().value(p, SH.path)) for p in own} | {"role", "organization"}
        for shape in own:
            for text in shapes().objects(shape, FACES.sentence):
                count += 1
                slots = set(re.findall(r"\{(\w+)\}", str(text)))
                assert slots <= names | {"period", "attested", "agreement", "member"}, text
            assert languages(shape, FACES.sentence) in ([], ["en", "fr"])
    assert count == 18


# --- Conventions that the registry's validation relies on ---


@pytest.mark.parametrize("shape", property_shapes, ids=short)
def test_property_shapes_keep_to_the_conventions(shape: rdflib.URIRef) -> None:
    used = {p for p in shapes().predicates(shape) if not str(p).startswith(DASH)}
    assert used <= CONSTRAINTS | PRESENTATION | {RDF.type}
    path = shapes().value(shape, SH.path)
    if isinstance(path, rdflib.BNode):
        assert [p for p, _ in shapes().predicate_objects(path)] == [SH.inversePath]
        assert isinstance(shapes().value(path, SH.inversePath), rdflib.URIRef)
    else:
        assert isinstance(path, rdflib.URIRef)
    for alternatives in shapes().objects(shape, SH["or"]):
        for item in shapes().items(alternatives):
            assert set(shapes().predicates(item)) <= {SH.datatype, SH["class"]}


@pytest.mark.parametrize("shape", node_shapes, ids=short)
def test_a_node_shape_targets_one_class(shape: rdflib.URIRef) -> None:
    assert len(list(shapes().objects(shape, SH.targetClass))) == 1
    allowed = {SH.targetClass, SH.nodeKind, SH.property, SH.sparql, SH.rule}
    allowed |= {SH.message, SH.severity, RDFS.label, RDF.type}
    assert set(shapes().predicates(shape)) <= allowed
    names = [
        str(shapes().value(p, SH.path))
        for p in shapes().objects(shape, SH.property)
        if languages(p, SH.name) and isinstance(shapes().value(p, SH.path), rdflib.URIRef)
    ]
    assert len(names) == len(set(names)), "one field per property"
    shown = [p for p in shapes().objects(shape, SH.property) if languages(p, SH.name)]
    places = [(shapes().value(p, SH.group), shapes().value(p, SH.order)) for p in shown]
    assert len(places) == len(set(places)), "one place per field"


def test_all_property_shapes_and_constraints_are_used() -> None:
    assert set(shapes().objects(None, SH.property)) == set(property_shapes)
    declared = set(shapes().subjects(RDF.type, SH.SPARQLConstraint))
    assert declared == set(sparql_constraints)


@pytest.mark.parametrize("constraint", sparql_constraints, ids=short)
def test_sparql_constraints_project_this_value_and_path(constraint: rdflib.URIRef) -> None:
    select = str(shapes().value(constraint, SH.select))
    assert re.search(r"SELECT \$this (\?value|\(.+ AS \?value\)) \?path WHERE", select)
    assert select.count("SELECT") == 1
    assert not any(word in select for word in ("VALUES", "SERVICE", "MINUS", "GRAPH"))


# --- The published data ---


def test_published_data_conform() -> None:
    """The cases that must not conform are in tests/conformance/shacl."""
    graph = pyoxigraph.NamedNode(BASE + "id/source/test")
    territories = (s.triple for s in Territories(Iris(BASE), [REGION]).statements())
    published = [
        *shipped_quads("ontology", "data/faces", "data/nomenclatures", base=BASE),
        *(pyoxigraph.Quad(t.subject, t.predicate, t.object, graph) for t in territories),
    ]
    graphs = in_memory(published)
    focus = all_subjects(graphs)
    assert len(focus) > 3000
    assert Engine(load_shapes(), graphs).run(focus) == []


def test_prefixes_of_constraints_are_declared_once() -> None:
    prefixes = declared_prefixes()
    assert prefixes["faces"] == BASE + "ontology#"
    assert len(list(shapes().objects(None, SH.declare))) == len(prefixes)


def test_shapes_target_classes_that_are_described() -> None:
    labelled = set(ontology().subjects(RDFS.label))
    targets = set(shapes().objects(None, SH.targetClass))
    assert targets <= labelled
    paths = set(shapes().objects(None, SH.path)) | set(shapes().objects(None, SH.inversePath))
    assert {p for p in paths if isinstance(p, rdflib.URIRef)} <= labelled

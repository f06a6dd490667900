"""The shapes say what is wrong, to people, and each of them can fail."""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import RDF, RDFS, SH

sys.path.insert(0, str(Path(__file__).parent))

from ontology_cases import ACCEPTED, CASES, EXAMPLES, Case, turtle
from ontology_graphs import (
    BASE,
    Found,
    constraints,
    core_shapes,
    declared_prefixes,
    findings,
    ontology,
    published,
    report_of,
    run_oxigraph,
    run_pyshacl,
    shapes,
)

CONSTRAINTS = {
    SH.minCount, SH.maxCount, SH.datatype, SH["class"], SH.nodeKind, SH.pattern, SH.flags, SH["in"],
    SH.hasValue, SH["or"], SH.lessThanOrEquals, SH.uniqueLang, SH.languageIn, SH.minLength,
    SH.maxLength, SH.minInclusive, SH.maxInclusive, SH.sparql,
}  # fmt: skip
PRESENTATION = {SH.path, SH.name, SH.description, SH.order, SH.group, SH.message, SH.severity}
DASH = "http://datashapes.org/dash#"

HIERARCHY = rdflib.Graph()
for _triple in ontology().triples((None, RDFS.subClassOf, None)):
    HIERARCHY.add(_triple)
property_shapes = sorted(shapes().subjects(RDF.type, SH.PropertyShape))
node_shapes = sorted(shapes().subjects(RDF.type, SH.NodeShape))
sparql_constraints = sorted({c for _, _, c in constraints()})


def languages(node: rdflib.term.Node, predicate: rdflib.URIRef) -> list[str]:
    found = shapes().objects(node, predicate)
    return sorted(str(o.language) for o in found if isinstance(o, rdflib.Literal))


def short(node: object) -> str:
    return str(node).rpartition("#")[2]


def graph_of(text: str) -> rdflib.Graph:
    """Return the data with the class hierarchy, which every registry holds beside them."""
    return rdflib.Graph().parse(data=text, format="turtle", publicID=BASE) + HIERARCHY


def full(curie: str) -> str:
    names = rdflib.Graph().parse(data=turtle(EXAMPLES["Initiative"], {}, None), publicID=BASE)
    inverse = "^" if curie.startswith("^") else ""
    return inverse + str(names.namespace_manager.expand_curie(curie.removeprefix("^")))


# --- What is said to people ---


def test_every_kind_of_shape_was_read() -> None:
    assert (len(node_shapes), len(EXAMPLES)) == (22, 18)
    assert len(property_shapes) >= 80
    assert len(sparql_constraints) == 32


@pytest.mark.parametrize("shape", property_shapes, ids=short)
def test_constraints_have_messages_and_severity(shape: rdflib.URIRef) -> None:
    if not any(shapes().value(shape, p) is not None for p in CONSTRAINTS):
        assert languages(shape, SH.name), "neither shown nor checked"
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
    assert len(published()) > 800
    assert run_pyshacl(published(), core_shapes()) == set()
    assert run_oxigraph(published()) == set()


# --- Each shape can fail ---


def found_on(iri: str, data: rdflib.Graph) -> set[Found]:
    return on(iri, run_pyshacl(data, core_shapes()) | run_oxigraph(data))


@pytest.mark.parametrize("name", EXAMPLES)
def test_valid_examples_conform(name: str) -> None:
    example = EXAMPLES[name]
    assert found_on(example.iri, graph_of(turtle(example, {}, None))) == set()


@pytest.mark.parametrize(("name", "predicate", "value", "scheme"), ACCEPTED)
def test_real_values_are_accepted(name: str, predicate: str, value: str, scheme: str) -> None:
    example = EXAMPLES[name]
    changes = {predicate: value, **({"dcterms:type": scheme} if scheme else {})}
    assert found_on(example.iri, graph_of(turtle(example, changes, None))) == set()


def data_of(case: Case) -> tuple[str, rdflib.Graph]:
    example = EXAMPLES[case.shape]
    changes = {**dict(case.given), case.predicate: case.objects}
    return example.iri, graph_of(turtle(example, changes, case.beside))


@functools.cache
def core_report(case: Case) -> rdflib.Graph:
    return report_of(data_of(case)[1], core_shapes())


def on(iri: str, found: Iterable[Found]) -> set[Found]:
    return {one for one in found if one.focus == BASE + iri}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_fault_is_found_and_nothing_else(case: Case) -> None:
    iri, data = data_of(case)
    expected = Found(BASE + iri, full(case.path or case.predicate), case.severity)
    assert on(iri, findings(core_report(case))) | on(iri, run_oxigraph(data)) == {expected}


def test_every_shape_has_a_failing_example() -> None:
    assert len(CASES) == 103
    assert {case.shape for case in CASES} == set(EXAMPLES)


def only_sparql(name: str) -> rdflib.Graph:
    """Return the node shape with its SPARQL constraints and nothing else."""
    shape, graph = rdflib.URIRef(f"{BASE}shapes#{name}"), rdflib.Graph()
    for triple in shapes():
        if triple[1] not in (SH.property, SH.rule) and (
            triple[1] != SH.sparql or triple[0] == shape
        ):
            graph.add(triple)
    return graph


def test_pyshacl_agrees_on_sparql() -> None:
    for case in CASES:
        iri, data = data_of(case)
        by_oxigraph = on(iri, run_oxigraph(data))
        if by_oxigraph:
            report = report_of(data, only_sparql(case.shape))
            assert on(iri, findings(report)) == by_oxigraph


def test_a_record_without_an_address_is_refused() -> None:
    nameless = "[] a org:Organization ; rdfs:label 'X'@fr ."
    data = graph_of(turtle(EXAMPLES["Organization"], {}, nameless))
    assert any(found.path == "" for found in run_pyshacl(data, core_shapes()))


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

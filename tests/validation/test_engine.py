"""The engine finds what SHACL says, and an incremental run finds what a full run would."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph
import pyshacl
import pytest
import rdflib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad
from rdflib.namespace import SH

from registry import resources
from registry.errors import IntegrityError
from registry.findings import Finding
from registry.schema import shipped_quads
from registry.store import Draft, Graphs, in_memory
from registry.validation.engine import Engine
from registry.validation.reach import Reach, all_subjects
from registry.validation.run import validate
from registry.validation.shapes import load_shapes
from support import BASE, PREFIXES

GRAPH = NamedNode(BASE + "id/source/test")
_CORE = "ConstraintComponent"

#: Records, right and wrong in many ways; any subset of them is a state of the registry.
RECORDS = (
    '<id/network/n1> a faces:Network ; rdfs:label "Réseau"@fr ;'
    " faces:networkKind <https://w3id.org/faces/vocab/network-kind/territorial> .",
    '<id/network/n2> a faces:Network ; rdfs:label "Only English"@en .',
    '<id/initiative/i1> a faces:Initiative ; rdfs:label "Une"@fr ;'
    " adms:identifier <id/initiative/i1#siren> .",
    '<id/initiative/i1#siren> a adms:Identifier ; skos:notation "062201199" ;'
    " dcterms:type <https://w3id.org/faces/vocab/identifier-scheme/siren> .",
    '<id/initiative/i2> a faces:Initiative ; rdfs:label "Deux"@fr , "Two bis"@fr ;'
    " adms:identifier <id/initiative/i2#siren> .",
    '<id/initiative/i2#siren> a adms:Identifier ; skos:notation "062201198" ;'
    " dcterms:type <https://w3id.org/faces/vocab/identifier-scheme/siren> .",
    "<id/initiative/i3> a faces:Initiative .",
    '<id/membership/m1> a org:Membership ; rdfs:label "M1"@fr ;'
    " org:member <id/initiative/i1> ; org:organization <id/network/n1> .",
    '<id/membership/m2> a org:Membership ; rdfs:label "M2"@fr ;'
    " org:member <id/initiative/i3> ; org:organization <id/network/n2> ;"
    ' faces:startDate "2012"^^xsd:gYear ; faces:endDate "2010"^^xsd:gYear .',
    '<id/accompaniment/a1> a faces:Accompaniment ; rdfs:label "A1"@fr ;'
    " faces:accompanied <id/initiative/i1> ; faces:accompanier <id/initiative/i1> .",
    '<id/pooling/p1> a faces:Pooling ; rdfs:label "P1"@fr ; faces:participant <id/initiative/i2> .',
)


def quads(records: Iterable[str]) -> Iterator[Quad]:
    text = PREFIXES + "\n".join(records)
    for quad in pyoxigraph.parse(text, pyoxigraph.RdfFormat.TURTLE, base_iri=BASE):
        yield Quad(quad.subject, quad.predicate, quad.object, GRAPH)


def state(records: Iterable[str]) -> Graphs:
    return in_memory([*shipped_quads("ontology", base=BASE), *quads(records)])


def key(finding: Finding) -> tuple[str, ...]:
    return (finding.severity, finding.focus, finding.path, finding.constraint, finding.value)


def full(graphs: Graphs) -> set[tuple[str, ...]]:
    focus = [s for s in all_subjects(graphs) if s.startswith(BASE + "id/")]
    return {key(f) for f in Engine(load_shapes(), graphs).run(focus)}


def test_the_engine_agrees_with_pyshacl() -> None:
    data = rdflib.Graph()
    for quad in (*shipped_quads("ontology", base=BASE), *quads(RECORDS)):
        data.add(tuple(map(rdflib_term, (quad.subject, quad.predicate, quad.object))))
    shapes = rdflib.Graph()
    for path in resources.turtle_files("shapes"):
        shapes.parse(path)
    _, results, _ = pyshacl.validate(data, shacl_graph=shapes)
    assert isinstance(results, rdflib.Graph)
    theirs = {
        (str(focus), str(results.value(result, SH.sourceConstraintComponent)).rpartition("#")[2])
        for result, focus in results.subject_objects(SH.focusNode)
        if str(focus).startswith(BASE + "id/")
    }
    ours = {(focus, constraint) for _, focus, _, constraint, _ in full(state(RECORDS))}
    assert ours == theirs
    assert len(ours) > 10


def rdflib_term(term: object) -> rdflib.term.Node:
    if isinstance(term, pyoxigraph.Literal):
        if term.language:
            return rdflib.Literal(term.value, lang=term.language)
        return rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype.value))
    if isinstance(term, pyoxigraph.BlankNode):
        return rdflib.BNode(term.value)
    assert isinstance(term, pyoxigraph.NamedNode)
    return rdflib.URIRef(term.value)


subsets = st.sets(st.sampled_from(RECORDS))


@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(subsets, subsets)
def test_what_a_change_breaks_is_found_by_looking_at_what_it_reaches(
    before: set[str], after: set[str]
) -> None:
    """Whatever a full run finds new after a change, the incremental run finds too."""
    old, new = state(before), state(after)
    reach = Reach(load_shapes().inverse_paths)
    for quad in set(quads(before)) ^ set(quads(after)):
        reach.note(quad)
    incremental = {key(f) for f in Engine(load_shapes(), new).run(reach.focus_nodes(new))}
    whole = full(new)
    assert incremental <= whole
    assert whole - incremental <= full(old)


def test_a_changed_part_is_looked_at_with_its_record() -> None:
    """What a record may not say of its parts together is found when one of them changes."""
    part = (
        "<id/initiative/i4#resource-{0}> a faces:ResourceStatement ; faces:share {1} ;"
        ' faces:attestedOn "2023"^^xsd:gYear .'
    )
    record = (
        '<id/initiative/i4> a faces:Initiative ; rdfs:label "Quatre"@fr ;'
        " faces:resourceStatement <id/initiative/i4#resource-a> , <id/initiative/i4#resource-b> ."
    )
    before = [record, part.format("a", 60.0), part.format("b", 40.0)]
    after = [record, part.format("a", 70.0), part.format("b", 40.0)]
    reach = Reach(load_shapes().inverse_paths)
    for quad in set(quads(before)) ^ set(quads(after)):
        reach.note(quad)
    new = state(after)
    found = {key(f) for f in Engine(load_shapes(), new).run(reach.focus_nodes(new))}
    path = "https://w3id.org/faces/ontology#resourceStatement"
    fault = ("Violation", BASE + "id/initiative/i4", path, "SPARQL" + _CORE, "110.0")
    assert fault in {(*f[:4], str(float(f[4] or 0))) for f in found if f[2] == path}


def test_a_finding_says_what_where_and_what_to_do() -> None:
    found = Engine(load_shapes(), state(RECORDS)).run([BASE + "id/initiative/i3"])
    (missing,) = [
        f
        for f in found
        if f.constraint == "MinCountConstraintComponent" and f.severity == "Violation"
    ]
    assert missing.path.endswith("rdf-schema#label")
    assert missing.field["fr"]
    assert missing.text("fr") != missing.text("en")


def test_nodes_of_no_shape_are_passed_over() -> None:
    assert Engine(load_shapes(), state(())).run(["https://example.org/x"]) == []


@pytest.fixture
def many(tmp_path: Path) -> tuple[Path, list[str]]:
    """A database whose validation needs several processes."""
    draft = Draft.open(tmp_path / "rdf")
    draft.add(shipped_quads("ontology", base=BASE))
    names = [f"id/initiative/x{n}" for n in range(3500)]
    draft.add(quads(f"<{name}> a faces:Initiative ." for name in names))
    draft.flush()
    del draft
    return tmp_path / "rdf", sorted(BASE + name for name in names)


def test_several_processes_find_the_same(many: tuple[Path, list[str]]) -> None:
    rdf, focus = many
    done: list[int] = []
    report = validate(rdf, focus, processes_wanted=2, progress=done.append)
    assert sum(done) == len(focus)
    alone = Engine(load_shapes(), Graphs.open(rdf)).run(focus[:10])
    assert [f for f in report.findings if f.focus in focus[:10]] == alone
    missing = {f.focus for f in report.findings if f.severity == "Violation"}
    assert missing == set(focus)


def test_a_validator_that_dies_is_an_error_not_a_hang(many: tuple[Path, list[str]]) -> None:
    rdf, focus = many
    shutil.rmtree(rdf)
    with pytest.raises(IntegrityError):
        validate(rdf, focus, processes_wanted=2)

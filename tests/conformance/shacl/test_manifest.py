"""Every constraint of the shapes has a case that fails it and a case that conforms to it.

The cases are Turtle, in the form of the W3C's SHACL test suite: ``manifest.ttl`` includes a
manifest for the records that fail a file of shapes and one for those that conform to it. Each
holds its records, and the validation report that they must give. ``dcterms:conformsTo`` names the
SPARQL constraints that a record is a conforming case of; for the others it is enough to have a
value.
"""

from __future__ import annotations

import functools
import io
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pyoxigraph
import pyshacl
import pytest
import rdflib
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SH
from rdflib.plugins.sparql import processor
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery

sys.path.insert(0, str(Path(__file__).parents[2] / "ontology"))

from ontology_graphs import BASE, ontology, shapes

from registry.store import in_memory
from registry.validation.engine import Engine
from registry.validation.shapes import load_shapes

HERE = Path(__file__).parent
MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = rdflib.Namespace("http://www.w3.org/ns/shacl-test#")
#: A focus node or value that has no IRI; which one it is does not matter.
NAMELESS = "[]"
#: What a component is declared with. A pattern's flags belong to the pattern.
COMPONENTS = {
    SH["class"]: SH.ClassConstraintComponent,
    SH.datatype: SH.DatatypeConstraintComponent,
    SH.maxCount: SH.MaxCountConstraintComponent,
    SH.maxInclusive: SH.MaxInclusiveConstraintComponent,
    SH.minCount: SH.MinCountConstraintComponent,
    SH.minInclusive: SH.MinInclusiveConstraintComponent,
    SH.minLength: SH.MinLengthConstraintComponent,
    SH.nodeKind: SH.NodeKindConstraintComponent,
    SH["or"]: SH.OrConstraintComponent,
    SH.pattern: SH.PatternConstraintComponent,
    SH.uniqueLang: SH.UniqueLangConstraintComponent,
}


class Result(NamedTuple):
    """A validation result; ``source`` is the SPARQL constraint or the shape."""

    focus: str
    path: str
    severity: str
    component: str
    value: str
    shape: str
    source: str


class Entry(NamedTuple):
    """A test: its records and the report that they must give."""

    name: str
    data: rdflib.Graph
    conforms: bool
    results: frozenset[Result]

    @property
    def focus_nodes(self) -> set[str]:
        """The IRIs that the graph describes."""
        return {str(s) for s in self.data.subjects(RDF.type) if isinstance(s, rdflib.URIRef)}


def word(node: rdflib.term.Node | None) -> str:
    return NAMELESS if isinstance(node, rdflib.BNode) else "" if node is None else node.n3()


def results(report: rdflib.Graph, listed: Iterable[rdflib.term.Node]) -> Iterator[Result]:
    for one in listed:
        path = report.value(one, SH.resultPath)
        inverse = report.value(path, SH.inversePath) if isinstance(path, rdflib.BNode) else None
        shape = word(report.value(one, SH.sourceShape))
        yield Result(
            focus=word(report.value(one, SH.focusNode)),
            path=f"^{word(inverse)}" if inverse else word(path),
            severity=word(report.value(one, SH.resultSeverity)),
            component=word(report.value(one, SH.sourceConstraintComponent)),
            value=word(report.value(one, SH.value)),
            shape=shape,
            source=word(report.value(one, SH.sourceConstraint)) or shape,
        )


def included() -> list[Path]:
    manifest = rdflib.Graph().parse(HERE / "manifest.ttl")
    (listed,) = manifest.objects(None, MF.include)
    return [Path(iri.removeprefix("file://")) for iri in manifest.items(listed)]


@functools.cache
def entries() -> tuple[Entry, ...]:
    return tuple(entry for path in included() for entry in read(path))


def read(path: Path) -> Iterator[Entry]:
    graph = rdflib.Graph(identifier=path.as_uri()).parse(path, publicID=path.as_uri())
    manifest = rdflib.URIRef(path.as_uri())
    around = {rdflib.URIRef((HERE / "context.ttl").as_uri()), rdflib.URIRef(BASE + "ontology")}
    assert set(graph.objects(manifest, OWL.imports)) == around
    for listed in graph.objects(manifest, MF.entries):
        for entry in graph.items(listed):
            assert (entry, RDF.type, SHT.Validate) in graph
            (action,) = graph.objects(entry, MF.action)
            assert graph.value(action, SHT.dataGraph) == manifest
            assert graph.value(action, SHT.shapesGraph) == rdflib.URIRef(BASE + "shapes")
            (report,) = graph.objects(entry, MF.result)
            yield Entry(
                name=str(entry).rpartition("#")[2],
                data=graph,
                conforms=bool(graph.value(report, SH.conforms).toPython()),
                results=frozenset(results(graph, graph.objects(report, SH.result))),
            )


@functools.cache
def around() -> rdflib.Graph:
    """Return what every case imports."""
    return rdflib.Graph().parse(HERE / "context.ttl") + ontology()


every_entry = pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.name)


# --- pySHACL, plain ---


@functools.cache
def translated(text: str) -> object:
    return translateQuery(parseQuery(text))


@functools.cache
def reported(*, conforming: bool) -> frozenset[Result]:
    """Validate all entries that conform, or all others, in one graph: none names another's records.

    rdflib would parse the text of a constraint anew for each focus node, for minutes in all.
    """
    data = rdflib.Graph() + around()
    for entry in entries():
        if entry.conforms == conforming:
            data += entry.data
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processor, "parseQuery", lambda text: text)
        patch.setattr(processor, "translateQuery", lambda text, *_: translated(text))
        _, report, _ = pyshacl.validate(
            data, shacl_graph=shapes(), inference="none", advanced=False
        )
    assert isinstance(report, rdflib.Graph)
    return frozenset(results(report, report.subjects(RDF.type, SH.ValidationResult)))


@every_entry
def test_pyshacl_reports_what_the_manifest_says(entry: Entry) -> None:
    assert entry.conforms == (not entry.results)
    own = {f"<{iri}>" for iri in entry.focus_nodes}
    found = {result for result in reported(conforming=entry.conforms) if result.focus in own}
    assert found == {result for result in entry.results if result.focus != NAMELESS}


def test_pyshacl_reports_nothing_else() -> None:
    """That is, of the context and of nodes without an IRI, which no entry can tell apart."""
    for conforming in (True, False):
        known = {r for e in entries() if e.conforms == conforming for r in e.results}
        assert reported(conforming=conforming) == known


# --- The registry's validation ---


def quads(graph: rdflib.Graph) -> Iterator[pyoxigraph.Quad]:
    text = graph.serialize(format="nt", encoding="utf-8")
    for quad in pyoxigraph.parse(io.BytesIO(text), pyoxigraph.RdfFormat.N_TRIPLES):
        name = pyoxigraph.NamedNode(BASE + "id/source/test")
        yield pyoxigraph.Quad(quad.subject, quad.predicate, quad.object, name)


@every_entry
def test_the_registry_finds_what_the_manifest_says(entry: Entry) -> None:
    """Of named nodes: an import has given every node an IRI before it is validated."""
    engine = Engine(load_shapes(), in_memory([*quads(around()), *quads(entry.data)]))
    found = {
        (f"<{f.focus}>", f.path and f"<{f.path}>", SH[f.severity].n3(), SH[f.constraint].n3())
        for f in engine.run(sorted(entry.focus_nodes))
    }
    expected = {
        (r.focus, "" if r.path.startswith("^") else r.path, r.severity, r.component)
        for r in entry.results
        if r.focus != NAMELESS
    }
    assert found == expected


# --- No constraint without its cases ---


def components() -> set[tuple[str, str]]:
    """Return (shape or SPARQL constraint, component) of everything that a shape checks."""
    graph = shapes()
    checked = [*graph.subjects(RDF.type, SH.PropertyShape), *graph.subjects(RDF.type, SH.NodeShape)]
    found = {
        (word(shape), word(COMPONENTS[parameter]))
        for shape in checked
        for parameter in graph.predicates(shape)
        if parameter in COMPONENTS
    }
    sparql = word(SH.SPARQLConstraintComponent)
    return found | {(word(constraint), sparql) for constraint in graph.objects(None, SH.sparql)}


def names(pairs: Iterable[tuple[str, str]]) -> list[str]:
    return sorted(" ".join(part.rpartition("#")[2].strip(">") for part in pair) for pair in pairs)


def test_every_constraint_has_a_failing_case() -> None:
    assert len(components()) >= 270
    failing = {(r.source, r.component) for entry in entries() for r in entry.results}
    assert names(components() - failing) == []
    assert names(failing - components()) == []


def test_every_constraint_has_a_conforming_case() -> None:
    sparql = word(SH.SPARQLConstraintComponent)
    conforming = {
        (source, component)
        for entry in entries()
        if entry.conforms
        for source in exercised(entry.data)
        for component in {*map(word, COMPONENTS.values()), sparql}
    }
    assert names(components() - conforming) == []


def exercised(data: rdflib.Graph) -> Iterator[str]:
    """Yield the shapes and SPARQL constraints that records of the graph are cases of."""
    graph = shapes()
    for shape, target in graph.subject_objects(SH.targetClass):
        members = {s for s, c in data.subject_objects(RDF.type) if target in above(c)}
        properties = set(graph.objects(shape, SH.property))
        if members:
            yield word(shape)
        for checked in properties:
            path = graph.value(checked, SH.path)
            inverse = graph.value(path, SH.inversePath)
            having = data.objects(None, inverse) if inverse else data.subjects(path)
            if not members.isdisjoint(having):
                yield word(checked)
        for holder in (shape, *properties):
            for constraint in graph.objects(holder, SH.sparql):
                if not members.isdisjoint(data.subjects(DCTERMS.conformsTo, constraint)):
                    yield word(constraint)


@functools.cache
def above(cls: rdflib.term.Node) -> frozenset[rdflib.term.Node]:
    return frozenset(ontology().transitive_objects(cls, RDFS.subClassOf))


def test_the_manifest_includes_every_file() -> None:
    files = {path for path in HERE.glob("*.ttl") if path.stem not in {"manifest", "context"}}
    assert set(included()) == files
    assert len(included()) == len(files)

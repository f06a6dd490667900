"""Reads the shipped Turtle for the tests of this folder, and runs shapes on it with both engines.

pySHACL runs a shape as the specification says. pyoxigraph runs the SPARQL constraints the way the
registry does: ``$this`` substituted as a bound variable.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pyoxigraph
import pyshacl
import rdflib
from rdflib.namespace import RDF, SH

ROOT = Path(__file__).parents[2]
BASE = "https://w3id.org/faces/"
FACES = rdflib.Namespace(BASE + "ontology#")
VOCAB = BASE + "vocab/"


class Found(NamedTuple):
    """What tells one result from another: where, on which property, how grave."""

    focus: str
    path: str
    severity: str


def turtle_files(*folders: str) -> list[Path]:
    """Return the Turtle files below the folders; the ontology's examples are no data."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.ttl"))
    return sorted(path for path in found if path.parent.name != "examples")


def examples() -> list[Path]:
    """Return the example of each class, named like the class."""
    return sorted((ROOT / "ontology/examples").glob("*.ttl"))


def read(files: Iterable[Path]) -> rdflib.Graph:
    graph = rdflib.Graph()
    for path in files:
        graph.parse(path, format="turtle", publicID=BASE)
    return graph


@functools.cache
def ontology() -> rdflib.Graph:
    return read(turtle_files("ontology"))


@functools.cache
def shapes() -> rdflib.Graph:
    return read(turtle_files("shapes"))


@functools.cache
def published() -> rdflib.Graph:
    """Return what the source text says, as the registry publishes it, with the ontology."""
    return read(turtle_files("data/faces", "ontology"))


def constraints() -> Iterator[tuple[rdflib.term.Node, rdflib.term.Node, rdflib.term.Node]]:
    """Yield (shape, target class, SPARQL constraint); the shape gives the severity."""
    for shape, target in shapes().subject_objects(SH.targetClass):
        for holder in (shape, *shapes().objects(shape, SH.property)):
            for constraint in shapes().objects(holder, SH.sparql):
                yield holder, target, constraint


def declared_prefixes() -> dict[str, str]:
    graph = shapes()
    declarations = graph.objects(rdflib.URIRef(BASE + "shapes"), SH.declare)
    return {str(graph.value(d, SH.prefix)): str(graph.value(d, SH.namespace)) for d in declarations}


@functools.cache
def core_shapes() -> rdflib.Graph:
    """Return the shapes without their SPARQL constraints and rules."""
    graph = rdflib.Graph()
    for triple in shapes():
        if triple[1] not in (SH.sparql, SH.rule):
            graph.add(triple)
    return graph


def report_of(data: rdflib.Graph, shacl: rdflib.Graph) -> rdflib.Graph:
    _, report, _ = pyshacl.validate(data, shacl_graph=shacl, inference="none", advanced=False)
    assert isinstance(report, rdflib.Graph)
    return report


def run_pyshacl(data: rdflib.Graph, shacl: rdflib.Graph) -> set[Found]:
    return set(findings(report_of(data, shacl)))


def findings(report: rdflib.Graph) -> Iterator[Found]:
    """Yield what a validation report says."""
    for result in report.subjects(RDF.type, SH.ValidationResult):
        path = report.value(result, SH.resultPath)
        inverse = report.value(path, SH.inversePath) if isinstance(path, rdflib.BNode) else None
        yield Found(
            str(report.value(result, SH.focusNode)),
            f"^{inverse}" if inverse else str(path or ""),
            str(report.value(result, SH.resultSeverity)).rpartition("#")[2],
        )


def store_of(data: rdflib.Graph) -> pyoxigraph.Store:
    store = pyoxigraph.Store()
    nt = data.serialize(format="nt", encoding="utf-8")
    store.bulk_load(io.BytesIO(nt), format=pyoxigraph.RdfFormat.N_TRIPLES)
    return store


def run_oxigraph(data: rdflib.Graph) -> set[Found]:
    """Run every SPARQL constraint on every node of its class."""
    store, found = store_of(data), set()
    for shape, target, constraint in constraints():
        severity = str(shapes().value(shape, SH.severity)).rpartition("#")[2]
        select = str(shapes().value(constraint, SH.select))
        for focus in data.subjects(RDF.type, target):
            rows = store.query(
                select,
                prefixes=declared_prefixes(),
                substitutions={pyoxigraph.Variable("this"): pyoxigraph.NamedNode(str(focus))},
            )
            assert isinstance(rows, pyoxigraph.QuerySolutions)
            for row in rows:
                assert row["this"] == pyoxigraph.NamedNode(str(focus))
                found.add(Found(str(focus), row["path"].value, severity))
    return found

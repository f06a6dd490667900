"""Reads the shapes: what pySHACL checks, what the store checks, and how far a change reaches.

SPARQL constraints (SHACL §5) look across records and run on the store; all the others look at a
node and its neighbours and are pySHACL's.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import rdflib
from rdflib.namespace import RDF, SH

from registry import resources
from registry.query.model import QueryLimits
from registry.query.scan import scan
from registry.texts import Words


@dataclass(frozen=True, slots=True, eq=False)
class SparqlConstraint:
    """One ``sh:sparql`` constraint: a SELECT that yields a row for each fault of ``$this``.

    ``before`` and ``after`` are its text on either side of the place, right inside WHERE's brace,
    where ``$this`` gets its values: one run answers for many nodes, where pre-binding one node at
    a time (SHACL §5.3.1) would parse and plan the query for each. The shapes keep ``$this`` out
    of sub-selects, so both mean the same.
    """

    before: str
    after: str
    prefixes: Mapping[str, str]
    path: str
    message: Words
    severity: str

    def on(self, focus_nodes: Iterable[str]) -> str:
        """Return the query for these nodes, which are IRIs as the store holds them."""
        values = " ".join(f"<{iri}>" for iri in focus_nodes)
        return f"{self.before} VALUES ?this {{ {values} }} {self.after}"


@dataclass(frozen=True, slots=True)
class Shapes:
    """The shapes, taken apart.

    ``core`` is what pySHACL gets: node shapes without their ``sh:property`` and ``sh:sparql``,
    and the property shapes beside them, so that each property shape can be run on many focus
    nodes at once. ``of_class`` names the shapes of a class, ``sparql`` its SPARQL constraints.
    ``only_where`` maps a property shape that nothing but a value can violate to its property: it
    need not run on nodes without one. ``by_value`` maps one that looks at each value by itself, and
    at their number, to the number allowed: what it has found right once is right everywhere.
    ``inverse_paths`` are the properties that shapes follow backwards.
    """

    core: rdflib.Graph
    of_class: Mapping[str, tuple[rdflib.term.Node, ...]]
    sparql: Mapping[str, tuple[SparqlConstraint, ...]]
    only_where: Mapping[rdflib.term.Node, str]
    by_value: Mapping[rdflib.term.Node, float]
    inverse_paths: frozenset[str]
    field_names: Mapping[str, Words]

    @property
    def classes(self) -> frozenset[str]:
        """The classes whose members are focus nodes."""
        return frozenset(self.of_class) | frozenset(self.sparql)


@functools.cache
def load_shapes() -> Shapes:
    """Read the shipped shapes (once per process)."""
    graph = rdflib.Graph()
    for path in resources.turtle_files("shapes"):
        graph.parse(path, format="turtle")
    return take_apart(graph)


def take_apart(graph: rdflib.Graph) -> Shapes:
    """Split a shapes graph; the graph itself is changed."""
    of_class: dict[str, tuple[rdflib.term.Node, ...]] = {}
    sparql: dict[str, tuple[SparqlConstraint, ...]] = {}
    read: dict[rdflib.term.Node, SparqlConstraint] = {}
    targets = list(graph.subject_objects(SH.targetClass))
    for shape, target in targets:
        properties = tuple(sorted(graph.objects(shape, SH.property), key=str))
        of_class[str(target)] = (*of_class.get(str(target), ()), shape, *properties)
        constraints = []
        for holder in (shape, *properties):
            for node in sorted(graph.objects(holder, SH.sparql), key=str):
                if node not in read:
                    read[node] = _constraint(graph, holder, node)
                constraints.append(read[node])
        sparql[str(target)] = (*sparql.get(str(target), ()), *constraints)
    inverse = frozenset(str(o) for o in graph.objects(None, SH.inversePath))
    names = _field_names(graph)
    for node in list(graph.objects(None, SH.property)):
        # Detached from its node shape, a property shape is recognised by its type alone.
        graph.add((node, RDF.type, SH.PropertyShape))
    for predicate in (SH.property, SH.sparql, SH.rule):
        graph.remove((None, predicate, None))
    only_where = _only_where(graph)
    by_value = {shape: _most(graph, shape) for shape in only_where if _by_value(graph, shape)}
    return Shapes(graph, of_class, sparql, only_where, by_value, inverse, names)


#: What can be violated by the absence of a value (SHACL §4.2.1, 4.5.1, 4.7.3, 4.8.2).
_ABSENCE = (SH.minCount, SH.equals, SH.qualifiedMinCount, SH.hasValue)


def _only_where(graph: rdflib.Graph) -> dict[rdflib.term.Node, str]:
    return {
        shape: str(path)
        for shape, path in graph.subject_objects(SH.path)
        if isinstance(path, rdflib.URIRef)
        and not any(graph.value(shape, parameter) is not None for parameter in _ABSENCE)
    }


#: What says nothing of a node, and what says something of each value alone (SHACL §4.1–4.4, 4.6.3,
#: 4.8.3).
_PRESENTATION = {
    SH.path, SH.name, SH.description, SH.order, SH.group, SH.message, SH.severity, SH.defaultValue,
}  # fmt: skip
_OF_VALUES = {
    SH["class"], SH.datatype, SH.nodeKind, SH.minLength, SH.maxLength, SH.pattern, SH.flags,
    SH.minInclusive, SH.maxInclusive, SH.minExclusive, SH.maxExclusive, SH.languageIn, SH["in"],
}  # fmt: skip


def _by_value(graph: rdflib.Graph, shape: rdflib.term.Node) -> bool:
    """Tell whether the constraints of a shape concern each value by itself, and their number."""
    used = _shacl(graph, shape)
    alternatives = [o for choice in graph.objects(shape, SH["or"]) for o in graph.items(choice)]
    return used <= _PRESENTATION | _OF_VALUES | {SH["or"], SH.maxCount} and all(
        _shacl(graph, one) <= _OF_VALUES for one in alternatives
    )


def _shacl(graph: rdflib.Graph, node: rdflib.term.Node) -> set[rdflib.term.Node]:
    return {p for p in graph.predicates(node) if str(p).startswith(str(SH))}


def _most(graph: rdflib.Graph, shape: rdflib.term.Node) -> float:
    most = graph.value(shape, SH.maxCount)
    return int(most) if isinstance(most, rdflib.Literal) else math.inf


def _words(graph: rdflib.Graph, node: rdflib.term.Node, predicate: rdflib.URIRef) -> Words:
    found = graph.objects(node, predicate)
    return {o.language or "": str(o) for o in found if isinstance(o, rdflib.Literal)}


def _constraint(
    graph: rdflib.Graph, shape: rdflib.term.Node, node: rdflib.term.Node
) -> SparqlConstraint:
    severity = graph.value(node, SH.severity) or graph.value(shape, SH.severity) or SH.Violation
    path = graph.value(node, SH.path) or graph.value(shape, SH.path)
    prefixes = {
        str(graph.value(declaration, SH.prefix)): str(graph.value(declaration, SH.namespace))
        for holder in graph.objects(node, SH.prefixes)
        for declaration in graph.objects(holder, SH.declare)
    }
    select = str(graph.value(node, SH.select))
    scan(select, QueryLimits())  # SHACL §A: no SERVICE; the engine would follow it
    before, after = _split(select)
    return SparqlConstraint(
        before=before,
        after=after,
        prefixes=prefixes,
        path=str(path) if isinstance(path, rdflib.URIRef) else "",
        message=_words(graph, node, SH.message) or _words(graph, shape, SH.message),
        severity=str(severity).rpartition("#")[2],
    )


_WHERE = re.compile(r"\bWHERE\s*\{", re.IGNORECASE)


def _split(select: str) -> tuple[str, str]:
    found = _WHERE.search(select)
    if not found:
        raise ValueError(f"a SPARQL constraint without WHERE: {select}")
    return select[: found.end()], select[found.end() :]


def _field_names(graph: rdflib.Graph) -> dict[str, Words]:
    """Return what people call each property: the ``sh:name`` of a shape with that path."""
    names: dict[str, Words] = {}
    for shape, path in graph.subject_objects(SH.path):
        words = _words(graph, shape, SH.name)
        if words and isinstance(path, rdflib.URIRef):
            names[str(path)] = words
    return names

"""Which nodes can a change affect? Exactly those need validating again."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import NamedNode, Quad

from registry.namespaces import RDF_TYPE
from registry.store import Graphs


class Reach:
    """Collects, quad by quad, the focus nodes whose verdict a change can alter.

    A shape looks at a node's own statements, at the types of the nodes that it points to
    (``sh:class``), backwards along the inverse paths, and from a record into its parts. So a
    changed statement affects its subject; if that is a part (``record#part``), also the record;
    if it is a type, also what points to its subject; and along an inverse path its object.
    Space: O(changed subjects).
    """

    def __init__(self, inverse_paths: frozenset[str]) -> None:
        self._inverse = inverse_paths
        self._subjects: set[str] = set()
        self._retyped: set[str] = set()

    def note(self, quad: Quad) -> None:
        """Take one added or removed statement into account."""
        if not isinstance(quad.subject, NamedNode):
            return
        self._subjects.add(quad.subject.value)
        if quad.predicate == RDF_TYPE:
            self._retyped.add(quad.subject.value)
        if quad.predicate.value in self._inverse and isinstance(quad.object, NamedNode):
            self._subjects.add(quad.object.value)

    def subjects(self) -> set[str]:
        """Return the changed subjects themselves."""
        return self._subjects

    def focus_nodes(self, graphs: Graphs) -> list[str]:
        """Return the affected nodes that the changed graphs still describe, sorted."""
        affected = self._subjects | {iri.partition("#")[0] for iri in self._subjects}
        for iri in self._retyped:
            affected |= _pointing_to(graphs, NamedNode(iri))
        return sorted(affected)


def _pointing_to(graphs: Graphs, node: NamedNode) -> set[str]:
    found: Iterable[Quad] = graphs.triples(value=node)
    return {q.subject.value for q in found if isinstance(q.subject, NamedNode)}


def all_subjects(graphs: Graphs) -> list[str]:
    """Return every described node, sorted: the focus nodes of a full run."""
    found = graphs.triples(predicate=RDF_TYPE)
    return sorted({q.subject.value for q in found if isinstance(q.subject, NamedNode)})

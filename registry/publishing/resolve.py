"""Finds what a release holds: the record that carries an identifier, or a record itself."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from registry.namespaces import RDF_TYPE
from registry.store import Graphs, query_text


class Identifiers:
    """Looks identifiers and records up in a release."""

    def __init__(self, graphs: Graphs) -> None:
        self._graphs = graphs
        self._query = query_text("record-by-identifier")
        self._held: dict[NamedNode, bool] = {}

    def record(self, scheme: str, notation: str) -> NamedNode | None:
        """Return the record with that identifier of that scheme; None if none or several."""
        rows = self._graphs.rows(self._query, scheme=NamedNode(scheme), notation=Literal(notation))
        found = {row["record"] for row in rows}
        record = found.pop() if len(found) == 1 else None
        return record if isinstance(record, NamedNode) else None

    def holds(self, iri: NamedNode) -> bool:
        """Return whether the release describes it: says of what class it is."""
        if iri not in self._held:
            self._held[iri] = next(self._graphs.triples(iri, RDF_TYPE), None) is not None
        return self._held[iri]

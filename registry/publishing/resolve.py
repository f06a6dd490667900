"""Finds the record that carries an identifier."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from registry.store import Graphs, query_text


class Identifiers:
    """Looks identifiers up in a release."""

    def __init__(self, graphs: Graphs) -> None:
        self._graphs = graphs
        self._query = query_text("record-by-identifier")

    def record(self, scheme: str, notation: str) -> NamedNode | None:
        """Return the record with that identifier of that scheme; None if none or several."""
        rows = self._graphs.rows(self._query, scheme=NamedNode(scheme), notation=Literal(notation))
        found = {row["record"] for row in rows}
        record = found.pop() if len(found) == 1 else None
        return record if isinstance(record, NamedNode) else None

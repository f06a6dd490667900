"""Which records of a list are made up, so that the list can say so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from weakref import WeakKeyDictionary

from pyoxigraph import NamedNode

from registry.store import Graphs
from registry.web.site import Visit
from registry.web.views import FICTITIOUS

#: Whether a release, while it is open, holds a made-up record at all.
_known: Final[WeakKeyDictionary[Graphs, bool]] = WeakKeyDictionary()


def made_up(view: Visit, iris: Iterable[str]) -> frozenset[str]:
    """Return those of the records that say of themselves that they are fictitious, in one query."""
    if not _holds_any(view.release.graphs):
        return frozenset()
    values = " ".join(str(NamedNode(iri)) for iri in iris)
    query = f"SELECT ?record WHERE {{ VALUES ?record {{ {values} }} ?record <{FICTITIOUS}> true }}"
    return frozenset(getattr(row[0], "value", "") for row in view.release.graphs.select(query))


def _holds_any(graphs: Graphs) -> bool:
    found = _known.get(graphs)
    if found is None:
        query = f"SELECT ?record WHERE {{ ?record <{FICTITIOUS}> true }} LIMIT 1"
        found = _known[graphs] = any(True for _ in graphs.select(query))
    return found

"""How much a release holds, by class, property and source: counted when first asked for, and kept.

At 200,000 initiatives (5.5 million statements) counting takes six to fourteen seconds, once for
each release and web process.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from pyoxigraph import Literal, NamedNode

from registry.releases.archive import Release
from registry.store import Term, query_text


@dataclass(frozen=True, slots=True)
class Statistics:
    """Resources by class, statements by property and by graph; each by IRI, in its order."""

    classes: Mapping[str, int]
    properties: Mapping[str, int]
    graphs: Mapping[str, int]

    @property
    def triples(self) -> int:
        """The number of statements of the default graph."""
        return sum(self.properties.values())


_kept: Final[WeakKeyDictionary[Release, Statistics]] = WeakKeyDictionary()
_lock: Final = threading.Lock()


def statistics(release: Release) -> Statistics:
    """Return how much the release holds. Who asks while it is being counted waits."""
    with _lock:
        found = _kept.get(release)
        if found is None:
            found = _kept[release] = _counted(release)
        return found


def _counted(release: Release) -> Statistics:
    graphs = release.graphs
    names = [g for g in graphs.raw.named_graphs() if isinstance(g, NamedNode)]
    # Graph by graph, which takes half as long as grouping them.
    by_graph = (row for g in names for row in graphs.select(query_text("void-graph"), graph=g))
    return Statistics(
        _numbers(graphs.select(query_text("void-classes"))),
        _numbers(graphs.select(query_text("void-properties"))),
        _numbers(by_graph),
    )


def _numbers(rows: Iterable[tuple[Term | None, ...]]) -> dict[str, int]:
    return dict(
        sorted(
            (iri.value, int(total.value))
            for iri, total in rows
            if isinstance(iri, NamedNode) and isinstance(total, Literal)
        )
    )

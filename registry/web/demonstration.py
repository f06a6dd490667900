"""Which records of a list are made up, so that the list can say so."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import NamedNode

from registry.web.site import Visit
from registry.web.views import FICTITIOUS


def made_up(view: Visit, iris: Iterable[str]) -> frozenset[str]:
    """Return those of the records that say of themselves that they are fictitious, in one query."""
    values = " ".join(str(NamedNode(iri)) for iri in iris)
    query = f"SELECT ?record WHERE {{ VALUES ?record {{ {values} }} ?record <{FICTITIOUS}> true }}"
    return frozenset(getattr(row[0], "value", "") for row in view.release.graphs.select(query))

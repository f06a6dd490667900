"""What is told of a record that is no longer there: where it went, or what is left of it.

Of what was withdrawn no more is told than its name and kind, its status and dates, and who says so.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode

from registry.describe import Description
from registry.lifecycle import REPLACED_BY, STATUS, departed
from registry.namespaces import PREFIXES, RDF_TYPE
from registry.schema import Schema
from registry.search.build import LABELS
from registry.store import Graphs
from registry.web.views import FICTITIOUS

_INVALIDATED: Final = PREFIXES["prov"] + "invalidatedAtTime"
_MODIFIED: Final = PREFIXES["dcterms"] + "modified"
_KEPT: Final = {
    RDF_TYPE.value,
    *LABELS,
    FICTITIOUS,
    STATUS,
    REPLACED_BY,
    _INVALIDATED,
    _MODIFIED,
    PREFIXES["dcterms"] + "source",
}


@dataclass(frozen=True, slots=True)
class Departure:
    """Where a record went, ``""`` when it was withdrawn; ``on`` is the day, as far as known."""

    to: str
    on: str


def departure(about: Description, schema: Schema, graphs: Graphs) -> Departure | None:
    """Return what became of a record; None where it is still there.

    Records that replace each other in a circle are all there: nothing else could be shown of them.
    """
    own = about.properties
    statuses = {value.text for value in own.get(STATUS, ())}
    others = {v.text for v in own.get(REPLACED_BY, ()) if v.iri and v.text != about.iri}
    to = departed(schema, about.classes, statuses, others)
    if to is None or (to and _in_circle(graphs, schema, about.iri, to)):
        return None
    dates = own.get(_INVALIDATED) or own.get(_MODIFIED) or ()
    return Departure(to, dates[0].text[:10] if dates else "")


def _in_circle(graphs: Graphs, schema: Schema, iri: str, to: str) -> bool:
    """Whether who follows the records that replaced this one comes back to one of them.

    The shapes refuse that; a release may have been made before they did.
    """
    seen: set[str] = {iri}
    while to and to not in seen:
        seen.add(to)
        record = NamedNode(to)
        classes, statuses, others = (
            [
                q.object.value
                for q in graphs.triples(record, path)
                if isinstance(q.object, NamedNode)
            ]
            for path in (RDF_TYPE, NamedNode(STATUS), NamedNode(REPLACED_BY))
        )
        to = departed(schema, classes, statuses, [other for other in others if other != to]) or ""
    return to in seen


def remains(about: Description) -> Description:
    """Return what may still be told of a withdrawn record."""
    kept = {path: values for path, values in about.properties.items() if path in _KEPT}
    return dataclasses.replace(about, properties=kept, parts={}, incoming=(), relations={})

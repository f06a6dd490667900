"""What is told of a record that is no longer there: where it went, or what is left of it.

Of what was withdrawn no more is told than its name and kind, its status and dates, and who says so.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Final

from registry.describe import Description
from registry.lifecycle import REPLACED_BY, STATUS, departed
from registry.namespaces import PREFIXES, RDF_TYPE
from registry.schema import Schema
from registry.search.build import LABELS
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


def departure(about: Description, schema: Schema) -> Departure | None:
    """Return what became of a record; None where it is still there."""
    own = about.properties
    statuses = {value.text for value in own.get(STATUS, ())}
    others = {v.text for v in own.get(REPLACED_BY, ()) if v.iri and v.text != about.iri}
    to = departed(schema, about.classes, statuses, others)
    if to is None:
        return None
    dates = own.get(_INVALIDATED) or own.get(_MODIFIED) or ()
    return Departure(to, dates[0].text[:10] if dates else "")


def remains(about: Description) -> Description:
    """Return what may still be told of a withdrawn record."""
    kept = {path: values for path, values in about.properties.items() if path in _KEPT}
    return dataclasses.replace(about, properties=kept, parts={}, incoming=(), relations={})

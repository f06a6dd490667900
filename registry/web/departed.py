"""Records that are no longer there: merged into another one, or withdrawn.

The status of the record says so (``adms:status``, vocabulary ``record-status``). What is superseded
and replaced by one other record moved there for good (301); what is withdrawn is gone (410), and of
it no more is told than its name and kind, its status and dates, and who says so.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Final

from registry.describe import Description
from registry.namespaces import PREFIXES, RDF_TYPE
from registry.reference import VOCABULARIES
from registry.schema import Schema
from registry.search.build import LABELS
from registry.web.views import FICTITIOUS

_STATUS: Final = PREFIXES["adms"] + "status"
_WITHDRAWN: Final = VOCABULARIES + "record-status/withdrawn"
_SUPERSEDED: Final = VOCABULARIES + "record-status/superseded"
_REPLACED_BY: Final = PREFIXES["dcterms"] + "isReplacedBy"
_INVALIDATED: Final = PREFIXES["prov"] + "invalidatedAtTime"
_MODIFIED: Final = PREFIXES["dcterms"] + "modified"
_KEPT: Final = {
    RDF_TYPE.value,
    *LABELS,
    FICTITIOUS,
    _STATUS,
    _REPLACED_BY,
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
    statuses = {value.text for value in own.get(_STATUS, ())}
    if _WITHDRAWN in statuses:
        dates = own.get(_INVALIDATED) or own.get(_MODIFIED) or ()
        return Departure("", dates[0].text[:10] if dates else "")
    others = [v.text for v in own.get(_REPLACED_BY, ()) if v.iri and v.text != about.iri]
    if _SUPERSEDED in statuses and len(others) == 1 and not _shown(about, schema):
        return Departure(others[0], "")
    return None


def remains(about: Description) -> Description:
    """Return what may still be told of a withdrawn record."""
    kept = {path: values for path, values in about.properties.items() if path in _KEPT}
    return dataclasses.replace(about, properties=kept, parts={}, incoming=(), relations={})


def _shown(about: Description, schema: Schema) -> bool:
    """Whether the shapes give the successor a place on the page: a merged commune has its own."""
    fields = (f for c in about.classes for f in schema.fields.get(c, ()))
    return any(f.path == _REPLACED_BY and not f.inverse for f in fields)

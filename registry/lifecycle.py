"""Records that are no longer there: merged into another one, or withdrawn.

The status of the record says so (``adms:status``, vocabulary ``record-status``). What is superseded
and replaced by one other record moved there for good, unless the shapes of its class give the
successor a place on its page: a merged commune stays a place that people ask for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from registry.namespaces import PREFIXES
from registry.schema import Schema

STATUS: Final = PREFIXES["adms"] + "status"
REPLACED_BY: Final = PREFIXES["dcterms"] + "isReplacedBy"
_STATUSES: Final = "https://w3id.org/faces/vocab/record-status/"
ACTIVE: Final = _STATUSES + "active"
ENDED: Final = _STATUSES + "ended"
_WITHDRAWN: Final = _STATUSES + "withdrawn"
_SUPERSEDED: Final = _STATUSES + "superseded"


def departed(
    schema: Schema, classes: Iterable[str], statuses: Collection[str], successors: Collection[str]
) -> str | None:
    """Return where a record went, ``""`` when it was withdrawn; None where it is still there.

    ``successors`` are the other records that it is said to be replaced by.
    """
    if _WITHDRAWN in statuses:
        return ""
    if _SUPERSEDED not in statuses or len(successors) != 1:
        return None
    fields = (field for cls in classes for field in schema.fields.get(cls, ()))
    if any(field.path == REPLACED_BY and not field.inverse for field in fields):
        return None
    return next(iter(successors))

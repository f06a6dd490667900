"""The tables of ``/networks`` as CSV, whole: the page shows the beginning of long ones."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from typing import Final

from flask import Blueprint, Response, abort

from registry.search.spans import ACCOMPANIED
from registry.web.caching import not_modified, page_validator, stamped
from registry.web.networks_asked import Wanted, wanted
from registry.web.networks_tables import Tables
from registry.web.overlaps import outward, overlaps
from registry.web.site import visit

blueprint: Final = Blueprint("networks_files", __name__)

_VARY: Final = "Accept-Language"
_Cells = Iterable[str | int]


@blueprint.get("/networks/<name>.csv")
def as_csv(name: str) -> Response:
    """Answer all lines of a table of what the same address without it shows."""
    if name not in _TABLES:
        abort(404)
    view = visit()
    etag = page_validator(view, "csv")
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    text = io.StringIO()
    csv.writer(text).writerows(_TABLES[name](wanted()))
    response = Response(text.getvalue(), content_type="text/csv; charset=utf-8; header=present")
    response.headers["Content-Disposition"] = f'attachment; filename="faces-networks-{name}.csv"'
    return stamped(response, etag, _VARY)


def _members(asks: Wanted) -> Iterable[_Cells]:
    """Return a line for each network; ``group`` is the largest network of its group."""
    shown = asks.group or list(asks.networks)
    tables = Tables(asks, shown)
    heads = {iri: group[0] for group in asks.groups for iri in group}
    yield ("network", "network_label", "members", "in_no_other", "group")
    for iri in shown:
        row = tables.network(iri)
        yield (iri, row.name, row.count, row.only, heads.get(iri, ""))


def _shared(asks: Wanted) -> Iterable[_Cells]:
    """Return a line for each two networks that share members, those that share most first."""
    inside = {iri: asks.networks[iri] for iri in asks.group or asks.networks}
    names = Tables(asks, asks.networks).linker
    yield ("network", "network_label", "other", "other_label", "shared", "percent_of_smaller")
    for each in (*overlaps(inside), *outward(inside, asks.networks)):
        one, other = names.label(each.one), names.label(each.other)
        yield (each.one, one, each.other, other, each.shared, each.share)


def _accompanists(asks: Wanted) -> Iterable[_Cells]:
    """Return a line for each accompanist, who accompanies most first."""
    sets = asks.sets(ACCOMPANIED)
    names = Tables(asks, sets).linker
    yield ("accompanist", "accompanist_label", "accompanied")
    for iri, accompanied in sets.items():
        yield (iri, names.label(iri), len(accompanied))


_TABLES: Final[dict[str, Callable[[Wanted], Iterable[_Cells]]]] = {
    "members": _members,
    "shared": _shared,
    "accompanists": _accompanists,
}

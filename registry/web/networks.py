"""``/networks``: how networks overlap by the members that they share, and who accompanies whom.

Counted from the filters of the search, of all members or of those that a territory, a theme… leave.
More networks than can be drawn are shown in groups, each of which leads to a view of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response

from registry.errors import NotFoundError
from registry.search.facets import KIND
from registry.search.spans import ACCOMPANIED, MEMBER
from registry.texts import Text, best
from registry.web.caching import not_modified, page_validator
from registry.web.links import Linker
from registry.web.networks_asked import (
    KINDS,
    MOST_TOGETHER,
    NOT_HERE,
    Wanted,
    address,
    wanted,
)
from registry.web.networks_tables import Pair, Row, Tables, draw
from registry.web.overlaps import outward, overlaps
from registry.web.paging import page_number
from registry.web.pictures import Picture
from registry.web.rendering import page
from registry.web.search import is_year, parameter, short
from registry.web.site import visit

blueprint: Final = Blueprint("networks", __name__)

_VARY: Final = "Accept-Language"
#: Pairs and groups that are listed; the files hold all pairs, the list of networks all groups.
_MOST_PAIRS: Final = 60
_MOST_GROUPS: Final = 100
#: Networks on a page of the list of all.
PER_PAGE: Final = 100
#: Filters that the page offers, by their names in its address.
OFFERED: Final = frozenset({"spatial", "theme"})


@dataclass(frozen=True, slots=True)
class _Shown:
    """What stands on the page; ``groups`` or ``beyond`` where not all networks are drawn."""

    tables: Tables
    rows: list[Row]
    pairs: list[Pair]
    pairs_left: int
    picture: Picture | None
    groups: list[Row]
    #: What networks of the group share with those of other groups.
    beyond: list[Pair]
    beyond_left: int = 0
    groups_left: int = 0
    number: int = 1


@blueprint.get("/networks")
def networks() -> Response:
    """Show the networks with their members, which of them overlap, and who accompanies."""
    view = visit()
    etag = page_validator(view, "networks")
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    asks = wanted()
    index = view.release.index
    # Of a group alone nothing is said about accompanists: they are those of all.
    helped = {} if asks.group else asks.sets(ACCOMPANIED)
    accompanists = dict(list(helped.items())[:MOST_TOGETHER])
    grouped = bool(asks.groups) and not asks.group
    shown = (_grouped if grouped else _drawn)(asks, list(accompanists))
    return page(
        view,
        etag,
        "networks.html",
        vary=_VARY,
        shown=shown,
        grouped=grouped,
        total=len(asks.networks),
        group=shown.tables.group(asks.group[0]) if asks.group else None,
        most=MOST_TOGETHER,
        per_page=PER_PAGE,
        here=address(asks.here()),
        files={
            name: view.link(address(asks.here(), f"/networks/{name}.csv"))
            for name in ("members", "shared", "accompanists")
        },
        accompanists=[shown.tables.accompanist(*each) for each in accompanists.items()],
        accompanists_left=len(helped) - len(accompanists),
        chips=_chips(asks, shown.tables),
        filters=[
            (best(field.name, view.language), _offered(asks, name, field.path))
            for name, field in asks.what.fields.items()
            if field.path not in NOT_HERE and name in OFFERED
        ],
        year=asks.year,
        years=_years(asks),
        kept=asks.pairs(),
        undated=len(asks.records & index.spans.undated(MEMBER)) if asks.year else 0,
        alone=len(asks.alone),
    )


def _drawn(asks: Wanted, others: list[str]) -> _Shown:
    """Show all networks, or those of a group with what they share with networks of others."""
    inside = {iri: asks.networks[iri] for iri in asks.group or asks.networks}
    found = overlaps(inside)
    beyond = outward(inside, asks.networks)
    tables = Tables(asks, [*inside, *others, *(each.other for each in beyond[:_MOST_PAIRS])])
    rows = {iri: tables.network(iri) for iri in inside}
    return _Shown(
        tables,
        list(rows.values()),
        [tables.pair(each) for each in found[:_MOST_PAIRS]],
        max(0, len(found) - _MOST_PAIRS),
        draw(rows, found, asks.view.language),
        [],
        [tables.pair(each) for each in beyond[:_MOST_PAIRS]],
        max(0, len(beyond) - _MOST_PAIRS),
    )


def _grouped(asks: Wanted, others: list[str]) -> _Shown:
    """Show groups of networks, and all networks in pages. Raises NotFoundError past the last."""
    number = page_number()
    listed = list(asks.networks)[(number - 1) * PER_PAGE : number * PER_PAGE]
    if not listed:
        raise NotFoundError(Text("There is no page “{page}”.", page=str(number)))
    tables = Tables(asks, [*listed, *others])
    largest = dict(list(asks.group_sets.items())[:MOST_TOGETHER])
    found = overlaps(largest)
    rows = {iri: tables.group(iri) for iri in asks.group_sets}
    return _Shown(
        tables,
        [tables.network(iri) for iri in listed],
        [tables.groups(each) for each in found[:_MOST_PAIRS]],
        max(0, len(found) - _MOST_PAIRS),
        draw({iri: rows[iri] for iri in largest}, found, asks.view.language),
        list(rows.values())[:_MOST_GROUPS],
        [],
        groups_left=max(0, len(rows) - _MOST_GROUPS),
        number=number,
    )


def _chips(asks: Wanted, tables: Tables) -> list[tuple[str, str]]:
    """Return what was chosen, and the address without it."""
    view, kept = asks.view, asks.kept()
    found = []
    for field in asks.what.fields.values():
        for value in asks.choices.get(field.path, ()):
            left = [p for p in kept if p != (parameter(field), short(view, value))]
            name = value if is_year(value) else tables.linker.label(value)
            found.append((f"{best(field.name, view.language)} : {name}", left))
    if asks.year:
        text = Text("in {year}", year=str(asks.year)).to(view.language)
        found.append((text, asks.pairs()))
    if asks.group:
        found.append((tables.group(asks.group[0]).name, kept))
    return [(text, view.link(address(left))) for text, left in found]


def _offered(asks: Wanted, name: str, path: str) -> list[tuple[str, str]]:
    """Return the values of a filter with the address of the page for each, most members first."""
    view = asks.view
    facets = view.release.index.facets
    members = facets.having(KIND, KINDS) & facets.having_any(MEMBER)
    tops = facets.counts(path, members, {})
    counts = [each for top in tops for each in (top, *top.below)][:MOST_TOGETHER]
    hits = view.release.index.hits([each.value for each in counts], view.language)
    linker = Linker(view.site, hits, view.language)
    others = [pair for pair in asks.kept() if pair[0] != name]
    return [
        (
            linker.label(each.value),
            view.link(address([*others, (name, short(view, each.value))])),
        )
        for each in counts
    ]


def _years(asks: Wanted) -> list[int]:
    """Return the years that memberships name, and the one that is chosen, latest first."""
    release = asks.view.release
    years = release.index.spans.years(MEMBER, release.manifest.year)
    return sorted({*years, *filter(None, [asks.year])}, reverse=True)

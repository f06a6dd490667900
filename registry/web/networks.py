"""``/networks``: how networks overlap by the members that they share, and who accompanies whom.

Counted from the filters of the search, of all members or of those that a territory, a theme… leave.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response
from pyroaring import BitMap

from registry.namespaces import PREFIXES
from registry.search.facets import KIND
from registry.texts import Text, best
from registry.web.caching import not_modified, page_validator
from registry.web.links import Linker, document_path
from registry.web.pictures import ROW, STRENGTHS, WIDTH, Picture, Spot, places
from registry.web.rendering import page
from registry.web.search import Asked, asked, is_year, parameter, short
from registry.web.site import Visit, visit
from registry.web.views import Shown

blueprint: Final = Blueprint("networks", __name__)

_VARY: Final = "Accept-Language"
_MEMBER: Final = PREFIXES["org"] + "memberOf"
_ACCOMPANIED: Final = PREFIXES["faces"] + "accompaniedBy"
#: Those that have members.
_KINDS: Final = ("initiative", "organization", "network")
#: Networks whose overlaps are shown, the largest ones; pairs that are listed; lines that are drawn.
_MOST_NETWORKS: Final = 40
_MOST_PAIRS: Final = 60
_MOST_LINES: Final = 120
#: Filters that the page offers, by their names in its address.
OFFERED: Final = frozenset({"spatial", "theme"})
#: Filters that choose among members; a network is not chosen here, it is what is shown.
_NOT_HERE: Final = frozenset({_MEMBER, _ACCOMPANIED})


@dataclass(frozen=True, slots=True)
class Row:
    """A network or an accompanist: its members or those accompanied; ``only`` are in no other."""

    name: str
    path: str
    count: int
    records: str
    only: int = 0


@dataclass(frozen=True, slots=True)
class Pair:
    """Two networks, the members that they share, and their share of the smaller one's."""

    one: Row
    other: Row
    shared: int
    share: int
    query: str


@blueprint.get("/networks")
def networks() -> Response:
    """Show the networks with their members, which of them overlap, and who accompanies."""
    view = visit()
    etag = page_validator(view, "networks")
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    what = asked(view, "initiative")
    chosen = {p: v for p, v in what.wanted.choices.items() if p not in _NOT_HERE}
    facets = view.release.index.facets
    records = facets.chosen(facets.having(KIND, _KINDS), chosen)
    members = _sets(view, records, _MEMBER)
    shown = dict(list(members.items())[:_MOST_NETWORKS])
    helped = _sets(view, records, _ACCOMPANIED)
    accompanists = dict(list(helped.items())[:_MOST_NETWORKS])
    iris = {*shown, *accompanists, *(v for values in chosen.values() for v in values)}
    linker = Linker(view.site, view.release.index.hits(sorted(iris), view.language), view.language)
    rows = _rows(view, what, linker, shown, _MEMBER, _twice(members))
    pairs = _pairs(view, rows, shown)
    return page(
        view,
        etag,
        "networks.html",
        vary=_VARY,
        total=len(members),
        rows=list(rows.values()),
        pairs=pairs[:_MOST_PAIRS],
        pairs_left=max(0, len(pairs) - _MOST_PAIRS),
        picture=_picture(rows, pairs, view.language),
        accompanists=list(_rows(view, what, linker, accompanists, _ACCOMPANIED).values()),
        accompanists_left=len(helped) - len(accompanists),
        chips=_chips(view, what, linker),
        filters=[
            (best(field.name, view.language), _offered(view, what, name, field.path))
            for name, field in what.fields.items()
            if field.path not in _NOT_HERE and name in OFFERED
        ],
        alone=len(records & facets.having(KIND, ["initiative"]) - facets.having_any(_MEMBER)),
    )


def _sets(view: Visit, records: BitMap, path: str) -> dict[str, BitMap]:
    """Return those of the records that have each value of a property, the largest set first."""
    facets = view.release.index.facets
    found = {
        each.value: records & facets.having(path, [each.value])
        for each in facets.counts(path, records, {})
    }
    return {iri: members for iri, members in found.items() if members}


def _twice(members: Mapping[str, BitMap]) -> BitMap:
    """Return the records that are in more than one set. O(sets)."""
    once, twice = BitMap(), BitMap()
    for each in members.values():
        twice |= once & each
        once |= each
    return twice


def _rows(
    view: Visit,
    what: Asked,
    linker: Linker,
    sets: Mapping[str, BitMap],
    path: str,
    twice: BitMap | None = None,
) -> dict[str, Row]:
    name = next((n for n, field in what.fields.items() if field.path == path), "")
    kept = [pair for pair in _choices(view, what) if pair[0] != name]
    return {
        iri: Row(
            linker.label(iri),
            document_path(view.site, iri),
            len(members),
            view.link(f"/search?{urlencode([*kept, (name, short(view, iri))])}"),
            len(members - twice) if twice is not None else 0,
        )
        for iri, members in sets.items()
    }


def _pairs(view: Visit, rows: Mapping[str, Row], sets: Mapping[str, BitMap]) -> list[Pair]:
    found = []
    for (one, members), (other, others) in combinations(sets.items(), 2):
        shared = members.intersection_cardinality(others)
        if shared:
            share = round(100 * shared / min(len(members), len(others)))
            query = view.link("/sparql", query=_both(one, other), format="html")
            found.append(Pair(rows[one], rows[other], shared, share, query))
    return sorted(found, key=lambda p: (-p.shared, p.one.name, p.other.name))


def _both(one: str, other: str) -> str:
    prefixes = "".join(f"PREFIX {p}: <{PREFIXES[p]}>\n" for p in ("org", "rdfs"))
    return (
        f"{prefixes}SELECT DISTINCT ?member ?memberLabel WHERE {{\n"
        f"  ?member org:memberOf <{one}> , <{other}> ; rdfs:label ?memberLabel .\n"
        '  FILTER(LANG(?memberLabel) = "fr")\n}\nORDER BY ?memberLabel\n'
    )


def _picture(rows: Mapping[str, Row], pairs: Sequence[Pair], language: str) -> Picture | None:
    """Draw the networks on an oval, and a line between two that share members."""
    drawn = pairs[:_MOST_LINES]
    linked = {path for pair in drawn for path in (pair.one.path, pair.other.path)}
    nodes = [row for row in rows.values() if row.path in linked]
    half = (len(nodes) + 1) // 2
    if not half:
        return None
    left, right = nodes[half:][::-1], nodes[:half]
    height = half * ROW + ROW
    spots = {
        row.path: Spot((Shown(f"{row.count} · {row.name}", row.path),), *place, left=side is left)
        for side in (left, right)
        for row, place in zip(side, places(len(side), height, left=side is left), strict=True)
    }
    most = max((pair.shared for pair in drawn), default=1)
    ends = [(spots[pair.one.path], spots[pair.other.path]) for pair in drawn]
    return Picture(
        "network",
        Text("Networks that share members").to(language),
        Text(
            "{n} networks, with the number of their members; {m} lines join those that share some,"
            " the strongest ones: the wider, the more. The tables below say the same.",
            n=len(nodes),
            m=len(ends),
        ).to(language),
        height,
        spots=list(spots.values()),
        lines=[
            f"M{a.x} {a.y}Q{WIDTH / 2} {round((a.y + b.y) / 2, 1)} {b.x} {b.y}" for a, b in ends
        ],
        strengths=[math.ceil(STRENGTHS * pair.shared / most) for pair in drawn],
    )


def _choices(view: Visit, what: Asked) -> list[tuple[str, str]]:
    return [
        (parameter(field), short(view, value))
        for field in what.fields.values()
        if field.path not in _NOT_HERE
        for value in what.wanted.choices.get(field.path, ())
    ]


def _address(view: Visit, pairs: Sequence[tuple[str, str]]) -> str:
    return view.link(f"/networks?{urlencode(pairs)}" if pairs else "/networks")


def _chips(view: Visit, what: Asked, linker: Linker) -> list[tuple[str, str]]:
    pairs = _choices(view, what)
    found = []
    for field in what.fields.values():
        if field.path not in _NOT_HERE:
            for value in what.wanted.choices.get(field.path, ()):
                left = [p for p in pairs if p != (parameter(field), short(view, value))]
                name = value if is_year(value) else linker.label(value)
                found.append((f"{best(field.name, view.language)} : {name}", _address(view, left)))
    return found


def _offered(view: Visit, what: Asked, name: str, path: str) -> list[tuple[str, str]]:
    """Return the values of a filter with the address of the page for each, most members first."""
    facets = view.release.index.facets
    members = facets.having(KIND, _KINDS) & facets.having_any(_MEMBER)
    tops = facets.counts(path, members, {})
    counts = [each for top in tops for each in (top, *top.below)][:_MOST_NETWORKS]
    hits = view.release.index.hits([each.value for each in counts], view.language)
    linker = Linker(view.site, hits, view.language)
    others = [pair for pair in _choices(view, what) if pair[0] != name]
    return [
        (linker.label(each.value), _address(view, [*others, (name, short(view, each.value))]))
        for each in counts
    ]

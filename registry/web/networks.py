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

from flask import Blueprint, Response, request
from pyroaring import BitMap

from registry.errors import UsageError
from registry.namespaces import PREFIXES
from registry.search.facets import KIND
from registry.texts import Text, best
from registry.web.caching import not_modified, page_validator
from registry.web.links import Linker, document_path
from registry.web.pictures import ROW, STRENGTHS, WIDTH, Picture, Spot, places
from registry.web.rendering import page
from registry.web.search import Asked, asked, is_year, parameter, short
from registry.web.search_sparql import members_as_sparql
from registry.web.site import Visit, visit
from registry.web.views import Shown

blueprint: Final = Blueprint("networks", __name__)

_VARY: Final = "Accept-Language"
_MEMBER: Final = PREFIXES["org"] + "memberOf"
_ACCOMPANIED: Final = PREFIXES["faces"] + "accompaniedBy"
_FOUNDED: Final = PREFIXES["faces"] + "foundingDate"
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


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for: filters of the members, and until when they were founded."""

    view: Visit
    what: Asked
    #: A year, or ``""``: the index knows when members were founded, not when they became members.
    until: str

    @property
    def choices(self) -> dict[str, tuple[str, ...]]:
        """The values chosen of each property."""
        return {p: v for p, v in self.what.wanted.choices.items() if p not in _NOT_HERE}

    def records(self) -> BitMap:
        """Return the records that may be members."""
        records = self.of_any_year()
        if self.until:
            facets = self.view.release.index.facets
            years = [year for year in facets.own(_FOUNDED) if year <= self.until]
            records = records & facets.having(_FOUNDED, years)
        return records

    def of_any_year(self) -> BitMap:
        """Return the records that may be members, whenever they were founded."""
        facets = self.view.release.index.facets
        return facets.chosen(facets.having(KIND, _KINDS), self.choices)

    def pairs(self) -> list[tuple[str, str]]:
        """Return the filters as an address names them."""
        return [
            (parameter(field), short(self.view, value))
            for field in self.what.fields.values()
            if field.path not in _NOT_HERE
            for value in self.what.wanted.choices.get(field.path, ())
        ]

    def kept(self) -> list[tuple[str, str]]:
        """Return all that other addresses of this page keep."""
        return [*self.pairs(), *([("year", self.until)] if self.until else [])]

    def members(self, path: str, name: str, *iris: str) -> str:
        """Return where the records are listed that have these values of a property."""
        if self.until or len(iris) > 1:
            query = members_as_sparql(path, iris, self.choices, self.until)
            return self.view.link("/sparql", query=query, format="html")
        kept = [pair for pair in self.pairs() if pair[0] != name]
        return self.view.link(f"/search?{urlencode([*kept, (name, short(self.view, *iris))])}")


def wanted() -> Wanted:
    """Return what the current address asks for. Raises UsageError where the year is none."""
    until = request.args.get("year", "")
    if until and not (until.isascii() and until.isdigit() and len(until) == len("2012")):
        raise UsageError(
            Text("“{year}” is not a year.", year=until[:40]),
            where="year",
            expected=Text("A year of four digits, such as 2012."),
        )
    view = visit()
    return Wanted(view, asked(view, "initiative"), until)


@blueprint.get("/networks")
def networks() -> Response:
    """Show the networks with their members, which of them overlap, and who accompanies."""
    view = visit()
    etag = page_validator(view, "networks")
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    asks = wanted()
    facets = view.release.index.facets
    records = asks.records()
    members = _sets(view, records, _MEMBER)
    shown = dict(list(members.items())[:_MOST_NETWORKS])
    helped = _sets(view, records, _ACCOMPANIED)
    accompanists = dict(list(helped.items())[:_MOST_NETWORKS])
    iris = {*shown, *accompanists, *(v for values in asks.choices.values() for v in values)}
    linker = Linker(view.site, view.release.index.hits(sorted(iris), view.language), view.language)
    rows = _rows(asks, linker, shown, _MEMBER, _twice(members))
    pairs = _pairs(asks, rows, shown)
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
        accompanists=list(_rows(asks, linker, accompanists, _ACCOMPANIED).values()),
        accompanists_left=len(helped) - len(accompanists),
        chips=_chips(asks, linker),
        filters=[
            (best(field.name, view.language), _offered(asks, name, field.path))
            for name, field in asks.what.fields.items()
            if field.path not in _NOT_HERE and name in OFFERED
        ],
        year=asks.until,
        years=_years(asks),
        kept=asks.pairs(),
        undated=_undated(asks) if asks.until else 0,
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
    asks: Wanted,
    linker: Linker,
    sets: Mapping[str, BitMap],
    path: str,
    twice: BitMap | None = None,
) -> dict[str, Row]:
    name = next((n for n, field in asks.what.fields.items() if field.path == path), "")
    return {
        iri: Row(
            linker.label(iri),
            document_path(asks.view.site, iri),
            len(members),
            asks.members(path, name, iri),
            len(members - twice) if twice is not None else 0,
        )
        for iri, members in sets.items()
    }


def _pairs(asks: Wanted, rows: Mapping[str, Row], sets: Mapping[str, BitMap]) -> list[Pair]:
    found = []
    for (one, members), (other, others) in combinations(sets.items(), 2):
        shared = members.intersection_cardinality(others)
        if shared:
            share = round(100 * shared / min(len(members), len(others)))
            query = asks.members(_MEMBER, "", one, other)
            found.append(Pair(rows[one], rows[other], shared, share, query))
    return sorted(found, key=lambda p: (-p.shared, p.one.name, p.other.name))


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


def _address(view: Visit, pairs: Sequence[tuple[str, str]]) -> str:
    return view.link(f"/networks?{urlencode(pairs)}" if pairs else "/networks")


def _chips(asks: Wanted, linker: Linker) -> list[tuple[str, str]]:
    """Return what was chosen, and the address without it."""
    view, kept = asks.view, asks.kept()
    found = []
    for field in asks.what.fields.values():
        for value in asks.choices.get(field.path, ()):
            left = [p for p in kept if p != (parameter(field), short(view, value))]
            name = value if is_year(value) else linker.label(value)
            found.append((f"{best(field.name, view.language)} : {name}", _address(view, left)))
    if asks.until:
        text = Text("founded in {year} or before", year=asks.until).to(view.language)
        found.append((text, _address(view, asks.pairs())))
    return found


def _offered(asks: Wanted, name: str, path: str) -> list[tuple[str, str]]:
    """Return the values of a filter with the address of the page for each, most members first."""
    view = asks.view
    facets = view.release.index.facets
    members = facets.having(KIND, _KINDS) & facets.having_any(_MEMBER)
    tops = facets.counts(path, members, {})
    counts = [each for top in tops for each in (top, *top.below)][:_MOST_NETWORKS]
    hits = view.release.index.hits([each.value for each in counts], view.language)
    linker = Linker(view.site, hits, view.language)
    others = [pair for pair in asks.kept() if pair[0] != name]
    return [
        (linker.label(each.value), _address(view, [*others, (name, short(view, each.value))]))
        for each in counts
    ]


def _years(asks: Wanted) -> list[str]:
    """Return the years in which members were founded, and the one that is chosen, latest first."""
    facets = asks.view.release.index.facets
    members = asks.of_any_year() & facets.having_any(_MEMBER)
    years = {year for year, founded in facets.own(_FOUNDED).items() if founded.intersect(members)}
    return sorted({*years, *filter(None, [asks.until])}, reverse=True)


def _undated(asks: Wanted) -> int:
    """Return how many members say no year of founding."""
    facets = asks.view.release.index.facets
    members = asks.of_any_year() & facets.having_any(_MEMBER)
    return len(members - facets.having_any(_FOUNDED))

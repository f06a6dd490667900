"""``/map``: where the records are that a search finds, as spots and as a list beside them.

The server counts the records of each cell of a grid, for any filters and any zoom, and draws a
picture whose spots are links: to the record, or to a nearer view. Where scripts run, ``map.js``
asks ``/map.json`` for the same spots and list, and moves and zooms without loading pages. The map
of ``/embed/map`` may stand in pages of others.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, get_template_attribute, jsonify, request
from pyroaring import BitMap

from registry.errors import NotFoundError
from registry.schema import Kind, Schema
from registry.search.facets import KIND
from registry.search.index import Hit
from registry.search.places import SPATIAL
from registry.texts import Text, best
from registry.web import map_view, search
from registry.web.areas import FILE as AREAS_FILE
from registry.web.areas import Area, areas
from registry.web.caching import not_modified, page_validator, stamped
from registry.web.demonstration import made_up
from registry.web.links import document_path, query_string
from registry.web.map_view import Place, View, placed
from registry.web.outlines import FILE, outlines
from registry.web.paging import page_number
from registry.web.rendering import number, page
from registry.web.site import Visit, visit

blueprint: Final = Blueprint("map_page", __name__)

_VARY: Final = "Accept-Language"
_WIDTH, _HEIGHT = 480, 440
_REGION: Final = 7  # a zoom
_LIST_LENGTH: Final = 20
_MOST_TERRITORIES: Final = 12
_THOUSAND: Final = 1000
#: What says where one looks and how, and not what is looked for.
_OF_VIEW: Final = frozenset({"zoom", "lat", "lon", "width", "height", "page"})
_LIST: Final = "#map-list"


@dataclass(frozen=True, slots=True)
class Spot:
    """A spot as it is drawn: one record, or how many."""

    place: Place
    count: int
    label: str
    short: str
    href: str


@dataclass(frozen=True, slots=True)
class Overview:
    """A picture of all that is on the map, which leads there."""

    view: View
    lines: Mapping[str, str]
    #: Where they are drawn, how many records each stands for, and that number in short.
    spots: list[tuple[Place, int, str]]
    count: int


def overview(view: Visit, width: int, height: int) -> Overview | None:
    """Return a picture of where all records are; None where none says it."""
    index, schema = view.release.index, view.site.schema
    kinds = [kind for kind in schema.kinds if kind.listed]
    located = index.places.located & index.facets.having(KIND, _on_map(schema, kinds))
    if not located:
        return None
    seen = map_view.fitting(index.places.around(located), width, height)
    # A region at least: nearer, two records would stand among a few strokes of a coast.
    seen = seen.zoomed(min(0, _REGION - seen.zoom))
    clusters = index.places.clusters(located, seen.box, seen.level)
    spots = [(p, n := len(p.cluster.members), _brief(n)) for p in placed(seen, clusters)]
    return Overview(seen, outlines(seen.box, seen.scale), spots, len(located))


def _on_map(schema: Schema, kinds: Iterable[Kind]) -> tuple[str, ...]:
    """Return which kinds are spots. Territories are where the others are: they are none."""
    return tuple(kind.segment for kind in kinds if schema.says(kind, SPATIAL))


@blueprint.get("/map")
@blueprint.get("/embed/map")
def shown() -> Response:
    """Show a map and the list of what is on it."""
    view = visit()
    etag = page_validator(view, f"map {request.host_url}")
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    chart = _Chart(view)
    template = "map_embedded.html" if chart.embedded else "map.html"
    return page(
        view,
        etag,
        template,
        vary=_VARY,
        chart=chart,
        filters=() if chart.embedded else chart.choosing.filters(),
        chips=() if chart.embedded else chart.choosing.chips(),
        host=request.host_url.rstrip("/"),
        framed=chart.address(chart.view, path="/embed/map"),
        lines=outlines(chart.view.box, chart.view.scale),
        outlines_file=FILE,
        areas_file=AREAS_FILE,
        least=map_view.LEAST_ZOOM,
        most=map_view.MOST_ZOOM,
        kinds_there=chart.kinds(),
        territories=chart.territories(),
        **chart.listed(),
    )


@blueprint.get("/map.json")
@blueprint.get("/embed/map.json")
def spots() -> Response:
    """Return the spots and the list of a view, as the script of the page shows them."""
    view = visit()
    etag = page_validator(view, "map-json")
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    chart = _Chart(view)
    shown_list = get_template_attribute("map_parts.html", "listed")
    found = [
        {
            "cell": spot.place.name,
            "lat": spot.place.latitude,
            "lon": spot.place.longitude,
            "count": spot.count,
            "label": spot.label,
            "short": spot.short,
            "href": spot.href,
            "view": _as_numbers(spot.place.nearer) if spot.count > 1 else None,
        }
        for spot in chart.spots()
    ]
    response = jsonify(
        release=view.release.number,
        located=len(chart.located),
        status=chart.status,
        spots=found,
        areas=[
            {"key": each.key, "label": each.label, "href": each.href, "chosen": each.chosen}
            for each in chart.areas
        ],
        list=shown_list(view=view, chart=chart, **chart.listed()),
    )
    response.headers["Content-Language"] = view.language
    return stamped(response, etag, _VARY)


def _as_numbers(view: View | None) -> dict[str, float] | None:
    if view is None:
        return None
    return {"zoom": view.zoom, "lat": view.latitude, "lon": view.longitude}


class _Chart:
    """What an address asks to see on a map."""

    def __init__(self, visit_: Visit) -> None:
        self._visit = visit_
        index = visit_.release.index
        self.embedded = request.path.startswith("/embed/")
        self.path = "/embed/map" if self.embedded else "/map"
        self.what = search.asked(visit_)
        self.segments = _on_map(visit_.site.schema, self.what.kinds)
        self.records = index.fitting(self.what.wanted, self.segments)
        self.located = self.records & index.places.located
        width, height = map_view.size(_WIDTH, _HEIGHT)
        asked = map_view.asked(width, height)
        around = None if asked else index.places.around(self.located)
        self.view = asked or map_view.fitting(around, width, height)
        #: South, west, north, east of what is to be seen whole, for a picture of another size.
        self.bounds = map_view.bounds(around) if around else ()
        clusters = index.places.clusters(self.located, self.view.box, self.view.level)
        self._places = placed(self.view, clusters)
        self.seen = BitMap.union(BitMap(), *(each.members for each in clusters))
        #: The parameters of the address that say what is looked for.
        self.pairs = [
            (name, value)
            for name, value in request.args.items(multi=True)
            if name not in {*_OF_VIEW, "lang", "release", "view", "sort"} and value
        ]

    def address(self, view: View | None = None, path: str = "", **more: str) -> str:
        """Return the address of a view of the same records, or of another page about them."""
        pairs = [*self.pairs, *(view.parameters if view else {}).items(), *more.items()]
        text = query_string(pairs)
        path = path or self.path
        return self._visit.link(f"{path}?{text}" if text else path)

    @functools.cached_property
    def choosing(self) -> search.Maker:
        """What makes the filters of these records; choosing stays on the map."""
        index, language = self._visit.release.index, self._visit.language
        found = index.find(self.what.wanted, self.segments, language, offset=0, limit=0)
        return search.Maker(self._visit, self._about_places, found)

    @property
    def _about_places(self) -> search.Asked:
        """What is asked for, of the kinds that can be on the map."""
        kinds = tuple(kind for kind in self.what.kinds if kind.segment in self.segments)
        return replace(self.what, kinds=kinds)

    @functools.cached_property
    def areas(self) -> list[Area]:
        """The territories that can be chosen by their outlines."""
        return areas(self._visit, self._about_places, self.view, self.path, self.pairs)

    @property
    def everywhere(self) -> str:
        """The address of the map of all territories, where some were chosen; else nothing."""
        text = query_string([pair for pair in self.pairs if pair[0] != "spatial"])
        if SPATIAL not in self.what.wanted.choices:
            return ""
        return self._visit.link(f"{self.path}?{text}" if text else self.path)

    @property
    def here(self) -> str:
        """The address of the view, with which pages of the list go on."""
        return f"{self.path}?{urlencode([*self.pairs, *self.view.parameters.items()])}"

    @property
    def moves(self) -> list[tuple[Text, str]]:
        """The views beside this one, for those without scripts."""
        view, step = self.view, 0.5
        return [
            (Text("Nearer"), self.address(view.zoomed(1))),
            (Text("Farther off"), self.address(view.zoomed(-1))),
            (Text("North"), self.address(view.moved(0, -step))),
            (Text("South"), self.address(view.moved(0, step))),
            (Text("West"), self.address(view.moved(-step, 0))),
            (Text("East"), self.address(view.moved(step, 0))),
            (Text("Everything"), self.address()),
        ]

    @property
    def status(self) -> str:
        """How many records are seen, of how many, and how many are nowhere."""
        nowhere = len(self.records) - len(self.located)
        if not self.located:
            return Text("None of the records looked for says where it is.").to(self._visit.language)
        words = Text(
            "{n} of {total} records on the map are in this part of it.",
            n=len(self.seen),
            total=len(self.located),
        ).to(self._visit.language)
        if not nowhere:
            return words
        more = Text("{n} more have no point on it.", n=nowhere).to(self._visit.language)
        return f"{words} {more}"

    def spots(self) -> list[Spot]:
        """Return the spots of the view, those that are alone with their names."""
        alone = BitMap(p.cluster.members[0] for p in self._places if len(p.cluster.members) == 1)
        hits = self._visit.release.index.of(alone, self._visit.language, offset=0, limit=len(alone))
        return [self._spot(each, hits) for each in self._places]

    def _spot(self, place: Place, hits: Mapping[int, Hit]) -> Spot:
        count = len(place.cluster.members)
        if count == 1:
            hit = hits[place.cluster.members[0]]
            href = self._visit.link(document_path(self._visit.site, hit.iri))
            return Spot(place, 1, hit.label, hit.label, href)
        language = self._visit.language
        text = Text("{n} records: look closer", n=count)
        if place.nearer is None:
            text = Text("{n} records at one place: to the list", n=count)
        href = self.address(place.nearer) if place.nearer else _LIST
        return Spot(place, count, text.to(language), _brief(count), href)

    def listed(self) -> dict[str, object]:
        """Return a page of the list, as the templates want it."""
        page_, length = page_number(), _LIST_LENGTH
        hits = self._visit.release.index.of(
            self.seen, self._visit.language, offset=(page_ - 1) * length, limit=length
        )
        if page_ > 1 and not hits:
            raise NotFoundError(Text("There is no page “{page}”.", page=str(page_)))
        return {
            "found": [(hit, document_path(self._visit.site, hit.iri)) for hit in hits.values()],
            "made_up": made_up(self._visit, (hit.iri for hit in hits.values())),
            "all_kinds": {k.segment: k for k in self._visit.site.schema.kinds},
            "total": len(self.seen),
            "page_number": page_,
            "page_size": length,
        }

    def kinds(self) -> list[tuple[str, str]]:
        """Return the kinds that the form offers, by name in the address."""
        schema, facets = self._visit.site.schema, self._visit.release.index.facets
        located = self._visit.release.index.places.located
        return [
            (kind.segment, best(kind.plural, self._visit.language))
            for kind in schema.kinds
            if kind.listed
            and schema.says(kind, SPATIAL)
            and facets.having(KIND, [kind.segment]).intersect(located)
        ]

    def territories(self) -> list[tuple[str, str, str]]:
        """Return name, number of records and map of the widest territories that differ."""
        index, language = self._visit.release.index, self._visit.language
        choices = self.what.wanted.choices
        without = {path: values for path, values in choices.items() if path != SPATIAL}
        if choices or self.what.wanted.words:
            counts = tuple(index.facets.counts(SPATIAL, self.records, without))
        else:
            counts = tuple(index.facets.of_kinds(SPATIAL, self.segments))
        while len(counts) == 1 and counts[0].below:
            counts = counts[0].below
        counts = counts[:_MOST_TERRITORIES]
        names = index.hits([each.value for each in counts], language)
        kept = [pair for pair in self.pairs if pair[0] != "spatial"]
        found = []
        for each in counts:
            text = query_string([*kept, ("spatial", search.short(self._visit, each.value))])
            name = names[each.value].label if each.value in names else each.value
            found.append((name, number(each.count), self._visit.link(f"{self.path}?{text}")))
        return found


def _brief(count: int) -> str:
    """Write a number so that it fits a spot."""
    return str(count) if count < _THOUSAND else f"{count // _THOUSAND}k"

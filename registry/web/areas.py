"""Territories that are chosen by their outlines on the map: regions from afar, départements nearer.

``static/areas.json`` has the outlines, made by ``data/build/areas.py``; a page draws them as links,
and the browser's map draws the same file. Choosing one is the filter “territory” of the search, so
that address, list and counts follow; choosing it again takes it back. They are for the pointer: the
links by name beside the map and its filters lead to the same, and are what the keyboard reaches.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Final

from registry.search.places import SPATIAL
from registry.web.links import query_string
from registry.web.map_view import View
from registry.web.outlines import Line, line, paths, touching
from registry.web.rendering import number
from registry.web.search import Asked, short
from registry.web.site import Visit

FILE: Final = "areas.json"
#: The zoom up to which each level is chosen; nearer, one of them would fill the picture.
_LEVELS: Final = {"region": 6, "departement": 10}


@dataclass(frozen=True, slots=True)
class Area:
    """A territory on the map: its name and number of records, and where choosing it leads."""

    key: str
    label: str
    href: str
    chosen: bool
    #: The data of an SVG path, in pixels of the view.
    path: str


@functools.cache
def _lines() -> dict[str, dict[str, tuple[Line, ...]]]:
    text = files("registry.web").joinpath(f"static/{FILE}").read_text(encoding="utf-8")
    return {
        level: {key: tuple(map(line, rings)) for key, rings in found.items()}
        for level, found in json.loads(text).items()
    }


def _seen(view: View) -> Iterator[tuple[str, tuple[Line, ...]]]:
    """Yield the territories of the view's level that may be seen in it."""
    level = next((level for level, most in _LEVELS.items() if view.zoom <= most), None)
    for key, lines in _lines().get(level or "", {}).items():
        if any(touching(each.box, view.box) for each in lines):
            yield key, lines


def areas(
    visit: Visit, what: Asked, view: View, path: str, pairs: Sequence[tuple[str, str]]
) -> list[Area]:
    """Return the territories of a view in which there is something of what is looked for.

    ``path`` and ``pairs`` are the address of the map that they are chosen on.
    """
    index, choices = visit.release.index, what.wanted.choices
    others = {field: values for field, values in choices.items() if field != SPATIAL}
    records = index.fitting(replace(what.wanted, choices=others), what.segments)
    seen = {visit.site.iris.iri(f"id/territory/{key}"): (key, drawn) for key, drawn in _seen(view)}
    counts = {
        iri: records.intersection_cardinality(index.facets.having(SPATIAL, [iri])) for iri in seen
    }
    names = index.hits([iri for iri, count in counts.items() if count], visit.language)
    kept = [pair for pair in pairs if pair[0] != "spatial"]
    found = []
    for iri, hit in names.items():
        key, lines = seen[iri]
        chosen = iri in choices.get(SPATIAL, ())
        text = query_string(kept if chosen else [*kept, ("spatial", short(visit, iri))])
        label = f"{hit.label} : {number(counts[iri])}"
        href = visit.link(f"{path}?{text}" if text else path)
        drawn = "".join(paths(lines, view.box, view.scale))
        found.append(Area(key, label, href, chosen, drawn))
    return found

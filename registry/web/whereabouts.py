"""The small map on the page of a record: a spot among the outlines, which leads to the map.

The picture shows one of the cells into which the world is divided, so that records beside one
another have the same one and it is drawn once.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from registry.describe import Description
from registry.search.places import SPATIAL, projected
from registry.texts import Text
from registry.web.links import Linker
from registry.web.map_view import View, fitting
from registry.web.outlines import outlines
from registry.web.site import Visit

WIDTH: Final = 320
HEIGHT: Final = 220
_ZOOM: Final = 7
#: The view of the map that it leads to.
_NEARER: Final = 11
_KEPT: Final = 256
#: Territories of one record that are looked up.
_MOST_TERRITORIES: Final = 50


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A picture of the surroundings with a spot in it; ``territory`` has the point, if another."""

    view: View
    lines: Mapping[str, str]
    x: float
    y: float
    label: str
    territory: str
    href: str


def whereabouts(view: Visit, about: Description, linker: Linker) -> Whereabouts | None:
    """Return where a record is: its own point, else that of the first territory that has one."""
    stated = about.properties.get(SPATIAL, ())[:_MOST_TERRITORIES]
    territories = [value.text for value in stated if value.iri]
    points = view.release.index.points([about.iri, *territories])
    if not points:
        return None
    whose = about.iri if about.iri in points else next(iter(points))
    longitude, latitude = points[whose]
    x, y = projected(longitude, latitude)
    scale = fitting(None, WIDTH, HEIGHT).near(_ZOOM, x, y).scale
    # The spot is in the middle half of the picture.
    column, row = (math.floor(at * scale / side * 2) for at, side in ((x, WIDTH), (y, HEIGHT)))
    around, lines = _drawn(column, row)
    if not lines["land"]:
        return None  # there are outlines of a part of Europe only
    own = whose == about.iri
    territory, label = "" if own else linker.label(whose), linker.label(about.iri)
    text = Text("Map: where “{label}” is", label=label)
    if territory:
        text = Text("Map: “{label}” is in {territory}", label=label, territory=territory)
    box, nearer = around.box, around.near(_NEARER, x, y)
    return Whereabouts(
        around,
        lines,
        round((x - box.west) * scale, 1),
        round((y - box.north) * scale, 1),
        text.to(view.language),
        territory,
        view.link("/map", **nearer.parameters),
    )


@functools.lru_cache(_KEPT)
def _drawn(column: int, row: int) -> tuple[View, Mapping[str, str]]:
    """Return the view of a cell, half as wide and high as its picture, and the lines in it."""
    start = fitting(None, WIDTH, HEIGHT).near(_ZOOM, 0.5, 0.5)
    x, y = (column + 0.5) * WIDTH / 2 / start.scale, (row + 0.5) * HEIGHT / 2 / start.scale
    view = start.near(_ZOOM, x, y)
    return view, outlines(view.box, view.scale)

"""Which part of the map is looked at, and what stands where in it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from flask import request

from registry.errors import UsageError
from registry.search.places import Box, Cluster, projected, unprojected
from registry.texts import Text

LEAST_ZOOM: Final = 4
MOST_ZOOM: Final = 17
#: The world is so many pixels wide at zoom 0.
_TILE: Final = 256
#: A spot is drawn at least so far inside its cell of 64 pixels that no two of them touch.
_CELL: Final = 64
_INSIDE: Final = 20 / _CELL
_CELLS_A_TILE: Final = 2  # as a power of two
#: What lies at one place is looked at from here.
_NEAR: Final = 14
_MOST_STEPS: Final = 4
#: How much of the picture is left free around what is to be seen whole.
_FREE: Final = 0.12
_SIZES: Final = (10, 4000)
#: Europe, where nothing is anywhere.
_NOTHING: Final = (5, 46.5, 2.5)


@dataclass(frozen=True, slots=True)
class View:
    """A zoom, a middle, and the size of the picture in pixels."""

    zoom: int
    latitude: float
    longitude: float
    width: int
    height: int

    @property
    def scale(self) -> float:
        """How many pixels the world is wide."""
        return float(_TILE << self.zoom)

    @property
    def box(self) -> Box:
        """The part of the map that is seen."""
        x, y = projected(self.longitude, self.latitude)
        across, down = self.width / 2 / self.scale, self.height / 2 / self.scale
        return Box(x - across, y - down, x + across, y + down)

    @property
    def level(self) -> int:
        """The level of the cells that hold a spot each."""
        return self.zoom + _CELLS_A_TILE

    @property
    def parameters(self) -> dict[str, str]:
        """How an address names it."""
        return {
            "zoom": str(self.zoom),
            "lat": f"{self.latitude:.5f}",
            "lon": f"{self.longitude:.5f}",
        }

    def near(self, zoom: int, x: float, y: float) -> View:
        """Return a view of the same size of another place of the map."""
        longitude, latitude = unprojected(x, y)
        zoom = max(LEAST_ZOOM, min(MOST_ZOOM, zoom))
        return View(zoom, latitude, longitude, self.width, self.height)

    def moved(self, right: float, down: float) -> View:
        """Return the view beside it; 1 is a whole picture."""
        box = self.box
        x, y = (box.west + box.east) / 2, (box.north + box.south) / 2
        return self.near(
            self.zoom,
            min(max(x + right * (box.east - box.west), 0), 1),
            min(max(y + down * (box.south - box.north), 0), 1),
        )

    def zoomed(self, by: int) -> View:
        """Return the view from nearer or from farther off."""
        return self.near(self.zoom + by, *projected(self.longitude, self.latitude))


def fitting(around: Box | None, width: int, height: int) -> View:
    """Return the nearest view in which all of a part of the map is seen."""
    if around is None:
        zoom, latitude, longitude = _NOTHING
        return View(int(zoom), latitude, longitude, width, height)
    x, y = (around.west + around.east) / 2, (around.north + around.south) / 2
    longitude, latitude = unprojected(x, y)
    zoom = min(_zoom(around, width, height), _NEAR)
    return View(max(LEAST_ZOOM, zoom), latitude, longitude, width, height)


def bounds(box: Box) -> tuple[float, ...]:
    """Return south, west, north and east of a part of the map, in degrees."""
    west, south = unprojected(box.west, box.south)
    east, north = unprojected(box.east, box.north)
    return tuple(round(value, 5) for value in (south, west, north, east))


def _zoom(around: Box, width: int, height: int) -> int:
    across = max(around.east - around.west, 1e-9) / (width * (1 - 2 * _FREE))
    down = max(around.south - around.north, 1e-9) / (height * (1 - 2 * _FREE))
    return math.floor(math.log2(1 / (max(across, down) * _TILE)))


def size(width: int, height: int) -> tuple[int, int]:
    """Return the size of the picture that the address asks for, or this one."""
    return round(_number("width", width, *_SIZES)), round(_number("height", height, *_SIZES))


def asked(width: int, height: int) -> View | None:
    """Return the view that the address names, None where it names none."""
    if not all(request.args.get(name) for name in ("zoom", "lat", "lon")):
        return None
    return View(
        round(_number("zoom", 0, LEAST_ZOOM, MOST_ZOOM)),
        _number("lat", 0, -85, 85),
        _number("lon", 0, -180, 180),
        width,
        height,
    )


def _number(name: str, otherwise: float, least: float, most: float) -> float:
    text = request.args.get(name)
    if not text:
        return otherwise
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not least <= value <= most:
        raise UsageError(
            Text("“{value}” is no part of a map.", value=text[:40]),
            where=name,
            expected=Text("A number from {least} to {most}.", least=least, most=most),
        )
    return value


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cluster is drawn, and the view in which it falls apart; None where there is none."""

    cluster: Cluster
    x: float
    y: float
    latitude: float
    longitude: float
    nearer: View | None

    @property
    def name(self) -> str:
        """Its cell, so that it is found again after the view has changed."""
        return f"{self.cluster.cell[0]}-{self.cluster.cell[1]}"


def placed(view: View, clusters: Iterable[Cluster]) -> list[Place]:
    """Return where the clusters of a view are drawn."""
    box = view.box
    return [_placed(view, box, cluster) for cluster in clusters]


def _placed(view: View, box: Box, cluster: Cluster) -> Place:
    around, side = cluster.around, 2.0**-view.level
    middle = ((around.west + around.east) / 2, (around.north + around.south) / 2)
    x, y = (
        min(max(at, (cell + _INSIDE) * side), (cell + 1 - _INSIDE) * side)
        for at, cell in zip(middle, cluster.cell, strict=True)
    )
    longitude, latitude = unprojected(x, y)
    return Place(
        cluster,
        round((x - box.west) * view.scale, 1),
        round((y - box.north) * view.scale, 1),
        round(latitude, 6),
        round(longitude, 6),
        _nearer(view, around, middle),
    )


def _nearer(view: View, around: Box, middle: tuple[float, float]) -> View | None:
    """Return the view to look closer at a cluster."""
    together = around.west == around.east and around.north == around.south
    most = _NEAR if together else MOST_ZOOM
    if view.zoom >= most:
        return None
    if together:
        return view.near(most, *middle)
    zoom = _zoom(around, view.width, view.height)
    return view.near(min(max(zoom, view.zoom + 1), view.zoom + _MOST_STEPS, most), *middle)

"""The lines below the spots of a map: coast, borders of countries and of départements.

``static/outlines.json`` is cut from Natural Earth (public domain) by ``data/build/outlines.py``;
the browser's map draws the same file.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import NamedTuple

from registry.search.places import Box, projected

FILE = "outlines.json"
_STEPS_A_DEGREE = 1000
_LINE = 4


class Line(NamedTuple):
    """A line of the map, and the part of it that it is in."""

    box: Box
    points: tuple[tuple[float, float], ...]


@functools.cache
def _lines() -> dict[str, tuple[Line, ...]]:
    text = files("registry.web").joinpath(f"static/{FILE}").read_text(encoding="utf-8")
    return {what: tuple(line(steps) for steps in found) for what, found in json.loads(text).items()}


def line(steps: list[int]) -> Line:
    """Read a line that is written as steps."""
    points = []
    longitude = latitude = 0
    for east, north in zip(steps[::2], steps[1::2], strict=True):
        longitude, latitude = longitude + east, latitude + north
        points.append(projected(longitude / _STEPS_A_DEGREE, latitude / _STEPS_A_DEGREE))
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Line(Box(min(xs), min(ys), max(xs), max(ys)), tuple(points))


def outlines(box: Box, scale: float) -> dict[str, str]:
    """Return what is to be drawn in a part of the map, as the data of SVG paths, in pixels."""
    return {what: "".join(paths(lines, box, scale)) for what, lines in _lines().items()}


def paths(lines: Iterable[Line], box: Box, scale: float) -> Iterator[str]:
    """Yield the data of a path for each line that may be seen."""
    width, height = (box.east - box.west) * scale, (box.south - box.north) * scale
    for each in lines:
        if not touching(each.box, box):
            continue
        drawn = [
            (round((x - box.west) * scale), round((y - box.north) * scale)) for x, y in each.points
        ]
        # What falls on one pixel is one point; of what stays beyond an edge the ends are enough.
        once = [at for at, before in zip(drawn, [None, *drawn], strict=False) if at != before]
        sides = [_beyond(x, y, width, height) for x, y in once]
        kept = [
            f"{x} {y}"
            for number, (x, y) in enumerate(once)
            if not (sides[number] and sides[number - 1 : number + 2] == [sides[number]] * 3)
        ]
        yield f"M{'L'.join(kept)}"


def touching(one: Box, other: Box) -> bool:
    """Whether two parts of the map have something in common."""
    beside = one.east < other.west or one.west > other.east
    return not (beside or one.south < other.north or one.north > other.south)


def _beyond(x: float, y: float, width: float, height: float) -> str:
    """Return the edge beyond which a point lies, if any, with the thickness of a line."""
    if x < -_LINE:
        return "west"
    if x > width + _LINE:
        return "east"
    if y < -_LINE:
        return "north"
    return "south" if y > height + _LINE else ""

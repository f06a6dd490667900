"""Where the records of a release are, in memory, and how many are in each cell of a grid.

A record is where its own point is, else where the territory is that it names. Places are kept in
Mercator's projection as parts of the world's width, from 0 to 1, west to east and north to south.
A cell of level n is one of 2ⁿ × 2ⁿ. Down to ``_BASE`` each cell's records are kept as a bitmap, so
that those of any choice are counted without being gone through.
"""

from __future__ import annotations

import math
import sqlite3
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pyroaring import BitMap

from registry.namespaces import term
from registry.search.facets import Facets

SPATIAL: Final = term("dcterms:spatial").value
#: Cells of 1.7 km at 45° north.
_BASE: Final = 14
#: The poles lie at infinity: what is farther north or south is drawn here.
_MOST_LATITUDE: Final = 85.05
#: Of so many records the exact places are looked at.
_FEW: Final = 500

Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the map."""

    west: float
    north: float
    east: float
    south: float


@dataclass(frozen=True, slots=True)
class Cluster:
    """The records of one cell, and the smallest box around them that is known."""

    cell: Cell
    members: BitMap
    around: Box


def projected(longitude: float, latitude: float) -> tuple[float, float]:
    """Return where a point is on the map."""
    north = math.radians(max(-_MOST_LATITUDE, min(_MOST_LATITUDE, latitude)))
    return longitude / 360 + 0.5, 0.5 - math.asinh(math.tan(north)) / math.tau


def unprojected(x: float, y: float) -> tuple[float, float]:
    """Return longitude and latitude of a place on the map."""
    return (x - 0.5) * 360, math.degrees(math.atan(math.sinh((0.5 - y) * math.tau)))


class Places:
    """The places of one release; read once, some tenths of a second at 200,000 records."""

    def __init__(self, database: sqlite3.Connection, facets: Facets) -> None:
        (last,) = database.execute("SELECT COALESCE(MAX(id), 0) FROM resource").fetchone()
        self._x = array("d", bytes(8 * (last + 1)))
        self._y = array("d", self._x)
        self._levels: dict[int, dict[Cell, BitMap]] = {_BASE: {}}
        #: All that are somewhere.
        self.located = BitMap()
        for number, longitude, latitude in database.execute("SELECT * FROM point"):
            self._put(BitMap((number,)), longitude, latitude)
        #: Those that have a point of their own; the others are where their territory is.
        self.own = BitMap(self.located)
        named = facets.own(SPATIAL)
        rows = database.execute(
            "SELECT iri, longitude, latitude FROM point JOIN resource USING (id)"
        )
        for iri, longitude, latitude in rows:
            # A record that names several territories is in the first of them.
            if members := named.get(iri, BitMap()) - self.located:
                self._put(members, longitude, latitude)
        for level in range(_BASE - 1, -1, -1):
            cells: dict[Cell, BitMap] = {}
            for (x, y), members in self._levels[level + 1].items():
                cells.setdefault((x // 2, y // 2), BitMap()).update(members)
            self._levels[level] = cells

    def _put(self, members: BitMap, longitude: float, latitude: float) -> None:
        x, y = projected(longitude, latitude)
        for number in members:
            self._x[number], self._y[number] = x, y
        cell = _cell(x, y, _BASE)
        self._levels[_BASE].setdefault(cell, BitMap()).update(members)
        self.located |= members

    def at(self, number: int) -> tuple[float, float] | None:
        """Return longitude and latitude of a record, None where it is nowhere."""
        if number not in self.located:
            return None
        return unprojected(self._x[number], self._y[number])

    def clusters(self, records: BitMap, box: Box, level: int) -> list[Cluster]:
        """Return those of the records in the cells of a level that the box touches, by cell."""
        if level <= _BASE:
            found = self._touched(records, box, level)
        else:
            cells: dict[Cell, BitMap] = {}
            wanted = _range(box, level)
            for _, members in self._touched(records, box, _BASE):
                for number in members:
                    cell = _cell(self._x[number], self._y[number], level)
                    if cell[0] in wanted[0] and cell[1] in wanted[1]:
                        cells.setdefault(cell, BitMap()).add(number)
            found = iter(cells.items())
        return [
            Cluster(cell, members, self._around(cell, level, members))
            for cell, members in sorted(found)
        ]

    def _touched(self, records: BitMap, box: Box, level: int) -> Iterator[tuple[Cell, BitMap]]:
        columns, rows = _range(box, level)
        kept = self._levels[level]
        if len(columns) * len(rows) < len(kept):
            cells = [(x, y) for x in columns for y in rows if (x, y) in kept]
        else:
            cells = [(x, y) for x, y in kept if x in columns and y in rows]
        for cell in cells:
            if members := kept[cell] & records:
                yield cell, members

    def _around(self, cell: Cell, level: int, members: BitMap) -> Box:
        """Return the box of the records where they are few, else their cell."""
        if len(members) > _FEW:
            (x, y), side = cell, 2.0**-level
            return Box(x * side, y * side, (x + 1) * side, (y + 1) * side)
        xs, ys = [self._x[n] for n in members], [self._y[n] for n in members]
        return Box(min(xs), min(ys), max(xs), max(ys))

    def around(self, records: BitMap) -> Box | None:
        """Return a box around all of the records that are somewhere."""
        boxes = [each.around for each in self.clusters(records, Box(0, 0, 1, 1), _BASE // 2 + 2)]
        if not boxes:
            return None
        return Box(
            min(box.west for box in boxes),
            min(box.north for box in boxes),
            max(box.east for box in boxes),
            max(box.south for box in boxes),
        )


def _cell(x: float, y: float, level: int) -> Cell:
    return int(x * (1 << level)), int(y * (1 << level))


def _range(box: Box, level: int) -> tuple[range, range]:
    """Return the columns and the rows of the cells that a box touches."""
    (west, north), (east, south) = (
        _cell(box.west, box.north, level),
        _cell(box.east, box.south, level),
    )
    return range(west, east + 1), range(north, south + 1)

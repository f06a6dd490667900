"""Pictures of an answer: bars, a map of points or a network, drawn by the server as SVG.

Which one suits is seen from the columns; the table below every picture says the same in words.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from flask import request
from pyoxigraph import Literal, NamedNode

from registry.namespaces import PREFIXES
from registry.points import point
from registry.texts import Text
from registry.web.results import Table
from registry.web.views import Shown

MOST_BARS: Final = 50
_MOST_EDGES: Final = 150
_MOST_NODES: Final = 120
_NUMBERS: Final = frozenset(
    PREFIXES["xsd"] + name
    for name in ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger")
)

#: Sizes in the unit of the drawing, which is a pixel at full width.
WIDTH: Final = 680
#: Names in one column, as narrow as a phone.
NARROW: Final = 340
#: A map is as narrow as a phone, so that it is seen whole there and its spots can still be hit.
_MAP_WIDTH: Final = 480
_MARGIN: Final = 40
_HIGHEST: Final = 400
_LEAST_SPAN: Final = 0.02
_TOGETHER: Final = 34
ROW: Final = 27
#: In so many widths a line is drawn.
STRENGTHS: Final = 4
_LABELS: Final = 230
_LONGEST: Final = 27
_STEPS: Final = (60, 30, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its place and length in percent of the width, and where its row begins."""

    label: Shown
    short: str
    value: str
    start: float
    length: float
    top: int


@dataclass(frozen=True, slots=True)
class Spot:
    """What lies at one place of a map or a network; ``bare`` where no name is written."""

    things: tuple[Shown, ...]
    x: float
    y: float
    left: bool = False
    bare: bool = False

    @property
    def name(self) -> str:
        """The names of all that is there."""
        return ", ".join(dict.fromkeys(_name(thing) for thing in self.things))

    @property
    def short(self) -> str:
        """The name, where a long one has to be cut."""
        return _cut(self.name)


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture; ``kind`` says which of the lists are used."""

    kind: str
    title: str
    text: str
    height: int
    width: int = WIDTH
    bars: Sequence[Bar] = ()
    spots: Sequence[Spot] = ()
    lines: Sequence[str] = ()
    #: How strong each line is drawn, from 1 to ``STRENGTHS``; all alike where nothing is said.
    strengths: Sequence[int] = ()
    marks: Sequence[tuple[float, float, str]] = field(default_factory=tuple)
    zero: float = 0.0


def pictures(table: Table, language: str) -> dict[str, Picture]:
    """Return the pictures that suit an answer, the most telling one first."""
    drawn = (draw(table, language) for draw in _DRAWERS)
    return {picture.kind: picture for picture in drawn if picture}


def chosen(offered: dict[str, Picture]) -> Picture | None:
    """Return the picture that the address asks for (``view=``), the first one where it does not."""
    wanted = request.args.get("view", "")
    return None if wanted == "table" else offered.get(wanted) or next(iter(offered.values()), None)


def number(term: object) -> float | None:
    """Return the value of a literal that is a finite number, else None."""
    if isinstance(term, Literal) and term.datatype.value in _NUMBERS:
        try:
            value = float(term.value)
        except ValueError:
            return None
        return value if math.isfinite(value) else None
    return None


def _columns(table: Table, fits: Callable[[object], bool]) -> list[int]:
    """Return the columns that hold something, and nothing that does not fit."""
    found = []
    for place in range(len(table.columns)):
        terms = [row[place] for row in table.terms if row[place] is not None]
        if terms and all(map(fits, terms)):
            found.append(place)
    return found


def _chart(table: Table, language: str) -> Picture | None:
    """Draw bars: the first column of numbers by the only column of anything else."""
    numbers = _columns(table, lambda term: number(term) is not None)
    others = [i for i in range(len(table.columns)) if i not in numbers]
    if not numbers or len(others) != 1 or table.more or len(table.rows) > MOST_BARS:
        return None
    by, of = others[0], numbers[0]
    found = [
        (row[by], row[of].text, value)
        for row, terms in zip(table.rows, table.terms, strict=True)
        if (value := number(terms[of])) is not None
    ]
    values = [value for _, _, value in found]
    low, high = min(0.0, *values), max(0.0, *values)
    # Halves first: the span of the largest numbers would be infinite.
    span = (high / 2 - low / 2) or 1.0

    def share(value: float) -> float:
        return round((value / 2 - low / 2) / span * 100, 3)

    zero = share(0.0)
    bars = [
        Bar(
            label,
            _cut(_name(label)),
            text,
            min(zero, share(value)),
            abs(round(share(value) - zero, 3)),
            index * 46,
        )
        for index, (label, text, value) in enumerate(found)
    ]
    names = {"value": table.columns[of], "label": table.columns[by]}
    return Picture(
        "chart",
        Text("“{value}” by “{label}”", **names).to(language),
        Text("{n} bars. The table below says the same.", n=len(bars)).to(language),
        len(bars) * 46,
        bars=bars,
        zero=zero,
    )


def _map(table: Table, language: str) -> Picture | None:
    """Draw the points of the first column that holds some."""
    columns = range(len(table.columns))
    place = next((i for i in columns if any(point(row[i]) for row in table.terms)), None)
    if place is None:
        return None
    resources = [i for i in columns if any(isinstance(r[i], NamedNode) for r in table.terms)]
    other = next((i for i in columns if i != place), place)
    of = resources[0] if resources else other
    found = [
        (where, row[of])
        for row, terms in zip(table.rows, table.terms, strict=True)
        if (where := point(terms[place]))
    ]
    west, east = _widened([x for (x, _), _ in found])
    south, north = _widened([y for (_, y), _ in found])
    shrink = max(math.cos(math.radians((south + north) / 2)), 0.1)
    scale = min(
        (_MAP_WIDTH - 2 * _MARGIN) / ((east - west) * shrink),
        (_HIGHEST - 2 * _MARGIN) / (north - south),
    )
    left = (_MAP_WIDTH - (east - west) * shrink * scale) / 2
    height = round((north - south) * scale) + 2 * _MARGIN

    def drawn(x: float, y: float) -> tuple[float, float]:
        return left + (x - west) * shrink * scale, _MARGIN + (north - y) * scale

    spots = _together([(*drawn(*where), thing) for where, thing in found])
    lines, marks = [], []
    for x in _round_values(west, east):
        at = round(drawn(x, south)[0], 1)
        lines.append(f"M{at} 0V{height}")
        marks.append((at + 4, height - 6.0, _degrees(x, "E", "W")))
    for y in _round_values(south, north):
        at = round(drawn(west, y)[1], 1)
        lines.append(f"M0 {at}H{_MAP_WIDTH}")
        marks.append((4.0, at - 4, _degrees(y, "N", "S")))
    return Picture(
        "map",
        Text("Map of “{column}”", column=table.columns[of]).to(language),
        Text("{n} points, north at the top. The table below says the same.", n=len(found)).to(
            language
        ),
        height,
        width=_MAP_WIDTH,
        spots=spots,
        lines=lines,
        marks=marks,
    )


def _widened(values: Sequence[float]) -> tuple[float, float]:
    """Return the least and the most, apart even where all are the same."""
    low, high = min(values), max(values)
    more = max(_LEAST_SPAN - (high - low), 0) / 2
    return low - more, high + more


def _round_values(low: float, high: float) -> list[float]:
    """Return some round values between two, for the lines of a map."""
    step = next((s for s in _STEPS if (high - low) / s >= 2), _STEPS[-1])  # noqa: PLR2004
    first, last = math.ceil(low / step), math.floor(high / step)
    return [round(n * step, 2) for n in range(first, last + 1)]


def _degrees(value: float, above: str, below: str) -> str:
    return f"{abs(value):g}° {above if value >= 0 else below}".strip()


def _together(found: Iterable[tuple[float, float, Shown]]) -> list[Spot]:
    """Put what would lie on one another in one spot, so that each can be hit with a finger."""
    spots: list[tuple[float, float, list[Shown]]] = []
    for x, y, thing in found:
        for other_x, other_y, things in spots:
            if math.dist((x, y), (other_x, other_y)) < _TOGETHER:
                things.append(thing)
                break
        else:
            spots.append((x, y, [thing]))
    return [Spot(_once(things), round(x, 1), round(y, 1)) for x, y, things in spots]


def _once(things: Iterable[Shown]) -> tuple[Shown, ...]:
    return tuple(dict.fromkeys(things))


def _network(table: Table, language: str) -> Picture | None:
    """Draw the links between two columns of resources: names at both sides, lines between."""
    columns = _columns(table, lambda term: isinstance(term, NamedNode))
    if len(columns) != 2 or table.more:  # noqa: PLR2004
        return None
    first, second = columns
    names: dict[str, Shown] = {}
    edges: dict[tuple[str, str], None] = {}
    for row, terms in zip(table.rows, table.terms, strict=True):
        one, other = terms[first], terms[second]
        if isinstance(one, NamedNode) and isinstance(other, NamedNode):
            names |= {one.value: row[first], other.value: row[second]}
            edges[one.value, other.value] = None
    if not edges or len(edges) > _MOST_EDGES or len(names) > _MOST_NODES:
        return None
    left, right = _sides(list(edges))
    height = max(len(left), len(right)) * ROW + ROW
    spots = {
        iri: Spot((names[iri],), *place, left=side is left)
        for side in (left, right)
        for iri, place in zip(side, _places(len(side), height, left=side is left), strict=True)
    }
    middle = WIDTH / 2
    lines = [
        f"M{a.x} {a.y}Q{middle} {round((a.y + b.y) / 2, 1)} {b.x} {b.y}"
        for a, b in ((spots[one], spots[other]) for one, other in edges)
    ]
    said = {"one": table.columns[first], "other": table.columns[second]}
    return Picture(
        "network",
        Text("Links between “{one}” and “{other}”", **said).to(language),
        Text("{n} names, {m} links. The table below says the same.", n=len(names), m=len(edges)).to(
            language
        ),
        height,
        spots=list(spots.values()),
        lines=lines,
    )


def _sides(edges: Sequence[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """Return what stands on either side, neighbours near one another."""
    near: dict[str, list[str]] = {}
    for one, other in edges:
        near.setdefault(one, []).append(other)
        near.setdefault(other, []).append(one)
    order: list[str] = []
    seen: set[str] = set()
    for start in sorted(near, key=lambda iri: (-len(near[iri]), iri)):
        waiting = [start]
        while waiting:
            iri = waiting.pop()
            if iri not in seen:
                seen.add(iri)
                order.append(iri)
                waiting += reversed(near[iri])
    froms, tos = {one for one, _ in edges}, {other for _, other in edges}
    if froms.isdisjoint(tos):
        return [iri for iri in order if iri in froms], [iri for iri in order if iri in tos]
    half = (len(order) + 1) // 2
    return order[half:][::-1], order[:half]


def _places(count: int, height: int, *, left: bool) -> list[tuple[float, float]]:
    """Return places on one half of an oval, as far from one another as names are high."""
    step, across = height / (count + 1), WIDTH / 2 - _LABELS
    found = []
    for index in range(count):
        y = (index + 1) * step
        out = across * math.sqrt(max(1 - ((y - height / 2) / (height / 2)) ** 2, 0))
        found.append((round(WIDTH / 2 - out if left else WIDTH / 2 + out, 1), round(y, 1)))
    return found


def _name(shown: Shown) -> str:
    return shown.kind or shown.text


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"


_DRAWERS: Final = (_map, _chart, _network)

"""The ontology in two pictures: what is drawn, where. ``diagram.svg.html`` draws them.

The places are fixed here; names come from the ontology and lines from the shapes, so that a new
property of a relationship is drawn without an edit. Actors stand in one band across the middle:
every relationship points to it, none to another, and no line crosses another.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from registry.reference import Entry, Reference, Use
from registry.texts import best

WIDTH: Final = 1080
_BOX: Final = (152, 50)
_MARGIN: Final = 14
_LINE: Final = 16
_LETTERS: Final = 17
_LABEL_LETTERS: Final = 15
_INDENT: Final = 10
_APART: Final = 58
_ACTORS: Final = ("Initiative", "Network", "Organization")
#: Rows of boxes: what is known of actors or frames what they do; relationships; what those use.
_ABOVE: Final = (
    *("StageStatement", "EssClaim", "ResourceStatement"),
    *("Territory", "Event", "Programme"),
)
_BELOW: Final = ("Membership", "Accompaniment", "Facilitation", "Pooling", "Cooperation")
_USED: Final = {"Method": "Accompaniment"}
_TOPS: Final = {"above": 14, "band": 186, "below": 404, "used": 530}
_BAND: Final = 96
#: Around an accompaniment: at its left and right, above it, below it.
_SIDES: Final = ("accompanier", "accompanied")
_SUBJECT: Final = ("approach", "targetStage", "need", "method", "format")
_FRAME: Final = ("startDate", "endDate", "attestedOn", "reciprocates", "programme")
_HUB_TOPS: Final = {"above": 14, "middle": 112, "below": 210}


@dataclass(frozen=True, slots=True)
class Box:
    """A class; ``left`` and ``top`` in the picture's own unit, ``lines`` its label in lines."""

    name: str
    iri: str
    label: str
    lines: tuple[str, ...]
    left: float
    top: float
    width: float = _BOX[0]
    height: float = _BOX[1]

    @property
    def middle(self) -> float:
        """Where the lines that end at the box stand."""
        return self.left + self.width / 2


@dataclass(frozen=True, slots=True)
class Line:
    """Properties that lead from the records of some classes to those of another.

    It runs from ``start`` down or up to ``end``; ``labels`` are the names of the properties in
    short lines, each with its height and how far it stands in.
    """

    sources: tuple[Box, ...]
    target: Box
    uses: tuple[Use, ...]
    at: float
    start: float
    end: float
    labels: tuple[tuple[float, int, str], ...]


@dataclass(frozen=True, slots=True)
class Diagram:
    """The whole picture."""

    band: Box
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    height: float
    width: int = WIDTH


@dataclass(frozen=True, slots=True)
class Hub:
    """One relationship, ``centre``, and the properties around it: boxes with what they hold."""

    centre: Box
    around: tuple[tuple[Box, Use], ...]
    height: float
    width: int = WIDTH


def diagram(said: Reference, language: str, actors: str) -> Diagram:
    """Return the picture in a language; ``actors`` is the title of the band."""
    known = {entry.name: entry for entry in said.classes}
    band = Box("", "", actors, (actors,), _MARGIN, _TOPS["band"], WIDTH - 2 * _MARGIN, _BAND)
    inner = list(_row(known, _ACTORS, _TOPS["band"] + 36, language))
    above = list(_row(known, _ABOVE, _TOPS["above"], language))
    below = list(_row(known, _BELOW, _TOPS["below"], language))
    used = [
        Box(name, entry.iri, label, _wrapped(label), box.left, _TOPS["used"])
        for name, user in _USED.items()
        for box in below
        if box.name == user and (entry := known.get(name)) and (label := _label(entry, language))
    ]
    drawn = _Drawn(said, language)
    lines = [line for box in (*above, *below) for line in drawn.to_band(box, band, inner)]
    for box in used:
        user = next(b for b in below if b.name == _USED[box.name])
        lines += drawn.between([user], [box], (user, box), 0)
    boxes = (*above, *inner, *below, *used)
    height = max(box.top + box.height for box in boxes) + _MARGIN
    return Diagram(band, boxes, tuple(lines), height)


def hub(said: Reference, language: str) -> Hub | None:
    """Return an accompaniment with what is said of it; None where the ontology has none."""
    entry = next((e for e in said.classes if e.name == "Accompaniment"), None)
    if entry is None:
        return None
    uses = {use.field.path.rpartition("#")[2]: use for use in said.uses[entry.iri]}
    label = _label(entry, language)
    middle = _HUB_TOPS["middle"]
    centre = Box(entry.name, entry.iri, label, (label,), WIDTH / 2 - _BOX[0] / 2, middle)
    sides = (_MARGIN, WIDTH - _MARGIN - _BOX[0])
    places = [(name, float(left), middle) for name, left in zip(_SIDES, sides, strict=True)]
    for names, top in ((_SUBJECT, _HUB_TOPS["above"]), (_FRAME, _HUB_TOPS["below"])):
        present = [name for name in names if name in uses]
        places += [(n, left, top) for n, left in zip(present, _lefts(len(present)), strict=True)]
    around = [
        (Box(name, use.field.path, text, _wrapped(text), left, top), use)
        for name, left, top in places
        if (use := uses.get(name)) and (text := best(use.field.name, language))
    ]
    return Hub(centre, tuple(around), _HUB_TOPS["below"] + _BOX[1] + _MARGIN)


def _lefts(number: int) -> list[float]:
    """Return where so many boxes begin that stand evenly in a row."""
    pitch = (WIDTH - 2 * _MARGIN) / max(number, 1)
    return [_MARGIN + pitch * (place + 0.5) - _BOX[0] / 2 for place in range(number)]


def _row(known: dict[str, Entry], names: Sequence[str], top: float, language: str) -> Iterator[Box]:
    present = [known[name] for name in names if name in known]
    for left, entry in zip(_lefts(len(present)), present, strict=True):
        label = _label(entry, language)
        yield Box(entry.name, entry.iri, label, _wrapped(label), left, top)


def _label(entry: Entry, language: str) -> str:
    return best(entry.words("rdfs:label"), language, entry.name)


def _wrapped(label: str) -> tuple[str, ...]:
    return tuple(textwrap.wrap(label, _LETTERS))


@dataclass(frozen=True, slots=True)
class _Drawn:
    said: Reference
    language: str

    def to_band(self, box: Box, band: Box, inner: Sequence[Box]) -> list[Line]:
        """Return the line to the actors, the one from them, or both, side by side."""
        there = self.between([box], inner, (box, band), 0)
        back = self.between(inner, [box], (band, box), 0)
        if there and back:
            there = self.between([box], inner, (box, band), -_APART)
            back = self.between(inner, [box], (band, box), _APART)
        return there + back

    def between(
        self, sources: Sequence[Box], targets: Sequence[Box], ends: tuple[Box, Box], aside: float
    ) -> list[Line]:
        """Return the line for what the shapes let records of ``sources`` say of ``targets``."""
        wanted = {box.iri for box in targets}
        uses = {
            use.field.path: use
            for box in sources
            for use in self.said.uses.get(box.iri, ())
            if not use.derived and wanted & set(use.values)
        }
        if not uses:
            return []
        source, target = ends
        down = source.top < target.top
        start = source.top + source.height if down else source.top
        end = target.top if down else target.top + target.height
        texts = [
            (_INDENT if place else 0, line)
            for use in uses.values()
            for place, line in enumerate(
                textwrap.wrap(best(use.field.name, self.language), _LABEL_LETTERS)
            )
        ]
        first = (start + end) / 2 - (len(texts) - 1) * _LINE / 2 + 4
        labels = tuple((first + i * _LINE, *text) for i, text in enumerate(texts))
        at = (source if source.name else target).middle + aside
        shown = (tuple(sources), target, tuple(uses.values()))
        return [Line(*shown, at, start, end, labels)]

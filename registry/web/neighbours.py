"""The actors around a record: a picture whose names are links, one below the other beside it.

The sentences below the picture say the same, and how each is related.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from registry.texts import Text
from registry.web.links import Linker
from registry.web.pictures import NARROW, ROW, Picture, Spot
from registry.web.relations import Relations
from registry.web.views import Shown

#: Fewer are seen at a glance in the sentences; names of more would lie on one another.
_LEAST: Final = 3
_NAMED: Final = 30
#: Where the record itself is, where the names begin, and how far they are bent around it.
_CENTRE, _BEGIN, _BEND = 22, 60, 50
_RADII: Final = (150, 129, 108)
_MARGIN: Final = 20


def neighbours(iri: str, relations: Iterable[Relations], linker: Linker) -> Picture | None:
    """Return the picture; None where there is little to see."""
    others = list(dict.fromkeys(o for r in relations for s in r.sentences for o in s.others))
    if len(others) < _LEAST:
        return None
    spots = _named(others, linker) if len(others) <= _NAMED else _unnamed(others, linker)
    height = round(max(spot.y for spot in spots) + min(spot.y for spot in spots))
    across = NARROW / 2 if spots[0].bare else _CENTRE
    centre = Spot((Shown(linker.label(iri)),), across, height / 2, bare=True)
    said = Text("{n} names: those of the sentences here, which say the same.", n=len(others))
    if spots[0].bare:
        said = Text("{n} actors, too many for their names: the sentences say them.", n=len(others))
    return Picture(
        "column",
        Text("Around “{name}”", name=linker.label(iri)).to(linker.language),
        said.to(linker.language),
        height,
        width=NARROW,
        spots=[*spots, centre],
        lines=[f"M{centre.x} {centre.y}L{spot.x} {spot.y}" for spot in spots],
    )


def _named(others: Sequence[str], linker: Linker) -> list[Spot]:
    half = (len(others) + 1) / 2
    spots = []
    for place, other in enumerate(others, start=1):
        x = _BEGIN + _BEND * math.sqrt(1 - (place / half - 1) ** 2)
        shown = Shown(linker.label(other), *linker.href(other))
        spots.append(Spot((shown,), round(x, 1), place * ROW))
    return spots


def _unnamed(others: Sequence[str], linker: Linker) -> list[Spot]:
    """Return points on circles, without links: they would be too small to be hit."""
    spots = []
    for place, other in enumerate(others):
        angle, radius = math.tau * place / len(others), _RADII[place % len(_RADII)]
        x = round(NARROW / 2 + radius * math.sin(angle), 1)
        y = round(_MARGIN + _RADII[0] - radius * math.cos(angle), 1)
        spots.append(Spot((Shown(linker.label(other)),), x, y, bare=True))
    return spots

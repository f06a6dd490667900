"""The lines of the tables of ``/networks``, with the names of what they are about."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pyroaring import BitMap

from registry.search.spans import ACCOMPANIED, MEMBER
from registry.texts import Text
from registry.web.links import Linker, document_path
from registry.web.networks_asked import Wanted, address
from registry.web.overlaps import Overlap, twice
from registry.web.pictures import NARROW, ROW, STRENGTHS, Picture, Spot
from registry.web.views import Shown

_MOST_LINES: Final = 120
#: Where the names begin, and how far to the left of them a line reaches at most.
_BEGIN, _REACH = 122, 150


@dataclass(frozen=True, slots=True)
class Row:
    """A network or an accompanist: its members or those accompanied; ``only`` are in no other.

    Or a group of so many ``networks``, named after its largest one.
    """

    name: str
    path: str
    count: int
    records: str = ""
    only: int = 0
    networks: int = 0
    #: Of a network among several groups: its own.
    group: Row | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two networks or groups, the members that they share, and their share of the smaller one's."""

    one: Row
    other: Row
    shared: int
    share: int
    query: str = ""


class Tables:
    """Makes lines of what was asked; ``iris`` are those whose names are needed."""

    def __init__(self, asks: Wanted, iris: Iterable[str]) -> None:
        self._asks, self._view = asks, asks.view
        chosen = (value for values in asks.choices.values() for value in values)
        heads = (group[0] for group in asks.groups)
        hits = self._view.release.index.hits(sorted({*iris, *chosen, *heads}), self._view.language)
        self.linker = Linker(self._view.site, hits, self._view.language)

    @cached_property
    def _several(self) -> BitMap:
        return twice(self._asks.networks)

    @cached_property
    def _groups(self) -> dict[str, Row]:
        """The group of each network that is in one."""
        sets = self._asks.group_sets
        several = twice(sets)
        found: dict[str, Row] = {}
        for group in self._asks.groups:
            members = sets[group[0]]
            name = self.linker.label(group[0])
            if len(group) > 1:
                name = Text("{name} and others", name=name).to(self._view.language)
            row = Row(
                name,
                address(self._asks.around(group[0])),
                len(members),
                only=len(members - several),
                networks=len(group),
            )
            found.update(dict.fromkeys(group, row))
        return found

    def group(self, iri: str) -> Row:
        """Return the group of a network."""
        return self._groups[iri]

    def network(self, iri: str) -> Row:
        """Return a network with its members."""
        members = self._asks.networks[iri]
        return Row(
            self.linker.label(iri),
            document_path(self._view.site, iri),
            len(members),
            self._asks.members(MEMBER, iri),
            only=len(members - self._several),
            group=self._groups.get(iri),
        )

    def accompanist(self, iri: str, accompanied: BitMap) -> Row:
        """Return an accompanist with those that it accompanies."""
        return Row(
            self.linker.label(iri),
            document_path(self._view.site, iri),
            len(accompanied),
            self._asks.members(ACCOMPANIED, iri),
        )

    def pair(self, each: Overlap) -> Pair:
        """Return two networks and what they share."""
        query = self._asks.members(MEMBER, each.one, each.other)
        one, other = self.network(each.one), self.network(each.other)
        return Pair(one, other, each.shared, each.share, query)

    def groups(self, each: Overlap) -> Pair:
        """Return two groups, each named by its largest network, and what they share."""
        return Pair(self.group(each.one), self.group(each.other), each.shared, each.share)


def _arc(one: float, other: float, height: float) -> str:
    """Return an arc between two heights, which reaches the farther the more names it passes."""
    x = round(_BEGIN - _REACH * math.sqrt(abs(one - other) / height), 1)
    return f"M{_BEGIN} {one}C{x} {one} {x} {other} {_BEGIN} {other}"


def draw(rows: Mapping[str, Row], overlaps: Sequence[Overlap], language: str) -> Picture | None:
    """Draw networks or groups one below the other, and an arc between two that share members."""
    drawn = overlaps[:_MOST_LINES]
    linked = {name for each in drawn for name in (each.one, each.other)}
    nodes = [name for name in rows if name in linked or rows[name].networks]
    if not nodes:
        return None
    height = (len(nodes) + 1) * ROW
    spots = {
        name: Spot((Shown(_name(rows[name]), rows[name].path),), _BEGIN, place * ROW)
        for place, name in enumerate(nodes, start=1)
    }
    most = max((each.shared for each in drawn), default=1)
    ends = [(spots[each.one], spots[each.other]) for each in drawn]
    grouped = any(row.networks for row in rows.values())
    title, text = _said(len(nodes), len(ends), grouped=grouped)
    return Picture(
        "column",
        title.to(language),
        text.to(language),
        height,
        width=NARROW,
        spots=list(spots.values()),
        lines=[_arc(a.y, b.y, height) for a, b in ends],
        strengths=[math.ceil(STRENGTHS * each.shared / most) for each in drawn],
    )


def _name(row: Row) -> str:
    return f"{row.networks or row.count} · {row.name}"


def _said(nodes: int, lines: int, *, grouped: bool) -> tuple[Text, Text]:
    if grouped:
        return Text("Groups of networks that share members"), Text(
            "{n} groups, with the number of their networks; {m} lines join those that share"
            " members, the strongest ones: the wider, the more. The tables below say the same.",
            n=nodes,
            m=lines,
        )
    return Text("Networks that share members"), Text(
        "{n} networks, with the number of their members; {m} lines join those that share some,"
        " the strongest ones: the wider, the more. The tables below say the same.",
        n=nodes,
        m=lines,
    )

"""Relationships in time: who was related to whom in which years.

A shortcut property (``org:memberOf``) says that a relationship holds now; the record of the
relationship says from when to when. Where it says no beginning it holds from when it was attested;
where it says no end, until now. One that ended nobody knows when, or whose record is no more, is
left out. ``registry.web.search_sparql`` asks the same in SPARQL.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from pyroaring import BitMap

from registry.lifecycle import ACTIVE, ENDED, STATUS
from registry.namespaces import term
from registry.search.remembering import remembered


class Shortcut(NamedTuple):
    """A class of relationships, the two properties of its records, and what both say in short."""

    of: str
    one: str
    other: str
    path: str


SHORTCUTS: Final = tuple(
    Shortcut(*(term(name).value for name in names))
    for names in (
        ("org:Membership", "org:member", "org:organization", "org:memberOf"),
        (
            "faces:Accompaniment",
            "faces:accompanied",
            "faces:accompanier",
            "faces:accompaniedBy",
        ),
    )
)
_START, _END, _ATTESTED = (
    term(f"faces:{name}").value for name in ("startDate", "endDate", "attestedOn")
)
#: What has to be read of a relationship.
READ: Final = frozenset(
    {STATUS, _START, _END, _ATTESTED, *(path for s in SHORTCUTS for path in (s.one, s.other))}
)
_UNKNOWN: Final = 0
_OPEN: Final = 9999
#: Years of which is remembered who is related to whom, and who is related at all.
_YEARS_OF_PAIRS: Final = 8
_YEARS: Final = 256


class Span(NamedTuple):
    """Who is related to whom, by a shortcut, in which years; 0 and 9999 where they are not said."""

    path: str
    one: str
    other: str
    begun: int
    ended: int


def spans(classes: Iterable[str], said: Iterable[tuple[str, str]]) -> Iterator[Span]:
    """Yield what a relationship stands for, by what it says: (property, IRI or year)."""
    shortcut = next((s for s in SHORTCUTS if s.of in classes), None)
    if shortcut is None:
        return
    values: dict[str, list[str]] = {}
    for path, value in said:
        values.setdefault(path, []).append(value)
    ended = int(values[_END][0]) if _END in values else _OPEN
    if not {ACTIVE} | ({ENDED} if _END in values else set()) >= {*values.get(STATUS, ())}:
        return
    beginnings = values.get(_START) or values.get(_ATTESTED)
    begun = int(beginnings[0]) if beginnings else _UNKNOWN
    for one in values.get(shortcut.one, ()):
        for other in values.get(shortcut.other, ()):
            yield Span(shortcut.path, one, other, begun, ended)


class Spans:
    """The relationships of one release; read once, half a second at 200,000 memberships."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._related: dict[str, _Related] = {}
        for path, other, number, begun, ended in database.execute(
            "SELECT path, other, resource.id, begun, ended FROM span"
            " JOIN resource ON resource.iri = span.one ORDER BY path, other"
        ):
            self._related.setdefault(path, _Related()).add(other, number, begun, ended)
        self.related = remembered(_YEARS_OF_PAIRS, self._related_in)
        self.holding = remembered(_YEARS, self._holding_in)

    def years(self, path: str, last: int) -> range:
        """Return the years from the first in which a relationship holds to the last."""
        related = self._related.get(path)
        begun = {begun for begun, _ in related.periods} - {_UNKNOWN} if related else None
        return range(min(begun), last + 1) if begun else range(0)

    def _holding_in(self, path: str, year: int) -> BitMap:
        """Return the records of which a relationship holds in a year; not to be changed."""
        related = self._related.get(path)
        periods = related.periods.items() if related else ()
        return BitMap.union(
            BitMap(), *(m for (begun, ended), m in periods if _holds(begun, year, ended))
        )

    def undated(self, path: str) -> BitMap:
        """Return the records of which a relationship is known, but not since when."""
        related = self._related.get(path)
        periods = related.periods.items() if related else ()
        return BitMap.union(BitMap(), *(m for (begun, _), m in periods if begun == _UNKNOWN))

    def _related_in(self, path: str, year: int) -> dict[str, BitMap]:
        """Return who is related in a year, by whom they are related to; not to be changed.

        O(relationships), some 40 ms for 200,000.
        """
        found: dict[str, BitMap] = {}
        related = self._related.get(path, _Related())
        for place, number, begun, ended in zip(*related.columns, strict=True):
            if _holds(begun, year, ended):
                found.setdefault(related.others[place], BitMap()).add(number)
        return found


def _holds(begun: int, year: int, ended: int) -> bool:
    return _UNKNOWN < begun <= year <= ended


class _Related:
    """The relationships of one shortcut, twelve bytes each."""

    def __init__(self) -> None:
        self.others: list[str] = []
        #: The place in ``others``, the record, the first and the last year.
        self.columns = (array("I"), array("I"), array("H"), array("H"))
        self.periods: dict[tuple[int, int], BitMap] = {}

    def add(self, other: str, number: int, begun: int, ended: int) -> None:
        """Add one; those to the same other come together."""
        if not self.others or self.others[-1] != other:
            self.others.append(other)
        row = (len(self.others) - 1, number, begun, ended)
        for column, value in zip(self.columns, row, strict=True):
            column.append(value)
        self.periods.setdefault((begun, ended), BitMap()).add(number)

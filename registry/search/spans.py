"""Relationships in time: who was related to whom in which years.

A shortcut property (``org:memberOf``) says that a relationship holds now; the record of the
relationship says from when to when. Where it says no beginning it holds from when it was attested;
where it says no end, until now. One that ended nobody knows when, or whose record is no more, is
left out. ``registry.web.search_sparql`` asks the same in SPARQL.
"""

from __future__ import annotations

import sqlite3
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


MEMBER: Final = term("org:memberOf").value
ACCOMPANIED: Final = term("faces:accompaniedBy").value
_MEMBERSHIP, _JOINING, _JOINED, _ACCOMPANIMENT, _HELPED, _HELPING = (
    term(name).value
    for name in (
        *("org:Membership", "org:member", "org:organization"),
        *("faces:Accompaniment", "faces:accompanied", "faces:accompanier"),
    )
)
SHORTCUTS: Final = (
    Shortcut(_MEMBERSHIP, _JOINING, _JOINED, MEMBER),
    Shortcut(_ACCOMPANIMENT, _HELPED, _HELPING, ACCOMPANIED),
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
_CENTURY: Final = 100
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
    """The relationships of one release; read once, some tenths of a second at 200,000."""

    def __init__(self, database: sqlite3.Connection) -> None:
        #: Shortcut → other, first and last year, and those related to it from then to then.
        self._related: dict[str, list[tuple[str, int, int, BitMap]]] = {}
        #: Shortcut → first and last year → those related to anybody from then to then.
        self._periods: dict[str, dict[tuple[int, int], BitMap]] = {}
        for path, other, begun, ended, numbers in database.execute(
            "SELECT path, other, begun, ended, group_concat(resource.id) FROM span"
            " JOIN resource ON resource.iri = span.one GROUP BY path, other, begun, ended"
        ):
            members = BitMap(map(int, str(numbers).split(",")))
            self._related.setdefault(path, []).append((other, begun, ended, members))
            of_any = self._periods.setdefault(path, {}).setdefault((begun, ended), BitMap())
            of_any |= members
        self.related = remembered(_YEARS_OF_PAIRS, self._related_in)
        self.holding = remembered(_YEARS, self._holding_in)

    def years(self, path: str, last: int) -> range:
        """Return the years from the first in which a relationship holds to the last.

        A century at most: who wrote 0212 for 2012 makes no table of eighteen hundred years.
        """
        begun = {begun for begun, _ in self._periods.get(path, ())} - {_UNKNOWN}
        return range(max(min(begun), last - _CENTURY + 1), last + 1) if begun else range(0)

    def undated(self, path: str) -> BitMap:
        """Return the records of which a relationship is known, but not since when."""
        periods = self._periods.get(path, {}).items()
        return BitMap.union(BitMap(), *(m for (begun, _), m in periods if begun == _UNKNOWN))

    def _holding_in(self, path: str, year: int) -> BitMap:
        """Return the records of which a relationship holds in a year; not to be changed."""
        periods = self._periods.get(path, {}).items()
        return BitMap.union(BitMap(), *(m for period, m in periods if _holds(*period, year)))

    def _related_in(self, path: str, year: int) -> dict[str, BitMap]:
        """Return who is related in a year, by whom they are related to; not to be changed.

        O(relationships), some tens of milliseconds for 200,000.
        """
        found: dict[str, BitMap] = {}
        for other, begun, ended, members in self._related.get(path, ()):
            if _holds(begun, ended, year):
                held = found.setdefault(other, BitMap())
                held |= members
        return found


def _holds(begun: int, ended: int, year: int) -> bool:
    return _UNKNOWN < begun <= year <= ended

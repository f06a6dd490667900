"""The filters of a release, in memory: which records have which value, narrower ones included.

Sets of records are roaring bitmaps (https://roaringbitmap.org): to intersect and count some
thousands of them takes milliseconds, however the choices are combined.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from pyroaring import BitMap

from registry.search.remembering import remembered

KIND: Final = "kind"
#: Not filters, but counted in the same way: the fields that a record says of those that its shape
#: asks for, and the sources that describe it.
SAYS: Final = "says"
DESCRIBED_BY: Final = "described-by"

#: Lists of counts that are remembered, for each property and each set of kinds.
_REMEMBERED: Final = 256

#: Property → the values chosen of it. A record has to have one of each property's.
Choices = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ValueCount:
    """A value of a filter, how many of the records found have it, and what is below it."""

    value: str
    count: int
    below: tuple[ValueCount, ...] = ()


class Facets:
    """The filters of one release; read once, some tens of milliseconds at 200,000 records."""

    def __init__(self, database: sqlite3.Connection) -> None:
        rows = database.execute("SELECT id, path, value, members FROM facet").fetchall()
        #: id → (property, value), as the rows of the records name them.
        self.keys: dict[int, tuple[str, str]] = {n: (path, value) for n, path, value, _ in rows}
        self._own: dict[str, dict[str, BitMap]] = {}
        for _, path, value, members in rows:
            self._own.setdefault(path, {})[value] = BitMap.deserialize(members)
        self._broader: dict[str, set[str]] = {}
        for narrow, broad in database.execute("SELECT narrow, broad FROM broader"):
            self._broader.setdefault(narrow, set()).add(broad)
        #: How many values lie right below another.
        width = Counter(broad for found in self._broader.values() for broad in found)
        #: Those right above each value, the widest first: a commune lies in a group of communes
        #: and in a department, which holds more of them.
        self._above = {
            narrow: sorted(found, key=lambda broad: (-width[broad], broad))
            for narrow, found in self._broader.items()
        }
        self._members = {path: self._gathered(own) for path, own in self._own.items()}
        #: The counts of whole lists, which most readers see first and nobody changes.
        self.of_kinds = remembered(_REMEMBERED, self._of_kinds)

    def _gathered(self, own: Mapping[str, BitMap]) -> dict[str, BitMap]:
        """Return the members of each value with those of all that is below it."""
        found = {value: BitMap(members) for value, members in own.items()}
        for value, members in own.items():
            for broad in self.above(value):
                found.setdefault(broad, BitMap()).update(members)
        return found

    def above(self, value: str) -> set[str]:
        """Return all that a value lies in or below, at any distance, itself left out."""
        found: set[str] = set()
        left = [value]
        while left:
            new = self._broader.get(left.pop(), set()) - found
            found |= new
            left += new
        return found - {value}

    @property
    def kinds(self) -> Iterable[str]:
        """The kinds that there are records of, by their path segments."""
        return self._own.get(KIND, {})

    def stated(self, iris: Mapping[int, str]) -> dict[tuple[str, str], list[str]]:
        """Return the records of every value that is stated, by name."""
        return {
            (path, value): sorted(iris.get(number, str(number)) for number in members)
            for path, own in self._own.items()
            for value, members in own.items()
        }

    def own(self, path: str) -> Mapping[str, BitMap]:
        """Return the records that state each value of a property, narrower ones left out."""
        return self._own.get(path, {})

    def most_named(self, beginning: str) -> list[str]:
        """Return the values that begin like that and that records name, the most named first."""
        counts = Counter[str]()
        for path, own in self._own.items():
            if path not in {KIND, SAYS, DESCRIBED_BY}:
                counts.update({v: len(own[v]) for v in own if v.startswith(beginning)})
        return sorted(counts, key=lambda value: (-counts[value], value))

    def having(self, path: str, values: Iterable[str]) -> BitMap:
        """Return the records that have one of the values."""
        members = self._members.get(path, {})
        return BitMap.union(BitMap(), *(members[v] for v in values if v in members))

    def having_any(self, path: str) -> BitMap:
        """Return the records that have any value of a property."""
        return BitMap.union(BitMap(), *self._own.get(path, {}).values())

    def chosen(self, records: BitMap, choices: Choices, but: str | None = None) -> BitMap:
        """Return those of the records that all choices leave, one property's left out."""
        for path, values in choices.items():
            if path != but:
                records = records & self.having(path, values)
        return records

    def counts(self, path: str, records: BitMap, choices: Choices) -> list[ValueCount]:
        """Return how many of the records have each value of a property: O(its values).

        The choices of this property itself are left out, so that another value can be added.
        Values that lie below others are shown below them, of those that were chosen or that
        stand alone at the top; else there would be a thousand communes.
        """
        within = self.chosen(records, choices, but=path)
        chosen = set(choices.get(path, ()))
        counted = {
            value: number
            for value, members in self._members.get(path, {}).items()
            if (number := within.intersection_cardinality(members)) or value in chosen
        }
        own = self._own.get(path, {})
        stated = {v for v in counted if v in own and own[v].intersect(within)} | chosen
        children: dict[str | None, list[str]] = {}
        for value in counted:
            children.setdefault(self._parent(value, counted), []).append(value)
        opened = chosen.union(*map(self.above, chosen))
        # Below a group of communes nothing is shown: its communes are in their departments.
        kept = {*stated, *children}
        tree = _Tree(counted, children, kept, opened).below(None)
        while len(tree) == 1 and tree[0].below and tree[0].value not in stated:
            tree = tree[0].below
        return list(tree)

    def _of_kinds(self, path: str, kinds: tuple[str, ...]) -> list[ValueCount]:
        """Return how many of all records of some kinds have each value of a property."""
        return self.counts(path, self.having(KIND, kinds), {})

    def _parent(self, value: str, counted: Mapping[str, int]) -> str | None:
        """Return below which value another is shown: the widest of those right above it."""
        return next((broad for broad in self._above.get(value, ()) if broad in counted), None)


@dataclass(frozen=True, slots=True)
class _Tree:
    """Values with their counts and what is below each; ``opened`` are those to look into."""

    counted: Mapping[str, int]
    children: Mapping[str | None, list[str]]
    kept: AbstractSet[str | None]
    opened: set[str]

    def below(self, parent: str | None) -> tuple[ValueCount, ...]:
        """Return what is shown below a value, or at the top; the most frequent first."""
        values = [value for value in self.children.get(parent, []) if value in self.kept]
        alone = len(values) == 1
        found = [
            ValueCount(
                value,
                self.counted[value],
                self.below(value) if alone or value in self.opened else (),
            )
            for value in values
        ]
        return tuple(sorted(found, key=lambda each: (-each.count, each.value)))

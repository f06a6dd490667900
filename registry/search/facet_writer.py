"""Keeps the filters of an index up to date: which records have which value."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from pyroaring import BitMap


class FacetWriter:
    """Gathers what changes in memory and saves it at the end. O(values changed)."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._ids: dict[tuple[str, str], int] = {
            (path, value): number
            for number, path, value in database.execute("SELECT id, path, value FROM facet")
        }
        self._next = max(self._ids.values(), default=0) + 1
        self._members: dict[int, BitMap] = {}

    def add(self, record: int, values: Iterable[tuple[str, str]]) -> str:
        """Note the values, (property, value), of a record; return what its row keeps of them."""
        numbers = []
        for key in values:
            number = self._ids.get(key)
            if number is None:
                number = self._ids[key] = self._next
                self._next += 1
                self._members[number] = BitMap()
            self._of(number).add(record)
            numbers.append(number)
        return ",".join(map(str, numbers))

    def remove(self, record: int, kept: str) -> None:
        """Forget a record; ``kept`` is what its row kept of its values."""
        for number in kept.split(",") if kept else ():
            self._of(int(number)).discard(record)

    def _of(self, number: int) -> BitMap:
        members = self._members.get(number)
        if members is None:
            row = self._database.execute("SELECT members FROM facet WHERE id = ?", (number,))
            members = self._members[number] = BitMap.deserialize(row.fetchone()[0])
        return members

    def save(self) -> None:
        """Write what has changed."""
        keys = {number: key for key, number in self._ids.items()}
        for number, members in sorted(self._members.items()):
            if members:
                members.run_optimize()
                self._database.execute(
                    "INSERT INTO facet VALUES (?, ?, ?, ?)"
                    " ON CONFLICT (id) DO UPDATE SET members = excluded.members",
                    (number, *keys[number], members.serialize()),
                )
            else:
                self._database.execute("DELETE FROM facet WHERE id = ?", (number,))

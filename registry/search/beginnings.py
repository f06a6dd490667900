"""Finds records while their names are being typed: by the beginnings of names and of their words.

Whatever is typed, only so many of those that fit are looked at: who types on gets the others.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Final

from registry.search.folding import sort_key

#: Sorts after every letter.
_AFTER_ALL: Final = "\U0010ffff"
#: Of so many that fit the shortest names are taken.
_LOOKED_AT: Final = 200
#: Shorter ones (“de”, “la”) say little and stand in most names.
_SHORTEST_WORD: Final = 3


def beginning(
    database: sqlite3.Connection, words: str, kinds: Iterable[str], name: str, limit: int
) -> set[int]:
    """Return records whose names begin with the words; if they are few, some that hold them.

    ``name`` is the column of names to sort by. O(kinds · log records + limit) along an index, then
    O(records that hold the first word): some milliseconds at 200,000.
    """
    begins = sort_key(words)
    if not begins:
        return set()
    found: set[int] = set()
    for kind in kinds:
        rows = database.execute(
            f"SELECT id FROM (SELECT id, {name} AS name FROM resource"  # noqa: S608
            f" WHERE kind = ? AND {name} BETWEEN ? AND ? ORDER BY {name} LIMIT {_LOOKED_AT})"
            " ORDER BY length(name), name LIMIT ?",
            (kind, begins, begins + _AFTER_ALL, limit),
        )
        found.update(number for (number,) in rows)
    expression = _in_names(begins)
    if len(found) < limit and expression:
        rows = database.execute(
            f"SELECT id FROM (SELECT rowid AS id FROM words WHERE words MATCH ? LIMIT {_LOOKED_AT})"  # noqa: S608
            f" JOIN resource USING (id) ORDER BY length({name}), {name} LIMIT ?",
            (expression, limit),
        )
        found.update(number for (number,) in rows)
    return found


def _in_names(folded: str) -> str:
    """Return an FTS5 expression for all words in the names, the last one by its beginning."""
    words = [word for word in folded.split() if len(word) >= _SHORTEST_WORD]
    quoted = " ".join(f'"{word}"' for word in words)
    return f"label : ({quoted}*)" if words else ""

"""Which form an index file has: a release may have been written by other software than ours."""

from __future__ import annotations

import sqlite3

from registry.errors import IntegrityError
from registry.texts import Text

#: As ``schema.sql`` sets it; raised with every change of the tables.
VERSION = 4


def check(database: sqlite3.Connection, where: str) -> None:
    """Raise IntegrityError when the index is not of this software's form, or no index at all."""
    try:
        (found,) = database.execute("PRAGMA user_version").fetchone()
    except sqlite3.DatabaseError:
        found = None
    if found != VERSION:
        raise IntegrityError(
            Text("The search index is damaged, or was written by another version."),
            where=where,
            remedy=Text("“faces reindex” derives it again."),
        )

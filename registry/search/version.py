"""Which form an index file has: a release may have been written by other software than ours."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from registry.errors import UnusableIndexError
from registry.texts import Text

#: As ``schema.sql`` sets it; raised with every change of the tables.
VERSION = 5


def opened(path: Path) -> sqlite3.Connection:
    """Open an index that never changes; raise UnusableIndexError when it cannot be used."""
    try:
        database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    except sqlite3.OperationalError as error:
        raise _unusable() from error
    try:
        check(database)
    except UnusableIndexError:
        database.close()
        raise
    return database


def check_file(path: Path) -> None:
    """Raise UnusableIndexError when the index at this place cannot be used."""
    with contextlib.closing(opened(path)):
        pass


def check(database: sqlite3.Connection) -> None:
    """Raise UnusableIndexError when it is not of this software's form, or no index at all."""
    try:
        (found,) = database.execute("PRAGMA user_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise _unusable() from error
    if found != VERSION:
        raise _unusable()


def _unusable() -> UnusableIndexError:
    return UnusableIndexError(
        Text("The search index is damaged, or was written by another version of the software."),
        remedy=Text(
            "Whoever runs the registry derives it again with “faces reindex”. Until then the SPARQL"
            " endpoint and documents in RDF work, most pages do not."
        ),
    )

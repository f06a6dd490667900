"""What a release added and removed, as an RDF Patch (https://afs.github.io/rdf-patch/), gzipped.

One line a statement: ``A`` or ``D``, then the quad in N-Quads syntax. Exact: an added statement
was not there before, a removed one was.
"""

from __future__ import annotations

import gzip
import io
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import pyoxigraph
from pyoxigraph import Quad, RdfFormat

from registry.errors import IntegrityError
from registry.releases.changed import FILE_NAME, Changed
from registry.releases.checksum import Checksum
from registry.texts import Text

ADDED = "A"
REMOVED = "D"
#: Fast compression: a large import is waited for, and patches compress well at any level.
_LEVEL = 1
_BUFFER = 1 << 20

#: (``A`` or ``D``, the quad in N-Quads form without its final dot)
Change = tuple[str, str]


class PatchWriter:
    """Writes a patch and, beside it, which records it changes.

    It counts the changes and keeps the checksum of the resulting content.
    """

    def __init__(self, path: Path, checksum: Checksum) -> None:
        compressed = gzip.GzipFile(path, "wb", compresslevel=_LEVEL, mtime=0)
        # Not line by line: GzipFile takes as long for a line as for a thousand.
        self._file = io.BufferedWriter(compressed, _BUFFER)
        self._changed = Changed()
        self._path = path
        self.checksum = checksum
        self.added = 0
        self.removed = 0

    def __enter__(self) -> Self:
        self._file.write(b"TX .\n")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            self._file.write(b"TC .\n")
            self._path.with_name(FILE_NAME).write_bytes(self._changed.file())
        self._file.close()

    def add(self, statement: str) -> None:
        """Record an added statement."""
        self.added += 1
        self.checksum.add(statement)
        self._changed.note(statement)
        self._file.write(f"A {statement} .\n".encode())

    def remove(self, statement: str) -> None:
        """Record a removed statement."""
        self.removed += 1
        self.checksum.remove(statement)
        self._changed.note(statement)
        self._file.write(f"D {statement} .\n".encode())


def read(path: Path) -> Iterator[Change]:
    """Yield the changes of a patch in order; raises IntegrityError when it is cut or damaged."""
    complete = False
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
            for line in file:
                if line[:2] in {"A ", "D "}:
                    yield line[0], line[2:-3]
                complete = line == "TC .\n"
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise _damaged(path) from error
    if not complete:
        raise _damaged(path)


def _damaged(path: Path) -> IntegrityError:
    return IntegrityError(
        Text("The patch of a release is damaged."),
        where=str(path),
        remedy=Text("Restore the folder from a backup."),
    )


def quads(statements: Iterable[str]) -> Iterator[Quad]:
    """Yield the quads of statements in N-Quads form."""
    for statement in statements:
        for quad in pyoxigraph.parse(f"{statement} .", RdfFormat.N_QUADS, lenient=True):
            assert isinstance(quad, Quad)  # noqa: S101 — N-Quads hold quads
            yield quad


def inverse(changes: Iterable[Change]) -> Iterator[Change]:
    """Yield the changes that undo these, one for one."""
    for operation, statement in changes:
        yield (REMOVED if operation == ADDED else ADDED), statement


def net(patches: Iterable[Iterable[Change]]) -> Iterator[Change]:
    """Yield the net effect of patches applied one after another, sorted by statement.

    What is added and then removed again cancels out. The changes are gathered in a temporary
    SQLite file, so memory stays bounded; O(n log n) in their number.
    """
    with tempfile.TemporaryDirectory(prefix="faces-diff-") as folder:
        database = sqlite3.connect(Path(folder) / "net.sqlite")
        try:
            database.execute("PRAGMA journal_mode = OFF")
            database.execute("PRAGMA synchronous = OFF")
            database.execute(
                "CREATE TABLE net (statement TEXT PRIMARY KEY, balance INTEGER) WITHOUT ROWID"
            )
            for changes in patches:
                database.executemany(
                    "INSERT INTO net VALUES (?, ?) ON CONFLICT (statement)"
                    " DO UPDATE SET balance = balance + excluded.balance",
                    ((s, 1 if operation == ADDED else -1) for operation, s in changes),
                )
            rows = database.execute(
                "SELECT balance, statement FROM net WHERE balance <> 0 ORDER BY statement"
            )
            for balance, statement in rows:
                yield (ADDED if balance > 0 else REMOVED), statement
        finally:
            database.close()

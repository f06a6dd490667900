"""Which records a release changed: ``changed.bin``, beside the patch that it follows from.

The sorted hashes, 8 bytes each, of the subjects of the statements that the patch adds or removes,
and of the records that these are parts of. Each release has its own, so to follow one record
through the releases costs one binary search in each. Two IRIs have the same hash with a
probability of 2⁻⁶⁴: what follows from the file alone is that it is worth comparing.
"""

from __future__ import annotations

import bisect
import hashlib
import os
from pathlib import Path

from registry.identifiers import record_of

FILE_NAME = "changed.bin"
_SIZE = 8


class Changed:
    """Gathers the records of changed statements."""

    def __init__(self) -> None:
        self._hashes: set[bytes] = set()
        self._last = "<>"

    def note(self, statement: str) -> None:
        """Note what a statement, in N-Quads form, is about: a record, or a part and its record."""
        if statement.startswith(self._last):
            return  # most statements come right after another one of the same subject
        self._last = statement[: statement.index(">") + 1]
        subject = self._last[1:-1]
        self._hashes.update({_hash(iri) for iri in (subject, record_of(subject))})

    def file(self) -> bytes:
        """Return what the file holds."""
        return b"".join(sorted(self._hashes))


def touches(path: Path, iri: str) -> bool:
    """Return whether the file names the IRI. O(log IRIs), a read each."""
    wanted = _hash(iri)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        size = os.fstat(descriptor).st_size // _SIZE

        def at(place: int) -> bytes:
            return os.pread(descriptor, _SIZE, place * _SIZE)

        return at(bisect.bisect_left(range(size), wanted, key=at)) == wanted
    finally:
        os.close(descriptor)


def _hash(iri: str) -> bytes:
    return hashlib.blake2b(iri.encode(), digest_size=_SIZE).digest()

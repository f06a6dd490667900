"""A checksum of a set of statements that does not depend on their order and can be updated.

The sum modulo 2²⁵⁶ of the SHA-256 of each statement's N-Quads form (Bellare & Micciancio 1997,
AdHash): adding or removing a statement costs one hash, so a release's checksum follows from its
parent's and the patch, and a replica can tell whether it holds the same content. It guards
against accidents, not against an adversary who chooses the statements.
"""

from __future__ import annotations

import hashlib

_MODULUS = 1 << 256


class Checksum:
    """A running checksum."""

    def __init__(self, value: str = "0" * 64) -> None:
        self._sum = int(value, 16)

    def add(self, statement: str) -> None:
        """Count a statement, in N-Quads form, in."""
        self._sum = (self._sum + _number(statement)) % _MODULUS

    def remove(self, statement: str) -> None:
        """Count a statement out."""
        self._sum = (self._sum - _number(statement)) % _MODULUS

    def hex(self) -> str:
        """Return the checksum, 64 hexadecimal digits."""
        return f"{self._sum:064x}"


def _number(statement: str) -> int:
    return int.from_bytes(hashlib.sha256(statement.encode()).digest(), "big")

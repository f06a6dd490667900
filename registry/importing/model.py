"""What a contribution gives: statements with the place they come from, and problems in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from pyoxigraph import NamedNode, Triple

from registry.texts import Text

#: Finds the one record that carries an identifier: (scheme IRI, notation) → record, or None.
Resolver = Callable[[str, str], NamedNode | None]


class Place(NamedTuple):
    """Where something stands in a file; ``line`` counts from 1, ``column`` is as a person says it.

    ``column`` is a column's name for a table, a character's number for text.
    """

    file: str
    line: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part)


class Statement(NamedTuple):
    """One triple and the place it was read from.

    A tuple, because millions are made: a frozen dataclass takes three times as long.
    """

    triple: Triple
    place: Place


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the input that gives no statement: where, the value, what, what to do.

    ``fatal`` problems refuse the whole contribution; the others leave out a row or a value and
    are reported and counted by ``reason``, a short stable key such as ``not-a-date``.
    """

    place: Place
    reason: str
    value: str
    what: Text
    expected: Text | None = None
    fatal: bool = True


class Contribution(Protocol):
    """A readable input: RDF files, or a table with its mapping.

    ``statements`` may be called several times: once to load, again to find where a wrong
    statement stands, and again without the rows that were refused.
    """

    #: Whether rows whose record violates a shape are left out (and reported) instead of refusing
    #: the whole contribution. Only a table's mapping can say so.
    skips_invalid_rows: bool

    def statements(self, leave_out: frozenset[int] = frozenset()) -> Iterator[Statement]:
        """Yield all statements, blank nodes replaced, without the rows on the given lines."""
        ...

    def problems(self) -> list[Problem]:
        """Return the problems met by the last complete run of ``statements``."""
        ...

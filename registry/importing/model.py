"""What a contribution gives: statements with the place that they come from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from pyoxigraph import NamedNode, Triple

from registry.findings import Place, Problem


class Lookup(Protocol):
    """What a table may ask the registry that it goes into."""

    def record(self, scheme: str, notation: str) -> NamedNode | None:
        """Return the one record with that identifier of that scheme (an IRI), or None."""
        ...

    def holds(self, iri: NamedNode) -> bool:
        """Return whether the registry describes it."""
        ...


class Statement(NamedTuple):
    """One triple and the place it was read from.

    A tuple, because millions are made: a frozen dataclass takes three times as long.
    """

    triple: Triple
    place: Place


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

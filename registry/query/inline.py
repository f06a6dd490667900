"""Solutions of another endpoint, written into the query that asked for them, in place of SERVICE.

By SPARQL 1.1 Federated Query (§4) a SERVICE is its solutions, joined with what stands around it;
``{ VALUES … }`` says just that. This runs in the worker, where strange input harms nobody. What
the other endpoint sent is read by the engine and written by the engine; none of its text is copied.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Final

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    Triple,
    parse_query_results,
)

#: How much longer than the answer its rows may be: rows of few bytes may lack many values.
_GROWTH: Final = 4
_LEAST: Final = 10_000

#: Start and end of the SERVICE in the text, SILENT, variables, answer.
Part = tuple[int, int, bool, tuple[str, ...], bytes | None]


class UnusableError(Exception):
    """An answer cannot stand in a query: the place of its SERVICE among the others, and why."""

    def __init__(self, index: int, reason: str) -> None:
        super().__init__(f"{index} {reason}")


def inlined(query: str, parts: tuple[Part, ...]) -> str:
    """Return the query with the solutions in place of each SERVICE; raise UnusableError."""
    pieces: list[str] = []
    last = 0
    for index, (start, end, silent, names, answer) in enumerate(parts):
        pieces += (query[last:start], _group(names, _rows(index, silent, names, answer)))
        last = end
    return "".join((*pieces, query[last:]))


def _group(names: tuple[str, ...], rows: list[str]) -> str:
    variables = " ".join(f"?{name}" for name in names)
    return f"{{ VALUES ({variables}) {{ {' '.join(rows)} }} }}"


def _rows(index: int, silent: bool, names: tuple[str, ...], answer: bytes | None) -> list[str]:  # noqa: FBT001
    if answer is not None:
        try:
            return list(_written(names, answer))
        except (SyntaxError, ValueError) as error:
            if not silent:
                reason = error.args[0] if isinstance(error, _NotTakenError) else "unreadable"
                raise UnusableError(index, reason) from error
    # The one solution that binds nothing; the names stay in scope.
    return [f"({' '.join('UNDEF' for _ in names)})"]


class _NotTakenError(ValueError):
    """Solutions that can be read, but not taken."""


def _written(names: tuple[str, ...], answer: bytes) -> Iterator[str]:
    """Yield the rows of VALUES."""
    solutions = parse_query_results(answer, QueryResultsFormat.JSON)
    if not isinstance(solutions, QuerySolutions):
        raise _NotTakenError("unreadable")
    given = [variable.value for variable in solutions.variables]
    if not set(given) <= set(names):
        raise _NotTakenError("variables")
    places = [given.index(name) if name in given else None for name in names]
    scope = uuid.uuid4()
    left = _GROWTH * len(answer) + _LEAST
    for solution in solutions:
        terms = (_term(None if at is None else solution[at], scope) for at in places)
        row = f"({' '.join(terms)})"
        left -= len(row)
        if left < 0:
            raise _NotTakenError("long")
        yield row


def _term(term: NamedNode | Literal | BlankNode | Triple | None, scope: uuid.UUID) -> str:
    """Write a term; a blank node gets an IRI, which no other answer's has (RDF 1.1 §3.5)."""
    match term:
        case None:
            return "UNDEF"
        case BlankNode():
            return f"<{uuid.uuid5(scope, term.value).urn}>"
        case Triple():
            raise _NotTakenError("triples")
        case _:
            return str(term)

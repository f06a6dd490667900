"""The only module that opens Oxigraph: a release's database, read-only, or a draft of the next.

Every published statement is in the named graph of its source *and*, as a triple, in the default
graph. The default graph is thus the merge of all published graphs with set semantics: Oxigraph's
own ``use_default_graph_as_union`` repeats a triple that two sources state, which miscounts, and
is slower.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Self

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QuerySolutions,
    QueryTriples,
    Store,
    Triple,
    Variable,
)

from registry.namespaces import PREFIXES

Term = NamedNode | BlankNode | Literal | Triple
#: Up to so many statements go through the write-ahead log; more are ingested as sorted files.
_SMALL_BATCH = 20_000
_REMOVAL_BATCH = 10_000


@functools.cache
def query_text(name: str) -> str:
    """Return the text of ``registry/queries/{name}.rq``."""
    return files("registry").joinpath(f"queries/{name}.rq").read_text(encoding="utf-8")


def filled(query: str, variable: str, values: Iterable[NamedNode]) -> str:
    """Return a query with IRIs in its empty VALUES block of a variable."""
    iris = " ".join(map(str, values))
    return query.replace(f"VALUES ?{variable} {{ }}", f"VALUES ?{variable} {{ {iris} }}")


def _variables(substitutions: Mapping[str, Term]) -> dict[Variable, Term]:
    return {Variable(name): value for name, value in substitutions.items()}


class Graphs:
    """The published graphs of one release, or of a draft, open for reading.

    Safe to share between threads; the engine lets other threads run while it works.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def raw(self) -> Store:
        """The engine's own object, for the validator, which reads it directly."""
        return self._store

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open a database that nobody writes to any more (15–40 ms)."""
        return cls(Store.read_only(str(folder)))

    def select(self, query: str, **values: Term) -> Iterator[tuple[Term | None, ...]]:
        """Yield the rows of a SELECT query on the default graph.

        A variable that ``values`` binds must be projected (the engine's rule).
        """
        solutions = self._store.query(query, prefixes=PREFIXES, substitutions=_variables(values))
        if not isinstance(solutions, QuerySolutions):
            raise TypeError("select() takes a SELECT query")
        # What is given is not read again from each row: it may be long.
        columns = [(i, values.get(v.value)) for i, v in enumerate(solutions.variables)]
        return (
            tuple(solution[i] if given is None else given for i, given in columns)
            for solution in solutions
        )

    def rows(
        self, query: str, *, prefixes: Mapping[str, str] = PREFIXES, **values: Term
    ) -> Iterator[dict[str, Term]]:
        """Yield the rows of a SELECT query on the default graph, each by variable name."""
        solutions = self._store.query(
            query, prefixes=dict(prefixes), substitutions=_variables(values)
        )
        if not isinstance(solutions, QuerySolutions):
            raise TypeError("rows() takes a SELECT query")
        names = [variable.value for variable in solutions.variables]
        for solution in solutions:
            yield {n: t for n in names if (t := solution[n]) is not None}

    def construct(
        self, query: str, *, graph: str | None = None, **values: Term
    ) -> Iterator[Triple]:
        """Yield the triples of a CONSTRUCT query on the default graph, or on the named one."""
        triples = self._store.query(
            query,
            prefixes=PREFIXES,
            default_graph=NamedNode(graph) if graph else None,
            substitutions=_variables(values),
        )
        if not isinstance(triples, QueryTriples):
            raise TypeError("construct() takes a CONSTRUCT query")
        return iter(triples)

    def triples(
        self,
        subject: NamedNode | None = None,
        predicate: NamedNode | None = None,
        value: Term | None = None,
    ) -> Iterator[Quad]:
        """Yield the merged triples that match; None matches everything."""
        return self._store.quads_for_pattern(subject, predicate, value, DefaultGraph())

    def quads(
        self,
        subject: NamedNode | None = None,
        predicate: NamedNode | None = None,
        value: Term | None = None,
        graph: NamedNode | None = None,
    ) -> Iterator[Quad]:
        """Yield the statements with their source's graph; without the merge."""
        found = self._store.quads_for_pattern(subject, predicate, value, graph)
        default = DefaultGraph()
        return found if graph else iter(q for q in found if q.graph_name != default)

    def has(self, quad: Quad) -> bool:
        """Return whether that statement is published in that graph."""
        return quad in self._store

    def merged(self, quad: Quad) -> bool:
        """Return whether the triple of a statement is in the merge."""
        return Quad(quad.subject, quad.predicate, quad.object) in self._store

    def stated(self, triple: Quad) -> bool:
        """Return whether some source states a triple of the merge."""
        same = self._store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
        return any(q.graph_name != DefaultGraph() for q in same)

    def names(self, graph: NamedNode) -> bool:
        """Return whether anything is stated in that graph."""
        return next(self._store.quads_for_pattern(None, None, None, graph), None) is not None

    def clone(self, folder: Path) -> None:
        """Copy the database to a new folder by hard links (milliseconds at any size)."""
        self._store.backup(str(folder))


class Draft(Graphs):
    """A private database that becomes the next release; only its one writer sees it."""

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open or create the database for writing."""
        return cls(Store(str(folder)))

    def add(self, quads: Iterable[Quad]) -> None:
        """Add statements to their sources' graphs and to the merge; streams."""
        iterator = iter(quads)
        first = list(itertools.islice(iterator, _SMALL_BATCH))
        both = _with_merge(itertools.chain(first, iterator))
        if len(first) < _SMALL_BATCH:
            self._store.extend(both)
        else:
            self._store.bulk_extend(both)

    def remove(self, quads: Iterable[Quad]) -> None:
        """Remove statements, and from the merge what no other source states."""
        for batch in _batches(quads, _REMOVAL_BATCH):
            for quad in batch:
                self._store.remove(quad)
            for quad in batch:
                self._unmerge(quad)

    def _unmerge(self, quad: Quad) -> None:
        if not self.stated(quad):
            self._store.remove(Quad(quad.subject, quad.predicate, quad.object))

    def flush(self) -> None:
        """Write everything to disk."""
        self._store.flush()

    def optimize(self) -> None:
        """Compact the database after a large change, for faster reading."""
        self._store.optimize()


class Candidate(Graphs):
    """What a contribution says, gathered and deduplicated before it is compared and published."""

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Make a new, empty database on disk: contributions may be larger than memory."""
        return cls(Store(str(folder)))

    def extend(self, quads: Iterable[Quad]) -> None:
        """Add more quads; streams."""
        self._store.bulk_extend(quads)

    def size(self) -> int:
        """Return the number of different quads."""
        return len(self._store)


def in_memory(quads: Iterable[Quad]) -> Draft:
    """Return a small store of its own, merged, for shapes, ontology and tests."""
    store = Store()
    store.extend(_with_merge(quads))
    return Draft(store)


def _with_merge(quads: Iterable[Quad]) -> Iterator[Quad]:
    for quad in quads:
        yield quad
        yield Quad(quad.subject, quad.predicate, quad.object)


def _batches(quads: Iterable[Quad], size: int) -> Iterator[list[Quad]]:
    iterator = iter(quads)
    while batch := list(itertools.islice(iterator, size)):
        yield batch

"""A query's answer as a page shows it: the first rows of a table, or the beginning of a graph."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import IO, Final, cast

import pyoxigraph
from flask import Response
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
)

from registry.describe import Value
from registry.errors import QueryError
from registry.formats import ANSWER_FORMATS, TURTLE
from registry.namespaces import shorten
from registry.query.answer import Answer, Chunks
from registry.web.links import Linker
from registry.web.literals import shown_literal
from registry.web.site import Visit
from registry.web.views import Shown

MOST_ROWS: Final = 200
_MOST_GRAPH_BYTES: Final = 100_000
#: Says after how much an answer was cut.
CUT: Final = "Result-Cut"
_TITLE: Final = re.compile(r"# (fr|en): (.+)")


@dataclass(frozen=True, slots=True)
class Table:
    """What to show: rows under ``columns``, or ``boolean``, or ``graph``; ``more`` was left out.

    ``terms`` are the values of the rows as the engine gave them.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Shown, ...], ...] = ()
    terms: tuple[tuple[object, ...], ...] = ()
    boolean: bool | None = None
    graph: str = ""
    more: bool = False

    def told(self, response: Response) -> Response:
        """Let a program know, too, that the page shows the beginning alone."""
        if self.more:
            most = f"bytes={_MOST_GRAPH_BYTES}" if self.graph else f"rows={MOST_ROWS}"
            response.headers[CUT] = most
        return response

    @property
    def formats(self) -> tuple[str, ...]:
        """The extensions of the files that the same answer can be had in (``shortcuts``)."""
        if self.graph:
            return tuple(f.extension for f in ANSWER_FORMATS)
        return ("xlsx", "csv", "tsv", "json", "xml")


@dataclass(frozen=True, slots=True)
class Example:
    """A question that the query page proposes."""

    title: str
    query: str


class _Stream:
    """The parts of an answer as a file; reads no further than the parser asks."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        while not self._rest:
            part = next(self._parts, None)
            if part is None:
                return b""
            self._rest = part
        size = len(self._rest) if size < 0 else size
        found, self._rest = self._rest[:size], self._rest[size:]
        return found


def table(visit: Visit, answer: Answer[Chunks]) -> Table:
    """Read as much of the answer as the page shows, and stop the query there."""
    with closing(answer.chunks):
        if answer.format is TURTLE:
            return _graph(answer.chunks)
        results = solutions(answer)
        if isinstance(results, QueryBoolean):
            return Table(boolean=bool(results))
        columns = tuple(variable.value for variable in results.variables)
        width = range(len(columns))
        rows: list[tuple[object, ...]] = []
        try:
            for row in itertools.islice(results, MOST_ROWS + 1):
                rows.append(tuple(row[i] for i in width))  # noqa: PERF401 — counted on failure
        except QueryError as error:
            error.rows = len(rows)
            raise
    kept = tuple(rows[:MOST_ROWS])
    return Table(columns, _shown(visit, kept), kept, more=len(rows) > MOST_ROWS)


def solutions(answer: Answer[Chunks]) -> QuerySolutions | QueryBoolean:
    """Return the rows of an answer in JSON, read as they come, or its yes or no."""
    stream = cast("IO[bytes]", _Stream(answer.chunks))
    results = pyoxigraph.parse_query_results(stream, format=QueryResultsFormat.JSON)
    if isinstance(results, QueryTriples):  # JSON results hold none
        raise TypeError("a graph in the format of results")
    return results


def named(table: Table) -> Table:
    """Show each thing with its name; the columns ``xLabel`` that hold the names are left out."""
    names = table.columns
    labels = {name: names.index(f"{name}Label") for name in names if f"{name}Label" in names}
    kept = [i for i in range(len(names)) if i not in labels.values()]
    return replace(
        table,
        columns=tuple(names[i] for i in kept),
        rows=tuple(tuple(_named(row, i, labels.get(names[i])) for i in kept) for row in table.rows),
        terms=tuple(tuple(row[i] for i in kept) for row in table.terms),
    )


def _named(row: tuple[Shown, ...], place: int, label: int | None) -> Shown:
    """Return a cell whose text is its name in the reader's language, or the one in the answer."""
    cell = row[place]
    name = cell.kind or (row[label].text if label is not None else "")
    return replace(cell, text=name or cell.text, kind="")


def _graph(parts: Iterator[bytes]) -> Table:
    whole = b""
    for part in parts:
        whole += part
        if len(whole) > _MOST_GRAPH_BYTES:
            cut = whole[:_MOST_GRAPH_BYTES].rpartition(b"\n")[0]
            return Table(graph=cut.decode(errors="replace"), more=True)
    return Table(graph=whole.decode(errors="replace") or "# ∅\n")


def _shown(visit: Visit, rows: tuple[tuple[object, ...], ...]) -> tuple[tuple[Shown, ...], ...]:
    iris = {cell.value for row in rows for cell in row if isinstance(cell, NamedNode)}
    hits = visit.names(sorted(iris))
    linker = Linker(visit.site, hits, visit.language)
    return tuple(tuple(_cell(linker, cell) for cell in row) for row in rows)


def _cell(linker: Linker, cell: object) -> Shown:
    if isinstance(cell, NamedNode):
        href, external = linker.href(cell.value)
        return Shown(shorten(cell.value), href, external, kind=_name(linker, cell.value))
    if isinstance(cell, Literal):
        value = Value(cell.value, language=cell.language or "", datatype=cell.datatype.value)
        other = value.language if value.language != linker.language else ""
        return Shown(shown_literal(value, linker.language), language=other)
    if isinstance(cell, BlankNode):
        return Shown(str(cell))
    return Shown("" if cell is None else str(cell))


def _name(linker: Linker, iri: str) -> str:
    hit = linker.hits.get(iri)
    return hit.label if hit else ""


@functools.cache
def _examples() -> tuple[tuple[dict[str, str], str], ...]:
    """Read the shipped examples: titles in comments, then the query."""
    folder = files("registry").joinpath("queries")
    names = sorted(f.name for f in folder.iterdir() if f.name.startswith("example-"))
    found = []
    for name in names:
        text = folder.joinpath(name).read_text(encoding="utf-8")
        titles = dict(_TITLE.findall(text))
        found.append((titles, _TITLE.sub("", text).lstrip()))
    return tuple(found)


def examples(language: str) -> list[Example]:
    """Return the proposed questions, titled in the language."""
    return [Example(titles[language], query) for titles, query in _examples()]

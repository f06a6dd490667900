"""Reads files of RDF into statements that know the line they stand on."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import IO, Final, cast

import pyoxigraph
from pyoxigraph import BlankNode, DefaultGraph, Literal, RdfFormat, Triple

from registry.errors import InputError
from registry.findings import Place, Problem
from registry.formats import INPUT_FORMATS, JSON_LD, RDF_XML, by_extension
from registry.importing.model import Statement
from registry.importing.reading import LineFeeder, opened
from registry.importing.skolem import skolemised
from registry.importing.syntax import explain
from registry.texts import Text

_HEAD: Final = 1 << 20
_ENTITY: Final = re.compile(rb"<!ENTITY\s+(?P<rest>[^\s\"']+\s+(?P<value>\"[^\"]*\"|'[^']*')\s*>)?")


class RdfFiles:
    """A contribution made of RDF files, which together describe one source.

    Relative IRIs are resolved against ``base_iri``; blank nodes become IRIs below ``genid``.
    """

    skips_invalid_rows = False

    def __init__(self, paths: Sequence[Path], base_iri: str, genid: str) -> None:
        self._files = [(path, _format(path)) for path in paths]
        self._base_iri = base_iri
        self._genid = genid
        self._problems: list[Problem] = []

    def statements(
        self,
        leave_out: frozenset[int] = frozenset(),  # noqa: ARG002 - RDF has no rows to leave out
    ) -> Iterator[Statement]:
        """Yield all statements of all files, blank nodes replaced."""
        self._problems = []
        for path, form in self._files:
            yield from self._read(path, form)

    def problems(self) -> list[Problem]:
        """Return what the last complete run of ``statements`` met, once per file and kind."""
        return list(self._problems)

    def _read(self, path: Path, form: RdfFormat) -> Iterator[Statement]:
        """Yield a file's statements: those without blank nodes as they come, then the others."""
        if form == RDF_XML.engine:
            _refuse_nested_entities(path)
        blank: list[Statement] = []
        with opened(path) as raw:
            feeder = LineFeeder(raw)
            try:
                graphs = yield from self._parsed(path, form, feeder, blank)
            except SyntaxError as error:
                raise explain(error, str(path), feeder.line) from error
        yield from skolemised(blank, self._genid)
        if graphs:
            self._problems.append(_graphs_dropped(path, graphs))

    def _parsed(
        self, path: Path, form: RdfFormat, feeder: LineFeeder, blank: list[Statement]
    ) -> Generator[Statement, None, int]:
        """Yield the statements without blank nodes, collect the others, count those in graphs.

        Runs once per statement of files of millions: types are compared, not asked.
        """
        default, holds_graphs = DefaultGraph(), form.supports_datasets
        place, line, graphs, empty = Place(str(path)), None, 0, True
        for quad in pyoxigraph.parse(cast("IO[bytes]", feeder), form, base_iri=self._base_iri):
            if line != feeder.line:
                line, empty = feeder.line, False
                # The JSON-LD parser reads ahead: what it has read says nothing of the place.
                place = Place(place.file, None if form == JSON_LD.engine else line)
            if holds_graphs and quad.graph_name != default:
                graphs += 1
            value = quad.object
            kind = type(value)
            if kind is Triple or (kind is Literal and value.direction is not None):
                raise _newer_rdf(kind is Triple, place)
            statement = Statement(quad.triple, place)
            if kind is BlankNode or type(quad.subject) is BlankNode:
                blank.append(statement)
            else:
                yield statement
        if empty:
            raise _empty(path)
        return graphs


def _format(path: Path) -> RdfFormat:
    """Return the format that the file's name says, ``.gz`` aside."""
    suffixes = path.suffixes
    if suffixes and suffixes[-1].lower() == ".gz":
        suffixes.pop()
    extension = suffixes[-1].removeprefix(".") if suffixes else ""
    found = by_extension(INPUT_FORMATS, extension)
    if found and isinstance(found.engine, RdfFormat):
        return found.engine
    raise InputError(
        Text("The file's name does not tell which format it is in."),
        where=str(path),
        expected=Text(
            "A name that ends in one of: {extensions}; or in one of these and .gz.",
            extensions=", ".join(f".{f.extension}" for f in INPUT_FORMATS),
        ),
    )


def _newer_rdf(about_statement: bool, place: Place) -> InputError:  # noqa: FBT001 - private
    """Refuse what RDF 1.2 adds, which neither SHACL nor the output formats can carry."""
    what = (
        Text("A statement about a statement (RDF 1.2 triple term) is not supported.")
        if about_statement
        else Text("A text with a writing direction (RDF 1.2) is not supported.")
    )
    return InputError(what, where=str(place), expected=Text("RDF 1.1."))


def _empty(path: Path) -> InputError:
    return InputError(
        Text("The file holds no statement."),
        where=str(path),
        remedy=Text("See that it is the right file, and complete."),
    )


def _refuse_nested_entities(path: Path) -> None:
    """Refuse XML entities made of entities: a small file can unfold into gigabytes.

    The parser unfolds them as it reads the declaration, so they are looked for before it starts.
    Plain entities, which abbreviate namespaces in many OWL files, are fine.
    """
    with opened(path) as raw:
        head = raw.read(_HEAD)
        suspicious = any(
            not found["value"] or b"&" in found["value"] or b"%" in found["value"]
            for found in _ENTITY.finditer(head)
        )
        tail = head[-8:]
        while not suspicious and (block := raw.read(_HEAD)):
            suspicious = b"<!ENTITY" in tail + block
            tail = block[-8:]
    if suspicious:
        raise InputError(
            Text("The file declares XML entities made of other entities."),
            where=str(path),
            expected=Text("Entities that stand for plain text, or none."),
        )


def _graphs_dropped(path: Path, count: int) -> Problem:
    return Problem(
        Place(str(path)),
        reason="graph-names-dropped",
        value=str(count),
        what=Text(
            "{n} statements stand in named graphs. They were taken, the names of the graphs left"
            " out.",
            n=count,
        ),
        expected=Text("All statements of a source go into the graph of that source."),
        fatal=False,
    )

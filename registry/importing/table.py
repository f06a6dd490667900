"""Reads tables (CSV, GeoJSON) by a mapping into statements that know their row and column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from registry.findings import Place, Problem
from registry.identifiers import Iris, check_source_name
from registry.importing.cells import CellError, cleaned
from registry.importing.describing import Describer, Description, Fault, Values, holds, moved
from registry.importing.geojson import features
from registry.importing.model import Lookup, Statement
from registry.importing.rows import Row, check_columns, table
from registry.importing.rules import OnError, TableMapping
from registry.importing.summary import Summary
from registry.namespaces import RDF_TYPE, term
from registry.texts import Text

#: Rows of the second file on are numbered from here on, so that a number names one row.
_FILE_STRIDE: Final = 1_000_000_000


@dataclass(slots=True)
class _Run:
    """What one reading of the tables has met so far."""

    summary: Summary
    problems: list[Problem] = field(default_factory=list)
    #: IRI of a record → the first row that describes it.
    seen: dict[str, Place] = field(default_factory=dict)


class Table:
    """A contribution made of tables of the same form and the mapping that says what they mean."""

    def __init__(
        self,
        paths: Sequence[Path],
        mapping: TableMapping,
        source_name: str,
        iris: Iris,
        lookup: Lookup,
    ) -> None:
        self.skips_invalid_rows = mapping.skips_invalid_rows
        self._paths = list(paths)
        self._mapping = mapping
        self._source = check_source_name(source_name)
        self._iris = iris
        # Without its key there is no record: the least that such a fault costs is the row.
        on_error: OnError = "refuse" if mapping.on_error == "refuse" else "row"
        self._describer = Describer(mapping.records, source_name, iris, lookup, on_error)
        layout = mapping.layout
        self._columns = [(name, layout.column(name)) for name in sorted(mapping.columns())]
        self._last = self._new_run()

    def statements(self, leave_out: frozenset[int] = frozenset()) -> Iterator[Statement]:
        """Yield what the mapping says of the source, then what each row says.

        ``leave_out`` holds row numbers as ``row_number`` gives them: lines, for a single file.
        A row yields all of its statements or none.
        """
        run = self._new_run()
        yield from self._about_source()
        yield from self._fixed()
        for path in self._paths:
            with self._opened(path) as (header, rows):
                self._note_columns(path, header, run)
                for row in rows:
                    yield from self._row(header, row, leave_out, run)
        self._last = run

    def problems(self) -> list[Problem]:
        """Return the problems met by the last complete run of ``statements``."""
        return list(self._last.problems)

    def summary(self) -> Summary:
        """Return the counts of the last complete run of ``statements``."""
        return self._last.summary

    def row_number(self, place: Place) -> int | None:
        """Return the number by which ``leave_out`` names the row; None for no row's place."""
        files = [str(path) for path in self._paths]
        if place.line is None or place.file not in files:
            return None
        return files.index(place.file) * _FILE_STRIDE + place.line

    def _new_run(self) -> _Run:
        labels = {rule.reason: rule.label for rule in self._mapping.leave_out}
        labels |= {group.reason: group.label for group in self._mapping.unmapped}
        return _Run(Summary(labels))

    @contextmanager
    def _opened(self, path: Path) -> Iterator[tuple[list[str], Iterator[Row]]]:
        """Open a file as its name says: the names of its columns, and its rows."""
        layout, used = self._mapping.layout, self._mapping.columns()
        if is_geojson(path):
            with features(path) as found:
                yield found
        else:
            with table(path, layout) as (header, rows):
                check_columns(path, header, used, layout.delimiter)
                yield header, rows

    def _fixed(self) -> Iterator[Statement]:
        """Yield the records that the mapping gives itself."""
        place, here = Place(self._mapping.file), f"{self._iris.base}id/"
        for record in self._mapping.fixed:
            subject = moved(record.iri, here)
            for class_ in record.classes:
                yield Statement(Triple(subject, RDF_TYPE, class_), place)
            for prop, constant in record.constants:
                value = moved(constant, here) if isinstance(constant, NamedNode) else constant
                yield Statement(Triple(subject, prop, value), place)

    def _about_source(self) -> Iterator[Statement]:
        about, place = self._mapping.source, Place(self._mapping.file)
        subject = NamedNode(self._iris.source(self._source))
        yield Statement(Triple(subject, RDF_TYPE, term("faces:Source")), place)
        for prop, words in (
            ("dcterms:title", about.title),
            ("dcterms:description", about.description),
            ("dcterms:bibliographicCitation", about.citation),
        ):
            for language, text in words.items():
                yield Statement(
                    Triple(subject, term(prop), Literal(text, language=language)), place
                )
        for predicate, iri in about.iris:
            yield Statement(Triple(subject, predicate, iri), place)

    def _note_columns(self, path: Path, header: list[str], run: _Run) -> None:
        """Note what the mapping does not take of the file, and what it does not find there."""
        used, summary = self._mapping.columns(), run.summary
        listed = {name: group.reason for group in self._mapping.unmapped for name in group.columns}
        for name in header:
            if name in listed:
                summary.left_aside[listed[name]][name] = None
            elif name not in used and name not in summary.unmapped:
                summary.unmapped.append(name)
                what = Text("The mapping does not use the column “{name}”.", name=name)
                expected = Text("A field for it, or its name under “unmapped”.")
                run.problems.append(_of_column(path, name, "column-not-mapped", what, expected))
        # Only GeoJSON comes so far without them: a property that no feature has is none of its.
        for name in sorted(used - set(header)):
            what = Text("No feature has the property “{name}” that the mapping uses.", name=name)
            run.problems.append(_of_column(path, name, "column-not-found", what))

    def _row(
        self, header: list[str], row: Row, leave_out: frozenset[int], run: _Run
    ) -> Iterator[Statement]:
        place = row.place
        run.summary.rows += 1
        if len(row.cells) != len(header):
            self._refuse(place, [_wrong_count(row, header, self._mapping)], run)
            return
        values, ignored = self._cleaned(header, row)
        for rule in self._mapping.leave_out:
            if all(holds(condition, values) for condition in rule.when):
                run.summary.left_out[rule.reason].append(place)
                return
        said = self._describer.describe(values)
        costly = [f for f in said.faults if f.on_error != "value"]
        costly += [] if costly else self._duplicates(place, said, run)
        if costly:
            self._refuse(place, costly, run)
            return
        self._note_values(place, said, ignored, run)
        if self.row_number(place) in leave_out:
            run.summary.left_out["invalid"].append(place)
            return
        run.summary.published += 1
        at = type(place)
        for triple, column in said.triples:
            yield Statement(triple, at(place.file, place.line, column or None))

    def _cleaned(self, header: list[str], row: Row) -> tuple[Values, list[tuple[str, str]]]:
        """Return the cleaned values by column; and column and value of what means nothing."""
        values: dict[str, list[str]] = {}
        dropped: list[tuple[str, str]] = []
        cells = dict(zip(header, row.cells, strict=True))
        for name, column in self._columns:
            cell = cells.get(name, "")
            values[name], ignored = cleaned([cell] if isinstance(cell, str) else cell, column)
            dropped += [(name, value) for value in ignored]
        return values, dropped

    def _duplicates(self, place: Place, said: Description, run: _Run) -> list[Fault]:
        """Return a fault for each record that an earlier row described; else remember them.

        A row that is left out as invalid keeps its key: what repeats it stays out too.
        """
        faults = []
        for record in self._mapping.records:
            iri = said.made.get(record.name)
            earlier = None if iri is None or record.repeats else run.seen.get(iri.value)
            if earlier is not None:
                what = Text("The row has the same key as the one at {place}.", place=str(earlier))
                error = CellError("duplicate-key", what, Text("One row per key."))
                faults.append(
                    Fault(record.key[0], _key(said, record.name), error, self._mapping.on_error)
                )
        if not faults:
            run.seen.update((iri.value, place) for iri in said.made.values())
        return faults

    def _refuse(self, place: Place, faults: list[Fault], run: _Run) -> None:
        run.summary.left_out[faults[0].error.reason].append(place)
        run.problems += [_problem(place, fault) for fault in faults]

    def _note_values(
        self, place: Place, said: Description, ignored: list[tuple[str, str]], run: _Run
    ) -> None:
        for column, value in (*ignored, *said.dropped):
            run.summary.values[column, "ignored"][value] += 1
        for fault in said.faults:
            run.summary.values[fault.column, fault.error.reason][fault.value] += 1
            run.problems.append(_problem(place, fault))


def _key(said: Description, name: str) -> str:
    return said.made[name].value.rpartition("/")[2].partition("_")[2]


def _of_column(
    path: Path, name: str, reason: str, what: Text, expected: Text | None = None
) -> Problem:
    """Return a notice about a column as a whole."""
    place = Place(str(path), None if is_geojson(path) else 1, name)
    return Problem(place, reason, value=name, what=what, expected=expected, fatal=False)


def is_table(path: Path) -> bool:
    """Return whether a file is a table by its name, ``.gz`` aside."""
    return is_geojson(path) or _bare_name(path).endswith(".csv")


def is_geojson(path: Path) -> bool:
    """Return whether a file is GeoJSON by its name, ``.gz`` aside."""
    return _bare_name(path).endswith(".geojson")


def _bare_name(path: Path) -> str:
    return path.name.lower().removesuffix(".gz")


def _problem(place: Place, fault: Fault) -> Problem:
    return Problem(
        type(place)(place.file, place.line, fault.column or None),
        reason=fault.error.reason,
        value=fault.value,
        what=fault.error.what,
        expected=fault.error.expected,
        fatal=fault.on_error == "refuse",
    )


def _wrong_count(row: Row, header: list[str], mapping: TableMapping) -> Fault:
    what = Text("The row has {n} cells.", n=len(row.cells))
    expected = Text("{n} cells, as many as the first line names.", n=len(header))
    return Fault("", "", CellError("wrong-cell-count", what, expected), mapping.on_error)

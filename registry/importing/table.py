"""Reads tables (CSV) by a mapping into statements that know their row and column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from registry.findings import Place, Problem
from registry.identifiers import Iris, check_source_name
from registry.importing.cells import CellError, cleaned
from registry.importing.describing import Describer, Description, Fault, Values, holds
from registry.importing.model import Resolver, Statement
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
        csv_paths: Sequence[Path],
        mapping: TableMapping,
        source_name: str,
        iris: Iris,
        resolve: Resolver,
    ) -> None:
        self.skips_invalid_rows = mapping.skips_invalid_rows
        self._paths = list(csv_paths)
        self._mapping = mapping
        self._source = check_source_name(source_name)
        self._iris = iris
        # Without its key there is no record: the least that such a fault costs is the row.
        on_error: OnError = "refuse" if mapping.on_error == "refuse" else "row"
        self._describer = Describer(mapping.records, source_name, iris, resolve, on_error)
        self._last = self._new_run()

    def statements(self, leave_out: frozenset[int] = frozenset()) -> Iterator[Statement]:
        """Yield what the mapping says of the source, then what each row says.

        ``leave_out`` holds row numbers as ``row_number`` gives them: lines, for a single file.
        A row yields all of its statements or none.
        """
        run = self._new_run()
        yield from self._about_source()
        for path in self._paths:
            with table(path, self._mapping.layout) as (header, rows):
                check_columns(path, header, self._mapping.columns(), self._mapping.layout.delimiter)
                self._note_unmapped(path, header, run)
                for row in rows:
                    yield from self._row(Place(str(path), row.line), header, row, leave_out, run)
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
        return _Run(Summary({rule.reason: rule.label for rule in self._mapping.leave_out}))

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

    def _note_unmapped(self, path: Path, header: list[str], run: _Run) -> None:
        listed = self._mapping.columns() | self._mapping.layout.unmapped
        for name in header:
            if name not in listed and name not in run.summary.unmapped:
                run.summary.unmapped.append(name)
                run.problems.append(
                    Problem(
                        Place(str(path), 1, name),
                        reason="column-not-mapped",
                        value=name,
                        what=Text("The mapping does not use the column “{name}”.", name=name),
                        expected=Text("A field for it, or its name under “unmapped”."),
                        fatal=False,
                    )
                )

    def _row(
        self, place: Place, header: list[str], row: Row, leave_out: frozenset[int], run: _Run
    ) -> Iterator[Statement]:
        if not any(cell.strip() for cell in row.cells):
            return
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
        for column in ignored:
            run.summary.values[column, "ignored"] += 1
        self._note_values(place, said, run)
        if self.row_number(place) in leave_out:
            run.summary.left_out["invalid"].append(place)
            return
        run.summary.published += 1
        for triple, column in said.triples:
            yield Statement(triple, Place(place.file, place.line, column or None))

    def _cleaned(self, header: list[str], row: Row) -> tuple[Values, list[str]]:
        """Return the cleaned values by column, and a column's name per value left out."""
        values: dict[str, list[str]] = {}
        ignored: list[str] = []
        layout = self._mapping.layout
        used = self._mapping.columns()
        for name, text in zip(header, row.cells, strict=True):
            if name in used:
                values[name], count = cleaned(text, layout.column(name))
                ignored += [name] * count
        return values, ignored

    def _duplicates(self, place: Place, said: Description, run: _Run) -> list[Fault]:
        """Return a fault for each record that an earlier row described; else remember them.

        A row that is left out as invalid keeps its key: what repeats it stays out too.
        """
        faults = []
        for record in self._mapping.records:
            iri = said.made.get(record.name)
            earlier = None if iri is None or record.repeats else run.seen.get(iri.value)
            if earlier is not None:
                what = Text(
                    "The row has the same key as line {line} of {file}.",
                    line=str(earlier.line),
                    file=earlier.file,
                )
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

    def _note_values(self, place: Place, said: Description, run: _Run) -> None:
        for fault in said.faults:
            run.summary.values[fault.column, fault.error.reason] += 1
            run.problems.append(_problem(place, fault))


def _key(said: Description, name: str) -> str:
    return said.made[name].value.rpartition("/")[2].partition("_")[2]


def _problem(place: Place, fault: Fault) -> Problem:
    return Problem(
        Place(place.file, place.line, fault.column or None),
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

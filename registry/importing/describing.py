"""Turns the cleaned cells of one row into statements. A function of values, with the faults met."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Triple

from registry.identifiers import Iris
from registry.importing.cells import CellError, converted, node
from registry.importing.model import Lookup
from registry.importing.rules import (
    HERE,
    VOCABULARIES,
    Cell,
    Condition,
    Link,
    OnError,
    Part,
    Record,
)
from registry.namespaces import RDF_TYPE, term
from registry.texts import Text

_IDENTIFIER: Final = term("adms:Identifier")
_NOTATION: Final = term("skos:notation")
_SCHEME: Final = term("dcterms:type")

#: Column → its cleaned values.
Values = Mapping[str, list[str]]


class Fault(NamedTuple):
    """What is wrong with a value of a column, and what it costs."""

    column: str
    value: str
    error: CellError
    on_error: OnError


@dataclass(slots=True)
class Description:
    """What a row gives: triples with the column each comes from, and faults."""

    triples: list[tuple[Triple, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    #: Record's name in the mapping → its IRI, for the records that this row makes.
    made: dict[str, NamedNode] = field(default_factory=dict)
    #: Column and value, for the values that the mapping says to leave out.
    dropped: list[tuple[str, str]] = field(default_factory=list)

    def say(
        self, subject: NamedNode, prop: NamedNode, value: NamedNode | Literal, column: str
    ) -> None:
        """Add a triple."""
        self.triples.append((Triple(subject, prop, value), column))


def holds(condition: Condition, values: Values) -> bool:
    """Return whether a condition holds; for a cell of several values, whether it does for one."""
    cell = values[condition.column]
    match condition.operator:
        case "is":
            return any(value in condition.values for value in cell)
        case "is_not":
            return not any(value in condition.values for value in cell)
        case "contains":
            return any(part in value for value in cell for part in condition.values)
        case "matches":
            return any(re.fullmatch(condition.values[0], value) for value in cell)
        case "empty":
            return (not cell) == bool(condition.values)


@dataclass(frozen=True, slots=True)
class Describer:
    """Describes rows of one source by the records of a mapping."""

    records: tuple[Record, ...]
    source: str
    iris: Iris
    lookup: Lookup
    on_error: OnError

    def describe(self, values: Values) -> Description:
        """Return everything that a row says."""
        row = Description()
        for record in self.records:
            iri = self._iri(record, values, row)
            if iri is not None:
                row.made[record.name] = iri
        for record in self.records:
            iri = row.made.get(record.name)
            if iri is not None:
                self._record(record, iri, values, row)
        here = f"{self.iris.base}id/"
        row.triples = [(_moved(triple, here), column) for triple, column in row.triples]
        return row

    def _iri(self, record: Record, values: Values, row: Description) -> NamedNode | None:
        if not all(holds(condition, values) for condition in record.when):
            return None
        cells = [values[column] for column in record.key]
        if record.optional and not any(cells):
            return None
        for column, cell in zip(record.key, cells, strict=True):
            if len(cell) != 1:
                error = CellError("missing-key", Text("The key of the record is missing."))
                if cell:
                    error = CellError("several-keys", Text("The key must be a single value."))
                row.faults.append(Fault(column, ", ".join(cell), error, self.on_error))
                return None
        key = joined([cell[0] for cell in cells])
        return NamedNode(self.iris.mint(record.kind, self.source, key))

    def _record(self, record: Record, iri: NamedNode, values: Values, row: Description) -> None:
        key = record.key[0]
        for class_ in record.classes:
            row.say(iri, RDF_TYPE, class_, key)
        for prop, constant in record.constants:
            row.say(iri, prop, constant, key)
        for cell in record.cells:
            self._cell(cell, iri, iri, values, row)
        for link in record.links:
            self._link(link, iri, values, row)
        for part in record.parts:
            if all(holds(condition, values) for condition in part.when):
                self._part(part, iri, values, row)

    def _part(self, part: Part, iri: NamedNode, values: Values, row: Description) -> None:
        node = NamedNode(f"{iri.value}#{part.fragment}")
        before = len(row.triples)
        for cell in part.cells:
            self._cell(cell, node, iri, values, row)
        if len(row.triples) > before or not part.cells:
            column = row.triples[before][1] if part.cells else part.when[0].column
            row.say(iri, part.property, node, column)
            for class_ in part.classes:
                row.say(node, RDF_TYPE, class_, column)
            for prop, constant in part.constants:
                row.say(node, prop, constant, column)

    def _cell(
        self, cell: Cell, subject: NamedNode, record: NamedNode, values: Values, row: Description
    ) -> None:
        column = cell.columns[0]
        found = values[column]
        if len(cell.columns) > 1:
            pieces = [text for name in cell.columns for text in values[name]]
            found = [" ".join(pieces)] if pieces else []
        if cell.required and not found:
            error = CellError(
                "missing-value", Text("The column “{column}” is empty.", column=cell.title())
            )
            row.faults.append(Fault(column, "", error, cell.on_error))
        for position, text in enumerate(found, start=1):
            try:
                value = converted(text, cell)
            except CellError as error:
                row.faults.append(Fault(column, text, error, cell.on_error))
                continue
            if value is None:
                row.dropped.append((column, text))
                continue
            if cell.type == "identifier":
                suffix = "" if position == 1 else f"-{position}"
                part = NamedNode(f"{record.value}#{cell.scheme}{suffix}")
                scheme = NamedNode(f"{VOCABULARIES}identifier-scheme/{cell.scheme}")
                row.say(subject, cell.property, part, column)
                row.say(part, RDF_TYPE, _IDENTIFIER, column)
                row.say(part, _SCHEME, scheme, column)
                row.say(part, _NOTATION, value, column)
            else:
                row.say(subject, cell.property, value, column)

    def _link(self, link: Link, iri: NamedNode, values: Values, row: Description) -> None:
        if link.record is not None:
            target = row.made.get(link.record)
            if target is not None:
                row.say(iri, link.property, target, "")
            return
        column = link.columns[0]
        try:
            targets = list(self._targets(link, values))
        except CellError as error:
            texts = [text for name in link.columns for text in values[name]]
            row.faults.append(Fault(column, ", ".join(texts), error, link.on_error))
            return
        for target in targets:
            row.say(iri, link.property, target, column)

    def _targets(self, link: Link, values: Values) -> Iterator[NamedNode]:
        cells = [values[column] for column in link.columns]
        if not all(cells):
            if link.required or any(cells):
                names = ", ".join(link.columns)
                what = Text("The column “{column}” is empty.", column=names)
                raise CellError("missing-value", what)
            return
        if link.kind is not None:
            source = link.source or self.source
            keys = [joined([c[0] for c in cells])] if len(cells) > 1 else cells[0]
            yield from (NamedNode(self.iris.mint(link.kind, source, key)) for key in keys)
            return
        for text in cells[0]:
            yield self._identified(link, text) if link.scheme else self._templated(link, text)

    def _templated(self, link: Link, text: str) -> NamedNode:
        address = str(link.template).replace("{value}", quote(text, safe=""))
        iri = node(address.replace(HERE, f"{self.iris.base}id/", 1))
        if iri is None:
            what = Text("“{value}” is not a complete address (IRI).", value=address)
            raise CellError("not-an-iri", what)
        if link.exists and not self.lookup.holds(iri):
            what = Text("The registry does not hold “{value}”: <{iri}>.", value=text, iri=iri.value)
            raise CellError("not-in-registry", what)
        return iri

    def _identified(self, link: Link, text: str) -> NamedNode:
        notation = "".join(text.split())
        found = self.lookup.record(f"{VOCABULARIES}identifier-scheme/{link.scheme}", notation)
        if found is None:
            raise CellError(
                "no-such-record",
                Text(
                    "No record, or more than one, has the {scheme} “{value}”.",
                    scheme=str(link.scheme).upper(),
                    value=text,
                ),
                Text("The number of an actor that the registry already describes."),
            )
        return found


def _moved(triple: Triple, here: str) -> Triple:
    """Put the registry's own addresses in the place of what a mapping writes ``id:…``."""
    value = triple.object
    if isinstance(value, NamedNode) and value.value.startswith(HERE):
        return Triple(triple.subject, triple.predicate, moved(value, here))
    return triple


def moved(iri: NamedNode, here: str) -> NamedNode:
    """Return the registry's own address for what a mapping writes ``id:…``; else the same."""
    if iri.value.startswith(HERE):
        return NamedNode(here + iri.value.removeprefix(HERE))
    return iri


def joined(keys: list[str]) -> str:
    """Join the values of a key of several columns; different values never give the same text."""
    if len(keys) == 1:
        return keys[0]
    return "|".join(key.replace("\\", "\\\\").replace("|", "\\|") for key in keys)

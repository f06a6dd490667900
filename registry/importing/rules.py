"""What a mapping says: how the columns of a table become statements. Plain values.

``docs/mapping.md`` is the manual; ``mapping`` reads the TOML into these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, get_args

from pyoxigraph import Literal as RdfLiteral
from pyoxigraph import NamedNode

from registry.namespaces import PREFIXES

#: What to do about a cell that cannot be read: refuse the file, leave out the row or the value.
OnError = Literal["refuse", "row", "value"]
ON_ERROR: Final[tuple[OnError, ...]] = get_args(OnError)

ValueType = Literal[
    "text", "token", "integer", "decimal", "boolean", "date", "iri", "url", "identifier", "point"
]
VALUE_TYPES: Final[tuple[ValueType, ...]] = get_args(ValueType)

Operator = Literal["is", "is_not", "empty", "contains", "matches"]
OPERATORS: Final[tuple[Operator, ...]] = get_args(Operator)

#: Where the registry's vocabularies live: ``vocab:stage/consolidation`` in a mapping.
VOCABULARIES: Final = "https://w3id.org/faces/vocab/"
#: Stands for the ``{base}id/`` of a registry, which only an import knows: ``id:network/mesclun``.
HERE: Final = "urn:x-faces-here:"
MAPPING_PREFIXES: Final[Mapping[str, str]] = {**PREFIXES, "vocab": VOCABULARIES, "id": HERE}

#: A text in French and English: language → text.
Bilingual = Mapping[str, str]
#: What is true of every record made: property and value.
Constants = tuple[tuple[NamedNode, NamedNode | RdfLiteral], ...]


@dataclass(frozen=True, slots=True)
class SourceDescription:
    """Who says what the table says, under which licence: statements about the source itself."""

    title: Bilingual
    description: Bilingual
    citation: Bilingual
    iris: tuple[tuple[NamedNode, NamedNode], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """How the cells of a column are cleaned before anything is made of them."""

    ignore: frozenset[str] = frozenset({""})
    split: str | None = None
    strip_suffix: str | None = None
    pad: int = 0
    trim: bool = True


@dataclass(frozen=True, slots=True)
class Layout:
    """How the file is written."""

    delimiter: str
    encoding: str
    decimal_comma: bool
    columns: Mapping[str, Column]
    ignore: frozenset[str]

    def column(self, name: str) -> Column:
        """Return how that column is cleaned."""
        return self.columns.get(name) or Column(ignore=self.ignore)


@dataclass(frozen=True, slots=True)
class Unmapped:
    """Columns that are left aside on purpose, and why."""

    reason: str
    label: Bilingual
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that holds for a row or not. ``values`` are texts, a pattern or a yes or no."""

    column: str
    operator: Operator
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeaveOut:
    """Rows that are not published although nothing is wrong with them, and why."""

    reason: str
    label: Bilingual
    when: tuple[Condition, ...]


class Area(NamedTuple):
    """A rectangle on the map, in degrees."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, longitude: float, latitude: float) -> bool:
        """Return whether the point lies in it."""
        return self.west <= longitude <= self.east and self.south <= latitude <= self.north


@dataclass(frozen=True, slots=True)
class Cell:
    """One column that becomes a property's value; several are read as one text."""

    columns: tuple[str, ...]
    property: NamedNode
    type: ValueType = "text"
    language: str | None = None
    values: Mapping[str, str] | None = None
    otherwise: str | None = None
    template: str | None = None
    formats: tuple[str, ...] = ("yyyy-mm-dd",)
    true: tuple[str, ...] = ()
    false: tuple[str, ...] = ()
    matches: str | None = None
    scheme: str | None = None
    required: bool = False
    on_error: OnError = "row"
    decimal_comma: bool = False
    assume_http: bool = False
    within: Area | None = None
    prefixes: Mapping[str, str] | None = None

    def title(self) -> str:
        """Return the column, or the columns, as a person says them."""
        return ", ".join(self.columns)


@dataclass(frozen=True, slots=True)
class Link:
    """A property that leads to another resource; exactly one of the four ways is given.

    ``record``: another record of the same row; ``kind`` and ``columns``: a record of this source
    (or of ``source``) by its key; ``scheme``: the one existing record with that identifier;
    ``template``: an IRI made of the value, which ``exists`` already if that is asked.
    """

    property: NamedNode
    columns: tuple[str, ...] = ()
    record: str | None = None
    kind: str | None = None
    source: str | None = None
    scheme: str | None = None
    template: str | None = None
    exists: bool = False
    required: bool = False
    on_error: OnError = "row"


@dataclass(frozen=True, slots=True)
class Part:
    """A hash IRI of the record, such as its address; made when one of its cells has a value.

    One without cells is made whenever its conditions hold.
    """

    fragment: str
    property: NamedNode
    classes: tuple[NamedNode, ...]
    constants: Constants
    cells: tuple[Cell, ...]
    when: tuple[Condition, ...]

    def columns(self) -> Iterator[str]:
        """Yield every column that the part is made of."""
        for cell in self.cells:
            yield from cell.columns
        yield from (condition.column for condition in self.when)


@dataclass(frozen=True, slots=True)
class FixedRecord:
    """A record that no row gives and that the rows need, with an address of its own."""

    iri: NamedNode
    classes: tuple[NamedNode, ...]
    constants: Constants


@dataclass(frozen=True, slots=True)
class Record:
    """One of the records that a row gives."""

    name: str
    kind: str
    classes: tuple[NamedNode, ...]
    key: tuple[str, ...]
    constants: Constants
    cells: tuple[Cell, ...]
    links: tuple[Link, ...]
    parts: tuple[Part, ...]
    when: tuple[Condition, ...]
    optional: bool
    repeats: bool

    def columns(self) -> Iterator[str]:
        """Yield every column that the record is made of."""
        yield from self.key
        yield from (condition.column for condition in self.when)
        for cell in self.cells:
            yield from cell.columns
        for link in self.links:
            yield from link.columns
        for part in self.parts:
            yield from part.columns()


@dataclass(frozen=True, slots=True)
class TableMapping:
    """The whole of a mapping file."""

    file: str
    source: SourceDescription
    layout: Layout
    unmapped: tuple[Unmapped, ...]
    leave_out: tuple[LeaveOut, ...]
    fixed: tuple[FixedRecord, ...]
    records: tuple[Record, ...]
    skips_invalid_rows: bool
    on_error: OnError

    def columns(self) -> set[str]:
        """Return every column that the mapping makes use of."""
        used = {column for record in self.records for column in record.columns()}
        return used | {c.column for rule in self.leave_out for c in rule.when}

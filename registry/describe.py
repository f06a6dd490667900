"""Everything that a release says about one IRI, as plain values: what pages and documents show.

At most four queries of the store, however much there is to say: the statements of the record,
those of its parts if it has any, the number of links to it with a page of them, and what is said by
those that are relationships. Labels come from the index and from the schema.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from registry.identifiers import Iris, is_iri, record_of
from registry.namespaces import RDF_TYPE
from registry.releases.archive import Release
from registry.sentences import wording
from registry.store import Graphs, Term, filled, query_text

#: Links of one property on a page, and values of one property.
PER_PAGE = 50
#: Links to the record in one RDF document.
PER_DOCUMENT = 500
#: A record that says more than this itself is shown in part, and the page says so. Relationships
#: are records of their own, so what grows without bound are links to a record, which are paged.
MOST_STATEMENTS = 10_000


@dataclass(frozen=True, slots=True)
class Value:
    """A value: an IRI when ``iri``, else a literal with its language and datatype."""

    text: str
    iri: bool = False
    language: str = ""
    datatype: str = ""


#: Property → its different values, in the order in which the store gave them.
Properties = Mapping[str, tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class Incoming:
    """Links to the record by one property: how many there are, and some of their subjects."""

    path: str
    total: int
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Description:
    """What one release says about ``iri``.

    ``parts`` maps the IRI of each part to what it says, ``relations`` the IRI of each
    relationship among the first links to it. ``graphs`` are the sources that state any of it,
    ``truncated`` tells that the record says more than MOST_STATEMENTS.
    """

    iri: str
    properties: Properties
    parts: Mapping[str, Properties]
    incoming: tuple[Incoming, ...]
    graphs: tuple[str, ...]
    truncated: bool = False
    relations: Mapping[str, Properties] = field(default_factory=dict)

    @property
    def classes(self) -> list[str]:
        """The classes that the record is stated to be of."""
        return [v.text for v in self.properties.get(RDF_TYPE.value, ()) if v.iri]

    def terms(self) -> set[str]:
        """Return every IRI that a page about it names, for one look-up of labels."""
        found = {self.iri, *self.graphs}
        for properties in (self.properties, *self.parts.values()):
            found |= properties.keys()
            found |= {v.text for values in properties.values() for v in values if v.iri}
            found |= {v.datatype for values in properties.values() for v in values if v.datatype}
        for said in self.relations.values():
            found |= {v.text for values in said.values() for v in values if v.iri}
        for link in self.incoming:
            found |= {link.path, *link.subjects, *map(record_of, link.subjects)}
        return found | {record_of(self.iri)}


@dataclass(frozen=True, slots=True)
class Range:
    """Which links to a record are wanted: all properties' first ones, or a page of one's.

    Pages count from 1.
    """

    path: str | None = None
    page: int = 1
    size: int = PER_PAGE

    @property
    def offset(self) -> int:
        """How many links come before the page."""
        return (self.page - 1) * self.size


#: The first links of every property.
FIRST_LINKS = Range()


def describe(
    release: Release, iri: str, iris: Iris, wanted: Range | None = FIRST_LINKS
) -> Description | None:
    """Return what the release says about the IRI, or None when it does not occur in it.

    ``wanted`` tells which links to it to look up; None looks up none and only counts them.
    """
    if not is_iri(iri):
        return None
    graphs, record = release.graphs, NamedNode(iri)
    rows = list(_statements(graphs, record, Literal(iris.genid)))
    said, sources = _gathered(rows)
    links = _links(graphs, record, wanted)
    if not said and not links.counts:
        return None
    incoming = tuple(
        Incoming(path, total, tuple(links.subjects.get(path, ())))
        for path, total in sorted(links.counts.items())
    )
    own = said.pop(iri, {})
    parts = {part: _frozen(properties) for part, properties in sorted(said.items())}
    truncated = len(rows) > MOST_STATEMENTS
    relations = {relation: _frozen(properties) for relation, properties in links.said.items()}
    graph_names = tuple(sorted(sources))
    return Description(iri, _frozen(own), parts, incoming, graph_names, truncated, relations)


def links_page(release: Release, iri: str, page: int) -> list[tuple[str, str]]:
    """Return a page of links to the IRI, whatever the property: (subject, property)."""
    text = f"{query_text('describe-incoming-page')} LIMIT {PER_DOCUMENT}"
    rows = release.graphs.select(
        f"{text} OFFSET {(page - 1) * PER_DOCUMENT}", record=NamedNode(iri)
    )
    return [(_text(s), _text(p)) for _, p, s in rows]


def triples(description: Description) -> Iterator[Triple]:
    """Yield what the record and its parts say, as triples again."""
    yield from _triples(description.iri, description.properties)
    for part, properties in description.parts.items():
        yield from _triples(part, properties)


def _triples(subject: str, properties: Properties) -> Iterator[Triple]:
    for path, values in properties.items():
        for value in values:
            yield Triple(NamedNode(subject), NamedNode(path), _term(value))


def _term(value: Value) -> Term:
    if value.iri:
        return NamedNode(value.text)
    if value.language:
        return Literal(value.text, language=value.language)
    return Literal(value.text, datatype=NamedNode(value.datatype))


def _text(term: Term | None) -> str:
    return str(getattr(term, "value", "") or "")


def _value(term: Term | None) -> Value:
    if isinstance(term, Literal):
        datatype = "" if term.language else term.datatype.value
        return Value(term.value, language=term.language or "", datatype=datatype)
    if isinstance(term, BlankNode):
        return Value(f"_:{term.value}", datatype="http://www.w3.org/2001/XMLSchema#string")
    return Value(_text(term), iri=True)


_Said = dict[str, dict[str, dict[Value, None]]]
#: Subject, property, value, source.
_Row = tuple[Term | None, ...]


def _statements(graphs: Graphs, record: NamedNode, genid: Literal) -> Iterator[_Row]:
    """Yield what the record and its parts say, MOST_STATEMENTS and one more at most."""
    has_parts, left = False, MOST_STATEMENTS + 1
    below = (f"{record.value}#", genid.value)
    for row in graphs.select(f"{query_text('describe-record')} LIMIT {left}", record=record):
        value = row[2]
        has_parts = has_parts or (isinstance(value, NamedNode) and value.value.startswith(below))
        left -= 1
        yield row
    if has_parts and left:
        text = f"{query_text('describe-parts')} LIMIT {left}"
        yield from (row[2:] for row in graphs.select(text, record=record, genid=genid))


def _gathered(rows: Iterable[_Row]) -> tuple[_Said, set[str]]:
    """Group rows by subject and property; two sources that say the same say it once."""
    said: _Said = {}
    graphs: set[str] = set()
    for subject, path, value, graph in rows:
        values = said.setdefault(_text(subject), {}).setdefault(_text(path), {})
        values[_value(value)] = None
        graphs.add(_text(graph))
    return said, graphs


def _frozen(properties: Mapping[str, Mapping[Value, None]]) -> Properties:
    return {path: tuple(values) for path, values in properties.items()}


@dataclass(frozen=True, slots=True)
class _Links:
    """Links by property: how many, some of their subjects, what those that relate actors say."""

    counts: dict[str, int] = field(default_factory=dict)
    subjects: dict[str, dict[str, None]] = field(default_factory=dict)
    said: _Said = field(default_factory=dict)


def _links(graphs: Graphs, record: NamedNode, wanted: Range | None) -> _Links:
    if wanted == FIRST_LINKS:
        return _first_links(graphs, record)
    rows = graphs.select(query_text("describe-incoming-counts"), record=record)
    found = _Links({_text(path): int(_text(number)) for _, path, number in rows})
    if wanted and wanted.path and is_iri(wanted.path) and wanted.path in found.counts:
        text = f"{query_text('describe-incoming-page')} LIMIT {wanted.size} OFFSET {wanted.offset}"
        for _, path, subject in graphs.select(text, record=record, p=NamedNode(wanted.path)):
            found.subjects.setdefault(_text(path), {})[_text(subject)] = None
    return found


def _first_links(graphs: Graphs, record: NamedNode) -> _Links:
    found = _Links()
    relating: dict[NamedNode, None] = {}
    for _, path, number, subject in graphs.select(
        query_text("describe-incoming-first"), record=record
    ):
        found.counts[_text(path)] = int(_text(number))
        found.subjects.setdefault(_text(path), {})[_text(subject)] = None
        if isinstance(subject, NamedNode) and _text(path) in wording().roles:
            relating[subject] = None
    if relating:
        text = filled(query_text("describe-relations"), "s", relating)
        for subject, path, value in graphs.select(text):
            if _text(path) in wording().told:
                values = found.said.setdefault(_text(subject), {}).setdefault(_text(path), {})
                values[_value(value)] = None
    return found

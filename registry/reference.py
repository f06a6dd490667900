"""The ontology as people read it: every term, and what a record of each class may say.

Terms, definitions and alignments are those of a release. How many values a property takes comes
from the shipped shapes, which columns of a table feed it from the shipped mappings, and the
examples are shipped files: each is declared there and nowhere else.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, Triple

from registry import resources
from registry.namespaces import PREFIXES, RDF_TYPE, shorten, term
from registry.releases.archive import Release
from registry.schema import Field, schema, shipped_quads
from registry.store import Graphs, Term, in_memory, query_text
from registry.texts import Words

#: The ontology has the same IRI in every registry, and so have its vocabularies.
ONTOLOGY: Final = "https://w3id.org/faces/ontology"
VOCABULARIES: Final = "https://w3id.org/faces/vocab/"

_OWL_TYPES: Final = {
    term("owl:Class").value: "class",
    term("owl:ObjectProperty").value: "object",
    term("owl:DatatypeProperty").value: "datatype",
    term("owl:AnnotationProperty").value: "annotation",
}
_ALIGNMENTS: Final = tuple(
    term(name).value
    for name in (
        *("owl:equivalentClass", "owl:equivalentProperty", "skos:exactMatch", "skos:closeMatch"),
        *("skos:broadMatch", "skos:narrowMatch", "skos:relatedMatch", "rdfs:seeAlso"),
    )
)
_SCHEME: Final = re.compile(r"https://w3id\\\.org/faces/vocab/([a-z0-9-]+)/")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table that one of the shipped mappings reads."""

    mapping: str
    name: str


@dataclass(frozen=True, slots=True)
class Use:
    """What a record of a class may say with one property.

    ``values`` are the classes or datatypes of its values, ``schemes`` the vocabularies that they
    are taken from. ``most`` is None where there may be any number. ``wanted`` tells that a record
    without it gets a warning, ``derived`` that the registry makes it from other records.
    """

    field: Field
    values: tuple[str, ...]
    schemes: tuple[str, ...]
    least: int
    most: int | None
    wanted: bool
    derived: bool
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A term; ``kind`` is class, object, datatype or annotation (property)."""

    iri: str
    kind: str
    said: Mapping[str, tuple[Term, ...]]

    @property
    def name(self) -> str:
        """The end of its IRI, which is its anchor in the reference."""
        return re.split(r"[#/]", self.iri)[-1]

    def words(self, prefixed: str) -> Words:
        """Return a text about it, by language."""
        values = self.said.get(term(prefixed).value, ())
        return {v.language or "": v.value for v in values if isinstance(v, Literal)}

    def iris(self, prefixed: str) -> tuple[str, ...]:
        """Return the resources that it is linked to by a property."""
        values = self.said.get(term(prefixed).value, ())
        return tuple(sorted(v.value for v in values if isinstance(v, NamedNode)))

    @property
    def alignments(self) -> tuple[tuple[str, str], ...]:
        """The terms of other vocabularies that it is compared with: (by which property, term)."""
        return tuple(
            (path, value.value)
            for path in _ALIGNMENTS
            for value in self.said.get(path, ())
            if isinstance(value, NamedNode)
        )


@dataclass(frozen=True, slots=True)
class Reference:
    """All terms, in the order of the lists of the site, then by name."""

    version: str
    version_iri: str
    about: Entry
    classes: tuple[Entry, ...]
    properties: tuple[Entry, ...]
    annotations: tuple[Entry, ...]
    uses: Mapping[str, tuple[Use, ...]] = field(repr=False)

    def domains(self, prop: str) -> tuple[str, ...]:
        """Return the classes whose records may have the property."""
        return tuple(
            c.iri
            for c in self.classes
            if any(u.field.path == prop and not u.field.inverse for u in self.uses[c.iri])
        )


def reference(release: Release) -> Reference:
    """Return what the release's ontology says, in one query."""
    said: dict[str, dict[str, list[Term]]] = {}
    for subject, path, value in release.graphs.select(query_text("ontology-terms")):
        if isinstance(subject, NamedNode) and isinstance(path, NamedNode) and value is not None:
            said.setdefault(subject.value, {}).setdefault(path.value, []).append(value)
    entries = [_entry(iri, values) for iri, values in said.items()]
    about = next((e for e in entries if e.iri == ONTOLOGY), Entry(ONTOLOGY, "", {}))
    known = {e.iri for e in entries}
    parts = [_entry(iri, {}, "class") for iri in uses() if iri not in known]
    classes = [e for e in entries if e.kind == "class"] + parts
    by_name = sorted(entries, key=lambda e: e.name.casefold())
    return Reference(
        version=_text(about, "owl:versionInfo"),
        version_iri=next(iter(about.iris("owl:versionIRI")), ""),
        about=about,
        classes=tuple(sorted(classes, key=_list_order)),
        properties=tuple(e for e in by_name if e.kind in {"object", "datatype"}),
        annotations=tuple(e for e in by_name if e.kind == "annotation"),
        uses={e.iri: uses().get(e.iri, ()) for e in classes},
    )


def statements(release: Release) -> Iterator[Triple]:
    """Yield what the source of the ontology states, but for its vocabularies and itself."""
    stated = release.graphs.quads(NamedNode(ONTOLOGY), RDF_TYPE, term("owl:Ontology"))
    graph = next((quad.graph_name for quad in stated), None)
    if not isinstance(graph, NamedNode):
        return
    for quad in release.graphs.quads(graph=graph):
        subject = quad.subject
        vocabulary = isinstance(subject, NamedNode) and subject.value.startswith(VOCABULARIES)
        if not vocabulary and subject != graph:
            yield quad.triple


def _entry(iri: str, values: Mapping[str, Iterable[Term]], kind: str = "") -> Entry:
    types = {getattr(v, "value", "") for v in values.get(RDF_TYPE.value, ())}
    found = next((name for owl, name in _OWL_TYPES.items() if owl in types), kind)
    if term("faces:pathSegment").value in values:
        found = "class"
    return Entry(iri, found, {path: tuple(terms) for path, terms in values.items()})


def _text(entry: Entry, prefixed: str) -> str:
    return next((v for v in entry.words(prefixed).values()), "")


def _list_order(entry: Entry) -> tuple[float, str]:
    """Sort records first, as the site lists them, then their parts."""
    order = _text(entry, "faces:listOrder")
    return (float(order) if order else float("inf"), entry.name.casefold())


def example(name: str) -> str | None:
    """Return the shipped example of a class as Turtle, by the name of the class."""
    path = resources.folder("ontology") / "examples" / f"{name}.ttl"
    return path.read_text(encoding="utf-8") if path.is_file() else None


# --- What the shapes say -----------------------------------------------------------------------

_COUNTS: Final = """
SELECT ?class ?path ?inverse ?least ?most ?severity ?derived WHERE {
  ?shape sh:targetClass ?class ; sh:property ?property .
  { ?property sh:path ?path FILTER isIRI(?path) }
  UNION { ?property sh:path/sh:inversePath ?path BIND(true AS ?inverse) }
  OPTIONAL { ?property sh:minCount ?least }
  OPTIONAL { ?property sh:maxCount ?most }
  OPTIONAL { ?property sh:severity ?severity }
  OPTIONAL { ?property <http://datashapes.org/dash#readOnly> ?derived }
}"""
_VALUES: Final = """
SELECT DISTINCT ?class ?path ?value WHERE {
  ?shape sh:targetClass ?class ; sh:property ?property .
  ?property sh:path ?path FILTER isIRI(?path)
  { ?property sh:class|sh:datatype|sh:pattern ?value }
  UNION { ?property sh:or/rdf:rest*/rdf:first/(sh:class|sh:datatype) ?value }
}"""


@dataclass(slots=True)
class _Constraints:
    least: int = 0
    most: int | None = None
    wanted: bool = False
    derived: bool = False
    values: set[str] = field(default_factory=set)
    schemes: set[str] = field(default_factory=set)


_Key = tuple[str, str, bool]


@functools.cache
def uses() -> Mapping[str, tuple[Use, ...]]:
    """Return what the records of each class may say, in the order of the fields on its page."""
    graphs = in_memory(shipped_quads("shapes"))
    found = _constraints(graphs)
    feeding = columns()
    return {
        cls: tuple(
            _use(f, found.get((cls, f.path, f.inverse), _Constraints()), feeding.get((cls, f.path)))
            for f in sorted(fields, key=_place)
        )
        for cls, fields in schema().fields.items()
    }


def _place(shown: Field) -> tuple[float, float, str]:
    group = schema().groups.get(shown.group)
    return (group.order if group else float("inf"), shown.order, shown.path)


def _use(shown: Field, said: _Constraints, feeding: tuple[Column, ...] | None) -> Use:
    return Use(
        field=shown,
        # A value of a vocabulary is a concept: the vocabulary says more.
        values=() if said.schemes else tuple(sorted(said.values)),
        schemes=tuple(sorted(said.schemes)),
        least=said.least,
        most=said.most,
        wanted=said.wanted,
        derived=said.derived or shown.inverse,
        columns=() if shown.inverse else feeding or (),
    )


def _constraints(graphs: Graphs) -> Mapping[_Key, _Constraints]:
    found: dict[_Key, _Constraints] = {}
    for cls, path, inverse, least, most, severity, derived in graphs.select(_COUNTS):
        one = found.setdefault((_value(cls), _value(path), inverse is not None), _Constraints())
        one.derived |= derived is not None
        if least is not None and severity == term("sh:Violation"):
            one.least = max(one.least, int(_value(least)))
        one.wanted |= least is not None and severity != term("sh:Violation")
        if most is not None:
            one.most = min(int(_value(most)), one.most or int(_value(most)))
    for cls, path, value in graphs.select(_VALUES):
        one = found.setdefault((_value(cls), _value(path), False), _Constraints())
        if isinstance(value, NamedNode):
            one.values.add(value.value)
        elif scheme := _SCHEME.search(_value(value)):
            one.schemes.add(VOCABULARIES + scheme[1])
    return found


def _value(node: Term | None) -> str:
    return str(getattr(node, "value", "") or "")


# --- What the mappings say ---------------------------------------------------------------------


@functools.cache
def columns() -> Mapping[tuple[str, str], tuple[Column, ...]]:
    """Return the columns of the shipped mappings by what they feed: class and property."""
    found: dict[tuple[str, str], dict[Column, None]] = {}
    for path in sorted((resources.folder("data") / "mappings").glob("*.toml")):
        mapping = tomllib.loads(path.read_text(encoding="utf-8"))
        prefixes = PREFIXES | mapping.get("prefixes", {})
        for cls, prop, column in _fed(mapping.get("records", ())):
            key = (_expanded(cls, prefixes), _expanded(prop, prefixes))
            found.setdefault(key, {})[Column(path.name, column)] = None
    return {key: tuple(names) for key, names in found.items()}


def _fed(records: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Yield class, property and column of each cell that records and their parts are made of."""
    for record in records:
        parts = record.get("parts", ())
        for cls in _list(record.get("class")):
            for cell in (*record.get("fields", ()), *record.get("links", ())):
                # Only an identifier may leave its property out: docs/mapping.md.
                prop = cell.get("property", "adms:identifier")
                yield from ((cls, prop, name) for name in _list(cell.get("column")))
            for part in parts:
                cells = part.get("fields", ())
                names = (name for cell in cells for name in _list(cell.get("column")))
                yield from ((cls, part["property"], name) for name in names)
        yield from _fed(parts)


def _list(value: str | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else value or []


def _expanded(name: str, prefixes: Mapping[str, str]) -> str:
    prefix, _, local = name.partition(":")
    return prefixes[prefix] + local if prefix in prefixes else name


def prefixed(iri: str) -> str:
    """Return the IRI as the reference writes it: ``vocab:stage`` beside ``faces:Initiative``."""
    return f"vocab:{iri[len(VOCABULARIES) :]}" if iri.startswith(VOCABULARIES) else shorten(iri)

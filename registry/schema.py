"""What the ontology and the shapes say about presentation, read once into plain values.

Which classes have records and lists, what a property is called, in which order and group it is
shown: Turtle says it, this module reads it, pages and index obey. No RDF type leaves it but the
text of IRIs.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph
from pyoxigraph import Literal, NamedNode, Quad

from registry import resources
from registry.namespaces import shorten
from registry.store import Graphs, in_memory
from registry.texts import Words, best


@dataclass(frozen=True, slots=True)
class Kind:
    """A class whose records have IRIs ``/id/{segment}/{key}``, pages and a list."""

    segment: str
    class_iri: str
    label: Words
    plural: Words
    definition: Words
    order: int
    listed: bool


@dataclass(frozen=True, slots=True)
class Field:
    """How a property is shown on the records of a class."""

    path: str
    inverse: bool
    name: Words
    description: Words
    order: float
    group: str
    #: Its rank among the facts at the top of a page; None where it stays in its group.
    key_order: float | None = None
    #: Its rank among the filters of a search; None where it is none.
    facet_order: float | None = None
    #: Whether a rule asks for it without refusing a record that does not say it.
    wanted: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A group of fields on a page."""

    iri: str
    label: Words
    order: float


@dataclass(frozen=True, slots=True)
class Schema:
    """All of it. ``fields`` maps a class to its fields in order; ``labels`` any term to words."""

    kinds: tuple[Kind, ...]
    groups: Mapping[str, Group]
    fields: Mapping[str, tuple[Field, ...]]
    labels: Mapping[str, Words]
    #: Class → the CONSTRUCT queries that derive shortcut properties for its records.
    rules: Mapping[str, tuple[str, ...]]
    #: Scheme of identifiers, or property → the address elsewhere to which a value leads.
    formatters: Mapping[str, str]
    #: Class → the class of schema.org that it is, or is close to.
    published_as: Mapping[str, str]

    def kind(self, segment: str) -> Kind | None:
        """Return the kind with that path segment, or None."""
        return next((k for k in self.kinds if k.segment == segment), None)

    def facets(self, kinds: Iterable[Kind]) -> list[Field]:
        """Return the filters of these kinds' records, each property once, in order."""
        found: dict[str, Field] = {}
        for kind in kinds:
            for each in self.fields.get(kind.class_iri, ()):
                if each.facet_order is not None and not each.inverse:
                    found.setdefault(each.path, each)
        return sorted(found.values(), key=lambda f: (f.facet_order, f.path))

    def says(self, kind: Kind, path: str) -> bool:
        """Return whether records of the kind may state this property."""
        fields = self.fields.get(kind.class_iri, ())
        return any(f.path == path and not f.inverse for f in fields)

    def asked_for(self, kind: Kind) -> list[Field]:
        """Return the fields that a record of the kind had better say: key facts, wanted ones."""
        fields = self.fields.get(kind.class_iri, ())
        return [f for f in fields if not f.inverse and (f.wanted or f.key_order is not None)]

    def kind_of(self, classes: list[str]) -> Kind | None:
        """Return the first kind, in list order, that one of the classes is."""
        return next((k for k in self.kinds if k.class_iri in classes), None)

    def label(self, iri: str, language: str) -> str:
        """Return what people call a class or property; its prefixed name if nothing is known."""
        return best(self.labels.get(iri, {}), language, shorten(iri))


def shipped_quads(*folders: str, base: str = "https://w3id.org/faces/") -> Iterator[Quad]:
    """Yield the triples of the shipped Turtle files below the folders, as quads of one graph."""
    graph = NamedNode(base + "shipped")
    for folder in folders:
        for path in resources.turtle_files(folder):
            for quad in pyoxigraph.parse(path=str(path), base_iri=base):
                yield Quad(quad.subject, quad.predicate, quad.object, graph)


@functools.cache
def schema() -> Schema:
    """Read the shipped ontology and shapes (once per process, some 30 ms)."""
    graphs = in_memory(shipped_quads("ontology", "shapes"))
    return Schema(
        kinds=_kinds(graphs),
        groups=_groups(graphs),
        fields=_fields(graphs),
        labels=_labels(graphs),
        rules=_rules(graphs),
        formatters={
            _text(of): _text(url)
            for of, url in graphs.select("SELECT ?of ?url WHERE { ?of faces:formatterUrl ?url }")
        },
        published_as=_published_as(graphs),
    )


def _words(graphs: Graphs, subject: str, predicate: str) -> dict[str, str]:
    rows = graphs.select(f"SELECT ?s ?o WHERE {{ ?s {predicate} ?o }}", s=NamedNode(subject))
    return {o.language or "": o.value for _, o in rows if isinstance(o, Literal)}


def _text(term: object) -> str:
    return str(getattr(term, "value", "") or "")


def _number(term: object) -> float:
    return float(_text(term) or 0)


def _kinds(graphs: Graphs) -> tuple[Kind, ...]:
    rows = graphs.select(
        "SELECT ?c ?segment ?order ?listed WHERE { ?c faces:pathSegment ?segment ."
        " OPTIONAL { ?c faces:listOrder ?order } OPTIONAL { ?c faces:listed ?listed } }"
    )
    kinds = [
        Kind(
            segment=_text(segment),
            class_iri=_text(iri),
            label=_words(graphs, _text(iri), "rdfs:label"),
            plural=_words(graphs, _text(iri), "faces:pluralLabel"),
            definition=_words(graphs, _text(iri), "skos:definition"),
            order=int(_number(order)),
            listed=_text(listed) == "true",
        )
        for iri, segment, order, listed in rows
    ]
    return tuple(sorted(kinds, key=lambda k: (k.order, k.segment)))


def _groups(graphs: Graphs) -> dict[str, Group]:
    rows = graphs.select("SELECT ?g ?order WHERE { ?g a sh:PropertyGroup ; sh:order ?order }")
    return {
        _text(g): Group(_text(g), _words(graphs, _text(g), "rdfs:label"), _number(order))
        for g, order in rows
    }


_FIELDS = """
SELECT ?class ?property ?path ?inverse ?order ?group ?key ?facet ?name ?text WHERE {
  ?shape sh:targetClass ?class ; sh:property ?property .
  ?property sh:name ?name .
  { ?property sh:path ?path FILTER isIRI(?path) }
  UNION { ?property sh:path/sh:inversePath ?path BIND(true AS ?inverse) }
  OPTIONAL { ?property sh:order ?order }
  OPTIONAL { ?property sh:group ?group }
  OPTIONAL { ?property faces:keyFactOrder ?key }
  OPTIONAL { ?property faces:facetOrder ?facet }
  OPTIONAL { ?property sh:description ?text FILTER(LANG(?text) = LANG(?name)) }
}"""


_WANTED = """
SELECT DISTINCT ?class ?path WHERE {
  ?shape sh:targetClass ?class ; sh:property ?property .
  ?property sh:path ?path ; sh:minCount ?least ; sh:severity ?severity
  FILTER(?least > 0 && ?severity IN (sh:Warning, sh:Info))
}"""


def _fields(graphs: Graphs) -> dict[str, tuple[Field, ...]]:
    names: dict[tuple[str, str, bool], dict[str, str]] = {}
    texts: dict[tuple[str, str, bool], dict[str, str]] = {}
    places: dict[tuple[str, str, bool], tuple[float, str, float | None, float | None]] = {}
    for cls, _, path, inverse, order, group, first, facet, name, text in graphs.select(_FIELDS):
        key = (_text(cls), _text(path), inverse is not None)
        language = str(getattr(name, "language", "") or "")
        names.setdefault(key, {})[language] = _text(name)
        if text is not None:
            texts.setdefault(key, {})[language] = _text(text)
        ranks = (_number(first) if first else None, _number(facet) if facet else None)
        places[key] = (_number(order), _text(group), *ranks)
    wanted = {(_text(cls), _text(path)) for cls, path in graphs.select(_WANTED)}
    by_class: dict[str, list[Field]] = {}
    for key, name_words in names.items():
        cls_iri, path_iri, is_inverse = key
        by_class.setdefault(cls_iri, []).append(
            Field(
                path_iri,
                is_inverse,
                name_words,
                texts.get(key, {}),
                *places[key],
                wanted=(cls_iri, path_iri) in wanted and not is_inverse,
            )
        )
    return {c: tuple(sorted(fs, key=lambda f: (f.order, f.path))) for c, fs in by_class.items()}


def _labels(graphs: Graphs) -> dict[str, Words]:
    labels: dict[str, dict[str, str]] = {}
    for predicate in ("rdfs:label", "skos:prefLabel"):
        for s, label in graphs.select(f"SELECT ?s ?o WHERE {{ ?s {predicate} ?o }}"):
            if isinstance(s, NamedNode) and isinstance(label, Literal):
                labels.setdefault(s.value, {})[label.language or ""] = label.value
    return dict(labels)


def _published_as(graphs: Graphs) -> dict[str, str]:
    rows = graphs.select(
        "SELECT ?class ?as WHERE { ?class a owl:Class ; rdfs:subClassOf|skos:closeMatch ?as"
        " FILTER(STRSTARTS(STR(?as), STR(schema:))) }"
    )
    return {_text(cls): _text(other) for cls, other in rows}


def _rules(graphs: Graphs) -> dict[str, tuple[str, ...]]:
    rules: dict[str, list[str]] = {}
    rows = graphs.select(
        "SELECT ?class ?construct WHERE"
        " { ?shape sh:targetClass ?class ; sh:rule/sh:construct ?construct }"
    )
    for cls, construct in rows:
        rules.setdefault(_text(cls), []).append(_text(construct))
    return {cls: tuple(sorted(texts)) for cls, texts in rules.items()}

"""What the editor of the query page proposes: the terms of the registry, and records by name.

``/sparql/terms`` holds what a release has few of: prefixes, classes, properties, sources, and the
concepts of small vocabularies, with their names and definitions. Records, and the concepts of large
vocabularies, are looked up by name at ``/sparql/names``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final
from weakref import WeakKeyDictionary

from flask import Blueprint, Response, jsonify, request
from pyoxigraph import Literal, NamedNode

from registry.namespaces import PREFIXES, term
from registry.reference import Reference, reference
from registry.releases.archive import Release
from registry.schema import Schema
from registry.search.index import Hit
from registry.store import query_text
from registry.texts import Text, Words, best
from registry.vocabularies import vocabularies
from registry.web.caching import not_modified, page_validator, stamped
from registry.web.site import Visit, visit

blueprint: Final = Blueprint("completions", __name__)

_VARY: Final = "Accept-Language"
#: The concepts of larger vocabularies are looked up by name.
_MOST_CONCEPTS: Final = 60
_MOST_NAMES: Final = 10
_LONGEST_QUESTION: Final = 100
_SHORTEST_QUESTION: Final = 2
#: The kind of concepts: they have no list on the site, and are not among what is searched.
_CONCEPT: Final = "concept"
_KINDS: Final = {
    "class": Text("class"),
    "property": Text("property"),
    "concept": Text("concept"),
    "graph": Text("source"),
}

#: IRI, kind, names, definitions.
_Said = tuple[str, str, Words, Words]
#: What was asked for, by release: the same in every language.
_KEPT: Final[WeakKeyDictionary[Release, tuple[_Said, ...]]] = WeakKeyDictionary()


@blueprint.get("/sparql/terms")
def terms() -> Response:
    """List the terms of the release, for a language."""
    view = visit()
    etag = page_validator(view, "terms")
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    if view.release not in _KEPT:
        _KEPT[view.release] = tuple(_said(view))
    kinds = {kind: text.to(view.language) for kind, text in _KINDS.items()}
    found = [_term(view, *said, kinds[said[1]]) for said in _KEPT[view.release]]
    return _answer(view, etag, {"prefixes": PREFIXES, "terms": found})


@blueprint.get("/sparql/names")
def names() -> Response:
    """Find records, and concepts, by the beginnings of words of their names."""
    view = visit()
    etag = page_validator(view, "names")
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    question = request.args.get("q", "").strip()[:_LONGEST_QUESTION]
    kinds = {kind.segment: best(kind.label, view.language) for kind in view.site.schema.kinds}
    shown = [
        {"iri": hit.iri, "label": hit.label, "what": kinds.get(hit.kind, ""), "text": hit.summary}
        for hit in _named(view, question)
    ]
    return _answer(view, etag, {"names": shown})


def _named(view: Visit, question: str) -> Iterator[Hit]:
    if len(question) < _SHORTEST_QUESTION:
        return
    index, most = view.release.index, _MOST_NAMES
    yield from index.search(question, view.language, limit=most).hits
    yield from index.named(question, _CONCEPT, view.language, limit=most)


def _answer(view: Visit, etag: str, content: dict[str, object]) -> Response:
    response = jsonify({"release": view.release.number, "language": view.language, **content})
    response.headers["Content-Language"] = view.language
    return stamped(response, etag, _VARY)


def _term(
    view: Visit, iri: str, kind: str, names: Words, texts: Words, what: str
) -> dict[str, str]:
    label, text = best(names, view.language), best(texts, view.language)
    return {"iri": iri, "kind": kind, "what": what, "label": label, "text": text}


def _said(view: Visit) -> Iterator[_Said]:
    said = reference(view.release)
    yield from _own(said, view.site.schema)
    yield from _of_fields(said)
    for scheme, number in sorted(vocabularies(view.release).items()):
        if number <= _MOST_CONCEPTS:
            yield from _concepts(view.release, scheme)
    for source in view.release.sources.values():
        yield source.iri, "graph", source.titles, {}


def _own(said: Reference, schema: Schema) -> Iterator[_Said]:
    """Yield the terms that the ontology describes."""
    for kind, entries in (
        ("class", said.classes),
        ("property", said.properties),
        ("property", said.annotations),
    ):
        for entry in entries:
            names = entry.words("rdfs:label") or schema.labels.get(entry.iri, {})
            yield entry.iri, kind, names, entry.words("skos:definition")


def _of_fields(said: Reference) -> Iterator[_Said]:
    """Yield the properties of other vocabularies that records have."""
    known = {entry.iri for entry in (*said.properties, *said.annotations)}
    fields = (use.field for uses in said.uses.values() for use in uses)
    for field in fields:
        if field.path not in known and not field.inverse:
            known.add(field.path)
            yield field.path, "property", field.name, field.description


def _concepts(release: Release, scheme: str) -> Iterable[_Said]:
    label = term("skos:prefLabel").value
    names: dict[str, dict[str, str]] = {}
    texts: dict[str, dict[str, str]] = {}
    rows = release.graphs.select(query_text("concepts"), scheme=NamedNode(scheme))
    for _, concept, path, words in rows:
        if isinstance(concept, NamedNode) and isinstance(words, Literal):
            kept = names if getattr(path, "value", "") == label else texts
            kept.setdefault(concept.value, {})[words.language or ""] = words.value
    return [(iri, "concept", names[iri], texts.get(iri, {})) for iri in sorted(names)]

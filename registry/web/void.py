"""``/.well-known/void``: what the registry holds, in the VoID vocabulary.

Every number is that of the release served.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, cast
from urllib.parse import urlsplit

import pyoxigraph
from flask import Blueprint, Response, request
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from registry.errors import UnusableIndexError
from registry.formats import GRAPH_FORMATS, RDF_XML, Format
from registry.identifiers import is_iri
from registry.namespaces import PREFIXES, RDF_TYPE, term
from registry.negotiation import negotiate
from registry.releases.sources import Source
from registry.web.caching import not_modified, stamped, validator
from registry.web.problems import NotAvailableError
from registry.web.site import Visit, visit
from registry.web.statistics import Statistics, statistics
from registry.xml_text import mended

blueprint: Final = Blueprint("void", __name__)

PATH: Final = "/.well-known/void"
_VARY: Final = "Accept"
_PREFIXES: Final = {**PREFIXES, "sd": "http://www.w3.org/ns/sparql-service-description#"}
_FORMATS: Final = "http://www.w3.org/ns/formats/"
#: Our name of a format → its IRI (https://www.w3.org/ns/formats/).
FORMAT_IRIS: Final[Mapping[str, NamedNode]] = {
    name: NamedNode(_FORMATS + local)
    for name, local in (
        ("turtle", "Turtle"),
        ("ntriples", "N-Triples"),
        ("jsonld", "JSON-LD"),
        ("rdfxml", "RDF_XML"),
        ("trig", "TriG"),
        ("nquads", "N-Quads"),
        ("json", "SPARQL_Results_JSON"),
        ("xml", "SPARQL_Results_XML"),
        ("csv", "SPARQL_Results_CSV"),
        ("tsv", "SPARQL_Results_TSV"),
    )
}


@blueprint.get(PATH)
def void() -> Response:
    """Describe the dataset in the format that suits ``Accept``."""
    form = negotiate(request.headers.get("Accept"), GRAPH_FORMATS)
    if form is None:
        raise NotAvailableError(GRAPH_FORMATS)
    view = visit()
    return described(view, form, _statements(view))


def described(view: Visit, form: Format, statements: Iterable[Triple]) -> Response:
    """Return statements about the registry as a document; they are made only when needed."""
    here = address(view)
    etag = validator(view.site, view.release, request.path, here, form.name)
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    body = pyoxigraph.serialize(
        sorted(statements, key=lambda statement: str(statement.subject)),
        format=cast("pyoxigraph.RdfFormat", form.engine),
        prefixes=_PREFIXES,
    )
    written = mended(body or b"") if form is RDF_XML else body
    return stamped(Response(written or b"", content_type=form.content_type), etag, _VARY)


def address(view: Visit) -> str:
    """Return where the site is, ending in “/”: where the client has come, which works for it."""
    base = view.site.settings.base_iri
    known = urlsplit(base).netloc == request.host  # whatever a proxy says of http and https
    return request.host_url if not known and _can_be_named(request.host_url) else base


def dataset(view: Visit) -> NamedNode:
    """Return the IRI of all that the registry publishes."""
    return NamedNode(f"{view.site.settings.base_iri}{PATH[1:]}#dataset")


def source_statements(view: Visit, held: Statistics) -> Iterator[Triple]:
    """Yield what is known of each source: the named graph, its size, title, licence and date."""
    known = view.release.sources
    for iri, total in held.graphs.items():
        graph = NamedNode(iri)
        yield Triple(graph, RDF_TYPE, term("void:Dataset"))
        yield Triple(graph, term("void:triples"), number(total))
        source = known.get(iri)
        if source is not None:
            yield from _of_source(graph, source)


def number(value: int) -> Literal:
    """Return a count as VoID writes it."""
    return Literal(str(value), datatype=term("xsd:integer"))


def _can_be_named(iri: str) -> bool:
    """Tell whether the host that a client named can stand in an IRI; it may have sent anything."""
    try:
        NamedNode(iri)
    except ValueError:
        return False
    return is_iri(iri) and bool(urlsplit(iri).netloc)


def _of_source(graph: NamedNode, source: Source) -> Iterator[Triple]:
    for language, title in source.titles.items():
        yield Triple(graph, term("dcterms:title"), Literal(title, language=language or None))
    if is_iri(source.licence):
        yield Triple(graph, term("dcterms:license"), NamedNode(source.licence))
    if source.modified:
        kind = "xsd:dateTime" if "T" in source.modified else "xsd:date"
        modified = Literal(source.modified, datatype=term(kind))
        yield Triple(graph, term("dcterms:modified"), modified)


def _statements(view: Visit) -> Iterator[Triple]:
    held = statistics(view.release)
    this, settings = dataset(view), view.site.settings
    document = NamedNode(this.value.partition("#")[0])
    yield Triple(document, RDF_TYPE, term("void:DatasetDescription"))
    yield Triple(document, term("foaf:primaryTopic"), this)
    yield Triple(this, RDF_TYPE, term("void:Dataset"))
    yield Triple(this, term("dcterms:title"), Literal(settings.name))
    yield from _of_release(view, this)
    for licence in sorted({s.licence for s in view.release.sources.values() if is_iri(s.licence)}):
        yield Triple(this, term("dcterms:license"), NamedNode(licence))
    yield Triple(this, term("foaf:homepage"), NamedNode(settings.base_iri))
    endpoint = NamedNode(f"{address(view)}sparql")
    yield Triple(this, term("void:sparqlEndpoint"), endpoint)
    yield Triple(this, term("void:uriSpace"), Literal(f"{settings.base_iri}id/"))
    for form in GRAPH_FORMATS:
        yield Triple(this, term("void:feature"), FORMAT_IRIS[form.name])
    for example in _examples(view):
        yield Triple(this, term("void:exampleResource"), NamedNode(example))
    for namespace in _vocabularies(held):
        yield Triple(this, term("void:vocabulary"), NamedNode(namespace))
    yield from _counts(this, held)
    for graph in held.graphs:
        yield Triple(this, term("void:subset"), NamedNode(graph))
    yield from source_statements(view, held)


def _of_release(view: Visit, this: NamedNode) -> Iterator[Triple]:
    manifest = view.release.manifest
    moment = Literal(manifest.created, datatype=term("xsd:dateTime"))
    yield Triple(this, term("dcterms:modified"), moment)
    yield Triple(this, term("owl:versionInfo"), Literal(str(manifest.number)))


def _counts(this: NamedNode, held: Statistics) -> Iterator[Triple]:
    yield Triple(this, term("void:triples"), number(held.triples))
    yield Triple(this, term("void:classes"), number(len(held.classes)))
    yield Triple(this, term("void:properties"), number(len(held.properties)))
    for kind, unit, totals in (
        ("class", "entities", held.classes),
        ("property", "triples", held.properties),
    ):
        for place, (iri, total) in enumerate(totals.items()):
            part = BlankNode(f"{kind}{place}")
            yield Triple(this, term(f"void:{kind}Partition"), part)
            yield Triple(part, term(f"void:{kind}"), NamedNode(iri))
            yield Triple(part, term(f"void:{unit}"), number(total))


def _examples(view: Visit) -> Iterator[str]:
    """Yield the first record of each kind that lists show; none while lists cannot be read."""
    with contextlib.suppress(UnusableIndexError):
        for kind in view.site.schema.kinds:
            if kind.listed:
                found = view.release.index.browse(kind.segment, "fr", offset=0, limit=1)
                yield from (hit.iri for hit in found.hits)


def _vocabularies(held: Statistics) -> list[str]:
    used = (*held.classes, *held.properties)
    return [n for n in PREFIXES.values() if any(iri.startswith(n) for iri in used)]

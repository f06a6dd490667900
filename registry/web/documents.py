"""The RDF document about a resource: what its page says, for machines.

It holds what the record and its parts state, the labels of what they name, and links to the
record from elsewhere, 500 at a time; the document says of itself which release it shows, under
which licence each source stands, and where the next part is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import pyoxigraph
from pyoxigraph import Literal, NamedNode, Triple

from registry.describe import (
    PER_DOCUMENT,
    Description,
    links_page,
    triples,
)
from registry.formats import RDF_XML, Format
from registry.identifiers import is_iri
from registry.namespaces import PREFIXES, RDF_TYPE, RDFS_LABEL, term
from registry.releases.sources import Source
from registry.texts import LANGUAGES
from registry.web.links import document_path
from registry.web.site import Visit
from registry.xml_text import mended

_NEXT = NamedNode("http://www.w3.org/1999/xhtml/vocab#next")
_PREFIXES = {p: iri for p, iri in PREFIXES.items() if p not in {"sh", "void", "owl"}}


@dataclass(frozen=True, slots=True)
class Document:
    """A document in one format; ``next_path`` leads to its next part, if there is one."""

    body: bytes
    next_path: str | None


def document(visit: Visit, about: Description, form: Format, page: int) -> Document:
    """Return the document that says what ``about`` holds, and a page of links to it."""
    iri = about.iri
    links = links_page(visit.release, iri, page) if about.incoming else []
    total = sum(link.total for link in about.incoming)
    more = page * PER_DOCUMENT < total
    path = visit.document(document_path(visit.site, iri, form))
    following = f"{path}{'&' if '?' in path else '?'}page={page + 1}" if more else None
    stated = _triples(visit, about, links, page, following)
    body = pyoxigraph.serialize(
        stated, format=cast("pyoxigraph.RdfFormat", form.engine), prefixes=_PREFIXES
    )
    written = body or b""
    return Document(mended(written) if form is RDF_XML else written, following)


def _triples(
    visit: Visit,
    about: Description,
    links: list[tuple[str, str]],
    page: int,
    following: str | None,
) -> Iterator[Triple]:
    record = NamedNode(about.iri)
    if page == 1:
        yield from triples(about)
    for subject, path in links:
        if subject not in about.parts:
            yield Triple(NamedNode(subject), NamedNode(path), record)
    yield from _labels(visit, about, links)
    yield from _of_itself(visit, about, following)


def _labels(visit: Visit, about: Description, links: list[tuple[str, str]]) -> Iterator[Triple]:
    """Yield the labels of the records that the document names, not of the record itself."""
    named = {v.text for vs in about.properties.values() for v in vs if v.iri}
    named |= {v.text for p in about.parts.values() for vs in p.values() for v in vs if v.iri}
    named = (named | {subject for subject, _ in links}) - {about.iri}
    for language in LANGUAGES:
        for iri, hit in visit.names(sorted(named), language).items():
            yield Triple(
                NamedNode(iri), RDFS_LABEL, Literal(hit.label, language=hit.language or language)
            )


def _of_itself(visit: Visit, about: Description, following: str | None) -> Iterator[Triple]:
    base = visit.site.settings.base_iri
    this = NamedNode(base.rstrip("/") + document_path(visit.site, about.iri))
    manifest = visit.release.manifest
    yield Triple(this, RDF_TYPE, term("foaf:Document"))
    yield Triple(this, term("foaf:primaryTopic"), NamedNode(about.iri))
    yield Triple(this, term("dcterms:isPartOf"), NamedNode(base))
    moment = Literal(manifest.created, datatype=term("xsd:dateTime"))
    yield Triple(this, term("dcterms:modified"), moment)
    yield Triple(this, term("owl:versionInfo"), Literal(str(manifest.number)))
    if following:
        yield Triple(this, _NEXT, NamedNode(base.rstrip("/") + following))
    known = visit.release.sources
    for graph in about.graphs:
        yield Triple(this, term("dcterms:source"), NamedNode(graph))
        yield from _licence(known.get(graph))


def _licence(source: Source | None) -> Iterator[Triple]:
    if source and is_iri(source.licence):
        yield Triple(NamedNode(source.iri), term("dcterms:license"), NamedNode(source.licence))

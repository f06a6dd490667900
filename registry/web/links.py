"""Where an IRI leads on this site, and which IRI an address of this site stands for.

Records ``{base}id/{kind}/{key}`` have their documents at ``/doc/{kind}/{key}``; what else lies
below the base, such as ``{base}vocab/stage/creation``, at ``/doc/vocab/stage/creation``; any other
IRI at ``/resource?iri=…``. A document's format follows as an extension.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

from registry.formats import DOCUMENT_FORMATS, Format, by_extension
from registry.identifiers import is_iri, record_of
from registry.reference import ONTOLOGY
from registry.schema import Schema
from registry.search.index import Hit
from registry.web.site import Site

_ID = "/id/"
#: Longer values are not remembered: strangers write them.
_REMEMBERED_LENGTH = 200


def query_string(pairs: Iterable[tuple[str, str]]) -> str:
    """Return the query of an address, ``a=b&c=d``.

    A page of a search has hundreds of addresses that share most of their parameters.
    """
    return "&".join(
        (_pair if len(value) <= _REMEMBERED_LENGTH else _pair.__wrapped__)(name, value)
        for name, value in pairs
    )


@functools.lru_cache(4096)
def _pair(name: str, value: str) -> str:
    return f"{quote_plus(name)}={quote_plus(value)}"


def document_path(site: Site, iri: str, form: Format | None = None) -> str:
    """Return the path (and query) of the document about an IRI, in a format or negotiated."""
    path = site.iris.path(iri)
    if path is None or "#" in path or not path.strip("/") or not _round_trips(site, path):
        suffix = f"&format={form.extension}" if form else ""
        return f"/resource?iri={quote(iri, safe='')}{suffix}"
    local = path.removeprefix(_ID) if _is_record(site.schema, path) else path.removeprefix("/")
    return f"/doc/{local}" + (f".{form.extension}" if form else "")


def iri_of_document(site: Site, local: str) -> str:
    """Return the IRI that ``/doc/{local}`` is about: the inverse of ``document_path``."""
    kind, slash, key = local.partition("/")
    if slash and key and site.schema.kind(kind):
        return site.iris.record(kind, key)
    return site.iris.iri(local)


def split_extension(local: str) -> tuple[str, Format | None]:
    """Return the path without the extension of a document's format, and that format."""
    stem, dot, extension = local.rpartition(".")
    form = by_extension(DOCUMENT_FORMATS, extension) if dot and stem else None
    return (stem, form) if form else (local, None)


def _is_record(schema: Schema, path: str) -> bool:
    kind, slash, key = path.removeprefix(_ID).partition("/")
    return path.startswith(_ID) and bool(slash and key) and schema.kind(kind) is not None


def _round_trips(site: Site, path: str) -> bool:
    """Whether the path survives: an encoded slash or an extension at its end would not."""
    first = path.removeprefix("/").partition("/")[0]
    ambiguous = site.schema.kind(first) is not None
    return not ambiguous and split_extension(path)[1] is None


@dataclass(frozen=True, slots=True)
class Linker:
    """Turns IRIs into links, knowing which of them this release describes."""

    site: Site
    hits: Mapping[str, Hit]
    language: str
    _hrefs: dict[str, tuple[str, bool]] = field(default_factory=dict)

    def href(self, iri: str) -> tuple[str, bool]:
        """Return the address and whether it leaves the site; ``""`` where there is none."""
        if iri not in self._hrefs:
            self._hrefs[iri] = self._href(iri)
        return self._hrefs[iri]

    def _href(self, iri: str) -> tuple[str, bool]:
        if record_of(iri) == ONTOLOGY:
            return iri.replace(ONTOLOGY, "/ontology", 1), False
        if self.is_known(iri):
            record, hash_sign, fragment = iri.partition("#")
            if hash_sign and record in self.hits:
                return f"{document_path(self.site, record)}#{quote(fragment)}", False
            return document_path(self.site, iri), False
        outward = iri.startswith(("http://", "https://")) and is_iri(iri)
        return (iri, True) if outward else ("", False)

    def is_known(self, iri: str) -> bool:
        """Whether this site has a page about the IRI."""
        if iri in self.hits or iri.startswith(self.site.iris.base):
            return True
        return iri in self.site.schema.labels and iri.startswith("https://w3id.org/faces/")

    def label(self, iri: str) -> str:
        """Return what people call it: the index knows records, the schema terms."""
        hit = self.hits.get(iri)
        if hit:
            return hit.label
        record, _, fragment = iri.partition("#")
        if fragment and record in self.hits and iri not in self.site.schema.labels:
            return f"{self.hits[record].label} ({fragment})"
        return self.site.schema.label(iri, self.language)

    def language_of(self, iri: str) -> str:
        """Return the language of a label where it is not the reader's, else ``""``."""
        hit = self.hits.get(record_of(iri))
        return hit.language if hit else ""

    def kind(self, iri: str) -> str:
        """Return the path segment of the kind of a record, or ``""``."""
        hit = self.hits.get(iri)
        return hit.kind if hit else ""

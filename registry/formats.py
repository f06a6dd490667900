"""Media type, extension and serialiser of each format, in two tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pyoxigraph import QueryResultsFormat, RdfFormat


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write an answer down.

    ``media_types`` holds the preferred one first; the others are accepted in ``Accept``.
    ``engine`` is the engine's own name for it (None: HTML, which the site writes itself).
    ``also`` are other names that clients ask for it by.
    """

    name: str
    extension: str
    media_types: tuple[str, ...]
    engine: RdfFormat | QueryResultsFormat | None = None
    also: tuple[str, ...] = ()

    @property
    def media_type(self) -> str:
        """The media type that answers carry."""
        return self.media_types[0]

    @property
    def content_type(self) -> str:
        """The media type with its charset where text needs one."""
        textual = self.media_type.startswith("text/")
        return f"{self.media_type}; charset=utf-8" if textual else self.media_type


HTML: Final = Format("html", "html", ("text/html", "application/xhtml+xml"))
TURTLE: Final = Format(
    "turtle", "ttl", ("text/turtle", "application/x-turtle"), RdfFormat.TURTLE, ("n3",)
)
N_TRIPLES: Final = Format("ntriples", "nt", ("application/n-triples",), RdfFormat.N_TRIPLES)
JSON_LD: Final = Format(
    "jsonld", "jsonld", ("application/ld+json",), RdfFormat.JSON_LD, ("json-ld",)
)
RDF_XML: Final = Format(
    "rdfxml", "rdf", ("application/rdf+xml",), RdfFormat.RDF_XML, ("rdf+xml", "xml")
)
TRIG: Final = Format("trig", "trig", ("application/trig",), RdfFormat.TRIG)
N_QUADS: Final = Format("nquads", "nq", ("application/n-quads",), RdfFormat.N_QUADS)

#: Formats of a graph, the default first.
GRAPH_FORMATS: Final = (TURTLE, N_TRIPLES, JSON_LD, RDF_XML)
#: Formats of a CONSTRUCT or DESCRIBE answer, the default first.
ANSWER_FORMATS: Final = (*GRAPH_FORMATS, TRIG, N_QUADS)
#: Formats that ``faces import`` reads.
INPUT_FORMATS: Final = ANSWER_FORMATS

RESULTS_JSON: Final = Format(
    "json",
    "srj",
    ("application/sparql-results+json", "application/json"),
    QueryResultsFormat.JSON,
)
RESULTS_XML: Final = Format(
    "xml",
    "srx",
    ("application/sparql-results+xml", "application/xml", "text/xml"),
    QueryResultsFormat.XML,
)
RESULTS_CSV: Final = Format("csv", "csv", ("text/csv",), QueryResultsFormat.CSV)
RESULTS_TSV: Final = Format("tsv", "tsv", ("text/tab-separated-values",), QueryResultsFormat.TSV)

#: Formats of a SELECT or ASK answer, the default first.
RESULT_FORMATS: Final = (RESULTS_JSON, RESULTS_XML, RESULTS_CSV, RESULTS_TSV)

#: Formats of a resource's document, the default first.
DOCUMENT_FORMATS: Final = (HTML, *GRAPH_FORMATS)


def by_extension(formats: tuple[Format, ...], extension: str) -> Format | None:
    """Return the format that owns the extension (no dot), or None."""
    return next((f for f in formats if f.extension == extension.lower()), None)


def by_name(formats: tuple[Format, ...], name: str) -> Format | None:
    """Return the format with that name, extension or media type, or None."""
    wanted = name.lower().strip()
    return next(
        (f for f in formats if wanted in {f.name, f.extension, *f.media_types, *f.also}),
        None,
    )

"""What the SPARQL endpoint says of itself (SPARQL 1.1 Service Description), as RDF."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flask import Response
from pyoxigraph import BlankNode, NamedNode, Triple

from registry.formats import ANSWER_FORMATS, RESULT_FORMATS, Format
from registry.namespaces import RDF_TYPE, term
from registry.web.site import Visit
from registry.web.statistics import Statistics, statistics
from registry.web.void import (
    FORMAT_IRIS,
    address,
    dataset,
    described,
    number,
    source_statements,
)

_SD: Final = "http://www.w3.org/ns/sparql-service-description#"
_SIMPLE: Final = NamedNode("http://www.w3.org/ns/entailment/Simple")
_GEOF: Final = "http://www.opengis.net/def/function/geosparql/"
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
#: Functions that the engine has beyond SPARQL 1.1: GeoSPARQL's, and more casts.
FUNCTIONS: Final = (
    *(
        _GEOF + name
        for name in (
            *("sfEquals", "sfDisjoint", "sfIntersects", "sfTouches"),
            *("sfCrosses", "sfWithin", "sfContains", "sfOverlaps"),
            *("ehEquals", "ehDisjoint", "ehMeet", "ehOverlap"),
            *("ehCovers", "ehCoveredBy", "ehInside", "ehContains"),
            *("rcc8eq", "rcc8dc", "rcc8ec", "rcc8po"),
            *("rcc8tppi", "rcc8tpp", "rcc8ntpp", "rcc8ntppi"),
            *("relate", "intersection", "union", "difference", "symDifference"),
            *("dimension", "coordinateDimension", "spatialDimension", "isEmpty", "isSimple"),
            *("envelope", "convexHull", "centroid", "asGeoJSON", "getSRID"),
            *("area", "length", "perimeter", "distance"),
        )
    ),
    *(
        _XSD + name
        for name in (
            *("date", "time", "duration", "dayTimeDuration", "yearMonthDuration"),
            *("gYear", "gYearMonth", "gMonth", "gDay", "gMonthDay"),
        )
    ),
)


def service_description(view: Visit, form: Format) -> Response:
    """Describe the endpoint, as it is for the release served."""
    return described(view, form, _statements(view))


def _sd(name: str) -> NamedNode:
    return NamedNode(_SD + name)


def _statements(view: Visit) -> Iterator[Triple]:
    endpoint = NamedNode(view.document(f"{address(view)}sparql"))
    service = NamedNode(f"{view.site.settings.base_iri}sparql#service")
    yield Triple(service, RDF_TYPE, _sd("Service"))
    yield Triple(service, _sd("endpoint"), endpoint)
    yield Triple(service, _sd("supportedLanguage"), _sd("SPARQL11Query"))
    yield Triple(service, _sd("feature"), _sd("UnionDefaultGraph"))
    if view.site.settings.services:
        yield Triple(service, _sd("feature"), _sd("BasicFederatedQuery"))
    yield Triple(service, _sd("defaultEntailmentRegime"), _SIMPLE)
    for form in (*RESULT_FORMATS, *ANSWER_FORMATS):
        yield Triple(service, _sd("resultFormat"), FORMAT_IRIS[form.name])
    for function in FUNCTIONS:
        yield Triple(service, _sd("extensionFunction"), NamedNode(function))
        yield Triple(NamedNode(function), RDF_TYPE, _sd("Function"))
    yield Triple(service, _sd("defaultDataset"), dataset(view))
    yield from _graphs(dataset(view), view, statistics(view.release))


def _graphs(this: NamedNode, view: Visit, held: Statistics) -> Iterator[Triple]:
    yield Triple(this, RDF_TYPE, _sd("Dataset"))
    merge = BlankNode("merge")
    yield Triple(this, _sd("defaultGraph"), merge)
    yield Triple(merge, RDF_TYPE, _sd("Graph"))
    yield Triple(merge, term("void:triples"), number(held.triples))
    for place, iri in enumerate(held.graphs):
        named = BlankNode(f"graph{place}")
        yield Triple(this, _sd("namedGraph"), named)
        yield Triple(named, RDF_TYPE, _sd("NamedGraph"))
        yield Triple(named, _sd("name"), NamedNode(iri))
        yield Triple(named, _sd("graph"), NamedNode(iri))
        yield Triple(NamedNode(iri), RDF_TYPE, _sd("Graph"))
    yield from source_statements(view, held)

"""The table of ``/figures`` as files: CSV with its metadata (CSVW), and an RDF Data Cube."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlencode

import pyoxigraph
from flask import Blueprint, Response, jsonify, request
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple

from registry.errors import NotFoundError
from registry.identifiers import is_iri
from registry.namespaces import PREFIXES, RDF_TYPE, RDFS_LABEL, term
from registry.schema import Field
from registry.texts import Text, best
from registry.web.caching import not_modified, page_validator, stamped
from registry.web.figures import Crossed, Figures, wanted
from registry.web.site import visit
from registry.web.void import address

blueprint: Final = Blueprint("figures_files", __name__)

_VARY: Final = "Accept-Language"
_QB: Final = "http://purl.org/linked-data/cube#"
_MEASURE: Final = NamedNode("http://purl.org/linked-data/sdmx/2009/measure#obsValue")
_INTEGER: Final = term("xsd:integer")
_PREFIXES: Final = {
    **{name: PREFIXES[name] for name in ("dcterms", "rdfs", "xsd", "faces")},
    "qb": _QB,
    "sdmx-measure": "http://purl.org/linked-data/sdmx/2009/measure#",
}


@blueprint.get("/figures.csv")
def as_csv() -> Response:
    """Answer one row for each pair of values: their IRIs or years, their names, the number."""
    counted, crossed = _counted()
    etag = page_validator(counted.view, "csv")
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["row", "row_label", "column", "column_label", "records"])
    for row, counts in zip(crossed.row_values, crossed.counts, strict=True):
        for column, number in zip(crossed.column_values, counts, strict=True):
            writer.writerow([row.value, row.name, column.value, column.name, number])
    response = Response(text.getvalue(), content_type="text/csv; charset=utf-8; header=present")
    metadata = _here(".csv-metadata.json")
    # Where processors look for the metadata: https://www.w3.org/TR/tabular-data-model/#link-header
    response.headers["Link"] = f'<{metadata}>; rel="describedby"; type="application/csvm+json"'
    response.headers["Content-Disposition"] = 'attachment; filename="faces-figures.csv"'
    return stamped(response, etag, _VARY)


@blueprint.get("/figures.csv-metadata.json")
def metadata() -> Response:
    """Say what the columns of the CSV hold (https://www.w3.org/TR/tabular-metadata/)."""
    counted, crossed = _counted()
    etag = page_validator(counted.view, "csvw")
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    columns = [
        *_columns("row", crossed.rows, counted.view.language),
        *_columns("column", crossed.columns, counted.view.language),
        {"name": "records", "titles": "records", "datatype": "integer", "required": True},
    ]
    manifest = counted.view.release.manifest
    answer = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": counted.view.language}],
        "url": _here(".csv"),
        "dc:title": Text("The registry in figures").to(counted.view.language),
        "dc:modified": {"@value": manifest.created, "@type": "xsd:dateTime"},
        "dc:source": address(counted.view),
        "tableSchema": {"columns": columns, "primaryKey": ["row", "column"]},
    }
    response = jsonify(answer)
    response.content_type = "application/csvm+json"
    return stamped(response, etag, _VARY)


def _columns(name: str, field: Field, language: str) -> list[dict[str, object]]:
    title = best(field.name, language)
    return [
        {"name": name, "titles": name, "propertyUrl": field.path, "dc:description": title,
         "required": True},
        {"name": f"{name}_label", "titles": f"{name}_label", "dc:description": title},
    ]  # fmt: skip


@blueprint.get("/figures.ttl")
def as_cube() -> Response:
    """Answer with the table as a data set of the RDF Data Cube vocabulary.

    https://www.w3.org/TR/vocab-data-cube/
    """
    counted, crossed = _counted()
    etag = page_validator(counted.view, "cube")
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    here = f"{address(counted.view).rstrip('/')}{_here('.ttl')}"
    body = pyoxigraph.serialize(
        _cube(counted, crossed, here), format=RdfFormat.TURTLE, prefixes=_PREFIXES
    )
    response = Response(body or b"", content_type="text/turtle; charset=utf-8")
    return stamped(response, etag, _VARY)


def _cube(counted: Figures, crossed: Crossed, here: str) -> Iterator[Triple]:
    dataset, structure = NamedNode(f"{here}#dataset"), NamedNode(f"{here}#structure")
    dimensions = (NamedNode(f"{here}#row"), NamedNode(f"{here}#column"))
    yield Triple(dataset, RDF_TYPE, _qb("DataSet"))
    for language in ("fr", "en"):
        title = Text("The registry in figures").to(language)
        yield Triple(dataset, term("dcterms:title"), Literal(title, language=language))
    created = counted.view.release.manifest.created
    moment = Literal(created, datatype=term("xsd:dateTime"))
    yield Triple(dataset, term("dcterms:modified"), moment)
    yield Triple(dataset, _qb("structure"), structure)
    yield Triple(structure, RDF_TYPE, _qb("DataStructureDefinition"))
    for dimension, field in zip(dimensions, (crossed.rows, crossed.columns), strict=True):
        component = BlankNode()
        yield Triple(structure, _qb("component"), component)
        yield Triple(component, _qb("dimension"), dimension)
        yield Triple(dimension, RDF_TYPE, _qb("DimensionProperty"))
        yield Triple(dimension, term("rdfs:subPropertyOf"), NamedNode(field.path))
        for language, name in field.name.items():
            yield Triple(dimension, RDFS_LABEL, Literal(name, language=language))
    component = BlankNode()
    yield Triple(structure, _qb("component"), component)
    yield Triple(component, _qb("measure"), _MEASURE)
    for i, row in enumerate(crossed.row_values):
        for j, column in enumerate(crossed.column_values):
            observation = NamedNode(f"{here}#o{i}-{j}")
            number = Literal(str(crossed.counts[i][j]), datatype=_INTEGER)
            yield Triple(observation, RDF_TYPE, _qb("Observation"))
            yield Triple(observation, _qb("dataSet"), dataset)
            yield Triple(observation, dimensions[0], _value(row.value))
            yield Triple(observation, dimensions[1], _value(column.value))
            yield Triple(observation, _MEASURE, number)


def _value(value: str) -> NamedNode | Literal:
    return NamedNode(value) if is_iri(value) else Literal(value, datatype=term("xsd:gYear"))


def _qb(name: str) -> NamedNode:
    return NamedNode(_QB + name)


def _here(extension: str) -> str:
    """Return the address of the same table in another file."""
    kept = urlencode(list(request.args.items(multi=True)))
    return f"/figures{extension}{'?' if kept else ''}{kept}"


def _counted() -> tuple[Figures, Crossed]:
    view = visit()
    counted = Figures(view, wanted(view))
    crossed = counted.crossed()
    if crossed is None:
        raise NotFoundError(
            Text("There is no table of these records."),
            remedy=Text("Name what to count by as “rows” and “columns”."),
        )
    return counted, crossed

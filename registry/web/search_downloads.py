"""``/search.csv``, ``.xlsx``, ``.geojson``, ``.ttl``: all that a search found, as a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from tempfile import TemporaryFile
from typing import Final

import pyoxigraph
from flask import Blueprint, Response, send_file
from pyoxigraph import NamedNode, RdfFormat, Triple
from xlsxwriter import Workbook

from registry.namespaces import PREFIXES
from registry.search.index import NAME, Match
from registry.texts import Text, best
from registry.web.caching import not_modified, page_validator, stamped
from registry.web.links import Linker
from registry.web.search import MOST_ROWS, Asked, asked, is_year
from registry.web.site import Visit, visit

blueprint: Final = Blueprint("search_downloads", __name__)

_VARY: Final = "Accept-Language"
_BATCH: Final = 500
#: What makes a spreadsheet take a cell of CSV for a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
#: A tenth of a metre (RFC 7946 §11.2).
_DIGITS: Final = 6
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/search.csv")
def as_csv() -> Response:
    """Stream the records as CSV, in UTF-8 with a byte order mark, which Excel needs.

    It is for spreadsheets: a cell that one would run as a formula begins with an apostrophe.
    """
    return _answered("csv", "text/csv; charset=utf-8")


@blueprint.get("/search.ttl")
def as_turtle() -> Response:
    """Stream all that the records and their parts state, as Turtle."""
    return _answered("ttl", "text/turtle; charset=utf-8")


@blueprint.get("/search.geojson")
def as_geojson() -> Response:
    """Stream the records as GeoJSON (RFC 7946), where the map shows them."""
    return _answered("geojson", "application/geo+json")


@blueprint.get("/search.xlsx")
def as_workbook() -> Response:
    """Answer with the first records as a workbook; cells hold text, never formulas."""
    view = visit()
    file = TemporaryFile()  # noqa: SIM115 — the response closes it
    with Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(_rows(view, asked(view))):
            if number > MOST_ROWS:
                break
            for column, text in enumerate(row):
                sheet.write_string(number, column, text[:32_767])
    file.seek(0)
    response = send_file(file, mimetype=_XLSX, as_attachment=True, download_name="faces.xlsx")
    return stamped(response, page_validator(view, "xlsx"), _VARY)


def _answered(extension: str, content_type: str) -> Response:
    view = visit()
    etag = page_validator(view, extension)
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    parts = _WRITERS[extension](view, asked(view))
    response = Response(parts, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="faces.{extension}"'
    response.headers["Content-Language"] = view.language
    return stamped(response, etag, _VARY)


def _csv(view: Visit, what: Asked) -> Iterator[bytes]:
    buffer = io.StringIO("\ufeff")
    buffer.seek(0, io.SEEK_END)
    writer = csv.writer(buffer)
    for row in _rows(view, what):
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row])
        if buffer.tell() > 1 << 16:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _rows(view: Visit, what: Asked) -> Iterator[list[str]]:
    """Yield the titles, then a row for each record, by name."""
    words = [Text("Name"), Text("Kind of record")]
    titles = [text.to(view.language) for text in words]
    titles += [best(field.name, view.language) for field in what.fields.values()]
    yield [*titles, Text("Description").to(view.language), "IRI"]
    kinds = {kind.segment: best(kind.label, view.language) for kind in what.kinds}
    for matches in _batches(view, what):
        values = sorted({value for match in matches for _, value in match.values})
        linker = Linker(view.site, view.release.index.hits(values, view.language), view.language)
        for match in matches:
            cells = [
                "; ".join(
                    value if is_year(value) else linker.label(value)
                    for path, value in match.values
                    if path == field.path
                )
                for field in what.fields.values()
            ]
            hit = match.hit
            yield [hit.label, kinds[hit.kind], *cells, hit.summary, hit.iri]


def _geojson(view: Visit, what: Asked) -> Iterator[bytes]:
    """Yield a feature for each record; those that are nowhere have no geometry (§3.2)."""
    kinds = {kind.segment: best(kind.label, view.language) for kind in what.kinds}
    yield b'{"type": "FeatureCollection", "features": ['
    joint = "\n"
    for matches in _batches(view, what):
        features = (json.dumps(_feature(view, m, kinds), ensure_ascii=False) for m in matches)
        yield (joint + ",\n".join(features)).encode()
        joint = ",\n"
    yield b"\n]}\n"


def _feature(view: Visit, match: Match, kinds: Mapping[str, str]) -> dict[str, object]:
    places, hit = view.release.index.places, match.hit
    place = places.at(match.number)
    point = {"type": "Point", "coordinates": [round(degrees, _DIGITS) for degrees in place or ()]}
    own = "own" if match.number in places.own else "territory"
    return {
        "type": "Feature",
        "id": hit.iri,
        "geometry": point if place else None,
        "properties": {
            "label": hit.label,
            "kind": kinds[hit.kind],
            "iri": hit.iri,
            "point": own if place else None,
        },
    }


def _turtle(view: Visit, what: Asked) -> Iterator[bytes]:
    head = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in PREFIXES.items())
    yield head.encode()
    for matches in _batches(view, what):
        iris = [match.hit.iri for match in matches]
        body = pyoxigraph.serialize(_said(view, iris), format=RdfFormat.TURTLE, prefixes=PREFIXES)
        lines = (body or b"").splitlines(keepends=True)
        yield b"".join(line for line in lines if not line.startswith(b"@prefix"))


def _said(view: Visit, iris: list[str]) -> Iterator[Triple]:
    graphs = view.release.graphs
    for iri in iris:
        for quad in graphs.triples(NamedNode(iri)):
            yield Triple(quad.subject, quad.predicate, quad.object)
            part = quad.object
            if isinstance(part, NamedNode) and part.value.startswith(f"{iri}#"):
                for said in graphs.triples(part):
                    yield Triple(said.subject, said.predicate, said.object)


def _batches(view: Visit, what: Asked) -> Iterator[list[Match]]:
    """Yield what was found by name, some hundreds of records at a time."""
    wanted = replace(what.wanted, order=NAME)
    return view.release.index.each(wanted, what.segments, view.language, at_once=_BATCH)


_WRITERS: Final[Mapping[str, Callable[[Visit, Asked], Iterator[bytes]]]] = {
    "csv": _csv,
    "geojson": _geojson,
    "ttl": _turtle,
}

"""Where the numbers and points of a record lead elsewhere, as the ontology declares.

No page asks anything of another site: these are links that a reader may follow.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from babel.numbers import format_decimal
from pyoxigraph import Literal, NamedNode

from registry.describe import Properties, Value
from registry.namespaces import PREFIXES
from registry.schema import Schema
from registry.texts import Text

_NOTATION: Final = PREFIXES["skos"] + "notation"
_TYPE: Final = PREFIXES["dcterms"] + "type"
_NUMBER: Final = r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_POINT: Final = re.compile(
    rf"\s*(?:<([^>]*)>\s*)?POINT\s*\(\s*({_NUMBER})\s+({_NUMBER})\s*\)\s*", re.IGNORECASE
)
_WKT: Final = "http://www.opengis.net/ont/geosparql#wktLiteral"
_LATITUDE_FIRST: Final = "EPSG/0/4326"
_MOST_LATITUDE: Final = 90
_MOST_LONGITUDE: Final = 180


def outward(schema: Schema, path: str, value: Value, said: Properties) -> str:
    """Return the address elsewhere about a value of a record's part that says ``said``, or “”."""
    if value.iri:
        return ""
    place = coordinates(value)
    if place and path in schema.formatters:
        longitude, latitude = place
        return schema.formatters[path].format(latitude=latitude, longitude=longitude)
    schemes = said.get(_TYPE, ()) if path == _NOTATION else ()
    found = (schema.formatters[s.text] for s in schemes if s.text in schema.formatters)
    return next((form.format(value=quote(value.text)) for form in found), "")


def coordinates(value: Value) -> tuple[float, float] | None:
    """Return longitude and latitude of a point."""
    return point(Literal(value.text, datatype=NamedNode(_WKT))) if value.datatype == _WKT else None


def written(place: tuple[float, float], language: str) -> str:
    """Return a point as people write it."""
    numbers = [format_decimal(abs(n), "0.#####", locale=language) for n in place]
    longitude, latitude = place
    north, south = Text("{n}° N", n=numbers[1]), Text("{n}° S", n=numbers[1])
    east, west = Text("{n}° E", n=numbers[0]), Text("{n}° W", n=numbers[0])
    return ", ".join(
        text.to(language)
        for text in (north if latitude >= 0 else south, east if longitude >= 0 else west)
    )


def point(term: object) -> tuple[float, float] | None:
    """Return longitude and latitude of a literal that is a point in WKT, else None."""
    if not isinstance(term, Literal) or term.datatype.value != _WKT:
        return None
    found = _POINT.fullmatch(term.value)
    if not found:
        return None
    x, y = float(found[2]), float(found[3])
    if (found[1] or "").endswith(_LATITUDE_FIRST):
        x, y = y, x
    return (x, y) if abs(x) <= _MOST_LONGITUDE and abs(y) <= _MOST_LATITUDE else None

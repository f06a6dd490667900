"""Where the numbers and points of a record lead elsewhere, as the ontology declares.

No page asks anything of another site: these are links that a reader may follow.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from babel.numbers import format_decimal
from pyoxigraph import Literal, NamedNode

from registry.describe import Properties, Value
from registry.namespaces import PREFIXES
from registry.points import WKT, point
from registry.schema import Schema
from registry.texts import Text

_NOTATION: Final = PREFIXES["skos"] + "notation"
_TYPE: Final = PREFIXES["dcterms"] + "type"


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
    return point(Literal(value.text, datatype=NamedNode(WKT))) if value.datatype == WKT else None


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

"""What a search engine or a social site reads of a page: schema.org as JSON-LD.

The class is the one that the alignments name for the record's. Made-up records say nothing.
"""

from __future__ import annotations

from typing import Any, Final

from registry.describe import Properties
from registry.namespaces import PREFIXES
from registry.web.outward import coordinates
from registry.web.views import ResourceView

_SCHEMA: Final = PREFIXES["schema"]
#: Our property → that of schema.org, where the value is one text or address.
_SAME: Final = {
    PREFIXES["foaf"] + "homepage": "url",
    PREFIXES["faces"] + "acronym": "alternateName",
    PREFIXES["faces"] + "foundingDate": "foundingDate",
    PREFIXES["rov"] + "legalName": "legalName",
    PREFIXES["schema"] + "email": "email",
}
#: Those whose values are other records.
_OTHERS: Final = {
    PREFIXES["dcterms"] + "spatial": "location",
    PREFIXES["org"] + "memberOf": "memberOf",
}
_MOST: Final = 20
_IDENTIFIER: Final = PREFIXES["adms"] + "identifier"
_NOTATION: Final = PREFIXES["skos"] + "notation"
_SCHEME: Final = PREFIXES["dcterms"] + "type"
_GEOMETRY: Final = PREFIXES["geo"] + "hasGeometry"
_WKT: Final = PREFIXES["geo"] + "asWKT"


def structured(shown: ResourceView) -> dict[str, Any] | None:
    """Return the record in the words of schema.org; None where its class has none there."""
    known = shown.schema.published_as
    of = next((known[c] for c in shown.about.classes if c in known), None)
    if of is None or shown.fictitious():
        return None
    own, head = shown.about.properties, shown.head()
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": of.removeprefix(_SCHEMA),
        "@id": shown.about.iri,
        "name": head.label,
    }
    if head.description:
        found["description"] = head.description
    found |= {name: own[path][0].text for path, name in _SAME.items() if path in own}
    for path, name in _OTHERS.items():
        iris = [value.text for value in own.get(path, ()) if value.iri][:_MOST]
        if iris:
            found[name] = [{"@id": iri, "name": shown.linker.label(iri)} for iri in iris]
    return found | _parts(shown, own)


def _parts(shown: ResourceView, own: Properties) -> dict[str, Any]:
    """Return identifiers and the first point, which are parts of the record."""
    found: dict[str, Any] = {}
    parts = shown.about.parts
    numbers = [
        {
            "@type": "PropertyValue",
            "propertyID": shown.linker.label(said[_SCHEME][0].text),
            "value": said[_NOTATION][0].text,
        }
        for value in own.get(_IDENTIFIER, ())
        if (said := parts.get(value.text, {})) and _SCHEME in said and _NOTATION in said
    ]
    if numbers:
        found["identifier"] = numbers
    for value in own.get(_GEOMETRY, ()):
        wkt = parts.get(value.text, {}).get(_WKT, ())
        place = coordinates(wkt[0]) if wkt else None
        if place:
            longitude, latitude = place
            point = {"@type": "GeoCoordinates", "latitude": latitude, "longitude": longitude}
            found.setdefault("geo", point)
    return found

"""Points as the data state them: WKT in GeoSPARQL's datatype."""

from __future__ import annotations

import re
from typing import Final

from pyoxigraph import Literal

_NUMBER: Final = r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_POINT: Final = re.compile(
    rf"\s*(?:<([^>]*)>\s*)?POINT\s*\(\s*({_NUMBER})\s+({_NUMBER})\s*\)\s*", re.IGNORECASE
)
WKT: Final = "http://www.opengis.net/ont/geosparql#wktLiteral"
_LATITUDE_FIRST: Final = "EPSG/0/4326"
_MOST_LATITUDE: Final = 90
_MOST_LONGITUDE: Final = 180


def point(term: object) -> tuple[float, float] | None:
    """Return longitude and latitude of a literal that is a point in WKT, else None."""
    if not isinstance(term, Literal) or term.datatype.value != WKT:
        return None
    found = _POINT.fullmatch(term.value)
    if not found:
        return None
    x, y = float(found[2]), float(found[3])
    if (found[1] or "").endswith(_LATITUDE_FIRST):
        x, y = y, x
    return (x, y) if abs(x) <= _MOST_LONGITUDE and abs(y) <= _MOST_LATITUDE else None

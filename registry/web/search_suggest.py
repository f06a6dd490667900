"""``/suggest?q=…``: records by the beginning of a name, for who is still typing it."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, jsonify, request

from registry.texts import best
from registry.web.caching import not_modified, page_validator, stamped
from registry.web.demonstration import made_up
from registry.web.links import document_path
from registry.web.site import visit

blueprint: Final = Blueprint("search_suggest", __name__)

_VARY: Final = "Accept-Language"
_SHORTEST: Final = 2
_LONGEST: Final = 100
_MOST: Final = 8


@blueprint.get("/suggest")
def suggest() -> Response:
    """List names with their kinds and pages; none for a single letter."""
    view = visit()
    etag = page_validator(view, "suggest")
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    words = request.args.get("q", "").strip()[:_LONGEST]
    kinds = {k.segment: best(k.label, view.language) for k in view.site.schema.kinds if k.listed}
    found = (
        view.release.index.suggest(words, kinds, view.language, limit=_MOST)
        if len(words) >= _SHORTEST
        else ()
    )
    fictitious = made_up(view, (hit.iri for hit in found)) if found else frozenset()
    response = jsonify(
        release=view.release.number,
        language=view.language,
        names=[
            {
                "label": hit.label,
                "kind": kinds[hit.kind],
                "fictitious": hit.iri in fictitious,
                "iri": hit.iri,
                "href": view.link(document_path(view.site, hit.iri)),
            }
            for hit in found
        ],
    )
    response.headers["Content-Language"] = view.language
    return stamped(response, etag, _VARY)

"""Home, health."""

from __future__ import annotations

import sqlite3
from typing import Final

from flask import Blueprint, Response, abort, jsonify

from registry.errors import RegistryError, UnusableIndexError
from registry.web.caching import not_modified, page_validator
from registry.web.map_page import overview
from registry.web.rendering import page
from registry.web.site import visit

blueprint: Final = Blueprint("pages", __name__)

_VARY: Final = "Accept-Language"
#: The size of the picture of the map.
_OVERVIEW: Final = (384, 320)


@blueprint.get("/")
def home() -> Response:
    """Say what this is, how much is in it, and where to begin."""
    view = visit()
    etag = page_validator(view, "home")
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    return page(
        view,
        etag,
        "home.html",
        vary=_VARY,
        counts=view.release.index.counts(),
        own=view.site.theme.texts.get(("home", view.language)),
        overview=overview(view, *_OVERVIEW),
    )


@blueprint.get("/health")
def health() -> Response:
    """Say that requests can be answered, and from which release."""
    try:
        view = visit()
        view.release.index.counts()
    except UnusableIndexError:
        raise  # a 503, too, that says what is to be done
    except (RegistryError, sqlite3.Error):
        abort(503)
    manifest = view.release.manifest
    response = jsonify(
        status="ready",
        release=manifest.number,
        created=manifest.created,
        statements=manifest.statements,
    )
    response.headers["Cache-Control"] = "no-store"
    return response

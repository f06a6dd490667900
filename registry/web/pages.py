"""Home, lists, search, health."""

from __future__ import annotations

import sqlite3
from typing import Final

from flask import Blueprint, Response, abort, jsonify, request

from registry.errors import NotFoundError, RegistryError
from registry.texts import Text
from registry.web.caching import not_modified, page_validator
from registry.web.demonstration import made_up
from registry.web.links import document_path
from registry.web.paging import page_number
from registry.web.rendering import page
from registry.web.site import visit

blueprint: Final = Blueprint("pages", __name__)

_VARY: Final = "Accept-Language"
_LONGEST_QUESTION: Final = 300


@blueprint.get("/")
def home() -> Response:
    """Say what this is, how much is in it, and where to begin."""
    view = visit()
    etag = page_validator(view, "home")
    counts = view.release.index.counts()
    return not_modified(etag, _VARY) or page(view, etag, "home.html", vary=_VARY, counts=counts)


@blueprint.get("/browse/<segment>")
def browse(segment: str) -> Response:
    """List the records of one kind, by name."""
    view = visit()
    kind = view.site.schema.kind(segment)
    if kind is None:
        abort(404)
    etag = page_validator(view, "browse")
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    number, size = page_number(), view.site.settings.page_size
    found = view.release.index.browse(
        segment, view.language, offset=(number - 1) * size, limit=size
    )
    _check_page(number, len(found.hits))
    hits = [(hit, document_path(view.site, hit.iri)) for hit in found.hits]
    return page(
        view,
        etag,
        "browse.html",
        vary=_VARY,
        kind=kind,
        hits=hits,
        made_up=made_up(view, (hit.iri for hit in found.hits)),
        total=found.total,
        number=number,
        size=size,
    )


@blueprint.get("/search")
def search() -> Response:
    """Find records by the words of their names, codes and descriptions."""
    view = visit()
    etag = page_validator(view, "search")
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    question = request.args.get("q", "").strip()[:_LONGEST_QUESTION]
    asked = request.args.get("kind", "")
    kind = asked if view.site.schema.kind(asked) else ""
    number, size = page_number(), view.site.settings.page_size
    found = view.release.index.search(
        question, view.language, kind=kind or None, offset=(number - 1) * size, limit=size
    )
    _check_page(number, len(found.hits))
    hits = [(hit, document_path(view.site, hit.iri)) for hit in found.hits]
    return page(
        view,
        etag,
        "search.html",
        vary=_VARY,
        question=question,
        kind=kind,
        hits=hits,
        made_up=made_up(view, (hit.iri for hit in found.hits)),
        total=found.total,
        number=number,
        size=size,
        all_kinds={k.segment: k for k in view.site.schema.kinds},
    )


def _check_page(number: int, found: int) -> None:
    if number > 1 and not found:
        raise NotFoundError(Text("There is no page “{page}”.", page=str(number)))


@blueprint.get("/health")
def health() -> Response:
    """Say that requests can be answered, and from which release."""
    try:
        view = visit()
        view.release.index.counts()
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

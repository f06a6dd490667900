"""``/robots.txt`` and ``/sitemap.xml``: what programs that read the whole site need to know.

A sitemap holds at most 50,000 addresses (https://www.sitemaps.org/protocol.html), so there is an
index of smaller ones; each record of a kind that has a list is in one of them.
"""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import escape

from flask import Blueprint, Response, abort, request

from registry.web.caching import not_modified, page_validator, stamped
from registry.web.links import document_path
from registry.web.site import Visit, visit

blueprint: Final = Blueprint("sitemap", __name__)

_MOST: Final = 10_000
_NAMESPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_PAGES: Final = (
    *("/", "/about", "/map", "/figures", "/networks", "/queries", "/ontology", "/vocab"),
    *("/quality", "/api", "/accessibility", "/legal"),
)
#: Questions of any kind may be asked by who comes for them; no program need ask them all.
_ROBOTS: Final = """\
User-agent: *
Disallow: /sparql
Disallow: /search
Disallow: /history
Disallow: /*release=
Sitemap: {here}/sitemap.xml
"""


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Say what is not to be read by following links (RFC 9309)."""
    return Response(_ROBOTS.format(here=_here()), content_type="text/plain; charset=utf-8")


@blueprint.get("/sitemap.xml")
def index() -> Response:
    """List the sitemaps: the pages, then the records of each kind in parts."""
    view = visit()
    counts = view.release.index.counts()
    names = ["pages"]
    for kind in view.site.schema.kinds:
        if kind.listed:
            parts = -(-counts.get(kind.segment, 0) // _MOST)
            names += [f"{kind.segment}-{part}" for part in range(1, parts + 1)]
    return _xml(view, "sitemapindex", "sitemap", [f"/sitemap/{name}.xml" for name in names])


@blueprint.get("/sitemap/pages.xml")
def pages() -> Response:
    """List the pages that are not about one record."""
    view = visit()
    lists = [f"/browse/{kind.segment}" for kind in view.site.schema.kinds if kind.listed]
    return _xml(view, "urlset", "url", [*_PAGES, *lists])


@blueprint.get("/sitemap/<segment>-<int:part>.xml")
def records(segment: str, part: int) -> Response:
    """List the pages of a part of a kind's records."""
    view = visit()
    kind = view.site.schema.kind(segment)
    if kind is None or not kind.listed or part < 1:
        abort(404)
    iris = view.release.index.iris(segment, offset=(part - 1) * _MOST, limit=_MOST)
    if not iris:
        abort(404)
    return _xml(view, "urlset", "url", [document_path(view.site, iri) for iri in iris])


def _xml(view: Visit, root: str, element: str, paths: list[str]) -> Response:
    here = _here()
    etag = page_validator(view, f"sitemap {here}")
    unchanged = not_modified(etag, "Host")
    if unchanged:
        return unchanged
    lines = [f"<{element}><loc>{escape(here + path)}</loc></{element}>\n" for path in paths]
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_NAMESPACE}">\n'
        f"{''.join(lines)}</{root}>\n"
    )
    response = Response(body, content_type="application/xml; charset=utf-8")
    return stamped(response, etag, "Host")


def _here() -> str:
    return request.host_url.rstrip("/")

"""Pages that are read from beginning to end: what this is, how to use it, and under which rules.

Long texts are written once in each language (``templates/prose/NAME.LANGUAGE.html``), not sentence
by sentence in the catalogue.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, request

from registry.saved_queries import saved_queries
from registry.web.caching import not_modified, page_validator
from registry.web.links import document_path
from registry.web.rendering import page
from registry.web.site import Visit, visit
from registry.web.snippets import Snippet, snippets
from registry.web.sources import licensed

blueprint: Final = Blueprint("prose", __name__)

PAGES: Final = ("about", "api", "accessibility", "legal")
_VARY: Final = "Accept-Language"
_TELLING: Final = "network"
#: What the examples of the guide ask.
_QUESTION: Final = """\
PREFIX faces: <https://w3id.org/faces/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?network ?name WHERE { ?network a faces:Network ; rdfs:label ?name }"""


def _show() -> Response:
    view = visit()
    name = request.path.strip("/")
    etag = page_validator(view, f"{name} {request.host_url}")
    own = view.site.theme.texts.get((name, view.language))
    template = "prose/own.html" if own else f"prose/{name}.{view.language}.html"
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    here = request.host_url.rstrip("/")
    return page(
        view,
        etag,
        template,
        vary=_VARY,
        own=own,
        operator=view.site.settings.operator,
        contact=view.site.settings.contact,
        here=here,
        example=_example(view),
        question=_QUESTION,
        lines=_lines(view, here),
        questions=len(saved_queries(view.site.settings.base_iri)),
        sources=licensed(view),
    )


def _lines(view: Visit, here: str) -> list[Snippet]:
    """Return the ways to ask the example's question from elsewhere, each with its address."""
    found = snippets(f"{here}/sparql", _QUESTION, view.language, "rows", posted=False)
    return [each for each in found if each.address]


def _example(view: Visit) -> str:
    """Return the path of a record to show what an address gives: a network where there is one."""
    counts = view.release.index.counts()
    kind = _TELLING if counts.get(_TELLING) else next(iter(counts), _TELLING)
    found = view.release.index.browse(kind, view.language, offset=0, limit=1).hits
    return document_path(view.site, found[0].iri) if found else "/"


for _name in PAGES:
    blueprint.add_url_rule(f"/{_name}", _name, _show)

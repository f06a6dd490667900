"""``/vocab``: the list of the vocabularies, and the tree that the document of each one shows."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response

from registry.vocabularies import Concept, tree, vocabularies
from registry.web.caching import not_modified, page_validator
from registry.web.links import document_path
from registry.web.rendering import page
from registry.web.site import Visit, visit

blueprint: Final = Blueprint("vocabularies", __name__)

_VARY: Final = "Accept-Language"
#: Up to so many concepts, a tree is shown in full; a larger one opens branch by branch.
_SHOWN_IN_FULL: Final = 60


@blueprint.get("/vocab")
def index() -> Response:
    """List the vocabularies."""
    view = visit()
    etag = page_validator(view, "vocab")
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    counts = vocabularies(view.release)
    hits = view.release.index.hits(sorted(counts), view.language)
    shown = [(hit, document_path(view.site, iri), counts[iri]) for iri, hit in hits.items()]
    shown.sort(key=lambda each: each[0].label.casefold())
    return page(view, etag, "vocabularies.html", vary=_VARY, shown=shown)


def branches(view: Visit, scheme: str) -> dict[str, object]:
    """Return what the page of a vocabulary shows besides what it says of itself."""
    top = tree(view.release, scheme)
    number = sum(1 + sum(1 for _ in concept.below()) for concept in top)
    return {
        "tree": top,
        "number": number,
        "in_full": number <= _SHOWN_IN_FULL,
        "path_of": lambda concept: document_path(view.site, concept.iri),
        "used_below": _used_below,
    }


def _used_below(above: Concept) -> int:
    return sum(concept.records for concept in above.below())

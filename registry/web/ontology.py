"""``/ontology``: the reference of the ontology, as a page or as RDF, and its JSON-LD context.

A term's IRI, such as ``https://w3id.org/faces/ontology#Initiative``, leads to this address, and
its fragment to the term.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast
from urllib.parse import quote

import pyoxigraph
from flask import Blueprint, Response
from pyoxigraph import RdfFormat

from registry import resources
from registry.errors import NotFoundError
from registry.formats import DOCUMENT_FORMATS, GRAPH_FORMATS, HTML, JSON_LD, Format, by_extension
from registry.namespaces import PREFIXES
from registry.reference import ONTOLOGY, Entry, Reference, Use, example, reference, statements
from registry.search.index import Hit
from registry.texts import Text
from registry.web.caching import not_modified, page_validator, stamped
from registry.web.diagram import diagram, hub
from registry.web.jsonld import compact
from registry.web.links import Linker, split_extension
from registry.web.rendering import page
from registry.web.resources import negotiated
from registry.web.site import Visit, visit
from registry.web.sources import LICENCES
from registry.web.terms import Terms

blueprint: Final = Blueprint("ontology", __name__)

_PATH: Final = "/ontology"
_VARY: Final = "Accept, Accept-Language"


@dataclass(frozen=True, slots=True)
class ClassExample:
    """A shipped example in both notations."""

    turtle: str
    json_ld: str


@blueprint.get(_PATH)
def ontology() -> Response:
    """Show the ontology in the format that suits ``Accept``."""
    return _document(visit(), _PATH, None)


@blueprint.get(f"{_PATH}.<extension>")
def ontology_as(extension: str) -> Response:
    """Show the ontology in the format of the extension."""
    form = by_extension(DOCUMENT_FORMATS, extension)
    if form is None:
        raise _no_such_version(f"{ONTOLOGY}.{extension}")
    return _document(visit(), _PATH, form)


@blueprint.get(f"{_PATH}/context.jsonld")
def json_ld_context() -> Response:
    """Serve the readable names for JSON-LD."""
    view = visit()
    etag = page_validator(view, "context")
    body = (resources.folder("ontology") / "context.jsonld").read_bytes()
    answer = not_modified(etag, "Accept-Encoding") or Response(body, mimetype=JSON_LD.media_type)
    return stamped(answer, etag, "Accept-Encoding")


@blueprint.get(f"{_PATH}/accompagnement")
def accompaniment() -> Response:
    """Explain on one screen why an accompaniment is a record of its own."""
    view = visit()
    etag = page_validator(view, "accompaniment")
    unchanged = not_modified(etag, "Accept-Language")
    if unchanged:
        return unchanged
    return page(
        view,
        etag,
        "accompaniment.html",
        vary="Accept-Language",
        picture=hub(reference(view.release), view.language),
        example=_example(view, "Accompaniment"),
    )


@blueprint.get(f"{_PATH}/<version>")
def versioned(version: str) -> Response:
    """Show the ontology at the IRI of its version, which has to be the one that is served."""
    view = visit()
    stem, form = split_extension(version)
    said = reference(view.release)
    if said.version_iri != f"{ONTOLOGY}/{stem}":
        raise _no_such_version(f"{ONTOLOGY}/{stem}", said.version)
    return _document(view, f"{_PATH}/{stem}", form, said)


def _no_such_version(iri: str, version: str = "") -> NotFoundError:
    what = Text("This registry does not serve “{iri}”.", iri=iri[:200])
    if not version:
        return NotFoundError(what)
    remedy = Text("It serves version {version} of the ontology, at /ontology.", version=version)
    return NotFoundError(what, remedy=remedy)


def _document(
    view: Visit, path: str, form: Format | None, said: Reference | None = None
) -> Response:
    chosen = form or negotiated()
    etag = page_validator(view, chosen.name)
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    if chosen is HTML:
        response = _page(view, etag, said or reference(view.release))
    else:
        response = stamped(_rdf(view, chosen), etag, _VARY)
        if form is None:
            response.headers["Content-Location"] = view.document(f"{path}.{chosen.extension}")
    for other in GRAPH_FORMATS:
        address = view.document(f"{_PATH}.{other.extension}")
        response.headers.add("Link", f'<{address}>; rel="alternate"; type="{other.media_type}"')
    return response


def _rdf(view: Visit, form: Format) -> Response:
    body = pyoxigraph.serialize(
        statements(view.release), format=cast("RdfFormat", form.engine), prefixes=PREFIXES
    )
    return Response(body or b"", content_type=form.content_type)


def _page(view: Visit, etag: str, said: Reference) -> Response:
    terms = Terms(said, Linker(view.site, _hits(view, said), view.language))
    segments = {kind.class_iri: kind.segment for kind in view.site.schema.kinds}
    actors = Text("actors").to(view.language)
    return page(
        view,
        etag,
        "ontology.html",
        vary=_VARY,
        said=said,
        terms=terms,
        picture=diagram(said, view.language, actors),
        examples={c.iri: _example(view, c.name) for c in said.classes},
        counts=view.release.index.counts(),
        segments=segments,
        reused=_reused(said),
        formats=[(f"{_PATH}.{f.extension}", f) for f in GRAPH_FORMATS],
        term_path=_term_path,
        licences=LICENCES,
    )


def _hits(view: Visit, said: Reference) -> Mapping[str, Hit]:
    """Return the names of the vocabularies that values are taken from."""
    schemes = {scheme for uses in said.uses.values() for use in uses for scheme in use.schemes}
    return view.release.index.hits(sorted(schemes), view.language)


def _reused(said: Reference) -> dict[str, tuple[Use, list[Entry]]]:
    """Return the properties of other vocabularies that records use, and the classes they are of."""
    found: dict[str, tuple[Use, list[Entry]]] = {}
    for entry in said.classes:
        for use in said.uses[entry.iri]:
            if not use.field.path.startswith(f"{ONTOLOGY}#") and not use.field.inverse:
                found.setdefault(use.field.path, (use, []))[1].append(entry)
    return dict(sorted(found.items()))


def _term_path(iri: str, form: Format) -> str:
    return f"/resource?iri={quote(iri, safe='')}&format={form.extension}"


def _example(view: Visit, name: str) -> ClassExample | None:
    turtle = example(name)
    return ClassExample(turtle, _json_ld(turtle, view.site.settings.base_iri)) if turtle else None


@functools.lru_cache(maxsize=64)
def _json_ld(turtle: str, base: str) -> str:
    quads = pyoxigraph.parse(turtle, RdfFormat.TURTLE, base_iri=base)
    return compact((quad.triple for quad in quads), base)

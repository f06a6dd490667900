"""Linked data: IRIs answer 303 to what is said about them, as a page or as RDF."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, make_response, render_template, request

from registry.describe import FIRST_LINKS, PER_PAGE, Description, Range, describe
from registry.errors import NotFoundError, UsageError
from registry.formats import DOCUMENT_FORMATS, HTML, Format, by_name
from registry.identifiers import is_iri
from registry.negotiation import negotiate
from registry.reference import VOCABULARIES
from registry.texts import Text
from registry.web.caching import REVALIDATE, not_modified, page_validator, stamped
from registry.web.departed import Departure, departure, remains
from registry.web.documents import document
from registry.web.links import Linker, document_path, iri_of_document, split_extension
from registry.web.neighbours import neighbours
from registry.web.paging import page_number
from registry.web.portrait import portrait
from registry.web.problems import NotAvailableError
from registry.web.relations import Teller, told
from registry.web.rendering import page
from registry.web.site import Visit, visit
from registry.web.sources import stated_by
from registry.web.structured import structured
from registry.web.timeline import timeline
from registry.web.views import ResourceView
from registry.web.vocabularies import branches
from registry.web.whereabouts import whereabouts

blueprint: Final = Blueprint("resources", __name__)

_VARY: Final = "Accept, Accept-Language"
#: The kind of records whose page is a tree of what they hold.
_SCHEME: Final = "scheme"


@blueprint.get("/id/<kind>/<path:key>")
def identified(kind: str, key: str) -> Response:
    """Answer for a record's IRI: 303 to the document that suits ``Accept``."""
    view = visit()
    return _see_document(view, view.site.iris.record(kind, key))


@blueprint.get("/vocab/<path:local>")
def in_vocabulary(local: str) -> Response:
    """Answer for the IRI of a vocabulary or a concept, which is the same in every registry."""
    return _see_document(visit(), VOCABULARIES + local)


@blueprint.get("/<path:local>")
def below_base(local: str) -> Response:
    """Answer for any other IRI below the base, such as a concept's."""
    view = visit()
    return _see_document(view, view.site.iris.iri(local))


@blueprint.get("/doc/<path:local>")
def described(local: str) -> Response:
    """Show what is said about a resource, in the format of the extension or of ``Accept``."""
    view = visit()
    stem, form = split_extension(local)
    if form:
        try:
            return _document(view, iri_of_document(view.site, stem), form)
        except NotFoundError:  # an IRI may itself end like that
            pass
    return _document(view, iri_of_document(view.site, local), None)


@blueprint.get("/resource")
def any_resource() -> Response:
    """Show what is said about any IRI: ``?iri=…``, in ``?format=…`` or by ``Accept``."""
    view = visit()
    iri = request.args.get("iri", "")
    name = request.args.get("format")
    form = by_name(DOCUMENT_FORMATS, name) if name else None
    if name and form is None:
        raise NotAvailableError(DOCUMENT_FORMATS)
    if not is_iri(iri):
        raise UsageError(
            Text("The parameter “iri” has to be an absolute IRI."),
            remedy=Text("Write it in full and percent-encoded, as in ?iri=https%3A%2F%2F…"),
        )
    return _document(view, iri, form)


def negotiated() -> Format:
    """Return the format of a document that suits ``Accept``; raise NotAvailableError if none."""
    form = negotiate(request.headers.get("Accept"), DOCUMENT_FORMATS)
    if form is None:
        raise NotAvailableError(DOCUMENT_FORMATS)
    return form


def _see_document(view: Visit, iri: str) -> Response:
    """Redirect to the document about an IRI that exists (Cool URIs for the Semantic Web §4.3)."""
    form = negotiated()
    about = describe(view.release, iri, view.site.iris, wanted=None)
    if about is None:
        raise _unknown(iri)
    gone = departure(about, view.site.schema, view.release.graphs)
    if gone and gone.to:
        path = view.site.iris.path(gone.to)
        return _redirect(301, view.link(path) if path else _ascii(gone.to))
    if gone:
        return _withdrawn(view, about, form, gone)
    path = document_path(view.site, iri, None if form is HTML else form)
    return _redirect(303, view.link(path))


def _redirect(status: int, location: str) -> Response:
    response = Response(status=status, headers={"Location": location})
    response.headers["Vary"] = _VARY
    response.headers["Cache-Control"] = REVALIDATE
    return response


def _withdrawn(view: Visit, about: Description, form: Format, gone: Departure) -> Response:
    """Answer 410 with what may still be told (RFC 9110 §15.5.11)."""
    left = remains(about)
    if form is HTML:
        shown = _view_of(view, left)
        response = make_response(
            render_template(
                "withdrawn.html",
                status=410,
                iri=left.iri,
                head=shown.head(),
                on=gone.on,
                sources=stated_by(shown.linker, left, view.release.sources),
                formats=_formats(view, left.iri),
            )
        )
        response.headers["Content-Language"] = view.language
    else:
        body = document(view, left, form, page=1).body
        response = Response(body, content_type=form.content_type)
    response.status_code = 410
    response.headers["Vary"] = _VARY
    response.headers["Cache-Control"] = REVALIDATE
    return response


def _unknown(iri: str) -> NotFoundError:
    return NotFoundError(
        Text("This release of the registry says nothing about “{iri}”.", iri=iri[:300]),
        remedy=Text("Search for its name, or check the address."),
    )


def _document(view: Visit, iri: str, form: Format | None) -> Response:
    chosen = form or negotiated()
    etag = page_validator(view, chosen.name)
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    about = describe(view.release, iri, view.site.iris, _links_wanted(view, iri, chosen))
    if about is None:
        raise _unknown(iri)
    gone = departure(about, view.site.schema, view.release.graphs)
    if gone and gone.to:
        return _redirect(301, view.link(document_path(view.site, gone.to, form)))
    if gone:
        return _withdrawn(view, about, chosen, gone)
    response = _page(view, about, etag) if chosen is HTML else _rdf(view, about, chosen, etag)
    for header in _links(view, iri):
        response.headers.add("Link", header)
    if form is None and chosen is not HTML:
        response.headers["Content-Location"] = view.document(document_path(view.site, iri, chosen))
    return response


def _links(view: Visit, iri: str) -> list[str]:
    links = [
        f'<{path}>; rel="alternate"; type="{form.media_type}"' for path, form in _formats(view, iri)
    ]
    return [*links, f'<{_ascii(iri)}>; rel="http://xmlns.com/foaf/0.1/primaryTopic"']


def _ascii(iri: str) -> str:
    """Return the IRI as a URI: what a header can carry (RFC 3987 §3.1)."""
    return "".join(c if c.isascii() else "".join(f"%{b:02X}" for b in c.encode()) for c in iri)


def _rdf(view: Visit, about: Description, form: Format, etag: str) -> Response:
    found = document(view, about, form, page_number())
    response = Response(found.body, content_type=form.content_type)
    if found.next_path:
        response.headers.add("Link", f'<{found.next_path}>; rel="next"')
    return stamped(response, etag, _VARY)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What of the resource the reader wants to see: all of it, or a page of one property."""

    path: str | None
    inverse: bool
    page: int

    @property
    def links(self) -> Range:
        return Range(self.path, self.page) if self.inverse and self.path else FIRST_LINKS


def _wanted() -> _Wanted:
    inverse = request.args.get("in")
    return _Wanted(inverse or request.args.get("of"), inverse is not None, page_number())


def _is_tree(view: Visit, iri: str) -> bool:
    """Whether the page of a record is the tree of what it holds."""
    own = view.release.index.hits([iri], view.language).get(iri)
    return own is not None and own.kind == _SCHEME and not _wanted().path


def _links_wanted(view: Visit, iri: str, form: Format) -> Range | None:
    return None if form is not HTML or _is_tree(view, iri) else _wanted().links


def _view_of(view: Visit, about: Description) -> ResourceView:
    hits = view.release.index.hits(sorted(about.terms()), view.language)
    linker = Linker(view.site, hits, view.language)
    return ResourceView(about, linker, view.site.schema, view.language)


def _formats(view: Visit, iri: str) -> list[tuple[str, Format]]:
    paths = ((document_path(view.site, iri, f), f) for f in DOCUMENT_FORMATS if f is not HTML)
    return [(view.document(path), form) for path, form in paths]


def _page(view: Visit, about: Description, etag: str) -> Response:
    wanted, iri = _wanted(), about.iri
    shown = _view_of(view, about)
    context = _focused(shown, wanted) if wanted.path else _whole(view, shown)
    if _is_tree(view, iri):
        context |= branches(view, iri)
    return page(
        view,
        etag,
        "resource.html",
        vary=_VARY,
        iri=iri,
        head=shown.head(),
        crumbs=shown.crumbs(),
        fictitious=shown.fictitious(),
        path=document_path(view.site, iri),
        formats=_formats(view, iri),
        **context,
    )


def _whole(view: Visit, shown: ResourceView) -> dict[str, object]:
    about: Description = shown.about
    today = view.release.manifest.created
    relations = Teller(about, shown.linker, today).relations()
    shown.told = told(relations)
    return {
        "structured": structured(shown),
        "report": _report(view, about.iri, shown.head().label),
        "whereabouts": whereabouts(view, about, shown.linker),
        "relations": relations,
        "timeline": timeline(about, relations, shown.linker, today),
        "neighbours": neighbours(about.iri, relations, shown.linker),
        "portrait": portrait(view, about.iri),
        "sections": shown.sections(),
        "incoming": shown.incoming(),
        "truncated": about.truncated,
        "sources": stated_by(shown.linker, about, view.release.sources),
        "findings": view.release.index.findings(about.iri, view.language),
    }


def _report(view: Visit, iri: str, label: str) -> str:
    """Return where a reader says that something is wrong; empty where nobody can be told."""
    contact = view.site.settings.contact
    if not contact.startswith("mailto:"):
        return contact
    subject = Text("Error in “{label}”", label=label).to(view.language)
    release = Text("{iri}, release {number}", iri=iri, number=str(view.release.number))
    filled = {"subject": subject, "body": f"{release.to(view.language)}\r\n\r\n"}
    return f"{contact}{'&' if '?' in contact else '?'}{urlencode(filled, quote_via=quote)}"


def _focused(shown: ResourceView, wanted: _Wanted) -> dict[str, object]:
    """Return one property's values or links, a page of them."""
    path = wanted.path or ""
    if wanted.inverse:
        link = next((i for i in shown.about.incoming if i.path == path), None)
        row = shown.linked(link) if link else None
    else:
        shown.offset = (wanted.page - 1) * PER_PAGE
        row = shown.row(path)
    if row is None or not row.values:
        raise _unknown(shown.about.iri)
    parameter = "in_" if wanted.inverse else "of"
    return {"row": row, "parameter": parameter, "number": wanted.page, "size": PER_PAGE}

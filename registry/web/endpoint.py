"""``/sparql``: the SPARQL 1.1 Protocol for machines, a page with a form for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, request

from registry.errors import UsageError
from registry.formats import (
    GRAPH_FORMATS,
    HTML,
    RESULT_FORMATS,
    RESULTS_JSON,
    TURTLE,
    Format,
    by_name,
)
from registry.negotiation import negotiate
from registry.query.model import Job
from registry.query.pool import Answer
from registry.query.scan import Scan, scan
from registry.releases.archive import RDF
from registry.texts import Text
from registry.web.caching import not_modified, page_validator, stamped, validator
from registry.web.connection import hang_up, unbroken
from registry.web.problems import NotAvailableError
from registry.web.protocol import Question, read_question
from registry.web.rendering import page
from registry.web.results import examples, table
from registry.web.site import Visit, visit

blueprint: Final = Blueprint("endpoint", __name__)

_VARY: Final = "Accept"
_PAGE_VARY: Final = "Accept, Accept-Language"
_GRAPH_FORMS: Final = frozenset({"CONSTRUCT", "DESCRIBE"})


@dataclass(frozen=True, slots=True)
class Forms:
    """The format for either kind of answer; ``html`` when a person reads it."""

    results: Format
    graph: Format
    html: bool


@blueprint.route("/sparql", methods=["GET", "POST"])
def sparql() -> Response:
    """Answer a query, or show the form."""
    view = visit()
    question = read_question(request, view.site.limits.query_bytes)
    if question is None:
        return _blank_form(view)
    request.environ["faces.query"] = question.digest()[:16]
    found = scan(question.query, view.site.limits)
    forms = _forms(question, found)
    return _result_page(view, question) if forms.html else _answer(view, question, found, forms)


def _forms(question: Question, found: Scan) -> Forms:
    """Choose the formats by ``format=`` or ``Accept`` for the kind of answer that will come."""
    is_graph = found.form in _GRAPH_FORMS
    offered = GRAPH_FORMATS if is_graph else RESULT_FORMATS
    if question.form == HTML.name:
        return Forms(RESULTS_JSON, TURTLE, html=True)
    if question.form:
        chosen = by_name(offered, question.form)
    else:
        chosen = negotiate(request.headers.get("Accept"), (*offered, HTML))
    if chosen is None:
        raise NotAvailableError(offered)
    if chosen is HTML:
        return Forms(RESULTS_JSON, TURTLE, html=True)
    return Forms(RESULTS_JSON if is_graph else chosen, chosen if is_graph else TURTLE, html=False)


def _run(view: Visit, question: Question, forms: Forms) -> Answer:
    job = Job(
        question.query,
        view.release.folder / RDF,
        forms.results.name,
        forms.graph.name,
        question.default_graphs,
        question.named_graphs,
    )
    gone = hang_up(request.environ)
    return view.site.pool.run(job, timeout=question.timeout, gone=gone)


def _answer(view: Visit, question: Question, found: Scan, forms: Forms) -> Response:
    etag = validator(view, question.digest(), forms.results.name, forms.graph.name)
    if found.deterministic and (unchanged := not_modified(etag, _VARY)):
        return unchanged
    answer = _run(view, question, forms)
    if answer.complete is not None:
        response = Response(answer.complete, content_type=answer.format.content_type)
    else:
        parts = unbroken(answer.chunks, request.environ)
        response = Response(parts, content_type=answer.format.content_type)
    if found.deterministic:
        return stamped(response, etag, _VARY)
    response.headers["Vary"] = _VARY
    response.headers["Cache-Control"] = "no-store"
    return response


def _blank_form(view: Visit) -> Response:
    """Show the form to who reads HTML; tell others what is missing."""
    if negotiate(request.headers.get("Accept"), (RESULTS_JSON, *GRAPH_FORMATS, HTML)) is not HTML:
        raise UsageError(
            Text("The request holds no query."),
            where="query",
            remedy=Text("Send it as the parameter “query”, or open this address in a browser."),
        )
    etag = page_validator(view, "form")
    context = {"query": "", "table": None, "examples": examples(view.language)}
    return not_modified(etag, _PAGE_VARY) or page(
        view, etag, "sparql.html", vary=_PAGE_VARY, **context
    )


def _result_page(view: Visit, question: Question) -> Response:
    answer = _run(view, question, Forms(RESULTS_JSON, TURTLE, html=True))
    shown = table(view, answer)
    context = {"query": question.query, "table": shown, "examples": examples(view.language)}
    etag = validator(view, question.digest(), "html", view.language)
    response = page(view, etag, "sparql.html", vary=_PAGE_VARY, **context)
    del response.headers["ETag"]
    return response

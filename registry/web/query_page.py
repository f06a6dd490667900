"""``/sparql`` for people: a form, and the beginning of the answer as a table.

What a program asks never comes here (``endpoint``), but for what it asked wrongly.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, request

from registry.errors import UsageError
from registry.formats import GRAPH_FORMATS, HTML, RESULTS_JSON, TURTLE
from registry.negotiation import negotiate
from registry.query.model import Job
from registry.query.scan import scan
from registry.releases.archive import RDF
from registry.texts import Text
from registry.web.caching import not_modified, page_validator, validator
from registry.web.limits import turn
from registry.web.protocol import Question, decoded, most_bytes, read_question
from registry.web.rendering import page
from registry.web.results import examples, table
from registry.web.service_description import service_description
from registry.web.site import Visit, visit

blueprint: Final = Blueprint("query_page", __name__)

_VARY: Final = "Accept, Accept-Language"
_OF_A_QUERY: Final = frozenset({"query", "default-graph-uri", "named-graph-uri", "timeout"})


@blueprint.route("/sparql", methods=["GET", "POST"])
def sparql() -> Response:
    """Show the form, with the answer to what was asked."""
    error = request.environ.get("asgi.scope", {}).get("faces.error")
    if error is not None:
        raise error
    view = visit()
    request.max_content_length = most_bytes(view.site.limits.query_bytes)
    question = read_question(
        request.method,
        decoded(request.query_string),
        request.content_type or "",
        request.get_data(cache=False),
    )
    return _blank_form(view) if question is None else _result_page(view, question)


def _blank_form(view: Visit) -> Response:
    """Show the form to who reads HTML; describe the service to others, unless they forgot to ask.

    What else a request without a query holds tells the two apart.
    """
    chosen = negotiate(request.headers.get("Accept"), (*GRAPH_FORMATS, HTML))
    if chosen is not HTML:
        if chosen is None or request.args.keys() & _OF_A_QUERY:
            raise UsageError(
                Text("The request holds no query."),
                where="query",
                remedy=Text("Send it as the parameter “query”, or open this address in a browser."),
            )
        return service_description(view, chosen)
    etag = page_validator(view, "form")
    context = {"query": "", "table": None, "examples": examples(view.language)}
    return not_modified(etag, _VARY) or page(view, etag, "sparql.html", vary=_VARY, **context)


def _result_page(view: Visit, question: Question) -> Response:
    scan(question.query, view.site.limits)
    job = Job(
        question.query,
        view.release.folder / RDF,
        RESULTS_JSON.name,
        TURTLE.name,
        question.default_graphs,
        question.named_graphs,
    )
    with turn(view) as own:
        shown = table(view, view.site.pool.run(job, timeout=question.timeout, begin=own.begin))
    context = {"query": question.query, "table": shown, "examples": examples(view.language)}
    etag = validator(view.site, view.release, question.digest(), "html", view.language)
    response = page(view, etag, "sparql.html", vary=_VARY, **context)
    del response.headers["ETag"]
    return response

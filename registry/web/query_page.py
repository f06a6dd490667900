"""``/sparql`` for people: a form, and the beginning of the answer as a table.

What a program asks never comes here (``endpoint``), but for what it asked wrongly.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, render_template, request

from registry.errors import QueryError, QuerySyntaxError, QueryTooLargeError, UsageError
from registry.formats import GRAPH_FORMATS, HTML, RESULTS_JSON, TURTLE
from registry.negotiation import negotiate
from registry.query.advice import advice
from registry.query.model import Job
from registry.query.scan import scan
from registry.saved_queries import saved_queries
from registry.texts import Text
from registry.web.caching import not_modified, page_validator, validator
from registry.web.editor import editor
from registry.web.limits import answered, turn
from registry.web.pictures import chosen, pictures
from registry.web.problems import came, raise_earlier_failure
from registry.web.protocol import Question, decoded, most_bytes, read_question
from registry.web.rendering import page
from registry.web.results import Table, examples, named, table
from registry.web.service_description import service_description
from registry.web.site import Visit, site, visit
from registry.web.snippets import Kind, Snippet, snippets

blueprint: Final = Blueprint("query_page", __name__)

_VARY: Final = "Accept, Accept-Language"
#: The server takes 8,190 bytes, proxies in front of it may take less; the editor knows the same.
_LONGEST_ADDRESS: Final = 7000
#: A page that takes longer comes with advice.
_SLOW_SECONDS: Final = 2.0
#: Limits that a smaller query would not have met.
_OF_THE_QUERY: Final = frozenset({"query_deadline", "timeout", "query_memory_mib"})
#: How much of a long line is quoted on either side of a mistake.
_AROUND: Final = 60
_OF_A_QUERY: Final = frozenset({"query", "default-graph-uri", "named-graph-uri", "timeout"})


@blueprint.route("/sparql", methods=["GET", "POST"])
def sparql() -> Response:
    """Show the form, with the answer to what was asked."""
    try:
        raise_earlier_failure()
        question = _asked()
        view = visit(question.release if question else None)
        return _blank_form(view) if question is None else _result_page(view, question)
    except QueryError as error:
        return _failed(error)


def _asked() -> Question | None:
    request.max_content_length = most_bytes(site().limits.query_bytes)
    return read_question(
        request.method,
        decoded(request.query_string),
        request.content_type or "",
        request.get_data(cache=True),
    )


def _failed(error: QueryError) -> Response:
    """Say what is wrong beside the question, to who reads HTML; the rest as everywhere."""
    response = current_app.make_response(current_app.handle_user_exception(error))
    # What was too long has not been read to its end.
    if response.mimetype != HTML.media_type or isinstance(error, QueryTooLargeError):
        return response
    query = request.values.get("query", "")
    view = visit()
    words = error.sentences(view.language)
    if error.seconds is not None:
        words.insert(1, came(error).to(view.language))
    hints = _advice(view, query) if error.limit in _OF_THE_QUERY else ()
    fault = Fault(tuple(words), _excerpt(query, error), error.limit, hints)
    response.set_data(render_template("sparql.html", **_context(view, query, fault=fault)))
    return response


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The line of a query that cannot be read, and a second one that points at the place."""

    line: int
    column: int
    text: str
    pointer: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Why there is no answer; ``limit`` and ``advice`` where a limit stopped the query."""

    sentences: tuple[str, ...]
    excerpt: Excerpt | None
    limit: str | None
    advice: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ran:
    """How long it took until there was enough for the page, and how it may take less."""

    seconds: float
    advice: tuple[str, ...]


def _advice(view: Visit, query: str) -> tuple[str, ...]:
    return tuple(text.to(view.language) for text in advice(query))


def _excerpt(query: str, error: QueryError) -> Excerpt | None:
    if not isinstance(error, QuerySyntaxError) or not error.line:
        return None
    lines, column = query.split("\n"), error.column or 1
    text = lines[error.line - 1].rstrip("\r") if error.line <= len(lines) else ""
    start = max(column - 1 - _AROUND, 0)
    before = "".join(c if c == "\t" else " " for c in text[start : column - 1])
    return Excerpt(error.line, column, text[start : column + _AROUND], f"{before}▲")


def _context(
    view: Visit, query: str = "", answer: Table | None = None, fault: Fault | None = None
) -> dict[str, object]:
    """Return what the template shows; ``answer`` and ``fault`` exclude one another."""
    offered = pictures(named(answer), view.language) if answer else {}
    more = request.values.items(multi=True)
    rest = [(k, v) for k, v in more if k in _OF_A_QUERY - {"query"}]
    again = f"?{urlencode([('query', query), *rest])}"
    # What is too long for an address is sent again as a form.
    posted = len(again) > _LONGEST_ADDRESS
    if posted:
        again = f"?{urlencode(rest)}" if rest else ""
    mistake = None
    if fault and fault.excerpt:
        mistake = (fault.excerpt.line, fault.excerpt.column, fault.sentences[0])
    plain = request.args.get("show") == "iris"
    return {
        "query": query,
        "table": answer,
        "fault": fault,
        "plain": plain,
        "offered": tuple(offered),
        "picture": chosen(offered),
        "editor": editor(view, mistake),
        "asked": again,
        "posted": posted,
        "here": view.link(f"/sparql{again}", format=HTML.name, show="iris" if plain else None),
        "other": view.link(
            f"/sparql{again}",
            format=HTML.name,
            view=request.args.get("view") or None,
            show=None if plain else "iris",
        ),
        "snippets": _snippets(view, query, answer, rest, posted=posted) if answer else (),
        "examples": examples(view.language),
        "saved": saved_queries(view.site.settings.base_iri),
    }


def _snippets(
    view: Visit, query: str, answer: Table, rest: list[tuple[str, list[str]]], *, posted: bool
) -> list[Snippet]:
    """Return the lines that ask the same, of the dataset and the release that were asked."""
    kind: Kind = "rows" if answer.boolean is None else "boolean"
    if answer.graph:
        kind = "graph"
    endpoint = f"{request.base_url}?{urlencode(rest)}" if rest else request.base_url
    return snippets(view.document(endpoint), query, view.language, kind, posted=posted)


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
    unchanged = not_modified(etag, _VARY)
    return unchanged or page(view, etag, "sparql.html", vary=_VARY, **_context(view))


def _result_page(view: Visit, question: Question) -> Response:
    found = scan(question.query, view.site.limits)
    job = Job(
        question.query,
        view.release.rdf,
        RESULTS_JSON.name,
        TURTLE.name,
        question.default_graphs,
        question.named_graphs,
    )
    begun = time.perf_counter()
    with turn(view) as own:
        shown = table(view, answered(view, own, job, found, question.timeout))
    seconds = time.perf_counter() - begun
    ran = Ran(seconds, _advice(view, question.query) if seconds > _SLOW_SECONDS else ())
    context = _context(view, question.query, shown) | {"ran": ran}
    etag = validator(view.site, view.release, question.digest(), "html", view.language)
    response = page(view, etag, "sparql.html", vary=_VARY, **context)
    del response.headers["ETag"]
    return shown.told(response)

"""``/sparql/limits``: what the endpoint allows, from the settings; and the headers that say it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, cast

from flask import Blueprint, Flask, Response, g, jsonify, request

from registry.formats import HTML, Format
from registry.negotiation import negotiate
from registry.query.answer import Answer, Chunks
from registry.query.model import Job
from registry.query.scan import Scan
from registry.settings import MIB, Settings
from registry.texts import Text
from registry.web.caching import not_modified, page_validator, stamped
from registry.web.clients import Turn
from registry.web.rendering import page
from registry.web.site import Visit, visit

if TYPE_CHECKING:
    from a2wsgi.asgi_typing import HTTPScope

blueprint: Final = Blueprint("limits", __name__)

_VARY: Final = "Accept, Accept-Language"
_JSON: Final = Format("json", "json", ("application/json",))
_SMALLER: Final = Text(
    "Add a LIMIT, name more of the pattern (a class, a place, a network), or leave out"
    " ORDER BY and DISTINCT."
)
_LATER: Final = Text("Ask again in a moment.")
_SECONDS: Final = Text("seconds")
_BYTES: Final = Text("bytes")
_QUERIES: Final = Text("queries")


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: the setting that holds it, its words, and the answer to what is beyond it.

    ``status`` None: the answer has begun by then, and is broken off. ``code`` None: the answer is
    plain words, since nothing has been read by then.
    """

    setting: str
    title: Text
    unit: Text
    status: int | None
    code: str | None
    remedy: Text
    factor: int = 1

    def value(self, settings: Settings) -> float:
        """Return the limit in its unit."""
        return cast("float", getattr(settings, self.setting)) * self.factor


_SERVICES: Final = Text("Endpoints that a query may ask by SERVICE")
_ALONE: Final = Text("Ask each endpoint on its own and join the answers where you need them.")
LIMITS: Final = (
    Limit("query_bytes", Text("Length of a query"), _BYTES, 413, "query-too-large",
          Text("Shorten lists of values, or ask in several queries.")),
    Limit("query_depth", Text("Nesting of a query"), Text("levels"), 413, "query-too-large",
          Text("Remove needless brackets, or ask in several queries.")),
    Limit("query_deadline", Text("Time that a query may take"), _SECONDS, 504, "query-timeout",
          _SMALLER),
    Limit("query_memory_mib", Text("Memory that a query may take"), _BYTES, 507, "query-memory",
          _SMALLER, MIB),
    Limit("query_result_mib", Text("Length of an answer"), _BYTES, None, None,
          Text("Ask for it in parts, with ORDER BY, LIMIT and OFFSET."), MIB),
    Limit("service_result_mib", Text("Length of the answers of other endpoints to SERVICE"),
          _BYTES, 502, "service-failed", Text("Ask the other endpoint for less."), MIB),
    Limit("client_queries", Text("Queries of one client at the same time"), _QUERIES, 429,
          "too-many-at-once", Text("Ask one after the other.")),
    Limit("client_connections", Text("Connections of one client at the same time"),
          Text("connections"), 429, None, Text("Close some, or wait for a moment.")),
    Limit("client_seconds", Text("Seconds of a worker that one client may use each minute"),
          _SECONDS, 429, "rate-limited", Text("Wait for as long as “Retry-After” says.")),
    Limit("query_queue", Text("Time that a query may wait for a worker"), _SECONDS, 503,
          "overloaded", _LATER),
    Limit("query_waiting", Text("Queries that may wait for a worker"), _QUERIES, 503,
          "queue-full", _LATER),
)  # fmt: skip


def limit_headers(
    settings: Settings, timeout: float | None, turn: Turn
) -> list[tuple[bytes, bytes]]:
    """Return the headers by which an answer tells the limits that it came under."""
    seconds = min(settings.query_deadline, timeout or settings.query_deadline)
    limits = (
        f"seconds={round(seconds, 3)}, memory={settings.query_memory_mib * MIB},"
        f" bytes={settings.query_result_mib * MIB}"
    )
    headers = [*turn.headers(), ("Query-Limits", limits)]
    return [(name.lower().encode(), value.encode()) for name, value in headers]


@contextmanager
def turn(view: Visit) -> Iterator[Turn]:
    """Let the client of the current page ask one query, and charge it."""
    clients = view.site.clients
    scope = request.environ.get("asgi.scope")
    if scope is None:  # the pages alone, without the server
        scope = {"client": (request.remote_addr, 0), "headers": []}
    with clients.turn(clients.client(cast("HTTPScope", scope))) as own:
        yield own


def answered(
    view: Visit, own: Turn, job: Job, found: Scan, timeout: float | None = None
) -> Answer[Chunks]:
    """Run the query of a page, with what other endpoints answer to its SERVICEs."""
    site, begin = view.site, own.begin
    g.query_limits = limit_headers(site.settings, timeout, own)
    gone = request.environ.get("asgi.scope", {}).get("faces.gone")
    job = replace(job, client=own.client)
    others = site.federation.bring_now(site.pool, job, found.calls, seconds=timeout, begin=begin)
    with others as whole:
        return site.pool.run(whole, timeout=timeout, gone=gone, begin=begin)


def install(app: Flask) -> None:
    """Let a page that asked a query tell the limits that it came under, as the endpoint does."""
    app.after_request(_told)


def _told(response: Response) -> Response:
    for name, value in g.get("query_limits", ()):
        response.headers[name.decode()] = value.decode()
    return response


@blueprint.get("/sparql/limits")
def limits() -> Response:
    """Show each limit, what happens beyond it, and how to ask for less."""
    view = visit()
    chosen = negotiate(request.headers.get("Accept"), (HTML, _JSON)) or _JSON
    etag = page_validator(view, f"limits {view.site.settings} {chosen.name}")
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    if chosen is HTML:
        rows = [(each, each.value(view.site.settings)) for each in LIMITS]
        services = _services(view)
        return page(view, etag, "limits.html", vary=_VARY, limits=rows, services=services)
    response = jsonify([*(_record(each, view) for each in LIMITS), _services(view)])
    response.headers["Content-Language"] = view.language
    return stamped(response, etag, _VARY)


def _services(view: Visit) -> dict[str, object]:
    """Say which endpoints SERVICE may name, in the form of a limit."""
    return {
        "limit": "services",
        "title": _SERVICES.to(view.language),
        "value": view.site.settings.services,
        "unit": None,
        "status": 403,
        "code": "query-refused",
        "remedy": _ALONE.to(view.language),
    }


def _record(limit: Limit, view: Visit) -> dict[str, object]:
    return {
        "limit": limit.setting,
        "title": limit.title.to(view.language),
        "value": limit.value(view.site.settings),
        "unit": limit.unit.to(view.language),
        "status": limit.status,
        "code": limit.code,
        "remedy": limit.remedy.to(view.language),
    }

"""What went wrong, for whoever asked: problem details (RFC 9457), plain text, or a page.

One table maps exceptions to statuses. A query past its deadline is 504 and may be asked again in
a lighter form; one past its memory is 507, since trying again would not help; 503 with
``Retry-After`` is for what passes by itself, 429 with it for a client that has had its share.
Where a limit stopped a query, ``limit`` names the setting and ``seconds`` says how long it ran.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from typing import Any, Final, cast

from flask import Flask, Response, g, render_template, request
from werkzeug.exceptions import HTTPException

from registry import errors
from registry.formats import HTML, Format
from registry.negotiation import negotiate
from registry.query.pool import ClientGoneError
from registry.texts import Text
from registry.web.site import ERROR, language, note
from registry.web.suggestions import suggestions

_log: Final = logging.getLogger("registry.web")
_PLAIN: Final = Format("plain", "txt", ("text/plain",))
_PROBLEM: Final = Format("problem", "json", ("application/problem+json", "application/json"))

_UNUSABLE: Final = "index-unusable"
#: Exception → status and short name; the first class that fits, most particular first.
STATUSES: Final[tuple[tuple[type[errors.RegistryError], int, str], ...]] = (
    (errors.QuerySyntaxError, 400, "query-syntax"),
    (errors.QueryRefusedError, 403, "query-refused"),
    (errors.QueryTooLargeError, 413, "query-too-large"),
    (errors.QueryTimeoutError, 504, "query-timeout"),
    (errors.QueryMemoryError, 507, "query-memory"),
    (errors.QueryServiceError, 502, "service-failed"),
    (errors.QueueFullError, 503, "queue-full"),
    (errors.OverloadedError, 503, "overloaded"),
    (errors.ClientBusyError, 429, "too-many-at-once"),
    (errors.ClientSpentError, 429, "rate-limited"),
    (errors.ResultTooLargeError, 500, "result-too-large"),
    (ClientGoneError, 499, "client-gone"),
    (errors.ConfigurationError, 500, "configuration"),
    (errors.UsageError, 400, "usage"),
    (errors.NotFoundError, 404, "not-found"),
    (errors.BusyError, 503, "busy"),
    (errors.UnusableIndexError, 503, _UNUSABLE),
    (errors.IntegrityError, 500, "integrity"),
)
_TITLES: Final = {
    400: Text("The request is not correct"),
    403: Text("This is not allowed here"),
    404: Text("Nothing was found at this address"),
    405: Text("This address does not take that method"),
    406: Text("This is not available in that format"),
    408: Text("The request came too slowly"),
    410: Text("What was here has been withdrawn"),
    413: Text("The request is too large"),
    414: Text("The address is too long"),
    415: Text("Queries are not taken in that form"),
    429: Text("You have to wait before you ask again"),
    500: Text("Something went wrong on our side"),
    502: Text("Another endpoint did not answer as it should"),
    503: Text("The registry is busy"),
    504: Text("The query took too long"),
    507: Text("The query needs too much memory"),
}
#: Those of short names that say more than their status.
_PARTICULAR: Final = {_UNUSABLE: Text("This cannot be shown at present")}
_OWN_WORDS: Final = {
    404: Text("The address may be mistyped, or the record may never have existed."),
    405: Text("The methods that it takes are in the header “Allow”."),
    500: Text("The fault was recorded. Please try again later."),
}
_NOTHING_SENT: Final = Text("None of the answer had come by then.")
_RETRY_SECONDS: Final = 5
_CLIENT_FAULT: Final = 400
_NOT_FOUND: Final = 404
#: The blueprint whose addresses are those of records.
_RECORDS: Final = "resources"
_SERVER_FAULT: Final = 500
_BUSY: Final = 503


class NotAvailableError(errors.UsageError):
    """None of the formats that there are suits what the client accepts."""

    def __init__(self, formats: Iterable[Format]) -> None:
        names = ", ".join(dict.fromkeys(f.media_type for f in formats))
        super().__init__(
            Text("None of the formats that you accept is available here."),
            expected=Text("Available: {formats}.", formats=names),
        )


class UnsupportedFormError(errors.QueryError):
    """A query came in a media type that the protocol does not know."""


class PackedBodyError(UnsupportedFormError):
    """The body of a request has a content coding (RFC 9110 §15.5.16)."""

    def __init__(self, coding: str) -> None:
        super().__init__(
            Text("The body of the request is packed, as “{coding}”.", coding=coding[:40]),
            expected=Text("Send it as it is, without “Content-Encoding”."),
        )


class SlowRequestError(errors.UsageError):
    """The client did not send its request in time."""

    def __init__(self) -> None:
        super().__init__(Text("The request did not arrive in time."))


def install(app: Flask) -> None:
    """Map exceptions to answers, for the whole application."""
    app.register_error_handler(errors.RegistryError, _registry_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unknown_error)


def raise_earlier_failure() -> None:
    """Raise what went wrong with the current request before it came to a thread."""
    error = request.environ.get("asgi.scope", {}).get(ERROR)
    if error is not None:
        raise error


def status_of(error: errors.RegistryError) -> tuple[int, str]:
    """Return the status and the short name for an exception of ours."""
    if isinstance(error, UnsupportedFormError):
        return 415, "unsupported-form"
    if isinstance(error, NotAvailableError):
        return 406, "not-acceptable"
    if isinstance(error, SlowRequestError):
        return 408, "slow-request"
    return next(((s, n) for c, s, n in STATUSES if isinstance(error, c)), (500, "internal"))


def _registry_error(error: errors.RegistryError) -> Response:
    status, name = status_of(error)
    note("problem", name)
    if status == _SERVER_FAULT:
        _log.error("a fault of the registry", exc_info=error)
        return _answer(status, name, [_OWN_WORDS[500].to(language())], {})
    place: dict[str, Any] = {}
    if isinstance(error, errors.QuerySyntaxError) and error.line:
        place = {"line": error.line, "column": error.column}
    elif error.where:
        place = {"where": error.where}
    words = error.sentences(language())
    if isinstance(error, errors.QueryError):
        place |= _limit(error)
        if error.seconds is not None:
            words.insert(1, came(error).to(language()))
    response = _answer(status, name, words, place)
    if status == _BUSY and not isinstance(error, errors.UnusableIndexError):
        response.headers["Retry-After"] = str(_RETRY_SECONDS)
    if isinstance(error, PackedBodyError):
        response.headers["Accept-Encoding"] = "identity"
    if isinstance(error, errors.RateLimitedError):
        response.headers["Retry-After"] = str(error.retry_seconds)
        response.headers.extend(error.headers)
    return response


def came(error: errors.QueryError) -> Text:
    """Say how much of the answer had come when the query was stopped."""
    if not error.rows:
        return _NOTHING_SENT
    return Text("{n} rows had come by then.", n=error.rows)


def _limit(error: errors.QueryError) -> dict[str, Any]:
    """Return what a program may want to know of the limit that was met."""
    found: dict[str, Any] = {}
    if error.limit is not None:
        found["limit"] = error.limit
    if error.seconds is not None:
        found["seconds"] = round(error.seconds, 3)
    return found


def _http_error(error: HTTPException) -> Response:
    status = error.code or _SERVER_FAULT
    if status < _CLIENT_FAULT:  # a redirect, raised by the router
        return cast("Response", error.get_response())
    words: list[str] = []
    if status in _OWN_WORDS:
        words = [_OWN_WORDS[status].to(language())]
    response = _answer(status, "http", words, {})
    for header, value in error.get_headers():
        if header.lower() == "allow":
            response.headers["Allow"] = value
    return response


def _unknown_error(error: Exception) -> Response:
    _log.error("an unexpected failure", exc_info=error)
    note("problem", type(error).__name__)
    return _answer(_SERVER_FAULT, "internal", [_OWN_WORDS[500].to(language())], {})


def _may_be_meant(status: int) -> bool:
    """Whether the address may be that of a record, as that of a list’s page 1,000 is not."""
    return status == _NOT_FOUND and request.blueprint in {None, _RECORDS}


def _answer(status: int, name: str, words: list[str], place: dict[str, Any]) -> Response:
    """Write the problem down in the form that the client asks for."""
    general = _TITLES[_CLIENT_FAULT if status < _SERVER_FAULT else _SERVER_FAULT]
    title = (_PARTICULAR.get(name) or _TITLES.get(status, general)).to(language())
    form = negotiate(request.headers.get("Accept"), (_PLAIN, _PROBLEM, HTML)) or _PROBLEM
    if form is HTML:
        g.pop("visit", None)
        place_words = [f"{key}: {value}" for key, value in place.items()]
        body = render_template(
            "problem.html",
            title=title,
            words=words,
            place=place_words,
            status=status,
            limited="limit" in place,
            searchable=name != _UNUSABLE,
            suggestions=suggestions(request.path) if _may_be_meant(status) else ([], ()),
        )
    elif form is _PLAIN:
        where = "".join(f"{key}: {value}\n" for key, value in place.items())
        body = f"{status} {title}\n" + "".join(f"{w}\n" for w in words) + where
    else:
        details = {"title": title, "status": status, "detail": " ".join(words), "code": name}
        body = json.dumps({**details, **place}, ensure_ascii=False)
    response = Response(body, status=status, content_type=form.content_type)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept, Accept-Language"
    response.headers["Content-Language"] = language()
    return response

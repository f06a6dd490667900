"""Point in time: any address as it was in an earlier release (Memento, RFC 7089).

Each address is its own TimeGate (RFC 7089 §4.1.1): asked with ``Accept-Datetime`` it redirects to
itself with ``release=N``, which is the memento. ``/timemap/…`` lists the mementos of an address.
A memento has to be asked for again each time like everything else, which costs no query: what is
erased by law has to be gone from every cache at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final
from urllib.parse import quote, urlencode

from flask import Blueprint, Flask, Response, request

from registry.errors import UsageError
from registry.releases.archive import Archive
from registry.texts import Text
from registry.web.caching import not_modified, stamped, validator
from registry.web.site import Visit, site, visit
from registry.web.void import address as site_address

blueprint: Final = Blueprint("memento", __name__)

PARAMETER: Final = "release"
LINK_FORMAT: Final = "application/link-format"
_ACCEPT: Final = "Accept-Datetime"
_TIMEMAP: Final = "/timemap"
#: Parts of the site that speak of the present alone.
_PRESENT: Final = frozenset(
    {"completions", "history", "limits", "memento", "prose", "sitemap", "void"}
)
_STATIC: Final = frozenset({"assets"})
_PATH_CHARACTERS: Final = "/:@!$&'()*+,;=~"
_QUERY_CHARACTERS: Final = f"{_PATH_CHARACTERS}?%"
_MOVED: Final = 302
#: Bytes of a query string that are repeated for each of five mementos.
_LONG: Final = 1000
_FAILED: Final = 400


def address(path: str, query: bytes, at: int | None = None) -> str:
    """Return an address of the site in the present, or in the release of that number."""
    text = quote(query.decode("latin-1"), safe=_QUERY_CHARACTERS)
    kept = [part for part in text.split("&") if part and not part.startswith(f"{PARAMETER}=")]
    if at is not None:
        kept.append(f"{PARAMETER}={at}")
    encoded = quote(path, safe=_PATH_CHARACTERS)
    return f"{encoded}?{'&'.join(kept)}" if kept else encoded


def asked(text: str) -> dt.datetime:
    """Return the moment that ``Accept-Datetime`` names; raise UsageError where it is none."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            Text("“Accept-Datetime” is no date: “{text}”.", text=text[:60]),
            where=_ACCEPT,
            expected=Text("A date such as “{example}”.", example="Fri, 27 Jul 2012 12:00:00 GMT"),
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def links(path: str, query: bytes) -> str:
    """Return the ``Link`` header that every address carries: where its past is found."""
    here = address(path, query)
    timemap = f'<{_TIMEMAP}{here}>; rel="timemap"; type="{LINK_FORMAT}"'
    return f'<{here}>; rel="original timegate", {timemap}'


def dated(archive: Archive, number: int, path: str, query: bytes) -> dict[str, str]:
    """Return the headers of a memento; with ``links``, those that RFC 7089 §4.2 asks for.

    Of a long address its neighbours are left out: to repeat it for each would be more than
    proxies take. The TimeMap lists them.
    """
    said = {"Memento-Datetime": _http(archive.created(number))}
    if len(query) > _LONG:
        return said
    # It may have been removed since it was opened.
    numbers = sorted({*archive.numbers(), number}, reverse=True)
    place = numbers.index(number)
    found = {numbers[-1]: ["first"]}
    for relation, other in (
        ("last", 0),
        ("next", place - 1 if place else None),
        ("prev", place + 1 if place + 1 < len(numbers) else None),
    ):
        if other is not None:
            found.setdefault(numbers[other], []).append(relation)
    values = [
        f'<{address(path, query, n)}>; rel="{" ".join([*relations, "memento"])}";'
        f' datetime="{_http(archive.created(n))}"'
        for n, relations in sorted(found.items())
    ]
    return said | {"Link": ", ".join(values)}


def _http(moment: dt.datetime) -> str:
    return format_datetime(moment.astimezone(dt.UTC), usegmt=True)


@blueprint.get(f"{_TIMEMAP}/", defaults={"local": ""})
@blueprint.get(f"{_TIMEMAP}/<path:local>")
def timemap(local: str) -> Response:
    """List the releases in which an address can be seen (RFC 7089 §5)."""
    view = visit()
    here = site_address(view).rstrip("/")
    etag = validator(view.site, view.release, request.path, request.query_string.hex(), here)
    unchanged = not_modified(etag, "Accept-Encoding")
    if unchanged:
        return unchanged
    lines = ",\n".join(_timemap(view, f"/{local}", here))
    return stamped(Response(f"{lines}\n", content_type=LINK_FORMAT), etag, "Accept-Encoding")


def _timemap(view: Visit, path: str, here: str) -> Iterator[str]:
    archive, query = view.site.archive, request.query_string
    present = address(path, query)
    numbers = archive.numbers()
    first, last = _http(archive.created(numbers[-1])), _http(archive.created(numbers[0]))
    yield f'<{here}{present}>; rel="original timegate"'
    yield (
        f'<{here}{_TIMEMAP}{present}>; rel="self"; type="{LINK_FORMAT}";'
        f' from="{first}"; until="{last}"'
    )
    for number in reversed(numbers):
        ends = [
            name for name, end in (("first", numbers[-1]), ("last", numbers[0])) if end == number
        ]
        moment = _http(archive.created(number))
        relation = " ".join([*ends, "memento"])
        yield f'<{here}{address(path, query, number)}>; rel="{relation}"; datetime="{moment}"'


def present_address() -> str:
    """Return the address of the current page in the present."""
    kept = [(k, v) for k, v in request.args.items(multi=True) if k != PARAMETER]
    return f"{request.path}?{urlencode(kept)}" if kept else request.path


def install(app: Flask) -> None:
    """Let every page and document that is made from a release be seen in earlier ones, too."""
    app.before_request(_negotiated)
    app.after_request(_told)


def _negotiated() -> Response | None:
    if request.blueprint is None or request.blueprint in _STATIC:
        return None
    wanted = request.args.get(PARAMETER)
    if request.blueprint in _PRESENT:
        if wanted:
            raise UsageError(
                Text("Of this address there is the current release only."),
                where=PARAMETER,
                remedy=Text("Leave “release” out."),
            )
        return None
    moment = request.headers.get(_ACCEPT)
    if not moment or wanted or request.method == "POST":
        return None
    number = site().archive.at(asked(moment))
    here = address(request.path, request.query_string, number)
    return Response(status=_MOVED, headers={"Location": here, "Cache-Control": "no-store"})


def _told(response: Response) -> Response:
    """Say where the past of the address is found, and of a memento which moment it shows."""
    if request.blueprint is None or request.blueprint in _PRESENT | _STATIC:
        return response
    if request.method == "POST" or response.status_code >= _FAILED:
        return response
    response.vary.add(_ACCEPT)
    response.headers.add("Link", links(request.path, request.query_string))
    if request.args.get(PARAMETER):
        view = visit()
        archive = view.site.archive
        headers = dated(archive, view.release.number, request.path, request.query_string)
        for name, value in headers.items():
            response.headers.add(name, value)
    return response

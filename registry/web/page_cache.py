"""Pages that were made a moment ago, kept for whoever asks for the same, past Flask’s threads.

What a shared cache in front of the registry would do (RFC 9111), without ever asking whether a page
still holds: the number of the current release is in its key and in its entity tag. Each web process
has its own. What runs a query at its reader's expense is not kept here.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from werkzeug.http import parse_etags

from registry.errors import RegistryError
from registry.web.caching import OF_THE_ANSWER, REVALIDATE
from registry.web.clients import header
from registry.web.languages import preferred
from registry.web.result_cache import ResultCache
from registry.web.site import ERROR, Site

if TYPE_CHECKING:
    from a2wsgi.asgi_typing import ASGIApp, HTTPScope, Receive, Send

Headers = list[tuple[bytes, bytes]]

#: Those that count against a client's allowance, and tell it so.
_ASKING: Final = ("/sparql", "/queries/")
#: All that a page may depend on beside its address and the language of its reader.
_DEPENDS: Final = (b"accept", b"accept-datetime", b"host")
#: A page of a thousand names; the lists that are longer are files.
_MOST_BYTES: Final = 1 << 18
_REVALIDATE: Final = REVALIDATE.encode()


@dataclass(frozen=True, slots=True)
class _Page:
    headers: Headers
    body: bytes


class PageCache:
    """The layer around ``pages``; it may keep so many bytes of them."""

    def __init__(self, pages: ASGIApp, site: Site, most_bytes: int) -> None:
        self._pages = pages
        self._site = site
        self._kept = ResultCache[_Page](most_bytes, _MOST_BYTES)

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        """Answer with a page that is kept, else with one that is made, and keep it."""
        number = self._number(scope)
        if number is None:
            await self._pages(scope, receive, send)
            return
        key = _key(scope, number)
        page = self._kept.get(key)
        if page is None:
            keep = functools.partial(self._kept.put, key)
            await self._pages(scope, receive, cast("Send", _Copying(number, keep, send)))
            return
        cast("dict[str, Any]", scope)["faces"].update(release=number, cached=True)
        await _answer(scope, page, send)

    def _number(self, scope: HTTPScope) -> int | None:
        """Return the release that the page would be of; None where it is not to be kept."""
        path = scope["path"]
        if scope["method"] != "GET" or ERROR in scope or path.startswith(_ASKING):
            return None
        try:
            return self._site.archive.current_number()
        except RegistryError:  # the pages say so
            return None


def _key(scope: HTTPScope, number: int) -> Hashable:
    values = [tuple(v for n, v in scope["headers"] if n == name) for name in _DEPENDS]
    language = preferred(header(scope, b"accept-language"))
    return (number, scope["scheme"], scope["path"], scope["query_string"], language, *values)


async def _answer(scope: HTTPScope, page: _Page, send: Send) -> None:
    """Send the page, or say that the client has it."""
    tag = dict(page.headers)[b"etag"].decode("latin-1").strip('"')
    tags = parse_etags(header(scope, b"if-none-match"))
    has = not tags.star_tag and tags.contains_weak(tag)
    headers = [(n, v) for n, v in page.headers if not (has and n in OF_THE_ANSWER)]
    await send(
        {
            "type": "http.response.start",
            "status": 304 if has else 200,
            "headers": headers,
            "trailers": False,
        }
    )
    body = b"" if has else page.body
    await send({"type": "http.response.body", "body": body, "more_body": False})


class _Copying:
    """A ``send`` that keeps a copy of the page on its way, if it is one that lasts."""

    def __init__(self, number: int, keep: Callable[[_Page], None], send: Send) -> None:
        self._keep = keep
        self._mark = f'"{number}-'.encode()
        self._send: Any = send
        self._headers: Headers | None = None
        self._parts: list[bytes] = []

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start" and self._lasts(message):
            self._headers = list(message["headers"])
        elif self._headers is not None:
            self._copy(self._headers, message)
        await self._send(message)

    def _lasts(self, start: Any) -> bool:
        """Tell whether the answer is a page of this release, for whoever asks in the same way."""
        found = dict(start["headers"])
        return (
            start["status"] == 200  # noqa: PLR2004 — a status is its own name
            and found.get(b"etag", b"").startswith(self._mark)
            and found.get(b"cache-control") == _REVALIDATE
            and int(found.get(b"content-length", _MOST_BYTES + 1)) <= _MOST_BYTES
        )

    def _copy(self, headers: Headers, message: Any) -> None:
        """Keep the page before its last byte goes: who has it whole may ask again at once."""
        self._parts.append(message["body"])
        body = b"".join(self._parts)
        if len(body) == int(dict(headers)[b"content-length"]):
            self._keep(_Page(headers, body))
            self._headers = None

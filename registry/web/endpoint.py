"""``/sparql`` for machines: the SPARQL 1.1 Protocol on the event loop, past Flask and its threads.

There a small query would cost several times what the engine takes for it. What people read
(``query_page``), the methods that are not of the protocol, and every error go on to the pages,
which say them in one place.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from werkzeug.http import parse_etags

from registry.errors import QueryError, RegistryError, ResultTooLargeError
from registry.query.answer import Answer, Stream
from registry.query.model import Job, ServiceCall
from registry.query.scan import scan
from registry.releases.archive import Release
from registry.settings import MIB
from registry.texts import Text
from registry.web import memento
from registry.web.body import read_body, replay
from registry.web.caching import REVALIDATE, validator
from registry.web.conditions import unless_any
from registry.web.flights import Flights
from registry.web.headers import ALWAYS
from registry.web.limits import limit_headers
from registry.web.problems import status_of
from registry.web.protocol import Forms, Question, decoded, forms, most_bytes, read_question
from registry.web.result_cache import MOST_ENTRY_BYTES, Kept, ResultCache
from registry.web.row_count import RowCount
from registry.web.seats import Seats
from registry.web.site import ADDRESS, ERROR, Site

if TYPE_CHECKING:
    from a2wsgi.asgi_typing import (
        ASGIApp,
        HTTPScope,
        Receive,
        Send,
    )

Headers = list[tuple[bytes, bytes]]

_METHODS: Final = frozenset({"GET", "HEAD", "POST"})
#: A client is only watched when its answer takes a moment.
_WATCH_SECONDS: Final = 0.1
_ALWAYS: Final = [(name.lower().encode(), value.encode()) for name, value in ALWAYS]
_VARY: Final = (b"vary", b"Accept, Accept-Datetime")
_NO_STORE: Final = (b"cache-control", b"no-store")
_REVALIDATE: Final = (b"cache-control", REVALIDATE.encode())


#: Requests that are read once and remembered, when their ``Accept`` is of ordinary length.
_REMEMBERED: Final = 512
_ORDINARY_ACCEPT: Final = 500
#: So many bytes of a request are read in a millisecond at most.
_READ_AT_ONCE: Final = 1000
#: Threads whose half reads what is longer, a quarter for one client.
_READERS: Final = 4


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request that has been read: nothing here depends on the release."""

    question: Question
    chosen: Forms
    deterministic: bool
    calls: tuple[ServiceCall, ...]
    digest: str


class Endpoint:
    """The ASGI application at ``/sparql``; ``pages`` is the one for all the rest."""

    def __init__(self, site: Site, pages: ASGIApp, results: ResultCache[Kept]) -> None:
        self._site = site
        self._pages = pages
        self._results = results
        self._reading = Seats(_READERS, site.settings)
        self._flights = Flights(site.settings.query_deadline)
        self._remembered = functools.lru_cache(_REMEMBERED)(
            functools.partial(self._read, "GET", "", b"")
        )

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        """Answer a query, or pass on what is for the pages."""
        if scope["method"] not in _METHODS:
            await self._pages(scope, receive, send)
            return
        body = b""
        try:
            if scope["method"] == "POST":
                body = await read_body(receive, most_bytes(self._site.limits.query_bytes))
            if await self._answered(scope, body, receive, send):
                return
        except RegistryError as error:
            cast("dict[str, Any]", scope)[ERROR] = error
        await self._pages(scope, replay(body, receive), send)

    async def _answered(self, scope: HTTPScope, body: bytes, receive: Receive, send: Send) -> bool:
        """Answer, unless it is to be a page."""
        asked = await self._asked(scope, body)
        if asked is None or asked.chosen.html:
            return False
        moment = _header(scope, b"accept-datetime")
        if moment and scope["method"] != "POST" and not asked.question.release:
            await _see_other_time(self._site, scope, moment, send)
        else:
            await self._answer(asked, scope, receive, send)
        return True

    async def _answer(self, asked: _Asked, scope: HTTPScope, receive: Receive, send: Send) -> None:
        site, notes = self._site, cast("dict[str, Any]", scope)["faces"]
        question, chosen, archive = asked.question, asked.chosen, site.archive
        release = archive.written(question.release) if question.release else archive.current()
        if site.settings.log_queries:
            notes["text"] = question.query
        notes.update(release=release.number, query=asked.digest[:16])
        headers = [_VARY, _NO_STORE]
        etag = None
        if asked.deterministic:
            etag = validator(site, release, asked.digest, chosen.results.name, chosen.graph.name)
            headers = [_VARY, _REVALIDATE, (b"etag", f'"{etag}"'.encode())]
        if question.release:
            headers += _dated(site, scope, release.number)
        if etag and _has(scope, etag):
            await _begin(send, 304, headers)
            await _end(send)
            return
        if kept := self._kept(etag, notes):
            await _whole(send, headers, kept, notes)
            return
        watch = _Watch(receive)
        try:
            with site.clients.turn(site.clients.client(scope)) as turn:
                seconds = await self._flights.wait(etag, question.timeout)
                if kept := self._kept(etag, notes):
                    await _whole(send, headers, kept, notes)
                    return
                job = _job(question, chosen, release, turn.client)
                with self._flights.flight(etag, seconds, turn.begin) as begin:
                    others = site.federation.bring(
                        site.pool, job, asked.calls, seconds=seconds, begin=begin
                    )
                    async with others as whole:
                        answer = await site.pool.ask(whole, seconds=seconds, begin=begin)
                    self._keep(etag, _complete(answer))
                headers += limit_headers(site.settings, seconds, turn)
                brief = scope["method"] == "HEAD" or unless_any(scope)
                most = site.settings.query_result_mib * MIB
                sent = await _send(answer, headers, send, brief=brief, most=most, notes=notes)
                self._keep(etag, sent)
        except asyncio.CancelledError:
            if not watch.gone:
                raise
            notes["problem"] = "client-gone"
        finally:
            watch.stop()

    def _kept(self, etag: str | None, notes: dict[str, Any]) -> Kept | None:
        kept = self._results.get(etag) if etag else None
        if kept:
            notes["cached"] = True
        return kept

    def _keep(self, etag: str | None, sent: Kept | None) -> None:
        if etag and sent:
            self._results.put(etag, sent)

    async def _asked(self, scope: HTTPScope, body: bytes) -> _Asked | None:
        """Return what is asked, None where that is a page; the same programs ask the same again."""
        accept, query = _header(scope, b"accept"), scope["query_string"]
        if scope["method"] == "POST":
            kind = _header(scope, b"content-type")
            read = functools.partial(self._read, "POST", kind, body, query, accept)
        elif len(accept) > _ORDINARY_ACCEPT:
            read = functools.partial(self._read, "GET", "", b"", query, accept)
        else:
            read = functools.partial(self._remembered, query, accept)
        if len(query) + len(body) <= _READ_AT_ONCE:
            return read()
        return await self._apart(scope, read)

    async def _apart(self, scope: HTTPScope, read: Callable[[], _Asked | None]) -> _Asked | None:
        """Read a long request beside the event loop, at its client's expense."""
        clients = self._site.clients
        client = clients.client(scope)
        clients.check_queries(client, self._reading.held(client.key))
        async with self._reading.seat(client.key):
            with clients.turn(client) as turn:
                turn.begin()
                return await asyncio.to_thread(read)

    def _read(
        self, method: str, content_type: str, body: bytes, query_string: bytes, accept: str
    ) -> _Asked | None:
        question = read_question(method, decoded(query_string), content_type, body)
        if question is None:
            return None
        found = scan(question.query, self._site.limits)
        chosen = forms(question, found, accept)
        return _Asked(question, chosen, found.deterministic, found.calls, question.digest())


async def _see_other_time(site: Site, scope: HTTPScope, moment: str, send: Send) -> None:
    """Redirect to the same question to the release that was current then."""
    path, query = _address(scope)
    location = memento.address(path, query, site.archive.at(memento.asked(moment)))
    headers = [
        *(_VARY, _NO_STORE),
        (b"location", location.encode()),
        (b"link", memento.links(path, query).encode()),
        (b"content-length", b"0"),
    ]
    await _begin(send, 302, headers)
    await _end(send)


def _dated(site: Site, scope: HTTPScope, number: int) -> Headers:
    """Return what tells that the answer is that of a certain release."""
    path, query = _address(scope)
    headers = memento.dated(site.archive, number, path, query)
    headers["Link"] = ", ".join(filter(None, (memento.links(path, query), headers.get("Link"))))
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


def _address(scope: HTTPScope) -> tuple[str, bytes]:
    """Return the path and the query that the client asked for."""
    found = cast("dict[str, Any]", scope).get(ADDRESS)
    return found or (scope["path"], scope["query_string"])


def _has(scope: HTTPScope, etag: str) -> bool:
    """Tell whether the client has this answer; a POST is not told so (RFC 9110 §13.1.2)."""
    sent = "" if scope["method"] == "POST" else _header(scope, b"if-none-match")
    # “*” asks whether there is an answer at all, which only running the query tells.
    return bool(sent) and not (tags := parse_etags(sent)).star_tag and tags.contains_weak(etag)


def _job(question: Question, chosen: Forms, release: Release, client: str) -> Job:
    return Job(
        question.query,
        release.rdf,
        chosen.results.name,
        chosen.graph.name,
        question.default_graphs,
        question.named_graphs,
        client=client,
    )


async def _send(
    answer: Answer[Stream],
    headers: Headers,
    send: Send,
    *,
    brief: bool,
    most: int,
    notes: dict[str, Any],
) -> Kept | None:
    """Send an answer that has begun, so many bytes of it at ``most``.

    ``brief``: only its beginning is needed. Returns what was sent if it was short.
    """
    if whole := _complete(answer):
        await _whole(send, headers, whole, notes)
        return whole
    kind, size, parts = answer.format.content_type.encode(), 0, []
    headers.append((b"content-type", kind))
    count = RowCount(kind)
    try:
        await _begin(send, 200, headers)
        if not brief:
            async for part in answer.chunks:
                size += len(part)
                count.add(part)
                if size > most:
                    raise ResultTooLargeError(Text("The answer is too long."))
                if size <= MOST_ENTRY_BYTES:
                    parts.append(part)
                await send({"type": "http.response.body", "body": part, "more_body": True})
        await _end(send)
        return Kept(kind, b"".join(parts)) if 0 < size <= MOST_ENTRY_BYTES else None
    except QueryError as error:
        # The status is sent by then. Not ended, the transfer coding tells every client that this
        # is not the whole (RFC 9112 §8): the server closes the connection.
        notes["broken"] = status_of(error)[1]
    finally:
        notes["rows"] = count.rows
        answer.chunks.close()
    return None


def _complete(answer: Answer[Stream]) -> Kept | None:
    if answer.complete is None:
        return None
    return Kept(answer.format.content_type.encode(), answer.complete)


async def _whole(send: Send, headers: Headers, kept: Kept, notes: dict[str, Any]) -> None:
    count = RowCount(kept.content_type)
    count.add(kept.body)
    notes["rows"] = count.rows
    headers += [
        (b"content-type", kept.content_type),
        (b"content-length", b"%d" % len(kept.body)),
    ]
    await _begin(send, 200, headers)
    await _end(send, kept.body)


async def _begin(send: Send, status: int, headers: Headers) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": headers + _ALWAYS,
            "trailers": False,
        }
    )


async def _end(send: Send, body: bytes = b"") -> None:
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _header(scope: HTTPScope, name: bytes) -> str:
    """Return a header's value, that of several lines as one (RFC 9110 §5.3)."""
    return b", ".join(v for n, v in scope["headers"] if n == name).decode("latin-1")


class _Watch:
    """Cancels the current task when its client hangs up, which stops the query."""

    def __init__(self, receive: Receive) -> None:
        self.gone = False
        self._receive = receive
        self._asking = asyncio.current_task()
        self._loop = asyncio.get_running_loop()
        self._handle = self._loop.call_later(_WATCH_SECONDS, self._begin)
        self._task: asyncio.Task[None] | None = None

    def _begin(self) -> None:
        self._task = self._loop.create_task(self._wait())

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        if self._asking is not None:
            self._asking.cancel()

    def stop(self) -> None:
        """Watch no more."""
        self._handle.cancel()
        if self._task is not None:
            self._task.cancel()

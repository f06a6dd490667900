"""Seats: how many requests that hold a thread for long may do so, in all and for one client.

A page holds its thread while its query runs. At most half of the threads are for such pages, and a
quarter for those of one client; the others wait here, where no thread waits with them, in the order
of coming. So nobody's queries keep the other pages from being answered. The endpoint reads long
queries under the same rule.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from registry.errors import OverloadedError, QueueFullError, RegistryError
from registry.query.roster import shown
from registry.settings import Settings
from registry.texts import Text
from registry.web.body import read_body, replay
from registry.web.protocol import most_bytes
from registry.web.site import ERROR, Site
from registry.web.turns import Turns

if TYPE_CHECKING:
    from a2wsgi.asgi_typing import ASGIApp, HTTPScope, Receive, Send, SendEvent

_ASKING: Final = frozenset({"/sparql", "/sparql.xlsx"})
_QUESTIONS: Final = "/queries/"
_LATER: Final = Text("Ask again in a moment.")


@dataclass(eq=False, frozen=True, slots=True)
class _Waiting:
    client: str
    seat: asyncio.Future[None] = field(default_factory=asyncio.Future)


class Seats:
    """The seats of one web process; used by its event loop alone."""

    def __init__(self, threads: int, settings: Settings) -> None:
        self._most = max(1, threads // 2)
        self._most_of_client = max(1, threads // 4)
        self._places = settings.query_waiting
        self._seconds = settings.query_queue
        self._taken: Counter[str] = Counter()
        self._waiting: list[_Waiting] = []

    def held(self, client: str) -> int:
        """Return how many seats a client has or waits for."""
        return self._taken[client] + sum(each.client == client for each in self._waiting)

    @asynccontextmanager
    async def seat(self, client: str) -> AsyncIterator[None]:
        """Hold a seat; wait for it. Raises QueueFullError and OverloadedError."""
        if self._free_for(client):
            self._taken[client] += 1
        else:
            await self._wait(client)
        try:
            yield
        finally:
            self._leave(client)

    def _free_for(self, client: str) -> bool:
        return self._taken.total() < self._most and self._taken[client] < self._most_of_client

    def _may_sit(self, waiting: _Waiting) -> bool:
        """Tell whether there is a seat for one who has not given up a moment ago."""
        return not waiting.seat.done() and self._free_for(waiting.client)

    async def _wait(self, client: str) -> None:
        if len(self._waiting) >= self._places:
            raise QueueFullError(
                Text("{n} queries wait for a worker already.", n=len(self._waiting)),
                remedy=_LATER,
                limit="query_waiting",
            )
        waiting = _Waiting(client)
        self._waiting.append(waiting)
        try:
            async with asyncio.timeout(self._seconds):
                await waiting.seat
        except BaseException as error:
            if waiting in self._waiting:
                self._waiting.remove(waiting)
            if not waiting.seat.cancelled():  # it was given a seat at the same moment
                self._leave(client)
            if isinstance(error, TimeoutError):
                raise self._none_free() from error
            raise

    def _none_free(self) -> OverloadedError:
        return OverloadedError(
            Text(
                "Too many requests like this one are being worked on, and none was done in"
                " {seconds} seconds.",
                seconds=shown(self._seconds),
            ),
            remedy=_LATER,
            limit="query_queue",
        )

    def _leave(self, client: str) -> None:
        """Give a seat back, and to the first of those who wait that may have it."""
        self._taken[client] -= 1
        if not self._taken[client]:
            del self._taken[client]
        found = next((each for each in self._waiting if self._may_sit(each)), None)
        if found is not None:
            self._waiting.remove(found)
            self._taken[found.client] += 1
            found.seat.set_result(None)


class SeatedPages:
    """The pages, as an ASGI application: those that ask a query get a thread with a seat only.

    Their requests are read whole before, and a client that hangs up has its query stopped. The
    others are made in turn.
    """

    def __init__(self, pages: ASGIApp, site: Site) -> None:
        settings = site.settings
        self._pages = pages
        self._others = Turns(pages)
        self._most_bytes = most_bytes(settings.query_bytes)
        self._clients = site.clients
        self._seats = Seats(settings.web_threads, settings)

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        """Answer with a page."""
        notes = cast("dict[str, Any]", scope)
        path = scope["path"].rstrip("/")
        asking = path in _ASKING or path.startswith(_QUESTIONS)
        if not asking or ERROR in notes:
            await self._others(scope, receive, send)
            return
        body = b""
        try:
            body = await read_body(receive, self._most_bytes)
            if scope["query_string"] or body:
                await self._seated(scope, body, receive, send)
                return
        except RegistryError as error:
            notes[ERROR] = error
        await self._pages(scope, replay(body, receive), send)

    async def _seated(self, scope: HTTPScope, body: bytes, receive: Receive, send: Send) -> None:
        client = self._clients.client(scope)
        self._clients.check_queries(client, self._seats.held(client.key))
        gone = asyncio.Event()
        watch = asyncio.create_task(_watch(receive, gone))
        cast("dict[str, Any]", scope)["faces.gone"] = gone.is_set
        try:
            async with AsyncExitStack() as seat:
                await seat.enter_async_context(self._seats.seat(client.key))

                async def begun(message: SendEvent) -> None:
                    if message["type"] == "http.response.start":  # its query has been answered
                        await seat.aclose()
                    await send(message)

                await self._pages(scope, replay(body, receive), begun)
        finally:
            watch.cancel()


async def _watch(receive: Receive, gone: asyncio.Event) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    gone.set()

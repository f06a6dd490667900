"""The registry as one ASGI application: queries on the event loop, pages by Flask in threads."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import quote_from_bytes

from a2wsgi import WSGIMiddleware

from registry.query.pool import QueryPool
from registry.sentences import wording
from registry.settings import MIB, Settings
from registry.web import access_log, metrics, rendering
from registry.web.app import create_app
from registry.web.body import coded, replay
from registry.web.compression import Compression
from registry.web.conditions import obeyed
from registry.web.endpoint import Endpoint
from registry.web.page_cache import PageCache
from registry.web.preloading import Preloading
from registry.web.result_cache import Kept, ResultCache
from registry.web.seats import SeatedPages
from registry.web.shortcuts import Shortcuts
from registry.web.site import ERROR, EXTENSION, Site
from registry.web.ticker import Ticker

if TYPE_CHECKING:
    from a2wsgi.asgi_typing import (
        ASGIApp,
        HTTPScope,
        Receive,
        Send,
        SendEvent,
    )

_log: Final = logging.getLogger("registry.web")
#: Of what is kept of answers, pages have a quarter.
_PART_FOR_PAGES: Final = 4
_ASCII: Final = bytes(range(0x21, 0x7F)).decode()


class Application:
    """Sends each request where it is answered, and has a line written for it."""

    def __init__(
        self, settings: Settings, data_dir: Path, pool: QueryPool, numbers: metrics.Metrics
    ) -> None:
        self._flask = flask = create_app(settings, data_dir, pool)
        # Without an end to the queue no thread waits for a client that reads slowly.
        pages = WSGIMiddleware(flask, settings.web_threads, send_queue_size=0)  # type: ignore[arg-type]
        self._site: Site = flask.extensions[EXTENSION]
        seated = cast("ASGIApp", SeatedPages(cast("ASGIApp", pages), self._site))
        most = settings.result_cache_mib * MIB
        self._pages = cast("ASGIApp", PageCache(seated, self._site, most // _PART_FOR_PAGES))
        kept = ResultCache[Kept](most - most // _PART_FOR_PAGES)
        self._endpoint = Endpoint(self._site, self._pages, kept)
        self._compression = Compression(kept)
        self._shortcuts = Shortcuts(self._site)
        self._metrics = numbers
        self._preloading = Preloading(self._site.archive)
        self._ticker = Ticker(lambda: numbers.load(pool.load()), self._preloading.look)

    def preload(self) -> None:
        """Read what the first pages would wait for."""
        _ = self._site.schema, wording()
        rendering.preload(self._flask)
        self._preloading.now()

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        """Answer one request (there is no other kind: no web sockets, no lifespan)."""
        begun, status, sent = time.perf_counter(), 0, 0
        #: What the line says beside; filled by whoever knows it (``site.note``).
        notes: dict[str, Any] = {}
        cast("dict[str, Any]", scope)["faces"] = notes
        client = self._site.clients.client(scope)
        notes.update({"client": client.address, "class": client.name})
        if not scope["query_string"].isascii():  # WSGI takes nothing else (PEP 3333)
            encoded = quote_from_bytes(scope["query_string"], safe=_ASCII).encode()
            scope["query_string"] = encoded
        if error := coded(scope):
            cast("dict[str, Any]", scope)[ERROR] = error

        async def counted(message: SendEvent) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                sent += len(message["body"])
            await send(message)

        reply = obeyed(scope, self._compression.around(scope, counted))
        try:
            self._ticker.begin()
            if scope["path"] == metrics.PATH and self._site.clients.may_read_metrics(scope):
                text = self._metrics.text(self._site.archive.current_number())
                await metrics.answer(reply, text)
                return
            reply = await self._shortcuts.follow(scope, reply)
            asked = scope["path"] == access_log.ENDPOINT and ERROR not in scope
            target = self._endpoint if asked else self._pages
            await target(scope, receive, reply)
        except Exception as error:
            if scope["path"] == access_log.ENDPOINT and not status:
                # Said as all other problems are, and logged there.
                cast("dict[str, Any]", scope)[ERROR] = error
                await self._pages(scope, replay(b"", receive), reply)
                return
            _log.exception("an unexpected failure")
            notes["problem"] = type(error).__name__
            raise
        finally:
            seconds = time.perf_counter() - begun
            asked = scope["path"] == access_log.ENDPOINT
            outcome = access_log.outcome(notes, status) if asked else None
            self._metrics.request(status, seconds, outcome)
            access_log.request(scope, notes, status, sent, seconds)

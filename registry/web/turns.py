"""Turns: pages are made one after another in each web process, in the order of coming.

Python computes one page at a time in any case. Made at once, several pages all end when the last
one does; one after another, the first is there much sooner and the last no later. Who has waited
for long is let in beside a page that takes its time. Pages that wait for a query have seats
instead (``seats``).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from a2wsgi.asgi_typing import ASGIApp, HTTPScope, Receive, Send, SendEvent

#: Nobody waits longer than that for a page of somebody else: a page takes some milliseconds.
_PATIENCE_SECONDS: Final = 0.05


class Turns:
    """The layer around ``pages`` that have turns."""

    def __init__(self, pages: ASGIApp) -> None:
        self._pages = pages
        self._turn = asyncio.Semaphore()

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        """Answer with a page when it is its turn."""
        if not await self._is_our_turn():
            await self._pages(scope, receive, send)
            return
        ours = True

        async def begun(message: SendEvent) -> None:
            nonlocal ours
            if ours:  # what follows is sent as fast as the client reads
                ours = False
                self._turn.release()
            await send(message)

        try:
            await self._pages(scope, receive, begun)
        finally:
            if ours:
                self._turn.release()

    async def _is_our_turn(self) -> bool:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return await self._turn.acquire()
        except TimeoutError:
            return False

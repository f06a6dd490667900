"""Takes connections one at a time, so that the web processes have about as many each.

All of them listen on one socket. libuv takes all connections that wait there in one go: of eight
that come together, as those of a proxy do, one process may have them all while another idles. Here
a process that has connections looks away for a moment after each more, in which another, if it has
nothing better to do, takes the next.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import Any, Final

import uvloop

#: Any: a transport, which uvloop's stubs call a protocol.
_Beginning = asyncio.Task[tuple[Any, asyncio.Protocol]]

_log: Final = logging.getLogger("registry.web")
#: How long to look away: until another process has woken up.
_PAUSE_SECONDS: Final = 0.001
#: How long to wait with the next one where the system has no descriptor left for it.
_RETRY_SECONDS: Final = 1.0


class Loop(uvloop.Loop):
    """uvloop's event loop, with servers that take one connection at a time."""

    async def create_server(  # type: ignore[override]
        self, protocol_factory: Callable[[], asyncio.Protocol], *, sock: socket.socket, **_: Any
    ) -> Accepting:
        """Serve on a socket that listens."""
        return Accepting(self, protocol_factory, sock)


class Accepting:
    """A server as uvicorn knows it: it takes connections until it is closed.

    To take one is O(those that are open): a microsecond for some twenty.
    """

    def __init__(
        self, loop: Loop, protocol_factory: Callable[[], asyncio.Protocol], sock: socket.socket
    ) -> None:
        self._loop = loop
        self._protocol_factory = protocol_factory
        self._socket = sock
        self._number = sock.fileno()
        self._beginning: set[_Beginning] = set()
        self._open: list[asyncio.BaseTransport] = []
        self._later: asyncio.TimerHandle | None = None
        sock.settimeout(0)
        self._listen()

    def _listen(self) -> None:
        self._later = None
        self._loop.add_reader(self._number, self._accept)

    def _accept(self) -> None:
        try:
            connection, _ = self._socket.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return  # another process was first, or the client left
        except OSError:
            _log.exception("a connection could not be taken")
            self._pause(_RETRY_SECONDS)
            return
        self._open = [each for each in self._open if not each.is_closing()]
        if self._open or self._beginning:
            self._pause(_PAUSE_SECONDS)
        connection.settimeout(0)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        beginning = self._loop.create_task(
            self._loop.connect_accepted_socket(self._protocol_factory, connection)
        )
        self._beginning.add(beginning)
        beginning.add_done_callback(self._begun)

    def _begun(self, task: _Beginning) -> None:
        self._beginning.discard(task)
        if not task.cancelled() and task.exception() is None:
            self._open.append(task.result()[0])

    def _pause(self, seconds: float) -> None:
        self._loop.remove_reader(self._number)
        self._later = self._loop.call_later(seconds, self._listen)

    def close(self) -> None:
        """Take no more."""
        if self._later is not None:
            self._later.cancel()
        self._loop.remove_reader(self._number)

    async def wait_closed(self) -> None:
        """Wait for connections that are just beginning."""
        await asyncio.gather(*self._beginning, return_exceptions=True)

"""One HTTP connection: uvicorn's, with bounds on how much and how slowly a client may talk.

Once a request's head is there the application minds its body. A client that does not take what it
is sent is left, whoever made the answer, and each peer has so many connections only (``Crowd``).
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import Counter
from http import HTTPStatus
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from registry.settings import Settings
from registry.texts import Text
from registry.web.clients import Networks, subscriber
from registry.web.headers import ALWAYS
from registry.web.metrics import Metrics
from registry.web.until_closed import write_without_chunks

#: Beyond them, a web process takes no more, whoever asks.
MOST_CONNECTIONS: Final = 2000
_HEAD_BYTES: Final = 1 << 16
_LINE_BYTES: Final = 8190
_HEADERS: Final = 100
_HEAD_SECONDS: Final = 15
#: The rest of a body that nobody waits for: its answer has been sent.
_REST_SECONDS: Final = 5
#: How long, and how much, a client may still send that has been told to go.
_LEAVING_SECONDS: Final = 2
_LEAVING_BYTES: Final = 1 << 20
#: Of what is ready to be sent, a client takes at least so much each time we look.
_LEAST_TAKEN: Final = 150_000
_LOOK_SECONDS: Final = 15
#: tcpi_bytes_acked of linux/tcp.h: how much the other side has taken.
_TCP_INFO_SIZE: Final = 128
_TCP_INFO_ACKED: Final = 120


class _RefusedError(Exception):
    """The head of a request is more than we read."""


class Crowd:
    """How many connections each peer of a web process has.

    A peer is an address (IPv6: its /64). Trusted proxies bring the clients of all, and have no
    bound of their own.
    """

    def __init__(self, settings: Settings) -> None:
        self._most = settings.client_connections
        self._proxies = Networks(settings.trusted_proxies)
        self._connections: Counter[str] = Counter()

    def enter(self, address: str) -> str | None:
        """Count one more; return the name to leave under, or None where it is one too many."""
        peer = subscriber(address)
        bound = MOST_CONNECTIONS if address in self._proxies else self._most
        if self._connections[peer] >= bound or self._connections.total() >= MOST_CONNECTIONS:
            return None
        self._connections[peer] += 1
        return peer

    def leave(self, peer: str) -> None:
        """Count one less."""
        self._connections[peer] -= 1
        if not self._connections[peer]:
            del self._connections[peer]


class Connection(HttpToolsProtocol):
    """Speaks HTTP/1.1 with one client."""

    def __init__(self, *arguments: Any, crowd: Crowd, numbers: Metrics, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._crowd = crowd
        self._numbers = numbers
        self._peer: str | None = None
        #: It has been told what was wrong; what it still sends is not read.
        self._left = False
        self._taken = 0
        self._look: asyncio.TimerHandle | None = None
        #: Bytes of the current request that are not its body: head, chunk sizes, trailers.
        self._frame = 0
        self._body = 0
        self._timer: asyncio.TimerHandle | None = None
        self._problem = (HTTPStatus.BAD_REQUEST, _NOT_HTTP)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin with a client, who then has to send a request; turn it away if it has too many."""
        super().connection_made(transport)
        self._peer = self._crowd.enter(self.client[0] if self.client else "")
        self._look = self.loop.call_later(_LOOK_SECONDS, self._look_after, False)  # noqa: FBT003
        if self._peer is None:
            self._problem = (HTTPStatus.TOO_MANY_REQUESTS, _CROWDED)
            self.send_400_response("")
        else:
            self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._expect_no_more()
        if self._look is not None:
            self._look.cancel()
        if self._peer is not None:
            self._crowd.leave(self._peer)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came in, as long as what is not a body does not grow without end."""
        if self.transport.is_closing():
            return
        if self._left:
            self._frame += len(data)
            if self._frame > _LEAVING_BYTES:
                self.transport.close()
            return
        self._body = 0
        super().data_received(data)
        self._frame += len(data) - self._body
        if self._frame > _HEAD_BYTES and not (self._left or self.transport.is_closing()):
            self._problem = (HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, _LONG_HEADERS)
            self.send_400_response("")

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._frame = 0
        self._expect()

    def on_url(self, url: bytes) -> None:
        """Take a part of the address."""
        super().on_url(url)
        if len(self.url) > _LINE_BYTES:
            self._problem = (HTTPStatus.REQUEST_URI_TOO_LONG, _LONG_ADDRESS)
            raise _RefusedError

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, or a trailer."""
        super().on_header(name, value)
        if len(self.headers) > _HEADERS:
            self._problem = (HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, _LONG_HEADERS)
            raise _RefusedError

    def on_headers_complete(self) -> None:
        """Hand the request to the application, if it says once for which host it is."""
        self._expect_no_more()
        hosts = sum(name == b"host" for name, _ in self.headers)
        if hosts > 1 or (not hosts and self.parser.get_http_version() != "1.0"):
            raise _RefusedError  # RFC 9112 §3.2
        super().on_headers_complete()
        write_without_chunks(self.cycle)

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._body += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Take the end of a request."""
        self._expect_no_more()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on after an answer; one that came before the body was there does not wait for it."""
        super().on_response_complete()
        if self.cycle.more_body and not self.transport.is_closing():
            self._expect(_REST_SECONDS)

    @property
    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _expect(self, seconds: int = _HEAD_SECONDS) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(seconds, self._too_late)

    def _expect_no_more(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_late(self) -> None:
        """Close, but not on a client who still reads the answer to an earlier request."""
        self._timer = None
        if self._answering:
            self._expect()
        else:
            self.transport.close()

    def _look_after(self, stuck: bool) -> None:  # noqa: FBT001
        """Leave a client that has taken next to nothing since the last look, though it could."""
        taken, left = self._acknowledged(), self.transport.get_write_buffer_size() > 0
        if stuck and left and taken - self._taken < _LEAST_TAKEN:
            self.transport.abort()
            return
        self._taken = taken
        self._look = self.loop.call_later(_LOOK_SECONDS, self._look_after, left)

    def _acknowledged(self) -> int:
        """Return how many bytes the client's system has taken; what the kernel holds is none."""
        end = self.transport.get_extra_info("socket")
        info = end.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_SIZE)
        acknowledged: int = struct.unpack_from("=Q", info, _TCP_INFO_ACKED)[0]
        return acknowledged

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 — uvicorn's signature
        """Say in both languages, since nothing is known of the client, what is wrong."""
        status, text = self._problem
        self._numbers.refused(status.value)
        if self._answering:  # words now would fall into the midst of that answer
            self.transport.close()
            return
        words = f"{text.to('fr')}\n{text.to('en')}\n".encode()
        headers = [
            *ALWAYS,
            ("Connection", "close"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(words))),
            ("Cache-Control", "no-store"),
        ]
        if status is HTTPStatus.TOO_MANY_REQUESTS:
            headers.append(("Retry-After", str(_HEAD_SECONDS)))
        lines = [f"HTTP/1.1 {status.value} {status.phrase}", *(f"{n}: {v}" for n, v in headers)]
        self.transport.write("\r\n".join([*lines, "", ""]).encode() + words)
        self._leave()

    def _leave(self) -> None:
        """Say no more, and close a little later (RFC 9112 §9.6).

        Closed at once, with bytes of the client still unread, the connection would be reset, and
        the client might never see why.
        """
        if self._peer is None or self._left:  # too many: each moment counts
            self.transport.close()
            return
        self._left = True
        self.transport.write_eof()
        self.loop.call_later(_LEAVING_SECONDS, self.transport.close)


_NOT_HTTP: Final = Text("The request is not HTTP as it should be.")
_LONG_ADDRESS: Final = Text("The address is too long. Send long queries by POST.")
_LONG_HEADERS: Final = Text("The headers of the request are too long.")
_CROWDED: Final = Text("There are too many connections at the same time. Close some, or wait.")

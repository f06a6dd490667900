"""One HTTP connection: uvicorn's, with bounds on how much and how slowly a client may talk.

Once a request's head is there the application minds the rest: its body and its answer.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from registry.texts import Text
from registry.web.headers import ALWAYS

_HEAD_BYTES: Final = 1 << 16
_LINE_BYTES: Final = 8190
_HEADERS: Final = 100
_HEAD_SECONDS: Final = 15


class _RefusedError(Exception):
    """The head of a request is more than we read."""


class Connection(HttpToolsProtocol):
    """Speaks HTTP/1.1 with one client."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        #: Bytes of the current request that are not its body: head, chunk sizes, trailers.
        self._frame = 0
        self._body = 0
        self._timer: asyncio.TimerHandle | None = None
        self._problem = (HTTPStatus.BAD_REQUEST, _NOT_HTTP)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin with a client, who then has to send a request."""
        super().connection_made(transport)
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._expect_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came in, as long as what is not a body does not grow without end."""
        if self.transport.is_closing():
            return
        self._body = 0
        super().data_received(data)
        self._frame += len(data) - self._body
        if self._frame > _HEAD_BYTES and not self.transport.is_closing():
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
        """Hand the request to the application."""
        self._expect_no_more()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._body += len(body)
        super().on_body(body)

    @property
    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _expect(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(_HEAD_SECONDS, self._too_late)

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

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 — uvicorn's signature
        """Say in both languages, since nothing is known of the client, what is wrong."""
        if self._answering:  # words now would fall into the midst of that answer
            self.transport.close()
            return
        status, text = self._problem
        words = f"{text.to('fr')}\n{text.to('en')}\n".encode()
        headers = [
            *ALWAYS,
            ("Connection", "close"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(words))),
            ("Cache-Control", "no-store"),
        ]
        lines = [f"HTTP/1.1 {status.value} {status.phrase}", *(f"{n}: {v}" for n, v in headers)]
        self.transport.write("\r\n".join([*lines, "", ""]).encode() + words)
        self.transport.close()


_NOT_HTTP: Final = Text("The request is not HTTP as it should be.")
_LONG_ADDRESS: Final = Text("The address is too long. Send long queries by POST.")
_LONG_HEADERS: Final = Text("The headers of the request are too long.")

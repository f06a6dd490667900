"""Answers of unknown length to clients of HTTP/1.0, which know no chunks (RFC 9112 §6.1).

Such an answer ends with its connection (§6.3). That alone would make one that is broken off look
whole, so the connection is reset where the answer has not come to its end.
"""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

_VERSION: Final = "1.0"
#: Whether closing resets the connection, and how long it waits first: SO_LINGER of socket(7).
_RESETS: Final = struct.pack("ii", 1, 0)
_ENDS: Final = struct.pack("ii", 0, 0)


def write_without_chunks(cycle: RequestResponseCycle) -> None:
    """Let an answer be written as HTTP/1.0 has it, where that is what the client speaks."""
    if cycle.scope["http_version"] == _VERSION:
        cycle.send = _UntilClosed(cycle)  # type: ignore[method-assign]


class _UntilClosed:
    """A ``send`` in front of that of the server, which would write chunks."""

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle = cycle
        self._send = cycle.send
        self._unknown = False

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            names = {name.lower() for name, _ in message["headers"]}
            self._unknown = b"content-length" not in names
            if self._unknown:
                self._cycle.chunked_encoding = False
                self._linger(_RESETS)
        elif self._unknown:
            # The server compares what it is given with what it was promised.
            self._cycle.expected_content_length = len(message.get("body", b""))
            if not message.get("more_body"):
                self._linger(_ENDS)
        await self._send(message)

    def _linger(self, value: bytes) -> None:
        end = self._cycle.transport.get_extra_info("socket")
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, value)

"""How the web process and its workers speak: length-prefixed frames on a stream socket.

A request is one frame, a marshalled tuple (both ends are the same Python). An answer is the frame
``RESULTS`` or ``GRAPH`` with the first bytes, then ``MORE`` frames; the last of them, often the
first, carries the bit ``LAST``. An error's frame may stand in place of any of them and ends the
answer. A worker says ``READY`` once, when it is.
"""

from __future__ import annotations

import marshal
import socket
import struct
from typing import Final

HEADER: Final = struct.Struct("=BI")
READY: Final = 0
RESULTS: Final = 1
GRAPH: Final = 2
MORE: Final = 3
#: Set on the frame that ends an answer.
LAST: Final = 0x80
#: Errors, with the engine's own words.
SYNTAX: Final = 10
MEMORY: Final = 11
EVALUATION: Final = 12
STORE: Final = 13
SERVICE: Final = 14

#: Sent to a worker: query, database folder, result format, graph format, default graphs, named
#: graphs, queries to outline, solutions to write into the query (``inline``).
Request = tuple[
    str,
    str,
    str,
    str,
    tuple[str, ...] | None,
    tuple[str, ...] | None,
    tuple[str, ...],
    tuple[tuple[int, int, bool, tuple[str, ...], bytes | None], ...],
]

BUFFER: Final = 1 << 20
_FIRST: Final = 1 << 14
_LATER: Final = 1 << 20


class EndedError(Exception):
    """The other side is gone."""


def pair() -> tuple[socket.socket, socket.socket]:
    """Return the two ends of a connection with large buffers."""
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    for end in ends:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
    return ends


def wake_every(end: socket.socket, seconds: float) -> None:
    """Have a blocking receive come back with BlockingIOError after so long.

    A socket timeout of Python's own costs a poll(2) for each call; the kernel's costs nothing.
    """
    whole = int(seconds)
    value = struct.pack("ll", whole, int((seconds - whole) * 1e6))
    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, value)


def request(values: Request) -> bytes:
    """Return a request as bytes to send."""
    body = marshal.dumps(values)
    return HEADER.pack(0, len(body)) + body


def receive_request(end: socket.socket) -> Request:
    """Wait for a request; raise EndedError when the other side closes."""
    got = end.recv(_LATER)  # one at most is on its way, so nothing of a next one comes along
    while len(got) < HEADER.size or len(got) < HEADER.size + HEADER.unpack_from(got)[1]:
        more = end.recv(_LATER) if got else b""
        if not more:
            raise EndedError
        got += more
    received: Request = marshal.loads(got[HEADER.size :])  # noqa: S302 - from our own parent
    return received


class Inbox:
    """Cuts what has been received into the frames of one answer; does no input itself."""

    __slots__ = ("_parts", "_size")

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    @property
    def most(self) -> int:
        """How many bytes to receive at once: a small answer comes whole in the first piece."""
        return _LATER if self._size else _FIRST

    def feed(self, part: bytes) -> None:
        """Take what was received; raise EndedError when it is nothing, the end of the stream."""
        if not part:
            raise EndedError
        self._parts.append(part)
        self._size += len(part)

    def next(self) -> tuple[int, bytes] | None:
        """Return the kind and content of the next frame, or None while it is not whole."""
        if self._size < HEADER.size:
            return None
        if len(self._parts[0]) < HEADER.size:
            self._parts = [b"".join(self._parts)]
        kind, length = HEADER.unpack_from(self._parts[0])
        end = HEADER.size + length
        if self._size < end:
            return None
        whole = b"".join(self._parts)
        rest = whole[end:]
        self._parts, self._size = [rest] if rest else [], len(rest)
        return kind, whole[HEADER.size : end]

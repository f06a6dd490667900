"""What an attacker does: sends queries and bytes, and notes what comes back."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

from web.web_server import Server

#: Comes after a query's text, so that no answer is one that was kept.
_NUMBERS = itertools.count()
#: The connection was broken off, which is the honest end of an answer that has begun.
BROKEN = 0
#: An address with a longer query, percent-encoded, is too long.
MOST_IN_ADDRESS = 2000
#: What may be answered to a query that is wrong, too large, too heavy or one too many.
HONEST = frozenset({BROKEN, 200, 400, 403, 413, 414, 429, 503, 504, 507})


def address(server: Server) -> tuple[str, int]:
    host, _, port = server.url.removeprefix("http://").partition(":")
    return host, int(port)


def ask(
    server: Server,
    query: str,
    *,
    method: str = "POST",
    path: str = "/sparql",
    source: str = "",
    accept: str = "*/*",
    **more: str,
) -> int:
    """Send a query, read the answer to its end, and return its status."""
    form = urlencode({"query": f"{query} #{next(_NUMBERS)}", **more})
    headers = {"Accept": accept}
    connection = http.client.HTTPConnection(
        *address(server), timeout=60, source_address=(source, 0)
    )
    try:
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request("POST", path, form.encode(), headers)
        else:
            connection.request(method, f"{path}?{form}", headers=headers)
        answer = connection.getresponse()
        while answer.read(1 << 16):
            pass
    except (http.client.HTTPException, ConnectionError):
        return BROKEN
    else:
        return answer.status
    finally:
        connection.close()


def ask_all(
    server: Server, queries: Iterable[str], *, sources: Sequence[str] = ("",), **more: str
) -> Counter[int]:
    """Send queries all at once, each from the next of the sources; count the statuses."""
    asked = list(zip(queries, itertools.cycle(sources), strict=False))
    with ThreadPoolExecutor(len(asked)) as threads:
        return Counter(
            threads.map(lambda each: ask(server, each[0], source=each[1], **more), asked)
        )


def connect(server: Server, source: str = "") -> socket.socket:
    return socket.create_connection(address(server), timeout=60, source_address=(source, 0))


def exchange(server: Server, sent: bytes, source: str = "") -> bytes:
    """Send bytes, and return all that comes back until the server closes."""
    received = bytearray()
    with connect(server, source) as connection, contextlib.suppress(ConnectionError):
        connection.sendall(sent)
        while part := connection.recv(1 << 16):
            received += part
    return bytes(received)


def status(answer: bytes) -> int:
    """Return the status of an answer as it came; BROKEN where there is none."""
    words = answer.split(b" ", 2)
    return int(words[1]) if len(words) == 3 and words[0].startswith(b"HTTP/1.") else BROKEN


def eventually(true: Callable[[], bool], seconds: float = 15) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.1)
    return true()

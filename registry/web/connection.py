"""What is known of the client's connection while its query runs."""

from __future__ import annotations

import errno
import select
import socket
from collections.abc import Callable, Iterator
from typing import Any, Final

from registry.errors import QueryError

_HANGUP: Final = select.POLLRDHUP | select.POLLHUP | select.POLLERR


def hang_up(environ: dict[str, Any]) -> Callable[[], bool] | None:
    """Return a function that tells whether the client has gone; None where no socket is known.

    Asks the kernel for the end of the stream itself, so that a further request which the client
    has sent ahead (pipelining) does not hide it.
    """
    client = environ.get("gunicorn.socket")
    if not isinstance(client, socket.socket) or client.fileno() < 0:
        return None
    poll = select.poll()
    poll.register(client.fileno(), _HANGUP)
    return lambda: bool(poll.poll(0))


def unbroken(parts: Iterator[bytes], environ: dict[str, Any]) -> Iterator[bytes]:
    """Pass the parts on; break the connection off when the answer fails on the way.

    The status is sent by then. Without the last chunk of the transfer coding (RFC 9112 §8) no
    client takes a part for the whole; the server treats the error as a lost connection, and the
    log line says what happened.
    """
    try:
        yield from parts
    except QueryError as error:
        environ["faces.broken"] = type(error).__name__
        raise BrokenPipeError(errno.EPIPE, "the answer failed on the way") from error
    finally:
        close = getattr(parts, "close", None)
        if close:
            close()

"""The body of a request, read on the event loop whole and within bounds."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from registry.errors import QueryTooLargeError
from registry.texts import Text
from registry.web.clients import header
from registry.web.problems import PackedBodyError, SlowRequestError

if TYPE_CHECKING:
    from a2wsgi.asgi_typing import HTTPScope, Receive

_SECONDS: Final = 30


def coded(scope: HTTPScope) -> PackedBodyError | None:
    """Return what is wrong with a request whose body is packed: queries are short, none is."""
    coding = header(scope, b"content-encoding").strip() if scope["method"] == "POST" else ""
    return PackedBodyError(coding) if coding and coding.lower() != "identity" else None


async def read_body(receive: Receive, most: int) -> bytes:
    """Return the body; raise QueryTooLargeError or SlowRequestError where it is too much."""
    parts = bytearray()
    try:
        async with asyncio.timeout(_SECONDS):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise SlowRequestError
                if message["type"] == "http.request":
                    parts += message["body"]
                if len(parts) > most:
                    raise QueryTooLargeError(
                        Text("The request is too long."),
                        expected=Text("At most {limit} bytes are taken.", limit=most),
                    )
                if not message.get("more_body"):
                    return bytes(parts)
    except TimeoutError as error:
        raise SlowRequestError from error


def replay(body: bytes, receive: Receive) -> Receive:
    """Return a ``receive`` that gives the body that has been read, then what is still to come."""
    left: list[Any] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Any:
        return left.pop() if left else await receive()

    return again

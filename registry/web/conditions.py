"""``If-None-Match: *``: who asks so wants an answer only where there is none (RFC 9110 §13.1.2).

Whether there is one at an address is known when it is about to be sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from registry.web.caching import OF_THE_ANSWER
from registry.web.clients import header

if TYPE_CHECKING:
    from a2wsgi.asgi_typing import HTTPScope, Send

_ANSWERED: Final = frozenset({200, 206})


def unless_any(scope: HTTPScope) -> bool:
    """Tell whether the client wants no answer where there is one."""
    asked = scope["method"] in {"GET", "HEAD"}
    return asked and header(scope, b"if-none-match").strip() == "*"


def obeyed(scope: HTTPScope, send: Send) -> Send:
    """Return a ``send`` that says 304 instead of an answer to who wants none."""
    return cast("Send", _Withholding(send)) if unless_any(scope) else send


class _Withholding:
    """Sends what is no answer as it is, and of an answer only that there is one."""

    def __init__(self, send: Send) -> None:
        self._send: Any = send
        self._withheld = False

    async def __call__(self, message: Any) -> None:
        if self._withheld:
            return
        if message["type"] == "http.response.start" and message["status"] in _ANSWERED:
            self._withheld = True
            kept = [(n, v) for n, v in message["headers"] if n not in OF_THE_ANSWER]
            await self._send(message | {"status": 304, "headers": kept})
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await self._send(message)

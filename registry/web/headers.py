"""Headers that every answer carries: what browsers may do with it, and who may read it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from flask import Flask

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
#: All that is served is public, and nothing depends on cookies: any site may read it.
ALWAYS: Final = [
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Access-Control-Allow-Origin", "*"),
    (
        "Access-Control-Expose-Headers",
        "ETag, Link, Content-Location, Memento-Datetime, Retry-After, RateLimit, RateLimit-Policy,"
        " Query-Limits, Result-Cut",
    ),
]
#: Below this address are pages that may stand in pages of others.
_EMBEDDED_BELOW: Final = "/embed/"
_EMBEDDED: Final = [
    ("Content-Security-Policy", POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")),
    *(pair for pair in ALWAYS if pair[0] not in {"Content-Security-Policy", "X-Frame-Options"}),
]
_PREFLIGHT: Final = [
    ("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS"),
    (
        "Access-Control-Allow-Headers",
        "Accept, Accept-Datetime, Accept-Language, Authorization, Content-Type, If-None-Match",
    ),
    ("Access-Control-Max-Age", "86400"),
]


class _Headers:
    """Adds them beneath Flask, whose own header objects check each value again each time."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        embedded = environ["PATH_INFO"].startswith(_EMBEDDED_BELOW)
        more = _EMBEDDED if embedded else ALWAYS
        if environ["REQUEST_METHOD"] == "OPTIONS":
            more = more + _PREFLIGHT

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, headers + more, *rest)

        return self._application(environ, start)


def install(app: Flask) -> None:
    """Let every answer of the application carry the headers."""
    app.wsgi_app = _Headers(app.wsgi_app)  # type: ignore[method-assign]

"""Headers that every answer carries: what browsers may do with it, and who may read it."""

from __future__ import annotations

from typing import Final

from flask import Flask, Response, request

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
#: All that is served is public, and nothing depends on cookies: any site may read it.
_ALWAYS: Final = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, Link, Content-Location, Retry-After"),
)
_PREFLIGHT: Final = (
    ("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS"),
    ("Access-Control-Allow-Headers", "Accept, Accept-Language, Content-Type, If-None-Match"),
    ("Access-Control-Max-Age", "86400"),
)


def add_headers(response: Response) -> Response:
    """Add them; the answers to preflight requests get what those ask for as well."""
    response.headers.extend(_ALWAYS)
    if request.method == "OPTIONS":
        response.headers.extend(_PREFLIGHT)
    return response


def install(app: Flask) -> None:
    """Let every answer of the application carry the headers."""
    app.after_request(add_headers)

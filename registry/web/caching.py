"""Validators: a release never changes, so its number and the address say what an answer is."""

from __future__ import annotations

import hashlib
from typing import Final

from flask import Response, request

from registry.releases.archive import Release
from registry.web.site import Site, Visit

#: Anyone may keep an answer but asks each time whether it still holds, which costs no query.
REVALIDATE: Final = "public, no-cache"
#: Headers about the answer itself, which a 304 does not bring (RFC 9110 §15.4.5).
OF_THE_ANSWER: Final = frozenset({b"content-type", b"content-length", b"content-language", b"link"})


def validator(site: Site, release: Release, *parts: str) -> str:
    """Return a strong validator for what these parts name in the release."""
    text = "\0".join((site.build, str(release.number), *parts))
    return f"{release.number}-{hashlib.sha256(text.encode()).hexdigest()[:20]}"


def page_validator(visit: Visit, form: str) -> str:
    """Return the validator of the requested address in a format and the visit's language."""
    query = request.query_string.decode("latin-1")
    return validator(visit.site, visit.release, request.path, query, visit.language, form)


def not_modified(etag: str, vary: str) -> Response | None:
    """Return 304 when the client has this already (RFC 9110 §13.1.2), else None."""
    sent = request.if_none_match
    # “*” asks whether there is anything at all, which is known later (``conditions``).
    if sent.star_tag or not sent.contains_weak(etag):
        return None
    response = Response(status=304)
    del response.headers["Content-Type"]
    return stamped(response, etag, vary)


def stamped(response: Response, etag: str, vary: str) -> Response:
    """Add the headers by which caches keep the answer."""
    response.headers["ETag"] = f'"{etag}"'
    response.headers["Cache-Control"] = REVALIDATE
    response.headers["Vary"] = vary
    return response
